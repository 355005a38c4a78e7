"""What each superblock is: flats, mahallas of courtyard houses, villages, parks, campuses, industry, fields.

Flats gather along the metro, the main avenues and towards the centre, courtyard mahallas lie between and behind them
and in the old city round Chorsu, the rims are loosely built (most flats on sale stand within 2 km of the metro).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point

from twin.city.fabric.flats import FLATS_PER_GROSS_HA, flat_shares
from twin.city.frame import ZONE_KINDS, District, Frame

HOUSES_PER_GROSS_HA: Final = 15.0  # drawn: plots of 540 m2 and their passages
DWELLINGS_PER_HOUSE: Final = (1.35, 1.75)  # where land is wide and where it is tight; assumed: married sons stay
PLOT_SIZE: Final = (1.5, 0.95)  # of a plot of 540 m2, the same; plots of 200 to 600 m2 and more (general knowledge)
FIXED_LAND: Final = ("park", "campus", "industry")
VILLAGE_HOUSES: Final = 0.5  # on a hectare of village against one of mahalla
VILLAGE_SHARE: Final = 0.3  # assumed: of the land that is left over; the rest are fields
FOOD_M: Final = 60.0  # beside a gastronomic street lie no fields, villages and factories
MOST_FLATS: Final = 0.95
NOISE_M: Final = 420.0
METRO_FREE_M: Final = 700.0  # no industry nearer to a metro station
CENTRE: Final = "Amir Temur xiyoboni"
FLATS_LEAN_M: Final = {
    "old_city": 2500.0, "planned_centre": -600.0, "soviet_quarter": -1300.0, "new_towers": -1300.0, "mahalla": 900.0,
    "village": 1500.0,
}  # fmt: skip
"""How much more remote than it is a place counts for flats, by what prevails there (assumed)."""


@dataclass(frozen=True)
class Zones:
    """The kind of each superblock, the name of the land it is (or ""), and how remote it lies for new towers, metres.

    ``flats_share`` is the share of the district's dwellings that are flats, ``plot_size`` that of the courtyard houses'
    plots against the usual 540 m2, ``old`` which superblocks lie in the old city.
    """

    kinds: list[str]
    names: list[str]
    remote_m: NDArray[np.float64]
    flats_share: float
    plot_size: float
    old: NDArray[np.bool_]


def zone(
    shapes: NDArray[np.object_], known: Mapping[int, tuple[str, str]], frame: Frame, district: District, dwellings: int,
    rng: np.random.Generator,
) -> Zones:  # fmt: skip
    """Return what the superblocks of a district are.

    Args:
        shapes: the superblocks.
        known: kind and name of those that the frame knows, by their number.
        frame: stations, avenues and centres, which say how remote a place is and what prevails there.
        district: its figures.
        dwellings: of the district.
        rng: the order among places alike.
    """
    area_ha = shapely.area(shapes) / 1e4
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    remote_m = _remote(middles, frame)
    kinds = np.full(len(shapes), "mahalla", dtype=object)
    names = np.full(len(shapes), "", dtype=object)
    for block, (kind, name) in known.items():
        kinds[block], names[block] = kind, name
    free = ~np.isin(np.arange(len(shapes)), list(known))
    flats_share, plot_size, quota = _quotas(district, dwellings, float(area_ha.sum()))
    for kind in ("park", "campus", "industry"):
        quota[kind] = max(0.0, quota[kind] - float(area_ha[kinds == kind].sum()))

    def take(kind: str, rank: NDArray[np.float64]) -> None:
        chosen = _first(rank, free, area_ha, quota[kind])
        kinds[chosen], free[chosen] = kind, False

    def noise(sd: float) -> NDArray[np.float64]:
        return rng.normal(0.0, sd, len(shapes))

    metro = MultiPoint([spot.at for spot in frame.spots_of("metro")])
    near_metro = shapely.distance(shapes, metro) < METRO_FREE_M
    prevails = [ZONE_KINDS[i] for i in frame.zones.kinds_at(middles).tolist()]
    to_flats = np.array([FLATS_LEAN_M[kind] for kind in prevails])
    food = shapely.union_all([LineString(s.course) for s in frame.streets if s.corridor == "gastronomic"])
    lively = np.where(shapely.distance(shapes, food) < FOOD_M, 1e5, 0.0)
    take("field", lively - remote_m + noise(150.0) + np.where(np.array(prevails) == "village", -800.0, 0.0))
    take("village", lively - remote_m + noise(300.0) + np.where(np.array(prevails) == "village", -1500.0, 0.0))
    take("industry", lively - remote_m + noise(900.0) + np.where(near_metro, 1e5, 0.0))
    take("park", rng.uniform(0.0, 1.0, len(shapes)))
    take("campus", remote_m + noise(1200.0))
    take("flats", remote_m + noise(NOISE_M) + to_flats)
    new_m = remote_m + np.where(np.array(prevails) == "new_towers", -2000.0, 0.0)
    old = np.array(prevails) == "old_city"
    return Zones([str(k) for k in kinds], [str(n) for n in names], new_m, flats_share, plot_size, old)


def _remote(middles: NDArray[np.float64], frame: Frame) -> NDArray[np.float64]:
    """Return how remote places lie, metres: from the metro, from the avenues and from the centre, by weight."""
    points = shapely.points(middles)
    metro = MultiPoint([spot.at for spot in frame.spots_of("metro")])
    avenues = shapely.union_all([LineString(s.course) for s in frame.streets if s.street_class == "primary"])
    centre = Point(next(spot.at for spot in frame.spots if spot.name == CENTRE))
    to_metro = np.minimum(shapely.distance(points, metro), 5000.0)
    to_avenue = np.minimum(shapely.distance(points, avenues), 4000.0)
    return np.asarray(0.55 * to_metro + 0.35 * to_avenue + 0.12 * shapely.distance(points, centre), dtype=np.float64)


def _quotas(district: District, dwellings: int, total_ha: float) -> tuple[float, float, dict[str, float]]:
    """Return the share of flats, the size of plots, and the hectares of each kind.

    What is neither park, campus nor industry holds the dwellings. Where it is wide, plots are larger, and what is still
    left over are villages and fields; where it is tight, more households share a courtyard, and at last more of the
    dwellings are flats.
    """
    land = {kind: share * total_ha for kind, share in district.figures.land.items() if kind in FIXED_LAND}
    room = total_ha - sum(land.values())
    per_flat = sum(share / FLATS_PER_GROSS_HA[kind] for (kind, _), share in flat_shares(district).items())
    share = district.figures.flats_share

    def need(tight: float) -> float:
        return dwellings * (share * per_flat + (1.0 - share) * _ha_per_dwelling(tight))

    tight = next((step / 20 for step in range(21) if need(step / 20) <= room), 1.0)
    if need(tight) > room:
        per_house = _ha_per_dwelling(1.0)
        share = min((dwellings * per_house - room) / (dwellings * (per_house - per_flat)), MOST_FLATS)
    flats = dwellings * share * per_flat
    rest = max(0.0, room - flats - dwellings * (1.0 - share) * _ha_per_dwelling(tight))
    village = rest * VILLAGE_SHARE
    field = rest - village * (1.0 - VILLAGE_HOUSES * _plot_size(tight))
    wanted = {"flats": flats, "village": village, "field": field}
    return share, _plot_size(tight), _summed(land, wanted)


def _ha_per_dwelling(tight: float) -> float:
    """Return the gross hectares of courtyard houses for a dwelling, from wide (0) to tight (1)."""
    together = DWELLINGS_PER_HOUSE[0] + tight * (DWELLINGS_PER_HOUSE[1] - DWELLINGS_PER_HOUSE[0])
    return _plot_size(tight) / (HOUSES_PER_GROSS_HA * together)


def _plot_size(tight: float) -> float:
    return PLOT_SIZE[0] + tight * (PLOT_SIZE[1] - PLOT_SIZE[0])


def _summed(one: Mapping[str, float], two: Mapping[str, float]) -> dict[str, float]:
    return {
        kind: one.get(kind, 0.0) + two.get(kind, 0.0) for kind in sorted({*one, *two, "industry", "park", "campus"})
    }


def _first(
    rank: NDArray[np.float64], free: NDArray[np.bool_], area_ha: NDArray[np.float64], quota_ha: float
) -> NDArray[np.intp]:
    order = np.argsort(np.where(free, rank, np.inf), kind="stable")[: int(free.sum())]
    before = np.cumsum(area_ha[order]) - area_ha[order] / 2
    return order[before <= quota_ha]
