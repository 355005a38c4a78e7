"""What every run and trial of one city stands on: opened once by a process, then shared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sensors.alarms import AlarmRules, load_alarm_rules
from sensors.fitted import FITTED_FILE, FittedModel, load_fitted
from twin.city import City
from twin.city.heights import HeightRaster, heights_of
from twin.city.resolve import open_city
from twin.city.store import city_hash
from twin.speeds import speed_profile
from twin.streets import StreetGraph


@dataclass(frozen=True)
class Ground:
    """A city with what is derived from it, free of any seed.

    Attributes:
        city_hash: SHA-256 of the city.
        graph: streets at the speeds of one profile.
        rules, model: alarm rules and the fitted camera model.
    """

    city: City
    city_hash: str
    graph: StreetGraph
    heights: HeightRaster
    rules: AlarmRules
    model: FittedModel


@lru_cache(maxsize=2)
def ground_of(city: str | None, speeds: str, fitted: Path = FITTED_FILE) -> Ground:
    """Open a city and what belongs to it; a process that asks again gets the same.

    Args:
        city: folder of a built city; None is the default city.
        speeds: name of the speed profile.
        fitted: the fitted camera model's file.

    Raises:
        InputError: any of them is missing or wrong.
    """
    rules, model, profile = load_alarm_rules(), load_fitted(fitted), speed_profile(speeds)
    opened = open_city(city)
    graph = StreetGraph.of(opened, profile)
    return Ground(opened, city_hash(opened), graph, heights_of(opened), rules, model)
