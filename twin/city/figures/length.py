"""How long the streets are, and how many of the named ways are passages and dead ends."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from twin.city.figures.figure import Figure, verdict_of
from twin.city.figures.reference import Reference, district_rows, plain
from twin.city.model import City

LENGTH_WITHIN: Final = 0.10
NAMES_WITHIN: Final = 0.10
NOT_ROADS: Final = ("service", "track")
TWIN_AWAY_M: Final = 45.0
_PASSAGE: Final = re.compile(r"\btor ko'chasi$")
_DEAD_END: Final = re.compile(r"\bberk ko'chasi$")

Mask = NDArray[np.bool_]


def street_length(city: City, reference: Reference) -> Figure:
    """Return the length of the road network: drivable streets without yards and tracks, a pair of carriageways once."""
    road = roads(city)
    length_m = city.streets["length_m"].to_numpy(np.float64)
    paired = road & _paired(city, road)
    road_km = float(length_m[road].sum() - length_m[paired].sum() / 2.0) / 1000.0
    values = {
        "road_km": round(road_km, 1),
        "carriageway_km": round(float(length_m[road].sum()) / 1000.0, 1),
        "drivable_km": round(float(length_m[city.streets["drive"].to_numpy(bool)].sum()) / 1000.0, 1),
    }
    asked_km = reference.figures.city.street_km if reference.whole else None
    good = None if asked_km is None else abs(road_km / asked_km - 1.0) <= LENGTH_WITHIN
    return Figure(
        "street length",
        "" if asked_km is None else f"{asked_km:,.0f} km within 10 %",
        f"{road_km:,.0f} km" + ("" if asked_km is None else f" ({road_km / asked_km - 1.0:+.1%})"),
        verdict_of(good),
        f"without yards, two carriageways once; {values['carriageway_km']:,.0f} km of carriageways, "
        f"{values['drivable_km']:,.0f} km with yards",
        values,
    )


def passages(city: City, reference: Reference) -> Figure:
    """Return the share of passages and dead ends among named ways; a name counts once in each district."""
    named = np.flatnonzero((city.streets["name"] != "").to_numpy())
    middles = shapely.get_coordinates(shapely.centroid(city.streets.geometry.to_numpy()[named]))
    ways = pd.DataFrame(
        {
            "name": [plain(name) for name in city.streets["name"].to_numpy()[named]],
            "district": district_rows(city, middles),
        }
    ).drop_duplicates()
    narrow = sum(bool(_PASSAGE.search(name)) for name in ways["name"])
    dead = sum(bool(_DEAD_END.search(name)) for name in ways["name"])
    share = (narrow + dead) / max(len(ways), 1)
    asked = _asked_share(reference)
    return Figure(
        "passages and dead ends among named ways",
        "" if asked is None else f"{asked:.2f} within {NAMES_WITHIN:g}",
        f"{share:.2f}",
        verdict_of(None if asked is None else abs(share - asked) <= NAMES_WITHIN),
        f"{narrow:,} passages and {dead:,} dead ends of {len(ways):,} names (tor ko‘cha, berk ko‘cha)",
        {"named_ways": len(ways), "passages": narrow, "dead_ends": dead, "share": round(share, 4)},
    )


def roads(city: City) -> Mask:
    """Return which streets make up the road network: drivable, neither a yard's drive nor a track."""
    road: Mask = city.streets["drive"].to_numpy(bool) & ~city.streets["street_class"].isin(NOT_ROADS).to_numpy()
    return road


def _asked_share(reference: Reference) -> float | None:
    """Return the register's share in tenths: of its 8,061 names 4,998 are passages and dead ends, 6 of 10."""
    figures = reference.figures.city
    share = (figures.named_passages + figures.named_dead_ends) / figures.named_ways
    return round(share, 1) if reference.whole else None


def _paired(city: City, road: Mask) -> Mask:
    """Return which one-way pieces have a carriageway of the same name beside them that leads the other way."""
    paired = np.zeros(len(city.streets), dtype=bool)
    rows = np.flatnonzero(road & city.streets["oneway"].to_numpy(bool))
    if not len(rows):
        return paired
    lines = city.streets.geometry.to_numpy()[rows]
    names = city.streets["name"].to_numpy()[rows].astype(str)
    a, b = shapely.STRtree(lines).query(
        shapely.line_interpolate_point(lines, 0.5, normalized=True), "dwithin", TWIN_AWAY_M
    )
    ends = shapely.get_coordinates(shapely.get_point(lines, -1)) - shapely.get_coordinates(shapely.get_point(lines, 0))
    facing = (ends[a] * ends[b]).sum(axis=1) < -0.8 * np.hypot(*ends[a].T) * np.hypot(*ends[b].T)
    same = (a != b) & (names[a] == names[b]) & facing
    paired[rows[np.unique(a[same])]] = True
    return paired
