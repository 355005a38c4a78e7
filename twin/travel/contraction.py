"""Contraction hierarchies: which junctions matter most, and the short cuts that stand for what was taken out.

Method: R. Geisberger, P. Sanders, D. Schultes, D. Delling, Contraction Hierarchies, WEA 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.heap import pop, push
from twin.travel.shortcuts import DONE, EDGES, LONGEST_MS, NONE, QUEUE, SETTLE, Hierarchy, Work, shortcuts, weigh

Ints = NDArray[np.int64]

_SLICE: Final = 2000
_PER_VERTEX: Final = ("order", "first_out", "first_in")


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
    while work.counts[DONE] < n:
        if not _contract_some(work, min(n, int(work.counts[DONE]) + _SLICE)):
            work = _roomier(work)
        progress(float(work.counts[DONE]) / n)
    return work.edges


def _work(n: int, tail: Ints, head: Ints, ms: Ints, row: Ints) -> Work:
    m = len(tail)
    room = 2 * m + 1024

    def column(values: Ints) -> Ints:
        return np.concatenate([values, np.zeros(room - m, dtype=np.int64)]).astype(np.int64)

    edges = Hierarchy(
        np.zeros(n, np.int64), column(tail), column(head), column(ms), column(row), column(row),
        np.full(n, NONE), np.full(n, NONE), np.full(room, NONE), np.full(room, NONE),
    )  # fmt: skip
    for first, nxt, ends in ((edges.first_out, edges.next_out, tail), (edges.first_in, edges.next_in, head)):
        _chain(first, nxt, ends)
    counts = np.zeros(4, dtype=np.int64)
    counts[EDGES] = m
    zeros = np.zeros(n, dtype=np.int64)
    return Work(
        edges, counts, np.zeros(room + 2 * n, np.int64), zeros.copy(), zeros.copy(), zeros - 1, np.zeros(n, np.bool_),
        np.zeros(room, np.int64), zeros.copy(), zeros.copy(),
    )  # fmt: skip


def _roomier(work: Work) -> Work:
    """Return the work with twice the room for edges and queues."""
    edges = work.edges._replace(
        **{name: _doubled(getattr(work.edges, name)) for name in work.edges._fields if name not in _PER_VERTEX}
    )
    return work._replace(edges=edges, queue=_doubled(work.queue), heap=_doubled(work.heap))


def _doubled(column: Ints) -> Ints:
    return np.concatenate([column, np.zeros_like(column)])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _chain(first: Ints, nxt: Ints, ends: Ints) -> None:
    for edge in range(len(ends) - 1, -1, -1):
        nxt[edge] = first[ends[edge]]
        first[ends[edge]] = edge


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _weigh_all(work: Work) -> None:
    for v in range(len(work.level)):
        work.weight[v] = weigh(work, v)
        work.counts[QUEUE] = push(work.queue, work.counts[QUEUE], (work.weight[v] << 32) | v)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _contract_some(work: Work, until: int) -> bool:
    """Contract until so many are done; False if the columns must grow first."""
    counts, queue, edges = work.counts, work.queue, work.edges
    while counts[DONE] < until:
        v = queue[0] & 0xFFFFFFFF
        stale = work.gone[v] or queue[0] >> 32 != work.weight[v]
        counts[QUEUE] = pop(queue, counts[QUEUE])
        if stale:
            continue
        weight = weigh(work, v)
        if weight > work.weight[v]:
            work.weight[v] = weight
            counts[QUEUE] = push(queue, counts[QUEUE], (weight << 32) | v)
            continue
        into, out = _degrees(edges, v)
        if counts[EDGES] + into * out > len(edges.tail) or counts[QUEUE] + into + out + 1 > len(queue):
            work.weight[v] = weight
            counts[QUEUE] = push(queue, counts[QUEUE], (weight << 32) | v)
            return False
        shortcuts(work, v, SETTLE, True)
        _take_out(work, v)
        edges.order[counts[DONE]] = v
        counts[DONE] += 1
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _degrees(edges: Hierarchy, v: int) -> tuple[int, int]:
    """Return the number of edges into and out of a vertex."""
    into = out = 0
    edge = edges.first_in[v]
    while edge != NONE:
        into, edge = into + 1, edges.next_in[edge]
    edge = edges.first_out[v]
    while edge != NONE:
        out, edge = out + 1, edges.next_out[edge]
    return into, out


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _take_out(work: Work, v: int) -> None:
    """Unlink a vertex from its neighbours, which are weightier, and weigh them anew."""
    edges = work.edges
    work.gone[v] = True
    edge = edges.first_out[v]
    while edge != NONE:
        _unlink(edges.first_in, edges.next_in, edges.head[edge], edge)
        edge = edges.next_out[edge]
    edge = edges.first_in[v]
    while edge != NONE:
        _unlink(edges.first_out, edges.next_out, edges.tail[edge], edge)
        edge = edges.next_in[edge]
    edge = edges.first_out[v]
    while edge != NONE:
        _weigh_again(work, edges.head[edge], v)
        edge = edges.next_out[edge]
    edge = edges.first_in[v]
    while edge != NONE:
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
def _weigh_again(work: Work, x: int, gone: int) -> None:
    if work.weighed[x] == gone:
        return
    work.weighed[x] = gone
    work.level[x] = max(work.level[x], work.level[gone] + 1)
    weight = weigh(work, x)
    if weight != work.weight[x]:
        work.weight[x] = weight
        work.counts[QUEUE] = push(work.queue, work.counts[QUEUE], (weight << 32) | x)
