"""A plan judged: ground seen before and after, class by class, and what is lost when parts of it fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.placement.demand import Demand
from experiments.placement.inputs import Inputs
from sensors.cameras import CameraFleet
from sensors.optics import DORI_CLASSES, Dori
from sensors.sightline import Floats
from sensors.survival import kept_if_each_fails, kept_if_so_many_fail
from sensors.visibility import Visibility, visibility

SHARES: Final = (0.01, 0.05, 0.10, 0.25)
WORST: Final = 10


@dataclass(frozen=True)
class Seen:
    """What a fleet sees of the demand.

    Attributes:
        fleet: n cameras.
        best: (cells,) uint8 best class of each cell, row of ``DORI_CLASSES``.
        classes: (k,) class of each entry of ``entries``.
        entries: who sees what.
    """

    fleet: CameraFleet
    best: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    entries: Visibility


def seen_by(fleet: CameraFleet, inputs: Inputs, demand: Demand) -> Seen:
    """Return what a fleet sees of the demand."""
    entries = visibility(
        fleet, inputs.heights, demand.xyz_m, least_px_m=float(inputs.dori.bounds_px_m[0]), dori=inputs.dori
    )
    best = np.zeros(len(demand), dtype=np.uint8)
    np.maximum.at(best, entries.point, entries.px_class)
    return Seen(fleet, best, entries.px_class, entries)


def class_table(before: Seen, after: Seen, demand: Demand, dori: Dori) -> list[dict[str, Any]]:
    """Return for each class, best first, the share of weight and the ground seen at it or better, before and after."""
    km2 = demand.grid.cell_m**2 / 1e6
    rows = []
    for row, name in reversed(list(enumerate(DORI_CLASSES))[1:]):
        line: dict[str, Any] = {"name": name, "px_per_m": float(dori.bounds_px_m[row - 1])}
        for word, seen in (("before", before), ("after", after)):
            there = seen.best >= row
            line[word] = {"share": float(demand.weight[there].sum()), "km2": int(there.sum()) * km2}
        rows.append(line)
    return rows


def ground_table(before: Seen, after: Seen, demand: Demand) -> list[dict[str, Any]]:
    """Return for each class of ground its size and the shares of it seen at ``detect`` and ``recognise``."""
    km2 = demand.grid.cell_m**2 / 1e6
    rows = []
    for number, name in enumerate(demand.classes, 1):
        own = demand.ground == number
        if own.any():
            line: dict[str, Any] = {"ground": name, "km2": int(own.sum()) * km2}
            line["weight"] = float(demand.weight[own].sum())
            for word, seen in (("before", before), ("after", after)):
                line[word] = {cls: float((seen.best[own] >= row).mean()) for row, cls in enumerate(DORI_CLASSES) if row}
            rows.append(line)
    return rows


def mahalla_table(before: Seen, after: Seen, demand: Demand, names: NDArray[np.object_]) -> list[dict[str, Any]]:
    """Return for each mahalla the share of its weight seen at ``detect`` or better, least served first."""
    own = demand.mahalla >= 0
    total = np.bincount(demand.mahalla[own], weights=demand.weight[own], minlength=len(names))
    shares = {}
    for word, seen in (("before", before), ("after", after)):
        there = own & (seen.best > 0)
        found = np.bincount(demand.mahalla[there], weights=demand.weight[there], minlength=len(names))
        shares[word] = found / np.maximum(total, 1e-300)
    rows = np.flatnonzero(total > 0)
    rows = rows[np.lexsort((rows, shares["after"][rows]))]
    return [
        {"mahalla": str(names[i]), "weight": float(total[i]), "before": float(shares["before"][i]),
         "after": float(shares["after"][i])}
        for i in rows.tolist()
    ]  # fmt: skip


def worst_tenth(table: list[dict[str, Any]], word: str) -> float:
    """Return the mean share seen of the worst served tenth of the mahallas, at least one."""
    shares = sorted(row[word] for row in table)
    worst = shares[: max(1, round(len(shares) / 10))]
    return float(np.mean(worst)) if worst else 0.0


def failing(seen: Seen, demand: Demand, class_weights: Mapping[str, float]) -> dict[str, Any]:
    """Return what is left of the weighted ground seen when parts of the fleet fail.

    Returns:
        ``seen``: weight seen by the whole fleet; ``shares``: by share of the cameras failed, ``left_together`` (so many
        at once) and ``left_each`` (each on its own with that chance); ``centres``: by data centre ``cameras`` and
        ``left``, worst first; ``worst``: single cameras by what is lost with them.
    """
    weight = _element_weight(demand, class_weights)
    camera = np.repeat(np.arange(len(seen.fleet)), np.diff(seen.entries.indptr))
    count, last = _counted(seen, camera, len(demand))
    by_count = np.bincount(count.ravel(), weights=weight.ravel())[None, :]
    whole = max(float(by_count[0, 1:].sum()), 1e-300)
    n = len(seen.fleet)
    lost = np.bincount(last[count == 1], weights=weight[count == 1], minlength=n)
    shares = [
        {
            "share": share, "cameras": round(share * n),
            "left_together": float(kept_if_so_many_fail(by_count, n, round(share * n))[0]) / whole,
            "left_each": float(kept_if_each_fails(by_count, share)[0]) / whole,
        }
        for share in SHARES
    ]  # fmt: skip
    order = np.lexsort((np.arange(n), -lost))[:WORST]
    return {
        "seen": float(by_count[0, 1:].sum()),
        "seen_by_two": float(by_count[0, 2:].sum()),
        "shares": shares,
        "centres": _centres(seen, camera, weight, whole),
        "worst": [{"id": str(seen.fleet.id[i]), "lost": float(lost[i])} for i in order.tolist() if lost[i] > 0],
    }


def _element_weight(demand: Demand, class_weights: Mapping[str, float]) -> Floats:
    """Return (cells, classes) what each class adds on each cell."""
    adds = np.array([class_weights.get(name, 0.0) for name in DORI_CLASSES[1:]])
    return demand.weight[:, None] * adds[None, :]


def _counted(seen: Seen, camera: NDArray[np.int64], cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (cells, classes) how many cameras see each at that class or better, and the last of them."""
    classes = len(DORI_CLASSES) - 1
    count, last = np.zeros((cells, classes), np.int64), np.full((cells, classes), -1, np.int64)
    for row in range(classes):
        own = seen.classes > row
        count[:, row] = np.bincount(seen.entries.point[own], minlength=cells)
        last[seen.entries.point[own], row] = camera[own]
    return count, last


def _centres(seen: Seen, camera: NDArray[np.int64], weight: Floats, whole: float) -> list[dict[str, Any]]:
    """Return what is left when each data centre fails with all that report to it."""
    rows = []
    for name in sorted({str(name) for name in seen.fleet.data_centre if name}):
        other = seen.fleet.data_centre != name
        best = np.zeros(len(weight), dtype=np.uint8)
        kept = other[camera]
        np.maximum.at(best, seen.entries.point[kept], seen.classes[kept])
        left = float((weight * (best[:, None] > np.arange(weight.shape[1])[None, :])).sum()) / whole
        rows.append({"name": name, "cameras": int((~other).sum()), "left": left})
    return sorted(rows, key=lambda row: (row["left"], row["name"]))
