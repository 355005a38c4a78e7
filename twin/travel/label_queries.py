"""Compiled questions to labels. They write nothing that outlives a call: any number of threads may ask at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.trees import DEPTH, DOWN_MS, DOWN_ROW, PARENT, ROOT, UP_MS, UP_ROW

Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]

NO_WAY: Final = -1
_FAR: Final = 2**30 + 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def between_ms(
    u: int, w: int, tree: Ints, place: Ints, ms: Ints, out: tuple[Ints, Int32s], into: tuple[Ints, Int32s]
) -> int:
    """Return the time from vertex ``u`` to vertex ``w``, -1 for no way.

    ``tree`` is :attr:`twin.travel.trees.Trees.table`, ``place`` holds the place of each root in the labels, ``ms`` the
    time of each edge; ``out`` and ``into`` are where each label starts, and the entries.
    """
    a, b = tree[u, ROOT], tree[w, ROOT]
    up_ms, down_ms = tree[u, UP_MS], tree[w, DOWN_MS]
    if a == b:
        total: int = within_ms(u, w, tree, ms)
        return total
    if up_ms < 0 or down_ms < 0:
        return NO_WAY
    rest_ms, _, _ = meet(place[a], place[b], out, into)
    return NO_WAY if rest_ms < 0 else int(up_ms + rest_ms + down_ms)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def meet(a: int, b: int, out: tuple[Ints, Int32s], into: tuple[Ints, Int32s]) -> tuple[int, int, int]:
    """Return the time between two places, and the entries of the weightiest hub on the quickest way in both labels.

    All three are -1 where there is no way.
    """
    best, from_entry, to_entry = np.int64(NO_WAY), np.int64(NO_WAY), np.int64(NO_WAY)
    i, last_i = out[0][a], out[0][a + 1]
    j, last_j = into[0][b], into[0][b + 1]
    while i < last_i and j < last_j:
        hub_i, hub_j = out[1][i, 0], into[1][j, 0]
        if hub_i == hub_j:
            ms = np.int64(out[1][i, 1]) + into[1][j, 1]
            if best < 0 or ms < best:
                best, from_entry, to_entry = ms, i, j
            i += 1
            j += 1
        elif hub_i < hub_j:
            i += 1
        else:
            j += 1
    return int(best), int(from_entry), int(to_entry)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def within_ms(u: int, w: int, tree: Ints, ms: Ints) -> int:
    """Return the time between two vertices of one dead end, -1 for no way."""
    total = 0
    while u != w:
        if tree[u, DEPTH] >= tree[w, DEPTH]:
            row = tree[u, UP_ROW]
            u = tree[u, PARENT]
        else:
            row = tree[w, DOWN_ROW]
            w = tree[w, PARENT]
        if row < 0:
            return NO_WAY
        total += ms[row]
    return int(total)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def one_ms(
    origin: int, goal: int, goals: Ints, tree: Ints, place: Ints, ms: Ints,
    out_first: Ints, out_entry: Int32s, into_first: Ints, into_entry: Int32s,
) -> int:  # fmt: skip
    """Return the time from node to node."""
    if origin < 0 or goal < 0 or origin >= len(goals) or goal >= len(goals):
        raise IndexError("a node is not in the city")
    total: int = between_ms(origin, goals[goal], tree, place, ms, (out_first, out_entry), (into_first, into_entry))
    return total


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def many_ms(
    ends: Ints, end: int, to_end: bool, goals: Ints, tree: Ints, place: Ints, ms: Ints,
    out_first: Ints, out_entry: Int32s, into_first: Ints, into_entry: Int32s,
) -> Ints:  # fmt: skip
    """Return the (n,) times between ``ends`` and one node: to it, or from it.

    The label of the one is spread out over all hubs once; then each of the many reads off its own.
    """
    for node in ends:
        if node < 0 or node >= len(goals):
            raise IndexError("a node is not in the city")
    if end < 0 or end >= len(goals):
        raise IndexError("a node is not in the city")
    one = goals[end] if to_end else end
    first, entry = (into_first, into_entry) if to_end else (out_first, out_entry)
    many = (out_first, out_entry) if to_end else (into_first, into_entry)
    spread = spread_out(place[tree[one, ROOT]], first, entry)
    times = np.empty(len(ends), np.int64)
    for k in range(len(ends)):
        times[k] = read_off(ends[k] if to_end else goals[ends[k]], one, to_end, spread, tree, place, ms, many)
    return times


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def spread_out(at: int, first: Ints, entry: Int32s) -> Int32s:
    """Return the times of the label of a place by hub, and something too far for the hubs it has not."""
    spread = np.full(len(first) - 1, np.int32(_FAR))
    for i in range(first[at], first[at + 1]):
        spread[entry[i, 0]] = entry[i, 1]
    return spread


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def read_off(
    other: int, one: int, to_one: bool, spread: Int32s, tree: Ints, place: Ints, ms: Ints, own: tuple[Ints, Int32s]
) -> int:
    """Return the time between a vertex and the one whose label is spread out: to it, or from it.

    ``own`` are the labels of ``other`` in that direction.
    """
    root = tree[other, ROOT]
    if root == tree[one, ROOT]:
        total: int = within_ms(other, one, tree, ms) if to_one else within_ms(one, other, tree, ms)
        return total
    own_ms = tree[other, UP_MS] if to_one else tree[other, DOWN_MS]
    rest_ms = tree[one, DOWN_MS] if to_one else tree[one, UP_MS]
    if own_ms < 0 or rest_ms < 0:
        return NO_WAY
    best = np.int64(_FAR)
    for i in range(own[0][place[root]], own[0][place[root] + 1]):
        best = min(best, np.int64(spread[own[1][i, 0]]) + own[1][i, 1])
    return int(own_ms + best + rest_ms) if best < _FAR else NO_WAY


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def quickest(
    ends: Ints, goal: int, xy_m: NDArray[np.float64], m_per_ms: float, goals: Ints, tree: Ints, place: Ints, ms: Ints,
    out_first: Ints, out_entry: Int32s, into_first: Ints, into_entry: Int32s,
) -> tuple[int, int]:  # fmt: skip
    """Return which of some nodes is the quickest at one node, of equals the first, and its time; ``-1, -1`` for none.

    No way is quicker than the straight line at ``m_per_ms``: what that rules out is not asked about.
    """
    for node in ends:
        if node < 0 or node >= len(goals):
            raise IndexError("a node is not in the city")
    if goal < 0 or goal >= len(goals):
        raise IndexError("a node is not in the city")
    out, into = (out_first, out_entry), (into_first, into_entry)
    line_m2, nearest = lines_m2(ends, goal, xy_m)
    best, best_ms, within_m2 = -1, np.int64(NO_WAY), np.inf
    for turn in range(-1 if len(ends) else 0, len(ends)):
        k = nearest if turn < 0 else turn
        if turn == nearest or line_m2[k] > within_m2:
            continue
        found = between_ms(ends[k], goals[goal], tree, place, ms, out, into)
        if found >= 0 and (best < 0 or found < best_ms or (found == best_ms and k < best)):
            best, best_ms, within_m2 = k, found, reach_m2(found, m_per_ms)
    return best, int(best_ms)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def lines_m2(ends: Ints, node: int, xy_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Return the squares of the straight lines between some nodes and one, and which is the shortest."""
    line_m2, nearest = np.empty(len(ends), np.float64), 0
    for k in range(len(ends)):
        east, north = xy_m[ends[k], 0] - xy_m[node, 0], xy_m[ends[k], 1] - xy_m[node, 1]
        line_m2[k] = east * east + north * north
        nearest = k if line_m2[k] < line_m2[nearest] else nearest
    return line_m2, nearest


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def reach_m2(time_ms: int, m_per_ms: float) -> float:
    """Return the square of the longest straight line that a time allows, with room for rounding."""
    return float((max(time_ms, 0) * m_per_ms) ** 2 * (1.0 + 1e-9) + 1e-6)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def cheapest(
    origin: int, ends: Ints, extra_ms: Ints, xy_m: NDArray[np.float64], m_per_ms: float, goals: Ints, tree: Ints,
    place: Ints, ms: Ints, out_first: Ints, out_entry: Int32s, into_first: Ints, into_entry: Int32s,
) -> tuple[int, int]:  # fmt: skip
    """Return which of some nodes costs least from one node, and the time to it; ``-1, -1`` where none can be reached.

    What a node costs is the time to it and its own ``extra_ms``; of equals it is the first. What the straight line
    rules out is not asked about.
    """
    for node in ends:
        if node < 0 or node >= len(goals):
            raise IndexError("a node is not in the city")
    if origin < 0 or origin >= len(goals):
        raise IndexError("a node is not in the city")
    out, into = (out_first, out_entry), (into_first, into_entry)
    line_m2, nearest = lines_m2(ends, origin, xy_m)
    best, best_ms, cost_ms = -1, np.int64(NO_WAY), np.int64(NO_WAY)
    for turn in range(-1 if len(ends) else 0, len(ends)):
        k = nearest if turn < 0 else turn
        if turn == nearest or (best >= 0 and line_m2[k] > reach_m2(cost_ms - extra_ms[k], m_per_ms)):
            continue
        found = between_ms(origin, goals[ends[k]], tree, place, ms, out, into)
        cost = found + extra_ms[k]
        if found >= 0 and (best < 0 or cost < cost_ms or (cost == cost_ms and k < best)):
            best, best_ms, cost_ms = k, found, cost
    return best, int(best_ms)
