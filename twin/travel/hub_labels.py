"""Hub labels: for each vertex a few hubs, such that every quickest way passes a hub that both its ends have.

Method: the canonical labels of an order of the vertices (I. Abraham, D. Delling, A. V. Goldberg, R. F. Werneck,
Hierarchical Hub Labelings for Shortest Paths, ESA 2012): hub ``h`` is in the label of ``v`` exactly if ``h`` is the
weightiest vertex on all quickest ways between them. So it is also in the label of every vertex on the way, with what is
left of the time, and a way is unpacked by following the first edge of each entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.travel.shortcuts import LONGEST_MS, Hierarchy

Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]

_NONE: Final = -1
_SLICE: Final = 2000
_USUAL: Final = 64


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels in one direction. Vertices and hubs go by their place, 0 for the weightiest.

    Attributes:
        first: (vertices + 1,) int64 into the entries.
        entry: (entries, 2) int32 hub, rising within a label, and ms to the hub, or from it; the last entry of a label
            is its own vertex.
        step: (entries, 2) int32 first edge on the way to the hub, or last edge from it; and the entry of the same hub
            at the vertex which that edge leads to, or comes from. Both are -1 for the vertex itself.
    """

    first: Ints
    entry: Int32s
    step: Int32s

    @property
    def row(self) -> Int32s:
        """(entries,) int32 the edge of each step."""
        return self.step[:, 0]


class _Columns(NamedTuple):
    first: Ints
    entry: Int32s
    row: Int32s


class _Side(NamedTuple):
    """The edges of the hierarchy as they are walked in one direction."""

    first: Ints
    next: Ints
    end: Ints
    ms: Ints
    row: Ints


class _Scratch(NamedTuple):
    """One place for each hub: whether it is a candidate of now, its time and edge, and whether it was kept."""

    stamp: Ints
    ms: Ints
    row: Ints
    kept: Ints
    touched: Ints


def label(
    hierarchy: Hierarchy, head: Ints, tail: Ints, progress: Callable[[float], None] = lambda share: None
) -> tuple[Labels, Labels, Ints]:
    """Return the labels out of and into each vertex, and the (n,) place of each vertex.

    Args:
        hierarchy: of the vertices.
        head: the vertices that the edges of the original graph lead to.
        tail: those they come from.
        progress: told the share that is done.

    Raises:
        OverflowError: a way takes longer than ``LONGEST_MS``.
    """
    n = len(hierarchy.order)
    place = np.empty(n, dtype=np.int64)
    place[hierarchy.order] = np.arange(n - 1, -1, -1)
    out = _Side(hierarchy.first_out, hierarchy.next_out, hierarchy.head, hierarchy.ms, hierarchy.first_row)
    into = _Side(hierarchy.first_in, hierarchy.next_in, hierarchy.tail, hierarchy.ms, hierarchy.last_row)
    columns = (_columns(n), _columns(n))
    zeros = np.zeros(n, dtype=np.int64)
    scratch = _Scratch(zeros - 1, zeros.copy(), zeros.copy(), zeros - 1, zeros.copy())
    done = 0
    while done < n:
        done = _label_some(hierarchy.order, place, (out, into), columns, scratch, done, min(n, done + _SLICE))
        columns = (_with_room(columns[0], n, done), _with_room(columns[1], n, done))
        progress(done / n)
    return _cut(columns[0], place[head]), _cut(columns[1], place[tail]), place


def _columns(n: int) -> _Columns:
    room = _USUAL * n + 4096
    return _Columns(np.zeros(n + 1, np.int64), np.zeros((room, 2), np.int32), np.zeros(room, np.int32))


def _with_room(columns: _Columns, n: int, done: int) -> _Columns:
    """Give the columns room for one more label at least, however long."""
    used = int(columns.first[done])
    if done == n or used + 2 * n < len(columns.row):
        return columns
    entry, row = (np.concatenate([column, np.zeros_like(column[: len(column) // 2 + 2 * n])]) for column in columns[1:])
    return _Columns(columns.first, entry, row)


def _cut(columns: _Columns, onto: Ints) -> Labels:
    """Return the labels without the room to spare; ``onto`` is the place that each edge leads to in their direction."""
    used = int(columns.first[-1])
    entry, row = columns.entry[:used].copy(), columns.row[:used].copy()
    return Labels(columns.first, entry, _steps(columns.first, entry, row, onto))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _steps(first: Ints, entry: Int32s, row: Int32s, onto: Ints) -> Int32s:
    step = np.full((len(row), 2), np.int32(_NONE))
    for i in range(len(row)):
        if row[i] >= 0:
            step[i, 0], step[i, 1] = row[i], _find(first, entry, onto[row[i]], entry[i, 0])
    return step


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _find(first: Ints, entry: Int32s, at: int, hub: int) -> int:
    """Return the entry of a hub in the label of a place; it is there."""
    low, high = first[at], first[at + 1] - 1
    while low < high:
        middle = (low + high) >> 1
        if entry[middle, 0] < hub:
            low = middle + 1
        else:
            high = middle
    return int(low)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _label_some(
    order: Ints,
    place: Ints,
    sides: tuple[_Side, _Side],
    columns: tuple[_Columns, _Columns],
    scratch: _Scratch,
    done: int,
    until: int,
) -> int:
    """Label the vertices at the places from ``done`` on, and return how far it came before the columns were full."""
    n = len(order)
    out, into = columns
    for at in range(done, until):
        if out.first[at] + n >= len(out.row) or into.first[at] + n >= len(into.row):
            return at
        v = order[n - 1 - at]
        _label(v, at, place, sides[0], out, into, scratch, 2 * at)
        _label(v, at, place, sides[1], into, out, scratch, 2 * at + 1)
    return until


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _label(
    v: int, at: int, place: Ints, side: _Side, own: _Columns, other: _Columns, scratch: _Scratch, now: int
) -> None:
    """Write one label: merge those of the weightier neighbours, and drop the hubs that a weightier one covers."""
    touched = 0
    edge = side.first[v]
    while edge != _NONE:
        w = place[side.end[edge]]
        for i in range(own.first[w], own.first[w + 1]):
            hub, ms = own.entry[i, 0], own.entry[i, 1] + side.ms[edge]
            if scratch.stamp[hub] != now:
                scratch.stamp[hub] = now
                scratch.touched[touched] = hub
                touched += 1
            elif not (ms < scratch.ms[hub] or (ms == scratch.ms[hub] and side.row[edge] < scratch.row[hub])):
                continue
            scratch.ms[hub], scratch.row[hub] = ms, side.row[edge]
        edge = side.next[edge]
    hubs = scratch.touched[:touched]
    hubs.sort()
    used = own.first[at]
    for hub in hubs:
        ms = scratch.ms[hub]
        covered = False
        for i in range(other.first[hub], other.first[hub + 1] - 1):
            between = other.entry[i, 0]
            if scratch.kept[between] == now and scratch.ms[between] + other.entry[i, 1] <= ms:
                covered = True
                break
        if not covered:
            if ms > LONGEST_MS:
                raise OverflowError("a way takes longer than labels can hold")
            scratch.kept[hub] = now
            own.entry[used, 0], own.entry[used, 1], own.row[used] = hub, ms, scratch.row[hub]
            used += 1
    own.entry[used, 0], own.entry[used, 1], own.row[used] = at, 0, _NONE
    own.first[at + 1] = used + 1
