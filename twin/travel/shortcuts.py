"""Short cuts: what must be added to a graph so that a vertex can be taken out without changing any time."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.heap import pop, push

Ints = NDArray[np.int64]

LONGEST_MS: Final = 2**28
"""No way may take longer (3 days): labels hold times in 32 bits, of which overlays take two for marks."""

NONE: Final = -1
EDGES, QUEUE, DONE, STAMP = range(4)
"""Places in :attr:`Work.counts`."""

SETTLE: Final = 400
"""States a search for witnesses may settle; one that is cut short adds short cuts and costs no exactness."""

_SETTLE_TRIAL: Final = 40


class Hierarchy(NamedTuple):
    """The vertices in order of weight, and the edges from each to weightier ones.

    Edges are linked lists: of a vertex ``v`` the edges out are ``first_out[v]``, then ``next_out`` of that, until -1.

    Attributes:
        order: (n,) vertices, the least first.
        tail, head, ms: (edges,) the edge.
        first_row, last_row: (edges,) the first and the last row of the given edges that it stands for.
        first_out, first_in: (n,) first edge out of, and into, a vertex; the other end is always weightier.
        next_out, next_in: (edges,) the next edge of the list.
    """

    order: Ints
    tail: Ints
    head: Ints
    ms: Ints
    first_row: Ints
    last_row: Ints
    first_out: Ints
    first_in: Ints
    next_out: Ints
    next_in: Ints


class Work(NamedTuple):
    """What the contraction keeps between its slices; ``heap``, ``dist``, ``stamp`` are the witness searches'."""

    edges: Hierarchy
    counts: Ints
    queue: Ints
    weight: Ints
    level: Ints
    weighed: Ints
    gone: NDArray[np.bool_]
    heap: Ints
    dist: Ints
    stamp: Ints


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def weigh(work: Work, v: int) -> int:
    """Return how late a vertex should go: its level, the short cuts it would need, the edges it would take along."""
    edges = work.edges
    degree = 0
    edge = edges.first_out[v]
    while edge != NONE:
        degree += 1
        edge = edges.next_out[edge]
    edge = edges.first_in[v]
    while edge != NONE:
        degree += 1
        edge = edges.next_in[edge]
    added = shortcuts(work, v, _SETTLE_TRIAL, False)
    weight: int = max(0, 1000 + work.level[v] + 2 * (added - degree))
    return weight


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def shortcuts(work: Work, v: int, settle: int, add: bool) -> int:
    """Return how many short cuts the contraction of ``v`` needs, and add them if asked."""
    edges = work.edges
    longest = 0
    out = edges.first_out[v]
    while out != NONE:
        longest = max(longest, edges.ms[out])
        out = edges.next_out[out]
    needed = 0
    into = edges.first_in[v]
    while into != NONE:
        u = edges.tail[into]
        _witness(work, u, v, edges.ms[into] + longest, settle)
        out = edges.first_out[v]
        while out != NONE:
            w = edges.head[out]
            ms = edges.ms[into] + edges.ms[out]
            if w != u and not (work.stamp[w] == work.counts[STAMP] and work.dist[w] <= ms):
                needed += 1
                if add:
                    _add(work, into, out, ms)
            out = edges.next_out[out]
        into = edges.next_in[into]
    return needed


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _witness(work: Work, source: int, without: int, longest: int, settle: int) -> None:
    """Search from ``source`` round ``without``; ``dist`` is then an upper bound where ``stamp`` is the current one."""
    edges, heap, dist, stamp = work.edges, work.heap, work.dist, work.stamp
    work.counts[STAMP] += 1
    now = work.counts[STAMP]
    dist[source] = 0
    stamp[source] = now
    size = push(heap, 0, source)
    settled = 0
    while size > 0 and settled < settle:
        ms, x = heap[0] >> 32, heap[0] & 0xFFFFFFFF
        size = pop(heap, size)
        if ms > dist[x]:
            continue
        if ms > longest:
            break
        settled += 1
        edge = edges.first_out[x]
        while edge != NONE:
            y, new = edges.head[edge], ms + edges.ms[edge]
            if y != without and new <= longest and (stamp[y] != now or new < dist[y]) and size < len(heap):
                dist[y] = new
                stamp[y] = now
                size = push(heap, size, (new << 32) | y)
            edge = edges.next_out[edge]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(work: Work, into: int, out: int, ms: int) -> None:
    """Add the short cut that stands for two edges, or make the edge that is there as quick."""
    edges = work.edges
    u, w = edges.tail[into], edges.head[out]
    if ms > LONGEST_MS:
        raise OverflowError("a way takes longer than labels can hold")
    edge = edges.first_out[u]
    while edge != NONE and edges.head[edge] != w:
        edge = edges.next_out[edge]
    if edge == NONE:
        edge = work.counts[EDGES]
        work.counts[EDGES] += 1
        edges.tail[edge], edges.head[edge] = u, w
        edges.next_out[edge], edges.next_in[edge] = edges.first_out[u], edges.first_in[w]
        edges.first_out[u], edges.first_in[w] = edge, edge
    elif edges.ms[edge] <= ms:
        return
    edges.ms[edge] = ms
    edges.first_row[edge], edges.last_row[edge] = edges.first_row[into], edges.last_row[out]
