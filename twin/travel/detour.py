"""Closures and slow zones over labels that know nothing of them: exact, and without new labels.

What is laid over a city only ever makes streets slower, so a time from the labels bounds the true one from below. It
is the true one where the labels' way meets nothing that was changed; for that each entry of a label carries a mark. For
the others an A* search goes round the change, led by that bound (P. Hart, N. Nilsson, B. Raphael, 1968; states are
opened again where the bound is not consistent). A search that does not end soon gives way to a plain one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.streets import StreetGraph
from twin.travel.contract import Ints, Route, soonest
from twin.travel.detour_search import GAVE_UP, MARKS, NO_LIMIT_MS, round_path, rounds_ms, rounds_quickest
from twin.travel.hub_labels import Int32s, Labels
from twin.travel.label_graph import LabelGraph
from twin.travel.label_set import LabelSet
from twin.travel.labelled import LabelledTravel
from twin.travel.routes import no_route, route_of
from twin.travel.searched import SearchedTravel
from twin.travel.trees import DEPTH, DOWN_ROW, UP_ROW, hang

_BUDGET_SHARE: Final = 8


class DetourTravel(SearchedTravel):
    """A :class:`twin.travel.contract.Travel` over streets that differ from labelled ones by closures and slow zones.

    Attributes:
        streets: the streets as they are now.
        unsure_share: share of the labels' entries whose way meets something that was changed.
    """

    def __init__(self, base: LabelledTravel, streets: StreetGraph) -> None:
        """Mark the labels.

        Args:
            base: travel times of the same city, profile and speed period without the overlays.
            streets: the graph with them.
        """
        super().__init__(streets)
        self._now = LabelGraph.of(streets)
        self._row, marked = _marked(base.labels, self._now)
        unsure = [side.entry[:, 1] & (2**MARKS - 1) for side in (marked.out, marked.into)]
        self.unsure_share = float(np.mean(np.concatenate(unsure) > 0)) if sum(map(len, unsure)) else 0.0
        self._bound = LabelledTravel(base.streets, marked)
        states, arcs = streets.states, streets.arcs
        self._net = (states.node, states.first, states.arc, states.arrival, arcs.arc_ms)
        self._budget = len(states.node) // _BUDGET_SHARE
        self._far: set[int] = set()  # goals so far round the change that the plain search, which is kept, is quicker

    def one_to_one_ms(self, origin: int, goal: int, period: int) -> int:
        """Return the time of the quickest way, -1 for none."""
        bound = self._bound.one_to_one_ms(origin, goal, 0)
        return bound >> MARKS if _certain(bound) else int(self._rounds(np.array([origin]), goal)[0])

    def many_to_one_ms(self, origins: Ints, goal: int, period: int) -> Ints:
        """Return the (n,) times from each origin to one goal, -1 for none."""
        bounds = self._bound.many_to_one_ms(origins, goal, 0)
        times, unsure = bounds >> MARKS, ~_certain(bounds)
        if unsure.any():
            times[unsure] = self._rounds(np.asarray(origins)[unsure], goal)
        return times

    def one_to_many_ms(self, origin: int, goals: Ints, period: int) -> Ints:
        """Return the (n,) times from one origin to each goal, -1 for none."""
        bounds = self._bound.one_to_many_ms(origin, goals, 0)
        return bounds >> MARKS if _certain(bounds).all() else super().one_to_many_ms(origin, goals, period)

    def quickest_to(self, origins: Ints, goal: int, period: int) -> tuple[int, int]:
        """Return which origin is the quickest at one goal, of equals the first, and its time; -1, -1 for none.

        A search goes round the change only from where its bound is no longer than the best time that is certain.
        """
        bounds = self._bound.many_to_one_ms(origins, goal, 0)
        sure = _certain(bounds)
        best, best_ms = soonest(np.where(sure, bounds >> MARKS, -1))
        open_rows = np.flatnonzero(~sure & ((best < 0) | (bounds >> MARKS <= best_ms)))
        if not len(open_rows):
            return best, best_ms
        which, ms = GAVE_UP, GAVE_UP
        if goal not in self._far:
            which, ms = rounds_quickest(
                np.asarray(origins)[open_rows], bounds[open_rows] >> MARKS, goal, best_ms if best >= 0 else NO_LIMIT_MS,
                self._budget, self._net, self._bound.tables,
            )  # fmt: skip
        if ms == GAVE_UP:
            self._far.add(goal)
            return soonest(super().many_to_one_ms(origins, goal, 0))
        if which < 0 or (ms == best_ms and best < open_rows[which]):
            return best, best_ms
        return int(open_rows[which]), int(ms)

    def route(self, origin: int, goal: int, period: int) -> Route:
        """Return the quickest way; of equally quick ways always the same."""
        bound = self._bound.one_to_one_ms(origin, goal, 0)
        if bound < 0:
            return no_route()
        if _certain(bound):
            return route_of(self.streets, origin, self._sure_arcs(origin, goal))
        arcs, sure, ms = round_path(origin, goal, self._budget, self._net, self._bound.tables)
        if ms == GAVE_UP:
            return super().route(origin, goal, period)
        if ms < 0:
            return no_route()
        return route_of(self.streets, origin, np.concatenate([arcs, self._sure_arcs(sure, goal)]))

    def _sure_arcs(self, origin: int, goal: int) -> Ints:
        """Return the arcs of the labels' way, which meets no change."""
        arcs = self._now.arc[self._row[self._bound.rows(origin, goal)]]
        return arcs[arcs >= 0]

    def _rounds(self, origins: Ints, goal: int) -> Ints:
        """Return the times from where the labels are not sure."""
        if goal not in self._far:
            times: Ints = rounds_ms(origins, goal, self._budget, self._net, self._bound.tables)
            if GAVE_UP not in times:
                return times
            self._far.add(goal)
        return super().many_to_one_ms(origins, goal, 0)


