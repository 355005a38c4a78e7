"""What each superblock is: rows of flats, towers, mahallas of courtyard houses, parks, campuses, industry, fields.

Flats gather along the metro and the main avenues, courtyard mahallas lie between and behind them, the far south is
loosely built (where flats and schools stand in the district's lists, the flats lie within 2 km of the metro).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point

from twin.city.fabric.frame import Frame
from twin.city.fabric.plan import Plan
from twin.streams import stream

FLATS: Final = {"rows4": 4, "rows5": 5, "rows9": 9, "towers": 14}
NOISE_M: Final = 420.0
METRO_FREE_M: Final = 700.0  # no industry nearer to a metro station
EXPECTED_HOUSES: Final = 12_000  # only steers how much land the flats get


def zone(plan: Plan, blocks: Sequence[int], frame: Frame, seed: int) -> list[str]:
    """Return the kind of each superblock, in the order of ``blocks``."""
    rng = stream(seed, "city", "zones")
    shapes = [plan.polygon(block) for block in blocks]
    area_ha = np.array([shape.area for shape in shapes]) / 1e4
    axis = shapely.union_all(
        [LineString(street.course) for street in frame.streets if street.street_class == "primary"]
    )
    away_m = shapely.distance(axis, shapely.centroid(np.array(shapes)))
    south_m = np.maximum(0.0, 4_567_400.0 - np.array([shape.centroid.y for shape in shapes]))
    remote = away_m + 1.2 * south_m
    quota = _quotas(frame, float(area_ha.sum()))
    kinds = np.full(len(blocks), "mahalla", dtype=object)
    free = np.ones(len(blocks), dtype=bool)

    def take(kind: str, rank: NDArray[np.float64]) -> None:
        chosen = _first(rank, free, area_ha, quota[kind])
        kinds[chosen], free[chosen] = kind, False

    home = int(np.argmin(shapely.distance(np.array(shapes), Point(frame.stadium))))
    kinds[home], free[home] = "stadium", False
    take("village", -remote + rng.normal(0.0, 300.0, len(blocks)))
    take("field", -1.2 * south_m - 0.3 * away_m + rng.normal(0.0, 500.0, len(blocks)))
    by_metro = shapely.distance(np.array(shapes), MultiPoint([at for _, at in frame.metro])) < METRO_FREE_M
    take("industry", -remote + rng.normal(0.0, 700.0, len(blocks)) + np.where(by_metro, 1e5, 0.0))
    take("park", rng.uniform(0.0, 1.0, len(blocks)))
    take("campus", away_m + rng.normal(0.0, 900.0, len(blocks)))
    noisy = remote + rng.normal(0.0, NOISE_M, len(blocks))
    for kind in ("towers", "rows9"):
        take(kind, noisy + rng.normal(0.0, 500.0, len(blocks)))
    kinds[_first(noisy, free, area_ha, quota["rows4"] + quota["rows5"])] = "rows4"
    five = _first(rng.uniform(0.0, 1.0, len(blocks)), kinds == "rows4", area_ha, quota["rows5"])
    kinds[five] = "rows5"
    return [str(kind) for kind in kinds]


def _quotas(frame: Frame, total_ha: float) -> dict[str, float]:
    """Return the hectares of each kind, scaled so that they leave nothing over."""
    figures = frame.figures
    dwellings = figures["people"]["residents"] / figures["people"]["residents_per_dwelling"]
    flats = dwellings - EXPECTED_HOUSES * figures["people"]["dwellings_per_house"]
    wanted = {
        kind: flats * figures["storey_shares"][storeys] / figures["flats_per_gross_ha"][storeys]
        for kind, storeys in FLATS.items()
    }
    wanted.update({kind: float(hectares) for kind, hectares in figures["land_ha"].items()})
    scale = total_ha / sum(wanted.values())
    return {kind: hectares * scale for kind, hectares in wanted.items()}


def _first(
    rank: NDArray[np.float64], free: NDArray[np.bool_], area_ha: NDArray[np.float64], quota_ha: float
) -> NDArray[np.intp]:
    order = np.argsort(np.where(free, rank, np.inf), kind="stable")[: int(free.sum())]
    before = np.cumsum(area_ha[order]) - area_ha[order] / 2
    return order[before <= quota_ha]
