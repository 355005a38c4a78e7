"""The A* search behind detours, compiled; it is led by marked labels, see :mod:`twin.travel.detour`."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.heap import pop, push
from twin.travel.label_queries import read_off, spread_out
from twin.travel.trees import ROOT

Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]
Net = tuple[Ints, Ints, Ints, Ints, Ints]
Tables = tuple[Ints, Ints, Ints, Ints, Ints, Int32s, Ints, Int32s]

MARKS: Final = 2
"""Bits that times are moved up by; below them stands how many of the two halves of a way meet a change."""

GAVE_UP: Final = -2
"""The time where the budget ran out."""

_STATE_BITS: Final = 24  # of a heap's key; the others hold the bound
_UNKNOWN: Final = -2


class _Scratch(NamedTuple):
    """What searches to one goal share: ``known`` bounds of nodes; and of states, as it was before after each search."""

    known: Ints
    spread: Int32s
    spent_ms: Ints
    by: Ints
    came: Ints
    touched: Ints


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def rounds_ms(origins: Ints, goal: int, budget: int, net: Net, tables: Tables) -> Ints:
    """Return the (n,) times from each origin to one goal: -1 for no way, GAVE_UP from where the budget ran out on.

    ``budget`` is how many states may be looked at in all; ``net`` is the node of each state, the first and the arcs of
    its choices, the arrival and the time of each arc; ``tables`` are those of
    :func:`twin.travel.label_queries.one_ms`, marked.
    """
    scratch = _scratch(goal, len(net[0]), tables)
    times = np.full(len(origins), np.int64(GAVE_UP))
    for i in range(len(origins)):
        _, times[i], budget, touched = _search(origins[i], goal, budget, net, tables, scratch)
        if budget < 0:
            break
        for k in range(touched):
            scratch.spent_ms[scratch.touched[k]] = -1
    return times


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def round_path(origin: int, goal: int, budget: int, net: Net, tables: Tables) -> tuple[Ints, int]:
    """Return the arcs from origin to goal and their time, as :func:`rounds_ms` does."""
    scratch = _scratch(goal, len(net[0]), tables)
    end, ms, _, _ = _search(origin, goal, budget, net, tables, scratch)
    n, at = 0, end
    while ms >= 0 and scratch.by[at] >= 0:
        n, at = n + 1, scratch.came[at]
    path, at = np.empty(n, np.int64), end
    for i in range(n - 1, -1, -1):
        path[i], at = scratch.by[at], scratch.came[at]
    return path, ms


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _scratch(goal: int, states: int, tables: Tables) -> _Scratch:
    goals, tree, place, _, _, _, first, entry = tables
    return _Scratch(
        np.full(len(goals), np.int64(_UNKNOWN)), spread_out(place[tree[goals[goal], ROOT]], first, entry),
        np.full(states, np.int64(-1)), np.empty(states, np.int64), np.empty(states, np.int64),
        np.empty(states, np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _search(
    origin: int,
    goal: int,
    budget: int,
    net: tuple[Ints, Ints, Ints, Ints, Ints],
    tables: tuple[Ints, ...],
    at: _Scratch,
) -> tuple[int, int, int, int]:
    """Return the state it ended in, the time, what is left of the budget, and how many states were touched."""
    node, first, choice, arrival, arc_ms = net
    heap = np.empty(1024, np.int64)
    at.spent_ms[origin], at.by[origin], at.touched[0] = 0, -1, origin
    touched, size = 1, push(heap, 0, (_led(origin, goal, at, tables) << _STATE_BITS) | origin)
    while size > 0:
        bound, here = heap[0] >> _STATE_BITS, heap[0] & (2**_STATE_BITS - 1)
        size = pop(heap, size)
        if bound > at.spent_ms[here] + at.known[node[here]]:
            continue
        if node[here] == goal:
            return here, at.spent_ms[here], budget, touched
        budget -= 1
        if budget < 0:
            return here, GAVE_UP, budget, touched
        for i in range(first[here], first[here + 1]):
            onto, new = arrival[choice[i]], at.spent_ms[here] + arc_ms[choice[i]]
            rest = _led(node[onto], goal, at, tables)
            if rest < 0 or 0 <= at.spent_ms[onto] <= new:
                continue
            if at.spent_ms[onto] < 0:
                at.touched[touched] = onto
                touched += 1
            at.spent_ms[onto], at.by[onto], at.came[onto] = new, choice[i], here
            if size == len(heap):
                heap = np.concatenate((heap, heap))
            size = push(heap, size, ((new + rest) << _STATE_BITS) | onto)
    return origin, -1, budget, touched


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _led(node: int, goal: int, at: _Scratch, tables: Tables) -> int:
    """Return what the labels promise from a node to the goal."""
    if at.known[node] == _UNKNOWN:
        goals, tree, place, ms, first, entry, _, _ = tables
        bound = read_off(node, goals[goal], True, at.spread, tree, place, ms, (first, entry))
        at.known[node] = bound >> MARKS
    return int(at.known[node])
