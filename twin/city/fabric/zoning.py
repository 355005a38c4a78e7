"""What each superblock is: flats, mahallas of courtyard houses, villages, parks, campuses, industry, fields.

Flats gather along the metro, the main avenues and towards the centre, courtyard mahallas lie between and behind them and
in the old city round Chorsu, the rims are loosely built (where flats on sale stand, most lie within 2 km of the metro).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point, Polygon

from twin.city.fabric.flats import FLATS_PER_GROSS_HA, flat_shares
from twin.city.fabric.frame import District, Frame
from twin.city.fabric.plan import Plan
from twin.streams import stream

HOUSES_PER_GROSS_HA: Final = 15.5  # drawn: plots of 540 m2 and their passages
DWELLINGS_PER_HOUSE: Final = 1.45  # assumed: married sons keep their own household in the same courtyard
VILLAGE_HOUSES_PER_HA: Final = 7.5
VILLAGE_SHARE: Final = 0.65  # assumed: of the land that neither flats nor mahallas need; the rest are fields
MOST_FLATS: Final = 0.95
NOISE_M: Final = 420.0
METRO_FREE_M: Final = 700.0  # no industry nearer to a metro station
CENTRE: Final = (523_400.0, 4_573_600.0)  # Amir Temur square, 41.3112 N, 69.2797 E
OLD_CITY_M: Final = 1500.0  # round Chorsu bazaar: courtyard houses, whatever lies near
LAND_KINDS: Final = ("park", "campus", "stadium", "industry", "field", "bazaar")


@dataclass(frozen=True)
class Zones:
    """The kind of each superblock, the name of the land it is (or ""), and how remote it lies, metres.

    ``flats_share`` is the share of the district's dwellings that are flats.
    """

    kinds: list[str]
    names: list[str]
    remote_m: NDArray[np.float64]
    flats_share: float


def zone(plan: Plan, blocks: Sequence[int], frame: Frame, district: District, dwellings: int, seed: int) -> Zones:
    """Return what the superblocks of a district are, in the order of ``blocks``."""
    rng = stream(seed, "city", district.name, "zones")
    shapes = np.array([plan.polygon(block) for block in blocks], dtype=object)
    area_ha = shapely.area(shapes) / 1e4
    remote_m = _remote(shapes, frame)
    kinds = np.full(len(blocks), "mahalla", dtype=object)
    names = np.full(len(blocks), "", dtype=object)
    known = _known_land(shapes, frame)
    for block, (kind, name) in known.items():
        kinds[block], names[block] = kind, name
    free = ~np.isin(np.arange(len(blocks)), list(known))
    flats_share, quota = _quotas(district, dwellings, float(area_ha.sum()))
    for kind in LAND_KINDS:
        quota[kind] = max(0.0, quota.get(kind, 0.0) - float(area_ha[kinds == kind].sum()))

    def take(kind: str, rank: NDArray[np.float64]) -> None:
        chosen = _first(rank, free, area_ha, quota[kind])
        kinds[chosen], free[chosen] = kind, False

    def noise(sd: float) -> NDArray[np.float64]:
        return rng.normal(0.0, sd, len(blocks))

    near_metro = shapely.distance(shapes, MultiPoint([s.at for s in frame.spots if s.kind == "metro"])) < METRO_FREE_M
    take("field", -remote_m + noise(500.0))
    take("village", -remote_m + noise(300.0))
    take("industry", -remote_m + noise(900.0) + np.where(near_metro, 1e5, 0.0))
    take("park", rng.uniform(0.0, 1.0, len(blocks)))
    take("campus", remote_m + noise(1200.0))
    take("flats", remote_m + noise(NOISE_M) + _old_city(shapes, frame))
    return Zones([str(k) for k in kinds], [str(n) for n in names], remote_m, flats_share)


def _remote(shapes: NDArray[np.object_], frame: Frame) -> NDArray[np.float64]:
    middles = shapely.centroid(shapes)
    metro = MultiPoint([s.at for s in frame.spots if s.kind == "metro"])
    avenues = shapely.union_all([LineString(s.course) for s in frame.streets if s.street_class == "primary"])
    to_metro = np.minimum(shapely.distance(middles, metro), 5000.0)
    to_avenue = np.minimum(shapely.distance(middles, avenues), 4000.0)
    to_centre = shapely.distance(middles, Point(CENTRE))
    return np.asarray(0.55 * to_metro + 0.35 * to_avenue + 0.12 * to_centre, dtype=np.float64)


def _old_city(shapes: NDArray[np.object_], frame: Frame) -> NDArray[np.float64]:
    chorsu = [s.at for s in frame.spots if s.kind == "bazaar" and "Chorsu" in s.name]
    away = shapely.distance(shapes, MultiPoint(chorsu)) if chorsu else np.full(len(shapes), np.inf)
    return np.where(away < OLD_CITY_M, 2500.0, 0.0)


def _known_land(shapes: NDArray[np.object_], frame: Frame) -> dict[int, tuple[str, str]]:
    """Return the superblocks that are for the greater part land the frame knows, or hold most of it."""
    known: dict[int, tuple[str, str]] = {}
    for land in frame.lands:
        if land.kind not in LAND_KINDS:
            continue
        shape = Polygon(land.outline)
        shared = shapely.area(shapely.intersection(shapes, shape))
        chosen = set(np.flatnonzero(shared > 0.5 * shapely.area(shapes)).tolist())
        if not chosen and shared.max(initial=0.0) > 0.3 * shape.area:
            chosen = {int(shared.argmax())}
        for block in sorted(chosen):
            known.setdefault(block, (land.kind, land.name))
    return known


def _quotas(district: District, dwellings: int, total_ha: float) -> tuple[float, dict[str, float]]:
    """Return the share of flats, and the hectares of each kind: what the dwellings need, the rest villages and fields.

    Where the land does not hold as many houses, more of the dwellings are flats.
    """
    land = {kind: share * total_ha for kind, share in district.land.items()}
    room = total_ha - sum(land.values())
    per_flat = sum(share / FLATS_PER_GROSS_HA[kind] for (kind, _), share in flat_shares(district).items())
    per_house = 1.0 / (HOUSES_PER_GROSS_HA * DWELLINGS_PER_HOUSE)
    least = (dwellings * per_house - room) / (dwellings * (per_house - per_flat))
    share = min(max(district.flats_share, least), MOST_FLATS)
    flats = dwellings * share * per_flat
    rest = max(0.0, room - flats - dwellings * (1.0 - share) * per_house)
    village = rest * VILLAGE_SHARE
    field = rest - village * (1.0 - VILLAGE_HOUSES_PER_HA / HOUSES_PER_GROSS_HA)
    return share, _summed(land, {"flats": flats, "village": village, "field": max(0.0, field)})


def _summed(one: Mapping[str, float], two: Mapping[str, float]) -> dict[str, float]:
    return {kind: one.get(kind, 0.0) + two.get(kind, 0.0) for kind in sorted({*one, *two, "industry", "park", "campus"})}


def _first(
    rank: NDArray[np.float64], free: NDArray[np.bool_], area_ha: NDArray[np.float64], quota_ha: float
) -> NDArray[np.intp]:
    order = np.argsort(np.where(free, rank, np.inf), kind="stable")[: int(free.sum())]
    before = np.cumsum(area_ha[order]) - area_ha[order] / 2
    return order[before <= quota_ha]
