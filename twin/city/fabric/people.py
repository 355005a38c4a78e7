"""Dwellings and residents of each building, so that they add up to the district's own totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.fabric.rows import as_array
from twin.city.fabric.stock import Building

HOUSE_TO_FLAT_HOUSEHOLD: Final = 1.2  # assumed: a courtyard household against a flat's


def settle(
    stock: Sequence[Building],
    dwellings: int,
    residents: int,
    flats_share: float,
    shares: Mapping[tuple[str, str], float],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return dwellings and residents of each building.

    Args:
        stock: the buildings of a district.
        dwellings: of the district.
        residents: of the district.
        flats_share: share of the dwellings that are flats.
        shares: of the flats, by kind and epoch of their blocks.
        rng: draws sizes of single households and houses.

    Flats are shared out among the blocks of a kind by floor area; a courtyard house has one dwelling or more.
    """
    house = np.array([b.use == "courtyard" for b in stock])
    keys = [(b.kind, b.epoch) if b.use == "residential" else ("", "") for b in stock]
    floor_m2 = shapely.area(as_array([b.shape for b in stock])) * np.array([b.storeys for b in stock])
    weight = floor_m2 * rng.uniform(0.92, 1.08, len(stock))
    more = np.where(house, rng.uniform(0.2, 1.0, len(stock)), 0.0)
    in_houses = max(int(house.sum()), round(dwellings * (1.0 - flats_share)))
    built = {key: share for key, share in shares.items() if key in set(keys)}
    if not built:
        in_houses = dwellings
    flats = share_out(np.array([built[key] for key in sorted(built)]), dwellings - in_houses)
    count = house.astype(np.int64) + share_out(more, in_houses - int(house.sum()))
    for key, many in zip(sorted(built), flats.tolist(), strict=True):
        count += share_out(np.where([own == key for own in keys], weight, 0.0), many)
    size = np.where(house, HOUSE_TO_FLAT_HOUSEHOLD, 1.0) * rng.uniform(0.85, 1.15, len(stock))
    return count, share_out(count * size, residents)


def share_out(weight: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Return whole numbers in proportion to the weights that add up to ``total`` (largest remainder)."""
    if weight.sum() <= 0.0 or total <= 0:
        return np.zeros(len(weight), dtype=np.int64)
    exact = weight / weight.sum() * total
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(-(np.round(exact - whole, 9)), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
