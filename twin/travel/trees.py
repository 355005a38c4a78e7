"""Dead ends: what hangs from the rest of a graph by one vertex goes without labels of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.label_graph import LabelGraph

Ints = NDArray[np.int64]

PARENT, DEPTH, ROOT, UP_MS, DOWN_MS, UP_ROW, DOWN_ROW = range(7)
"""Columns of :attr:`Trees.table`."""

_NONE: Final = -1


@dataclass(frozen=True, eq=False)
class Trees:
    """Each vertex under the vertex it hangs from.

    Attributes:
        table: (vertices, 7) int64. ``PARENT``: where it hangs from, itself for a root; ``DEPTH``: 0 for a root;
            ``ROOT``: the vertex of the rest that its tree hangs from; ``UP_MS``, ``DOWN_MS``: time to the root and from
            it, -1 where there is no way; ``UP_ROW``, ``DOWN_ROW``: edge to the parent and from it, -1 where there is
            none.
    """

    table: Ints

    @property
    def roots(self) -> Ints:
        """The vertices that are left."""
        return np.flatnonzero(self.table[:, DEPTH] == 0)


def trees_of(graph: LabelGraph) -> Trees:
    """Pick off the vertices with one neighbour, again and again; ways within a tree are the only ones there are."""
    n = graph.vertices
    pairs = np.unique(np.minimum(graph.tail, graph.head) * n + np.maximum(graph.tail, graph.head))
    table = np.full((n, 7), _NONE, dtype=np.int64)
    picked = _pick(pairs // n, pairs % n, table)
    keys = graph.tail * n + graph.head
    child, parent = picked, table[picked, PARENT]
    for column, key in ((UP_ROW, child * n + parent), (DOWN_ROW, parent * n + child)):
        at = np.minimum(np.searchsorted(keys, key), max(0, len(keys) - 1))
        if len(keys):
            table[child, column] = np.where(keys[at] == key, at, _NONE)
    _root(picked, table)
    hang(np.argsort(table[:, DEPTH], kind="stable"), graph.ms, table)
    return Trees(table)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pick(a: Ints, b: Ints, table: Ints) -> Ints:
    """Set the parents, and return what was picked in its order; ``a`` and ``b`` are the ends of each pair."""
    n = len(table)
    degree, mix, queue = np.zeros(n, np.int64), np.zeros(n, np.int64), np.empty(n, np.int64)
    for i in range(len(a)):
        degree[a[i]] += 1
        degree[b[i]] += 1
        mix[a[i]] ^= b[i]
        mix[b[i]] ^= a[i]
    end = 0
    for v in range(n):
        table[v, PARENT] = v
        if degree[v] == 1:
            queue[end] = v
            end += 1
    at = picked = 0
    while at < end:
        v = queue[at]
        at += 1
        if degree[v] != 1:
            continue  # the last of its tree: it is the root
        parent = mix[v]
        table[v, PARENT] = parent
        degree[v] = 0
        degree[parent] -= 1
        mix[parent] ^= v
        queue[picked] = v
        picked += 1
        if degree[parent] == 1:
            queue[end] = parent
            end += 1
    return queue[:picked].copy()


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _root(picked: Ints, table: Ints) -> None:
    """Fill in depth and root."""
    for v in range(len(table)):
        table[v, DEPTH], table[v, ROOT] = 0, v
    for i in range(len(picked) - 1, -1, -1):
        v = picked[i]
        table[v, DEPTH] = table[table[v, PARENT], DEPTH] + 1
        table[v, ROOT] = table[table[v, PARENT], ROOT]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def hang(order: Ints, ms: Ints, table: Ints) -> None:
    """Fill in the times to and from the roots; ``order`` holds all vertices, roots first, parents before children."""
    for v in order:
        for row, time in ((UP_ROW, UP_MS), (DOWN_ROW, DOWN_MS)):
            leg, rest = table[v, row], table[table[v, PARENT], time]
            table[v, time] = ms[leg] + rest if leg >= 0 and rest >= 0 else _NONE
        if table[v, DEPTH] == 0:
            table[v, UP_MS] = table[v, DOWN_MS] = 0
