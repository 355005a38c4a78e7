"""From a city, a profile and a start to travel times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from twin.city.model import City
from twin.overlays import Overlay, check_overlays
from twin.speeds import SpeedProfile, speed_profile
from twin.streets import StreetGraph
from twin.travel.calendar import Calendar
from twin.travel.contract import Travel
from twin.travel.searched import SearchedTravel
from twin.travel.week import WeekTravel


def travel_of(city: City, profile: SpeedProfile | str, start: datetime, overlays: Sequence[Overlay] = ()) -> WeekTravel:
    """Return the travel times of one profile in a city, bound to a start.

    Args:
        city: the city.
        profile: how fast, or the name of a profile; see :func:`twin.speeds.speed_profile`.
        start: the zoned start of the run. The week goes by the city's own time zone.
        overlays: closures and slow zones, each with the simulated time it holds for.

    Raises:
        InputError: no such profile, no street of its mode, or overlays that do not fit the city.
        ValueError: the start has no time zone.
    """
    speeds = speed_profile(profile) if isinstance(profile, str) else profile
    check_overlays(city, overlays)
    zone = city.manifest.get("timezone")
    calendar = Calendar(speeds, start, overlays, ZoneInfo(zone) if zone else None)
    streets = StreetGraph.of(city, speeds)

    def make(period: int) -> Travel:
        if period == 0:
            return SearchedTravel(streets)
        return SearchedTravel(StreetGraph.of(city, speeds, calendar.speed_period(period), calendar.overlays(period)))

    return WeekTravel(calendar, streets, make)
