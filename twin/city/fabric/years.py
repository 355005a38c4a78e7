"""The year each building was built, by its kind and epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.fabric.flats import BUILT, NEW, OLD
from twin.city.fabric.stock import Building

NEWEST: Final = (2015, 2025)
HOUSES: Final = (1935, 2014)
SCHOOLS: Final = (1974.0, 14.0)  # median 1974 (tim7en/Uzbekistan_URBAN_research); the spread is assumed
OTHERS: Final = (1958, 2022)
NEAR: Final = 3  # the blocks of one superblock and kind are built within so many years (assumed)


def built_years(stock: Sequence[Building], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the year of each building; blocks of flats of one kind in one superblock rise within a few years."""
    year = rng.integers(OTHERS[0], OTHERS[1] + 1, len(stock))
    houses = rng.integers(HOUSES[0], HOUSES[1] + 1, len(stock))
    schools = np.clip(np.rint(rng.normal(*SCHOOLS, len(stock))), 1935, 2024).astype(np.int64)
    later = rng.integers(0, NEAR + 1, len(stock))
    first: dict[tuple[int, str, str], int] = {}
    for i, b in enumerate(stock):
        if b.use == "courtyard":
            year[i] = houses[i]
        elif b.use in ("school", "kindergarten"):
            year[i] = schools[i]
        elif b.epoch:
            low, high = NEWEST if b.epoch == NEW else BUILT[b.kind, OLD]
            start = first.setdefault((b.block, b.kind, b.epoch), int(rng.integers(low, high - NEAR + 1)))
            year[i] = start + later[i]
    return year.astype(np.int64)
