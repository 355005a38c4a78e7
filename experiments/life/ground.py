"""What every run and trial of one city stands on: opened once by a process, then shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from scenarios.places import CitySpots, DrawnPlaces, NearestNode
from scenarios.zones import ZoneSpots
from sensors.alarms import AlarmRules, load_alarm_rules
from sensors.fitted import FITTED_FILE, FittedModel, load_fitted
from twin.city import City
from twin.city.heights import HeightRaster, heights_of
from twin.city.resolve import open_city
from twin.city.store import city_hash
from twin.region import MatrixRegion, is_region, read_region
from twin.speeds import speed_profile
from twin.streets import StreetGraph

FLAT_CELLS = 100


@dataclass(frozen=True)
class Ground:
    """A city with what is derived from it, free of any seed.

    Attributes:
        city_hash: SHA-256 of the city.
        graph: streets at the speeds of one profile, or the zones of a region.
        spots: where things can happen.
        rules, model: alarm rules and the fitted camera model.
        region: the tables it was made of, None for a city with streets.
    """

    city: City
    city_hash: str
    graph: NearestNode
    spots: DrawnPlaces
    heights: HeightRaster
    rules: AlarmRules
    model: FittedModel
    region: MatrixRegion | None = None


@lru_cache(maxsize=2)
def ground_of(city: str | None, speeds: str, fitted: Path = FITTED_FILE) -> Ground:
    """Open a city and what belongs to it; a process that asks again gets the same.

    Args:
        city: folder of a built city, or of a region of zones; None is the default city.
        speeds: name of the speed profile.
        fitted: the fitted camera model's file.

    Raises:
        InputError: any of them is missing or wrong.
    """
    rules, model, profile = load_alarm_rules(), load_fitted(fitted), speed_profile(speeds)
    if city is not None and is_region(Path(city)):
        return _of_region(read_region(Path(city)), rules, model)
    opened = open_city(city)
    graph = StreetGraph.of(opened, profile)
    return Ground(opened, city_hash(opened), graph, CitySpots(opened), heights_of(opened), rules, model)


def _of_region(region: MatrixRegion, rules: AlarmRules, model: FittedModel) -> Ground:
    """A region has no buildings to look past: its heights are one coarse, flat raster."""
    city = region.city()
    west, south, east, north = city.bounds_m
    heights = heights_of(city, max(1.0, east - west, north - south) / FLAT_CELLS)
    zones = region.travel(datetime(2000, 1, 1, tzinfo=UTC))
    return Ground(city, region.hash, zones, ZoneSpots(region), heights, rules, model, region)
