"""Dwellings and residents of each building, so that they add up to the district's own totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.fabric.rows import as_array
from twin.city.fabric.stock import Building
from twin.streams import stream


def settle(
    stock: Sequence[Building], people: Mapping[str, Any], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return dwellings and residents of each building.

    Args:
        stock: the buildings.
        people: ``residents``, ``residents_per_dwelling``, ``dwellings_per_house``, ``house_to_flat_household``.
        seed: draws sizes of single households and houses.

    Flats are shared out by floor area, so that all dwellings together come to residents / residents_per_dwelling.
    """
    rng = stream(seed, "city", "people")
    house = np.array([b.use == "courtyard" for b in stock])
    flat = np.array([b.use == "residential" for b in stock])
    floor_m2 = shapely.area(as_array([b.shape for b in stock])) * np.array([b.storeys for b in stock])
    second = rng.uniform(size=len(stock)) < people["dwellings_per_house"] - 1.0
    in_houses = np.where(house, 1 + second, 0)
    wanted = round(people["residents"] / people["residents_per_dwelling"]) - int(in_houses.sum())
    per_flat = np.where(flat, floor_m2 * rng.uniform(0.92, 1.08, len(stock)), 0.0)
    dwellings = in_houses + share_out(per_flat, max(wanted, 0))
    size = np.where(house, people["house_to_flat_household"], 1.0) * rng.uniform(0.85, 1.15, len(stock))
    return dwellings.astype(np.int64), share_out(dwellings * size, int(people["residents"]))


def share_out(weight: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Return whole numbers in proportion to the weights that add up to ``total`` (largest remainder)."""
    if weight.sum() <= 0.0:
        return np.zeros(len(weight), dtype=np.int64)
    exact = weight / weight.sum() * total
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(-(np.round(exact - whole, 9)), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
