"""Flats by the storeys of their block, district by district, for blocks built before 2015 and since.

A block of flats is a building of four dwellings or more that is no courtyard house.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.figures.figure import SKIPPED, Figure, verdict_of
from twin.city.figures.reference import Reference, district_rows
from twin.city.frame_figures import STOREYS_2019, STOREYS_2026
from twin.city.model import City

SHARE_WITHIN: Final = 0.10
NEW_SINCE: Final = 2015
BLOCK_DWELLINGS: Final = 4
NO_BLOCKS: Final = ("courtyard", "house")
_BANDS: Final[Mapping[str, tuple[int, int]]] = {
    "1-3": (1, 3), "4-5": (4, 5), "6-9": (6, 9), "9": (9, 9), "10-16": (10, 16), "10+": (10, 999), "17+": (17, 999),
}  # fmt: skip


def storeys(city: City, reference: Reference) -> Iterator[Figure]:
    """Yield blocks built before 2015 against the table of 2019, then later ones against that of 2026."""
    table = city.buildings
    block = (table["dwellings"] >= BLOCK_DWELLINGS) & ~table["use"].isin(NO_BLOCKS)
    rows = np.flatnonzero(block.to_numpy())
    year = table["built_year"].to_numpy(np.int64)[rows]
    flats = table["dwellings"].to_numpy(np.int64)[rows]
    levels = table["storeys"].to_numpy(np.int64)[rows]
    district = district_rows(city, shapely.get_coordinates(shapely.centroid(table.geometry.to_numpy()[rows])))
    for epoch, built, bands in (
        ("2019", (year > 0) & (year < NEW_SINCE), STOREYS_2019),
        ("2026", year >= NEW_SINCE, STOREYS_2026),
    ):
        found = {
            row: shares_of(levels[built & (district == row)], flats[built & (district == row)], bands)
            for row in reference.districts
        }
        yield _figure(city, reference, epoch, bands, found)


def shares_of(levels: NDArray[np.int64], flats: NDArray[np.int64], bands: tuple[str, ...]) -> dict[str, float]:
    """Return the share of flats in each band of storeys, ``other`` what no band holds; {} where there are no flats."""
    total = int(flats.sum())
    if not total:
        return {}
    shares = {}
    for band in bands:
        if band != "other":
            low, high = _BANDS[band]
            shares[band] = int(flats[(levels >= low) & (levels <= high)].sum()) / total
    return {**shares, **({"other": 1.0 - sum(shares.values())} if "other" in bands else {})}


def _figure(
    city: City, reference: Reference, epoch: str, bands: tuple[str, ...], found: Mapping[int, Mapping[str, float]]
) -> Figure:
    what = f"storeys of blocks {'before' if epoch == '2019' else 'since'} {NEW_SINCE}"
    values: dict[str, Any] = {}
    off: dict[str, tuple[float, str]] = {}
    for row, shares in found.items():
        district = reference.districts[row]
        asked = district.storeys_2019 if epoch == "2019" else district.storeys_2026
        name = str(city.districts["name"].iloc[row])
        values[name] = {
            "counted": int(asked["flats"]),
            "asked": {band: asked[band] for band in bands},
            "reached": {band: round(share, 3) for band, share in shares.items()},
        }
        if shares and asked["flats"]:
            off[name] = max((abs(shares[band] - asked[band]), band) for band in bands)
    if not found:
        return Figure(what, "", "no district with a table", verdict_of(None))
    if not off:
        return Figure(what, "", "no dated blocks", SKIPPED, "no building of flats has a year in this epoch", values)
    worst = max(off, key=lambda name: off[name])
    return Figure(
        what,
        f"shares of flats by district within {SHARE_WITHIN:g} of the {epoch} table",
        f"{sum(by <= SHARE_WITHIN for by, _ in off.values())} of {len(off)}, farthest {worst} "
        f"{off[worst][0]:.3f} ({off[worst][1]} storeys)",
        verdict_of(off[worst][0] <= SHARE_WITHIN),
        _note(values, off),
        values,
    )


def _note(values: Mapping[str, Any], off: Mapping[str, Any]) -> str:
    assumed = [name for name, value in values.items() if not value["counted"]]
    empty = [name for name, value in values.items() if value["counted"] and name not in off]
    notes = [f"{', '.join(assumed)}: in no table, assumed, no verdict"] if assumed else []
    return "; ".join(notes + ([f"no flats of this epoch: {', '.join(empty)}"] if empty else []))
