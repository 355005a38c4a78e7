"""Kinds of blocks of flats: storeys, epoch, density; how many of each kind a district has; where in it they stand.

The kinds follow the bands of the two tables of flats on sale (about 2019 and August 2026), so that a district's flats
built before and since 2015 come out in the shares of the one and the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.frame import District

OLD: Final = "old"
NEW: Final = "new"
FLAT_STOREYS: Final[Mapping[tuple[str, str], tuple[tuple[int, float], ...]]] = {
    ("low", OLD): ((2, 0.5), (3, 0.5)),
    ("rows4", OLD): ((4, 0.92), (5, 0.08)),
    ("rows5", OLD): ((5, 0.9), (4, 0.1)),
    ("rows7", OLD): ((7, 0.5), (8, 0.3), (6, 0.2)),
    ("rows9", OLD): ((9, 1.0),),
    ("towers", OLD): ((12, 0.55), (16, 0.3), (14, 0.15)),
    ("low", NEW): ((3, 0.7), (2, 0.3)),
    ("rows5", NEW): ((5, 0.8), (4, 0.2)),
    ("rows7", NEW): ((9, 0.5), (7, 0.3), (8, 0.2)),
    ("towers", NEW): ((12, 0.35), (14, 0.25), (16, 0.4)),
    ("high", NEW): ((18, 0.4), (20, 0.3), (22, 0.2), (25, 0.1)),
}
"""Storeys of a block of a kind and an epoch, with their chances."""

BUILT: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("low", OLD): (1946, 1962),
    ("rows4", OLD): (1960, 1976),
    ("rows5", OLD): (1964, 1982),
    ("rows7", OLD): (1978, 2012),
    ("rows9", OLD): (1974, 1991),
    ("towers", OLD): (1979, 2013),
}
"""First and last year of building of the older kinds; newer ones 2015 to 2025 (assumed)."""

FLATS_PER_GROSS_HA: Final = {
    "low": 36.0, "rows4": 50.0, "rows5": 60.0, "rows7": 74.0, "rows9": 84.0, "towers": 108.0, "high": 165.0,
}  # fmt: skip
"""Flats for a hectare of cell, its streets, schools and shops included; assumed, in line with Soviet norms."""

_BANDS: Final[Mapping[str, Mapping[str, Mapping[str, float]]]] = {
    OLD: {"4-5": {"rows4": 0.63, "rows5": 0.37}, "9": {"rows9": 1.0}, "10+": {"towers": 1.0},
          "other": {"low": 0.5, "rows7": 0.5}},
    NEW: {"1-3": {"low": 1.0}, "4-5": {"rows5": 1.0}, "6-9": {"rows7": 1.0}, "10-16": {"towers": 1.0},
          "17+": {"high": 1.0}},
}  # fmt: skip
"""The kinds in each band of the two tables; how a band is parted between two kinds is assumed (38 to 22 in 4 and 5)."""


def flat_shares(district: District) -> dict[tuple[str, str], float]:
    """Return the share of a district's flats in blocks of each kind and epoch; they add up to 1."""
    shares: dict[tuple[str, str], float] = {}
    for epoch, part, table in (
        (OLD, 1.0 - district.figures.new_share, district.figures.storeys_2019),
        (NEW, district.figures.new_share, district.figures.storeys_2026),
    ):
        total = sum(table[band] for band in _BANDS[epoch])
        for band, kinds in _BANDS[epoch].items():
            for kind, share in kinds.items():
                shares[kind, epoch] = part * share * table[band] / total
    return {key: share for key, share in shares.items() if share > 0.0}


def share_cells(
    area_ha: NDArray[np.float64],
    rank: NDArray[np.float64],
    shares: Mapping[tuple[str, str], float],
    rng: np.random.Generator,
) -> list[tuple[str, str]]:
    """Return the kind and epoch of each cell of flats, so that each kind gets the land its flats need.

    Args:
        area_ha: of the cells.
        rank: how remote each lies; the highest blocks stand where it is least.
        shares: of the flats, by kind and epoch.
        rng: breaks the order up a little.

    The newest and highest take their cells first; the four- and five-storey quarters take what is left.
    """
    need = {key: share / FLATS_PER_GROSS_HA[key[0]] for key, share in shares.items()}
    scale = float(area_ha.sum()) / max(sum(need.values()), 1e-9)
    left = np.ones(len(area_ha), dtype=bool)
    kinds: list[tuple[str, str]] = [("rows4", OLD)] * len(area_ha)
    for key in (key for key in _ORDER if key in need):
        order = np.argsort(np.where(left, rank + rng.normal(0.0, _SPREAD_M[key[1]], len(rank)), np.inf), kind="stable")
        order = order[: int(left.sum())]
        before = np.cumsum(area_ha[order]) - area_ha[order] / 2
        chosen = order[before <= need[key] * scale]
        if not len(chosen) and len(order) and need[key] * scale > 0.25 * float(area_ha[order[0]]):
            chosen = order[:1]
        for cell in chosen.tolist():
            kinds[cell] = key
        left[chosen] = False
    _fill(kinds, np.flatnonzero(left).tolist(), need)
    return kinds


_ORDER: Final[Sequence[tuple[str, str]]] = (
    ("high", NEW), ("towers", NEW), ("rows7", NEW), ("towers", OLD), ("rows7", OLD), ("rows9", OLD), ("low", NEW),
    ("rows5", NEW), ("low", OLD), ("rows5", OLD), ("rows4", OLD),
)  # fmt: skip
_SPREAD_M: Final = {OLD: 350.0, NEW: 700.0}


def _fill(kinds: list[tuple[str, str]], rest: Sequence[int], need: Mapping[tuple[str, str], float]) -> None:
    """Give the cells that rounding left over to the commonest kind there is."""
    common = max(sorted(need), key=lambda key: need[key], default=("rows4", OLD))
    for cell in rest:
        kinds[cell] = common
