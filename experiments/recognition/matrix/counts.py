"""What was watched as whole numbers by view, condition and band: all that intervals and comparisons are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.recognition.matrix.scenes import Condition
from experiments.recognition.matrix.watched import Watched
from vision.scoring.plates import FULLY_VISIBLE, TARGET_EDGES_PX_M
from vision.scoring.score import DISTANCE_EDGES_M, HIDDEN_EDGES

Ints = NDArray[np.int64]

DISTANCES: Final = tuple(
    f"{low:g} to {high:g} m" if high < 10_000 else f"{low:g} m and up" for low, high in pairwise(DISTANCE_EDGES_M)
)
OCCLUSIONS: Final = ("in full view", "up to 40 % hidden", "more hidden")
DENSITIES: Final = ("under 100 px/m", "100 to 200 px/m", "200 px/m and up")


@dataclass(frozen=True)
class Counts:
    """Objects, plates and false detections; v views, c conditions.

    Attributes:
        conditions: c of them.
        asked, found: (v, c, distances, occlusions) objects.
        plates, read: (v, c, densities) fully visible plates, and those read whole.
        false: (v, c) detections at the working score that answer to nothing.
    """

    conditions: tuple[Condition, ...]
    asked: Ints
    found: Ints
    plates: Ints
    read: Ints
    false: Ints

    @property
    def views(self) -> int:
        """How many."""
        return len(self.asked)

    def part(self, views: int, under: Sequence[int]) -> Counts:
        """Return the first views under some of the conditions."""
        rows = np.asarray(under, dtype=np.intp)
        kept = (getattr(self, name)[:views][:, rows] for name in ("asked", "found", "plates", "read", "false"))
        return Counts(tuple(self.conditions[row] for row in under), *kept)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as lists, by name."""
        names = ("asked", "found", "plates", "read", "false")
        return {name: getattr(self, name).tolist() for name in names}


def counts_of(rows: Sequence[Watched], views: int, under: Sequence[Condition]) -> Counts:
    """Return the counts of what was watched."""
    shape = (views, len(under))
    asked, found = (np.zeros((*shape, len(DISTANCES), len(OCCLUSIONS)), np.int64) for _ in range(2))
    plates, read = (np.zeros((*shape, len(DENSITIES)), np.int64) for _ in range(2))
    false = np.zeros(shape, np.int64)
    for row in rows:
        at, matched = (row.view, row.condition), row.matched
        cell = band(matched.asked_distance_m, DISTANCE_EDGES_M), band(matched.asked_hidden, HIDDEN_EDGES)
        np.add.at(asked[at], cell, 1)
        np.add.at(found[at], cell, matched.got.astype(np.int64))
        false[at] = matched.false
        whole = [plate for plate in row.plates if plate.visible >= FULLY_VISIBLE]
        of = band(np.array([plate.px_per_m for plate in whole]), TARGET_EDGES_PX_M)
        np.add.at(plates[at], of, 1)
        np.add.at(read[at], of, np.array([plate.whole for plate in whole], np.int64))
    return Counts(tuple(under), asked, found, plates, read, false)


def band(values: NDArray[np.floating], edges: Sequence[float]) -> NDArray[np.intp]:
    """Return the band of each value; what lies outside goes to the nearest one."""
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)


def counts_from(content: Mapping[str, Any]) -> Counts:
    """Return the counts that a report holds.

    Raises:
        KeyError, TypeError, ValueError: it holds none, or such as do not fit together.
    """
    under = tuple(Condition(row["light"], row["weather"], row["faults"]) for row in content["conditions"])
    arrays = {name: np.array(values, np.int64) for name, values in content["counts"].items()}
    made = Counts(under, arrays["asked"], arrays["found"], arrays["plates"], arrays["read"], arrays["false"])
    views, shape = len(made.false), (len(made.false), len(under))
    wanted = {
        "asked": (*shape, len(DISTANCES), len(OCCLUSIONS)), "found": made.asked.shape,
        "plates": (*shape, len(DENSITIES)), "read": made.plates.shape, "false": shape,
    }  # fmt: skip
    for name, size in wanted.items():
        if getattr(made, name).shape != size or not views:
            raise ValueError(f"counts of {name} have shape {getattr(made, name).shape}, not {size}")
    return made
