"""Compiled questions about ways: which edges the quickest one takes, and which nodes it passes when."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.label_queries import meet, within_ms
from twin.travel.trees import DEPTH, DOWN_MS, DOWN_ROW, PARENT, ROOT, UP_MS, UP_ROW

Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def way(
    origin: int, goal: int, goals: Ints, tree: Ints, place: Ints, ms: Ints,
    out_first: Ints, out_entry: Int32s, into_first: Ints, into_entry: Int32s,
    out_step: Int32s, into_step: Int32s,
) -> tuple[Ints, bool]:  # fmt: skip
    """Return the edges of the quickest way from node to node, and whether there is one.

    Of equally quick ways it passes the weightiest hub, and of those the one the labels were made with: always the same.
    From both ends each entry links to the next one on the way to the hub; both chains are followed at once, so that
    the memory is asked for both.
    """
    if origin < 0 or goal < 0 or origin >= len(goals) or goal >= len(goals):
        raise IndexError("a node is not in the city")
    u, w = origin, goals[goal]
    ahead, back = np.empty(64, np.int64), np.empty(64, np.int64)
    n = m = 0
    a, b = tree[u, ROOT], tree[w, ROOT]
    apart, i, j = a != b, -1, -1
    if apart and tree[u, UP_MS] >= 0 and tree[w, DOWN_MS] >= 0:
        _, i, j = meet(place[a], place[b], (out_first, out_entry), (into_first, into_entry))
    if i < 0 and (apart or within_ms(u, w, tree, ms) < 0):
        return ahead[:0], False
    while (apart and u != a) or (not apart and u != w and tree[u, DEPTH] >= tree[w, DEPTH]):
        ahead, n = _put(ahead, n, tree[u, UP_ROW])
        u = tree[u, PARENT]
    while (apart and w != b) or (not apart and u != w):
        if not apart and tree[u, DEPTH] >= tree[w, DEPTH]:
            ahead, n = _put(ahead, n, tree[u, UP_ROW])
            u = tree[u, PARENT]
        else:
            back, m = _put(back, m, tree[w, DOWN_ROW])
            w = tree[w, PARENT]
    while i >= 0 or j >= 0:
        if i >= 0:
            row, i = out_step[i, 0], out_step[i, 1]
            if row >= 0:
                ahead, n = _put(ahead, n, row)
        if j >= 0:
            row, j = into_step[j, 0], into_step[j, 1]
            if row >= 0:
                back, m = _put(back, m, row)
    return np.concatenate((ahead[:n], back[:m][::-1])), True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def lay(
    origin: int, goal: int, at_row: int, way_node: Ints, way_ms: Ints, onto: Int32s, goals: Ints, tree: Ints,
    place: Ints, ms: Ints, out_first: Ints, out_entry: Int32s, into_first: Ints, into_entry: Int32s,
    out_step: Int32s, into_step: Int32s,
) -> int:  # fmt: skip
    """Write the nodes of the quickest way, and when it passes them, into one row of two tables; return how many.

    Of more than a row holds only as many are written; there are none where there is no way. ``onto`` holds the node
    that each edge leads to, -1 for a step that leads to no further one, and its time.
    """
    rows, found = way(
        origin, goal, goals, tree, place, ms, out_first, out_entry, into_first, into_entry, out_step, into_step
    )
    if not found:
        return 0
    room, n, t_ms = way_node.shape[1], 1, np.int64(0)
    if room:
        way_node[at_row, 0], way_ms[at_row, 0] = origin, 0
    for row in rows:
        node = onto[row, 0]
        if node >= 0:
            t_ms += onto[row, 1]
            if n < room:
                way_node[at_row, n], way_ms[at_row, n] = node, t_ms
            n += 1
    return n


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _put(rows: Ints, n: int, row: int) -> tuple[Ints, int]:
    if n == len(rows):
        wider = np.empty(2 * n, np.int64)
        wider[:n] = rows
        rows = wider
    rows[n] = row
    return rows, n + 1
