"""Residents by district, and dwellings in all."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.figures.figure import Figure, verdict_of
from twin.city.figures.reference import Reference, district_rows
from twin.city.model import City

RESIDENTS_WITHIN: Final = 0.03
DWELLINGS_WITHIN: Final = 0.05


def residents(city: City, reference: Reference) -> Figure:
    """Return how far the residents of the buildings in each district are from its figure, and the farthest of them."""
    housed = _housed(city)
    off, values = {}, {}
    for row, district in reference.districts.items():
        name = str(city.districts["name"].iloc[row])
        off[name] = housed[row] / district.residents - 1.0
        values[name] = {"residents": int(housed[row]), "asked": district.residents, "off": round(off[name], 4)}
    if not off:
        return Figure("residents by district", "", f"{city.residents:,} in all", verdict_of(None))
    worst = max(off, key=lambda name: abs(off[name]))
    return Figure(
        "residents by district",
        f"{len(off)} districts, 1 Jan 2026, each within 3 %",
        f"{sum(abs(by) <= RESIDENTS_WITHIN for by in off.values())} of {len(off)}, farthest {worst} {off[worst]:+.1%}",
        verdict_of(abs(off[worst]) <= RESIDENTS_WITHIN),
        f"counted in the buildings; {int(housed.sum()):,} in all",
        values,
    )


def dwellings(city: City, reference: Reference) -> Figure:
    """Return the dwellings in all."""
    count = int(city.buildings["dwellings"].sum())
    asked = reference.figures.city.dwellings if reference.whole else None
    return Figure(
        "dwellings in all",
        "" if asked is None else f"{asked:,} within 5 %",
        f"{count:,}" + ("" if asked is None else f" ({count / asked - 1.0:+.1%})"),
        verdict_of(None if asked is None else abs(count / asked - 1.0) <= DWELLINGS_WITHIN),
        values={"dwellings": count, "asked": asked},
    )


def _housed(city: City) -> NDArray[np.float64]:
    rows = district_rows(city, shapely.get_coordinates(shapely.centroid(city.buildings.geometry.to_numpy())))
    inside = rows >= 0
    people = city.buildings["residents"].to_numpy(np.float64)[inside]
    return np.bincount(rows[inside], weights=people, minlength=len(city.districts)).astype(np.float64)
