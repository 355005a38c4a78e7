"""A sparse cover matrix both ways, by site and by demand, so that gains follow every choice at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
UInt32s = NDArray[np.uint32]
Chances = NDArray[Any]

MANY = 2_000_000
"""Nonzeros from which a product is worth more than one thread."""
DENSE = 0.8
"""Share of the elements that must be seen and count for something, or the others are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Who sees what.

    Attributes:
        first: (sites + 1,) int64 where the entries of each site begin.
        element: (entries,) uint32 demand, as the matrix has it.
        chance: (entries,) uint8, float32 or float64 probability.
        back_first: (demand + 1,) int64 where the entries of each element begin.
        back_site: (entries,) uint32 sites, rising within an element.
        back_chance: (entries,) probability, of the same type.
    """

    first: Ints
    element: UInt32s
    chance: Chances
    back_first: Ints
    back_site: UInt32s
    back_chance: Chances

    @classmethod
    def of(cls, cover: csr_array, weight: Floats) -> tuple[Incidence, Ints]:
        """Turn a matrix; its column numbers and a certain cover's uint8 are not copied if all of it is kept.

        Where less than DENSE of the elements are seen and count for something, the others are left out.

        Returns:
            The matrix both ways, and which elements are in it.
        """
        if not cover.data.all():
            cover = cover.copy()
            cover.eliminate_zeros()
        first = np.asarray(cover.indptr, dtype=np.int64)
        element = np.asarray(cover.indices, dtype=np.int32).view(np.uint32)
        chance, demand = _small(cover.data), int(cover.shape[1])
        keep = (np.diff(_firsts(element, demand)) > 0) & (weight > 0)
        kept = np.flatnonzero(keep)
        if len(kept) >= DENSE * demand:
            return cls.turned(first, element, chance, demand), np.arange(demand)
        new = np.where(keep, np.cumsum(keep) - 1, -1)
        first, element, chance = _only(first, element, chance, new)
        return cls.turned(first, element, chance, len(kept)), kept

    @classmethod
    def turned(cls, first: Ints, element: UInt32s, chance: Chances, demand: int) -> Incidence:
        """Turn what is given by site; see the attributes."""
        back_first = _firsts(element, demand)
        back_site = np.empty(len(element), dtype=np.uint32)
        back_chance = np.empty(len(element), dtype=chance.dtype)
        _turn(first, element, chance, back_first[:-1].copy(), back_site, back_chance)
        return cls(first, element, chance, back_first, back_site, back_chance)

    @property
    def sites(self) -> int:
        """How many there are."""
        return len(self.first) - 1

    @property
    def demand(self) -> int:
        """How many elements there are."""
        return len(self.back_first) - 1

    @property
    def certain(self) -> bool:
        """Whether every cover is certain."""
        return self.chance.dtype == np.uint8

    def times(self, values: Floats) -> Floats:
        """Return for each site the sum of ``chance * value`` over its elements; the same bits with any threads."""
        out = np.empty(self.sites)
        many = len(self.element) >= MANY
        if self.certain:
            (_sums_many if many else _sums_few)(self.first, self.element, values, out)
        else:
            (_times_many if many else _times_few)(self.first, self.element, self.chance, values, out)
        return out


def _small(data: Chances) -> Chances:
    """The chances in the least room: a byte where all are 0 or 1."""
    if data.dtype == np.bool_:
        return data.view(np.uint8)
    if data.dtype.kind in "iu" or not len(data) or bool(np.all((data == 0) | (data == 1))):
        return data.astype(np.uint8, copy=False)
    return data if data.dtype == np.float32 else data.astype(np.float64, copy=False)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _firsts(element: UInt32s, demand: int) -> Ints:
    first = np.zeros(demand + 1, np.int64)
    for at in element:
        first[at + 1] += 1
    for at in range(demand):
        first[at + 1] += first[at]
    return first


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _only(first: Ints, element: UInt32s, chance: Chances, new: Ints) -> tuple[Ints, UInt32s, Chances]:
    """Leave out the elements whose new number is negative."""
    kept = np.zeros(len(first), np.int64)
    for site in range(len(first) - 1):
        kept[site + 1] = kept[site]
        for entry in range(first[site], first[site + 1]):
            kept[site + 1] += new[element[entry]] >= 0
    elements, chances = np.empty(kept[-1], np.uint32), np.empty(kept[-1], chance.dtype)
    n = 0
    for entry in range(first[0], first[-1]):
        at = new[element[entry]]
        if at >= 0:
            elements[n] = at
            chances[n] = chance[entry]
            n += 1
    return kept, elements, chances


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _turn(
    first: Ints, element: UInt32s, chance: Chances, place: Ints, back_site: UInt32s, back_chance: Chances
) -> None:
    for site in range(len(first) - 1):
        for entry in range(first[site], first[site + 1]):
            at = place[element[entry]]
            place[element[entry]] += 1
            back_site[at] = site
            back_chance[at] = chance[entry]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sum(begin: int, end: int, element: UInt32s, values: Floats) -> float:
    """Sum values at elements in four lanes, which processors add side by side."""
    a = b = c = d = 0.0
    fours = (end - begin) // 4
    for four in range(fours):
        entry = begin + 4 * four
        a += values[element[np.uint64(entry)]]
        b += values[element[np.uint64(entry + 1)]]
        c += values[element[np.uint64(entry + 2)]]
        d += values[element[np.uint64(entry + 3)]]
    for entry in range(begin + 4 * fours, end):
        a += values[element[np.uint64(entry)]]
    return (a + b) + (c + d)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _dot(begin: int, end: int, element: UInt32s, chance: Chances, values: Floats) -> float:
    """As :func:`_sum`, each value times its chance."""
    a = b = c = d = 0.0
    fours = (end - begin) // 4
    for four in range(fours):
        entry = begin + 4 * four
        a += chance[np.uint64(entry)] * values[element[np.uint64(entry)]]
        b += chance[np.uint64(entry + 1)] * values[element[np.uint64(entry + 1)]]
        c += chance[np.uint64(entry + 2)] * values[element[np.uint64(entry + 2)]]
        d += chance[np.uint64(entry + 3)] * values[element[np.uint64(entry + 3)]]
    for entry in range(begin + 4 * fours, end):
        a += chance[np.uint64(entry)] * values[element[np.uint64(entry)]]
    return (a + b) + (c + d)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sums_few(first: Ints, element: UInt32s, values: Floats, out: Floats) -> None:
    for site in range(len(out)):
        out[site] = _sum(first[site], first[site + 1], element, values)


@njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _sums_many(first: Ints, element: UInt32s, values: Floats, out: Floats) -> None:
    for site in prange(len(out)):
        out[site] = _sum(first[site], first[site + 1], element, values)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _times_few(first: Ints, element: UInt32s, chance: Chances, values: Floats, out: Floats) -> None:
    for site in range(len(out)):
        out[site] = _dot(first[site], first[site + 1], element, chance, values)


@njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _times_many(first: Ints, element: UInt32s, chance: Chances, values: Floats, out: Floats) -> None:
    for site in prange(len(out)):
        out[site] = _dot(first[site], first[site + 1], element, chance, values)
