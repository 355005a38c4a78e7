"""Contraction hierarchies: which junctions matter most, and the short cuts that stand for what was taken out.

Method: R. Geisberger, P. Sanders, D. Schultes, D. Delling, Contraction Hierarchies, WEA 2008. Searches for witnesses
are cut short; that adds short cuts and costs no exactness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.heap import pop, push

Ints = NDArray[np.int64]

LONGEST_MS: Final = 2**28
"""No way may take longer (3 days): labels hold times in 32 bits, of which overlays take two for marks."""

_EDGES, _QUEUE, _DONE, _STAMP = range(4)
_NONE: Final = -1
_SETTLE_TRIAL: Final = 40
_SETTLE: Final = 400
_SLICE: Final = 2000


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


class _Work(NamedTuple):
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


def contract(
    n: int, tail: Ints, head: Ints, ms: Ints, row: Ints, progress: Callable[[float], None] = lambda share: None
) -> Hierarchy:
    """Take out the vertices one by one, the least first.

    Args:
        n: number of vertices, 0 to ``n - 1``.
        tail: (edges,) where each edge starts; at most one edge for each pair, none from a vertex to itself.
        head: (edges,) where it ends.
        ms: (edges,) how long it takes, 0 or more.
        row: (edges,) what to call each edge in ``first_row`` and ``last_row``.
        progress: told the share that is done, from time to time.

    Raises:
        OverflowError: a way takes longer than ``LONGEST_MS``.
    """
    if len(ms) and int(ms.max()) > LONGEST_MS:
        raise OverflowError("a street takes longer than labels can hold")
    work = _work(n, tail, head, ms, row)
    _weigh_all(work)
    while work.counts[_DONE] < n:
        _contract_some(work, min(n, int(work.counts[_DONE]) + _SLICE))
        work = _with_room(work)
        progress(float(work.counts[_DONE]) / n)
    return work.edges


def _work(n: int, tail: Ints, head: Ints, ms: Ints, row: Ints) -> _Work:
    m = len(tail)
    room = 2 * m + 1024

    def column(values: Ints) -> Ints:
        return np.concatenate([values, np.zeros(room - m, dtype=np.int64)]).astype(np.int64)

    edges = Hierarchy(
        np.zeros(n, np.int64), column(tail), column(head), column(ms), column(row), column(row),
        np.full(n, _NONE), np.full(n, _NONE), np.full(room, _NONE), np.full(room, _NONE),
    )  # fmt: skip
    for first, nxt, ends in ((edges.first_out, edges.next_out, tail), (edges.first_in, edges.next_in, head)):
        _chain(first, nxt, ends)
    counts = np.zeros(4, dtype=np.int64)
    counts[_EDGES] = m
    zeros = np.zeros(n, dtype=np.int64)
    return _Work(
        edges, counts, np.zeros(room + 2 * n, np.int64), zeros.copy(), zeros.copy(), zeros - 1, np.zeros(n, np.bool_),
        np.zeros(room, np.int64), zeros.copy(), zeros.copy(),
    )  # fmt: skip


def _with_room(work: _Work) -> _Work:
    """Double the columns of the edges before they are full, and so the queues, which no slice can fill alone."""
    if work.counts[_EDGES] * 2 < len(work.edges.tail) and work.counts[_QUEUE] * 2 < len(work.queue):
        return work
    edges = work.edges._replace(
        **{name: _doubled(getattr(work.edges, name)) for name in work.edges._fields if name not in _PER_VERTEX}
    )
    return work._replace(edges=edges, queue=_doubled(work.queue), heap=_doubled(work.heap))


_PER_VERTEX: Final = ("order", "first_out", "first_in")


def _doubled(column: Ints) -> Ints:
    return np.concatenate([column, np.zeros_like(column)])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _chain(first: Ints, nxt: Ints, ends: Ints) -> None:
    for edge in range(len(ends) - 1, -1, -1):
        nxt[edge] = first[ends[edge]]
        first[ends[edge]] = edge


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _weigh_all(work: _Work) -> None:
    for v in range(len(work.level)):
        work.weight[v] = _weigh(work, v)
        work.counts[_QUEUE] = push(work.queue, work.counts[_QUEUE], (work.weight[v] << 32) | v)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _contract_some(work: _Work, until: int) -> None:
    """Contract until so many are done, or the columns must grow."""
    counts, queue, edges = work.counts, work.queue, work.edges
    while counts[_DONE] < until:
        if counts[_EDGES] * 2 >= len(edges.tail) or counts[_QUEUE] * 2 >= len(queue):
            return
        v = queue[0] & 0xFFFFFFFF
        stale = work.gone[v] or queue[0] >> 32 != work.weight[v]
        counts[_QUEUE] = pop(queue, counts[_QUEUE])
        if stale:
            continue
        weight = _weigh(work, v)
        if weight > work.weight[v]:
            work.weight[v] = weight
            counts[_QUEUE] = push(queue, counts[_QUEUE], (weight << 32) | v)
            continue
        _shortcuts(work, v, _SETTLE, True)
        _take_out(work, v)
        edges.order[counts[_DONE]] = v
        counts[_DONE] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _weigh(work: _Work, v: int) -> int:
    """Return how late a vertex should go: its level, the short cuts it would need, the edges it would take along."""
    edges = work.edges
    degree = 0
    edge = edges.first_out[v]
    while edge != _NONE:
        degree += 1
        edge = edges.next_out[edge]
    edge = edges.first_in[v]
    while edge != _NONE:
        degree += 1
        edge = edges.next_in[edge]
    added = _shortcuts(work, v, _SETTLE_TRIAL, False)
    weight: int = max(0, 1000 + work.level[v] + 2 * (added - degree))
    return weight


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _shortcuts(work: _Work, v: int, settle: int, add: bool) -> int:
    """Return how many short cuts the contraction of ``v`` needs, and add them if asked."""
    edges = work.edges
    longest = 0
    out = edges.first_out[v]
    while out != _NONE:
        longest = max(longest, edges.ms[out])
        out = edges.next_out[out]
    needed = 0
    into = edges.first_in[v]
    while into != _NONE:
        u = edges.tail[into]
        _witness(work, u, v, edges.ms[into] + longest, settle)
        out = edges.first_out[v]
        while out != _NONE:
            w = edges.head[out]
            ms = edges.ms[into] + edges.ms[out]
            if w != u and not (work.stamp[w] == work.counts[_STAMP] and work.dist[w] <= ms):
                needed += 1
                if add:
                    _add(work, into, out, ms)
            out = edges.next_out[out]
        into = edges.next_in[into]
    return needed


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _witness(work: _Work, source: int, without: int, longest: int, settle: int) -> None:
    """Search from ``source`` round ``without``; ``dist`` is then an upper bound where ``stamp`` is the current one."""
    edges, heap, dist, stamp = work.edges, work.heap, work.dist, work.stamp
    work.counts[_STAMP] += 1
    now = work.counts[_STAMP]
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
        while edge != _NONE:
            y, new = edges.head[edge], ms + edges.ms[edge]
            if y != without and new <= longest and (stamp[y] != now or new < dist[y]) and size < len(heap):
                dist[y] = new
                stamp[y] = now
                size = push(heap, size, (new << 32) | y)
            edge = edges.next_out[edge]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(work: _Work, into: int, out: int, ms: int) -> None:
    """Add the short cut that stands for two edges, or make the edge that is there as quick."""
    edges = work.edges
    u, w = edges.tail[into], edges.head[out]
    if ms > LONGEST_MS:
        raise OverflowError("a way takes longer than labels can hold")
    edge = edges.first_out[u]
    while edge != _NONE and edges.head[edge] != w:
        edge = edges.next_out[edge]
    if edge == _NONE:
        edge = work.counts[_EDGES]
        work.counts[_EDGES] += 1
        edges.tail[edge], edges.head[edge] = u, w
        edges.next_out[edge], edges.next_in[edge] = edges.first_out[u], edges.first_in[w]
        edges.first_out[u], edges.first_in[w] = edge, edge
    elif edges.ms[edge] <= ms:
        return
    edges.ms[edge] = ms
    edges.first_row[edge], edges.last_row[edge] = edges.first_row[into], edges.last_row[out]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _take_out(work: _Work, v: int) -> None:
    """Unlink a vertex from its neighbours, which are weightier, and weigh them anew."""
    edges = work.edges
    work.gone[v] = True
    edge = edges.first_out[v]
    while edge != _NONE:
        _unlink(edges.first_in, edges.next_in, edges.head[edge], edge)
        edge = edges.next_out[edge]
    edge = edges.first_in[v]
    while edge != _NONE:
        _unlink(edges.first_out, edges.next_out, edges.tail[edge], edge)
        edge = edges.next_in[edge]
    edge = edges.first_out[v]
    while edge != _NONE:
        _weigh_again(work, edges.head[edge], v)
        edge = edges.next_out[edge]
    edge = edges.first_in[v]
    while edge != _NONE:
        _weigh_again(work, edges.tail[edge], v)
        edge = edges.next_in[edge]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _unlink(first: Ints, nxt: Ints, end: int, edge: int) -> None:
    if first[end] == edge:
        first[end] = nxt[edge]
        return
    at = first[end]
    while nxt[at] != edge:
        at = nxt[at]
    nxt[at] = nxt[edge]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _weigh_again(work: _Work, x: int, gone: int) -> None:
    if work.weighed[x] == gone:
        return
    work.weighed[x] = gone
    work.level[x] = max(work.level[x], work.level[gone] + 1)
    weight = _weigh(work, x)
    if weight != work.weight[x]:
        work.weight[x] = weight
        work.counts[_QUEUE] = push(work.queue, work.counts[_QUEUE], (weight << 32) | x)
