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
Int32s = NDArray[np.int32]
Chances = NDArray[Any]

MANY = 2_000_000
"""Nonzeros from which a product is worth more than one thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Who sees what.

    Attributes:
        first: (sites + 1,) int64 where the entries of each site begin.
        element: (entries,) int32 demand, as the matrix has it.
        chance: (entries,) uint8, float32 or float64 probability.
        back_first: (demand + 1,) int64 where the entries of each element begin.
        back_site: (entries,) int32 sites, rising within an element.
        back_chance: (entries,) probability, of the same type.
    """

    first: Ints
    element: Int32s
    chance: Chances
    back_first: Ints
    back_site: Int32s
    back_chance: Chances

    @classmethod
    def of(cls, cover: csr_array) -> Incidence:
        """Turn a matrix; its column numbers and a certain cover's uint8 are not copied."""
        first = np.asarray(cover.indptr, dtype=np.int64)
        element = np.asarray(cover.indices, dtype=np.int32)
        chance = _small(cover.data)
        back_first = _firsts(element, cover.shape[1])
        back_site = np.empty(len(element), dtype=np.int32)
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
        product = _times_many if len(self.element) >= MANY else _times_few
        product(self.first, self.element, self.chance, values, out)
        return out


def _small(data: Chances) -> Chances:
    """The chances in the least room: a byte where all are 0 or 1."""
    if data.dtype == np.bool_:
        return data.view(np.uint8)
    if data.dtype.kind in "iu" or not len(data) or bool(np.all((data == 0) | (data == 1))):
        return data.astype(np.uint8, copy=False)
    return data if data.dtype == np.float32 else data.astype(np.float64, copy=False)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _firsts(element: Int32s, demand: int) -> Ints:
    first = np.zeros(demand + 1, np.int64)
    for at in element:
        first[at + 1] += 1
    for at in range(demand):
        first[at + 1] += first[at]
    return first


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _turn(first: Ints, element: Int32s, chance: Chances, place: Ints, back_site: Int32s, back_chance: Chances) -> None:
    for site in range(len(first) - 1):
        for entry in range(first[site], first[site + 1]):
            at = place[element[entry]]
            place[element[entry]] += 1
            back_site[at] = site
            back_chance[at] = chance[entry]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _times_few(first: Ints, element: Int32s, chance: Chances, values: Floats, out: Floats) -> None:
    for site in range(len(out)):
        total = 0.0
        for entry in range(first[site], first[site + 1]):
            total += chance[entry] * values[element[entry]]
        out[site] = total


@njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def _times_many(first: Ints, element: Int32s, chance: Chances, values: Floats, out: Floats) -> None:
    for site in prange(len(out)):
        total = 0.0
        for entry in range(first[site], first[site + 1]):
            total += chance[entry] * values[element[entry]]
        out[site] = total
