"""The A* search behind detours, compiled; it is led by marked labels, see :mod:`twin.travel.detour`.

It goes only as far as it must: from the first junction it comes to whose own way meets no change, the labels know the
rest.
"""

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

NO_LIMIT_MS: Final = 1 << 60
"""A time that no way takes."""

_STATE_BITS: Final = 24  # of a heap's key; the others hold the bound
_UNKNOWN: Final = -2


class _Scratch(NamedTuple):
    """What searches to one goal share: marked bounds of nodes; and of states what each search leaves as it found it."""

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
        _, times[i], budget, touched = _search(origins[i], goal, NO_LIMIT_MS, budget, net, tables, scratch)
        if budget < 0:
            break
        _wipe(scratch, touched)
    return times


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def rounds_quickest(
    origins: Ints, least_ms: Ints, goal: int, known_ms: int, budget: int, net: Net, tables: Tables
) -> tuple[int, int]:
    """Return which of some origins is the quickest at one goal, of equals the first, and its time.

    ``least_ms`` bounds their times from below, and what takes longer than ``known_ms`` does not count: an origin that
    these rule out is not searched from. Both are -1 where none is left, and the time is GAVE_UP where the budget ran
    out.
    """
    scratch = _scratch(goal, len(net[0]), tables)
    best, best_ms = -1, np.int64(known_ms)
    for k in np.argsort(least_ms, kind="mergesort"):
        if least_ms[k] > best_ms:
            break
        _, ms, budget, touched = _search(origins[k], goal, best_ms, budget, net, tables, scratch)
        if budget < 0:
            return -1, GAVE_UP
        if ms >= 0 and (best < 0 or ms < best_ms or k < best):
            best, best_ms = k, ms
        _wipe(scratch, touched)
    return best, int(best_ms) if best >= 0 else -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def round_path(origin: int, goal: int, budget: int, net: Net, tables: Tables) -> tuple[Ints, int, int]:
    """Return the arcs to the junction from which the labels know the way, that junction, and the time to the goal."""
    scratch = _scratch(goal, len(net[0]), tables)
    end, ms, _, _ = _search(origin, goal, NO_LIMIT_MS, budget, net, tables, scratch)
    n, at, sure = 0, end, net[0][end]
    while ms >= 0 and scratch.by[at] >= 0:
        n, at = n + 1, scratch.came[at]
    path, at = np.empty(n, np.int64), end
    for i in range(n - 1, -1, -1):
        path[i], at = scratch.by[at], scratch.came[at]
    return path, sure, ms


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
    most_ms: int,
    budget: int,
    net: tuple[Ints, Ints, Ints, Ints, Ints],
    tables: tuple[Ints, ...],
    at: _Scratch,
) -> tuple[int, int, int, int]:
    """Return the state it ended in, the time, what is left of the budget, and how many states were touched.

    A way that takes longer than ``most_ms`` counts as none.
    """
    node, first, choice, arrival, arc_ms = net
    heap = np.empty(1024, np.int64)
    at.spent_ms[origin], at.by[origin], at.touched[0] = 0, -1, origin
    touched, size = 1, push(heap, 0, (_led(origin, goal, at, tables) << _STATE_BITS) | origin)
    while size > 0:
        bound, here = heap[0] >> _STATE_BITS, heap[0] & (2**_STATE_BITS - 1)
        size = pop(heap, size)
        rest = at.known[node[here]]
        if bound > at.spent_ms[here] + (rest >> MARKS):
            continue
        if node[here] == goal or (here < len(at.known) and rest & (2**MARKS - 1) == 0):
            return here, bound, budget, touched
        budget -= 1
        if budget < 0:
            return here, GAVE_UP, budget, touched
        for i in range(first[here], first[here + 1]):
            onto, new = arrival[choice[i]], at.spent_ms[here] + arc_ms[choice[i]]
            rest = _led(node[onto], goal, at, tables)
            if rest < 0 or new + rest > most_ms or 0 <= at.spent_ms[onto] <= new:
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
def _wipe(at: _Scratch, touched: int) -> None:
    """Leave the states as they were found."""
    for i in range(touched):
        at.spent_ms[at.touched[i]] = -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _led(node: int, goal: int, at: _Scratch, tables: Tables) -> int:
    """Return the least that a node is away from the goal, by the labels; -1 for no way."""
    if at.known[node] == _UNKNOWN:
        goals, tree, place, ms, first, entry, _, _ = tables
        at.known[node] = read_off(node, goals[goal], True, at.spread, tree, place, ms, (first, entry))
    return int(at.known[node] >> MARKS)
