"""The matrix beside an older one: what got worse or better, with p-values that hold for all figures together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.recognition.matrix.counts import Counts, counts_from
from experiments.recognition.matrix.figures import Figure, figures_of
from experiments.recognition.thresholds import Verdict
from experiments.statistics.many import joint_p_values
from twin.errors import Fault, InputError

Floats = NDArray[np.float64]

SIGNIFICANT: Final = 0.05
KIND: Final = "recognition matrix"
WHERE: Final = ("value", "light", "weather", "faults", "distance", "occlusion", "density")
_NAMED: Final = 8


def read_baseline(path: Path) -> dict[str, Any]:
    """Read an older report.

    Raises:
        InputError: it is none.
    """
    asked = f"compare with {path}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["kind"] != KIND:
            raise InputError(
                asked, f"it is a report on {content['kind']!r}; one of `twin vision matrix` was wanted", path
            )
        counts_from(content)
    except OSError as fault:
        raise InputError(asked, fault.strerror or str(fault), path) from None
    except (ValueError, KeyError, TypeError) as fault:
        if isinstance(fault, InputError):
            raise
        raise InputError(
            asked, f"it is no report of `twin vision matrix` ({type(fault).__name__}: {fault})", path
        ) from None
    found: dict[str, Any] = content
    return found


def check_baseline(old: Mapping[str, Any], asked: Mapping[str, Any], source: Path) -> None:
    """Refuse a baseline of other views.

    Args:
        old: the older report.
        asked: ``city`` and ``seed`` of the new one.
        source: the older one's file.

    Raises:
        InputError: the views are not the same; each difference is named.
    """
    faults = []
    for name in ("city", "seed"):
        was, now = old.get(name), asked[name]
        if was != now:
            faults.append(
                Fault(f"its views are of {name} {was!r}, asked for are those of {now!r}: give --{name} {was}")
            )
    if faults:
        raise InputError("compare with the baseline", faults, source)


def compared(old: Mapping[str, Any], new: Counts, seed: int) -> dict[str, Any]:
    """Return what changed from an older report to new counts, over the views and conditions both have.

    Returns:
        ``rows``: each figure ``before`` and ``after``, its ``change``, ``p`` and ``verdict`` (``worse``, ``better``,
        ``same``), the surest first; ``worse``, ``better``: how many; ``views``, ``conditions`` compared;
        ``same_footage``: whether the objects before the cameras are the same in number everywhere.

    Raises:
        InputError: the two have no condition in common.
    """
    before = counts_from(old)
    common = [c for c in new.conditions if c in before.conditions]
    if not common:
        raise InputError("compare with the baseline", "it has none of these lights, weathers and faults")
    views = min(before.views, new.views)
    before = before.part(views, [before.conditions.index(c) for c in common])
    after = new.part(views, [new.conditions.index(c) for c in common])
    pairs = _pairs(before, after)
    p_values = joint_p_values(np.array([_differences(a, b) for a, b in pairs]).T, seed)
    rows = [_row(a, b, float(p)) for (a, b), p in zip(pairs, p_values, strict=True)]
    rows.sort(key=lambda row: (row["p"], row["gain"]))
    return {
        "rows": rows,
        "worse": sum(row["verdict"] == "worse" for row in rows),
        "better": sum(row["verdict"] == "better" for row in rows),
        "views": views,
        "conditions": len(common),
        "same_footage": bool(np.array_equal(before.asked, after.asked) and np.array_equal(before.plates, after.plates)),
        "weights_sha256": old.get("weights_sha256"),
    }


def against_baseline(report: Mapping[str, Any]) -> list[Verdict]:
    """Return the verdict on what got worse; none where there is no baseline."""
    if "baseline" not in report:
        return []
    found = report["baseline"]
    worse = [row for row in found["rows"] if row["verdict"] == "worse"]
    named = "; ".join(
        f"{row['metric']} {', '.join(str(row[k]) for k in WHERE if k in row) or 'over all'} {row['before']} to "
        f"{row['after']}" for row in worse[:_NAMED]
    )  # fmt: skip
    told = f"{len(worse)} of {len(found['rows'])} figures worse than in {found['file']}" + (
        f": {named}" if named else ""
    )
    return [Verdict("figures worse than the baseline's", float(len(worse)), not worse, told)]


def _pairs(before: Counts, after: Counts) -> list[tuple[Figure, Figure]]:
    old = {(f.table, f.metric, *f.where.items()): f for f in figures_of(before)}
    named = [((f.table, f.metric, *f.where.items()), f) for f in figures_of(after)]
    return [(old[name], figure) for name, figure in named if name in old]


def _differences(before: Figure, after: Figure) -> Floats:
    """Return (v,) new less old of each view: hits beyond what the share of both together would give it.

    Where both looked at the same objects this is the difference of hits; where not, views with more objects in one of
    the two count for no more than they should.
    """
    together = (before.hits.sum() + after.hits.sum()) / (before.asked.sum() + after.asked.sum())
    return np.asarray((after.hits - together * after.asked) - (before.hits - together * before.asked), np.float64)


def _row(before: Figure, after: Figure, p: float) -> dict[str, Any]:
    old, new = (float(f.hits.sum() / f.asked.sum()) for f in (before, after))
    gain = (new - old) * (1 if after.more_is_better else -1)
    verdict = "same" if p >= SIGNIFICANT or not gain else "better" if gain > 0 else "worse"
    return {
        "table": after.table, "metric": after.metric, **after.where, "before": round(old, 4), "after": round(new, 4),
        "change": round(new - old, 4), "gain": round(gain, 4), "p": round(p, 5), "verdict": verdict,
    }  # fmt: skip