def _certain(bound: Any) -> Any:
    """Return whether a bound is the time itself: no way at all, or one that meets no change."""
    return (bound < 0) | (bound & (2**MARKS - 1) == 0)


def _marked(base: LabelSet, now: LabelGraph) -> tuple[Ints, LabelSet]:
    """Return the edge of now for each edge of the base (-1 for none), and the labels with times moved up and marked.

    Ways within a dead end are the only ones there are, so they carry the times of now and no mark.
    """
    graph, n = base.graph, now.vertices
    key, keys = graph.tail * n + graph.head, now.tail * n + now.head
    at = np.minimum(np.searchsorted(keys, key), max(0, len(keys) - 1))
    row = np.where(keys[at] == key, at, -1) if len(keys) else np.full(len(key), -1)
    ms = np.where(row >= 0, now.ms[np.maximum(row, 0)], graph.ms) if len(keys) else graph.ms
    changed = (row < 0) | (ms > graph.ms)
    tree = base.tree.copy()
    for column in (UP_ROW, DOWN_ROW):
        there = tree[:, column] >= 0
        gone = row[tree[there, column]] < 0
        tree[np.flatnonzero(there)[gone], column] = -1
    hang(np.argsort(tree[:, DEPTH], kind="stable"), ms << MARKS, tree)
    sides = [Labels(side.first, _mark(side.entry, side.step, changed), side.step) for side in (base.out, base.into)]
    return row, LabelSet(replace(graph, ms=ms << MARKS), tree, base.place, *sides)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _mark(entry: Int32s, step: Int32s, changed: NDArray[np.bool_]) -> Int32s:
    """Return the entries with their times moved up, and 1 added where the way to the hub meets a changed edge.

    ``changed`` holds whether an edge is slower now or closed.
    """
    marks = np.full(len(step), np.int8(-1))
    chain = np.empty(1024, np.int64)
    for start in range(len(step)):
        at, n = start, 0
        while marks[at] < 0 and step[at, 0] >= 0 and not changed[step[at, 0]]:
            if n == len(chain):
                wider = np.empty(2 * n, np.int64)
                wider[:n] = chain
                chain = wider
            chain[n] = at
            n += 1
            at = step[at, 1]
        if marks[at] < 0:
            marks[at] = 1 if step[at, 0] >= 0 else 0
        for i in range(n):
            marks[chain[i]] = marks[at]
    marked = entry.copy()
    for i in range(len(step)):
        marked[i, 1] = (entry[i, 1] << MARKS) + marks[i]
    return marked
