"""Every figure of the matrix as hits of asked by view, under a name: for intervals, for the report, for comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.recognition.matrix.counts import DENSITIES, DISTANCES, OCCLUSIONS, Counts
from twin.sky import LIGHTS, WEATHERS

Ints = NDArray[np.int64]
Named = dict[str, str]


@dataclass(frozen=True)
class Figure:
    """One figure of the matrix.

    Attributes:
        table: ``overall``, ``axes``, ``scenes``, ``cells`` or ``plates``.
        metric: ``recall``, ``plates_read`` or ``false_per_frame``.
        where: what it is of, by axis.
        hits, asked: (v,) of each view; the figure is the ratio of their sums.
        more_is_better: whether a rise is good.
    """

    table: str
    metric: str
    where: Named
    hits: Ints
    asked: Ints
    more_is_better: bool = True


def figures_of(counts: Counts) -> Iterator[Figure]:
    """Yield all figures that anything was asked for in."""
    every = np.ones(len(counts.conditions), bool)
    yield from _of_conditions(counts, every, "overall", {})
    yield from _axes(counts)
    for row, condition in enumerate(counts.conditions):
        only = np.arange(len(counts.conditions)) == row
        where = {"light": condition.light, "weather": condition.weather, "faults": condition.faults}
        yield from _of_conditions(counts, only, "scenes", where)
        yield from _cells(counts, row, where)
        yield from _plates(counts, row, where)


def _of_conditions(counts: Counts, rows: NDArray[np.bool_], table: str, where: Named) -> Iterator[Figure]:
    recall = counts.found[:, rows].sum(axis=(1, 2, 3)), counts.asked[:, rows].sum(axis=(1, 2, 3))
    if recall[1].any():
        yield Figure(table, "recall", where, *recall)
    plates = counts.read[:, rows].sum(axis=(1, 2)), counts.plates[:, rows].sum(axis=(1, 2))
    if plates[1].any():
        yield Figure(table, "plates_read", where, *plates)
    frames = np.full(counts.views, rows.sum())
    yield Figure(table, "false_per_frame", where, counts.false[:, rows].sum(axis=1), frames, more_is_better=False)


def _axes(counts: Counts) -> Iterator[Figure]:
    """Yield each light, weather and fault over all else, and each distance and occlusion."""
    for axis, order in (("light", LIGHTS), ("weather", WEATHERS), ("faults", ())):
        values = [getattr(condition, axis) for condition in counts.conditions]
        for value in sorted(set(values), key=lambda v: order.index(v) if v in order else values.index(v)):
            yield from _of_conditions(counts, np.array(values) == value, "axes", {"axis": axis, "value": value})
    for axis, names, over in (("distance", DISTANCES, (1, 3)), ("occlusion", OCCLUSIONS, (1, 2))):
        found, asked = counts.found.sum(axis=over), counts.asked.sum(axis=over)
        for row, value in enumerate(names):
            if asked[:, row].any():
                yield Figure("axes", "recall", {"axis": axis, "value": value}, found[:, row], asked[:, row])
    read, plates = counts.read.sum(axis=1), counts.plates.sum(axis=1)
    for row, value in enumerate(DENSITIES):
        if plates[:, row].any():
            yield Figure("axes", "plates_read", {"axis": "density", "value": value}, read[:, row], plates[:, row])


def _cells(counts: Counts, row: int, where: Named) -> Iterator[Figure]:
    for d, distance in enumerate(DISTANCES):
        for o, occlusion in enumerate(OCCLUSIONS):
            asked = counts.asked[:, row, d, o]
            if asked.any():
                of = where | {"distance": distance, "occlusion": occlusion}
                yield Figure("cells", "recall", of, counts.found[:, row, d, o], asked)


def _plates(counts: Counts, row: int, where: Named) -> Iterator[Figure]:
    for d, density in enumerate(DENSITIES):
        plates = counts.plates[:, row, d]
        if plates.any():
            yield Figure("plates", "plates_read", where | {"density": density}, counts.read[:, row, d], plates)
