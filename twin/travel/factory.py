"""From a city, a profile and a start to travel times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from twin.checked_yaml import Strict, read_checked
from twin.city.model import City
from twin.overlays import Overlay, check_overlays
from twin.speeds import SpeedProfile, speed_profile
from twin.streets import StreetGraph
from twin.travel.calendar import Calendar
from twin.travel.contract import Travel
from twin.travel.detour import DetourTravel
from twin.travel.label_graph import LabelGraph
from twin.travel.label_store import labels_of
from twin.travel.labelled import LabelledTravel
from twin.travel.searched import SearchedTravel
from twin.travel.week import WeekTravel

Progress = Callable[[str, float], None]
"""Told what is being made, and the share of it that is done."""

_LONGEST_SUM_MS: Final = 2**38


class TravelSettings(Strict):
    """When to make labels."""

    schema_version: Literal[1] = Field(alias="schema")
    labels_from_nodes: int = Field(ge=0)
    own_labels_from_share: float = Field(ge=0, le=1)


def travel_of(
    city: City,
    profile: SpeedProfile | str,
    start: datetime,
    overlays: Sequence[Overlay] = (),
    progress: Progress = lambda what, share: None,
    labels_from_nodes: int | None = None,
) -> WeekTravel:
    """Return the travel times of one profile in a city, bound to a start.

    In a large city they come from hub labels, which are made for a period when it is first asked about, and kept on
    disk; in a small one from searches. The times are the same. Closures and slow zones have labels of their own only
    where they change much of the city.

    Args:
        city: the city.
        profile: how fast, or the name of a profile; see :func:`twin.speeds.speed_profile`.
        start: the zoned start of the run. The week goes by the city's own time zone.
        overlays: closures and slow zones, each with the simulated time it holds for.
        progress: told how far the labels of a period are, while they are made.
        labels_from_nodes: from how many nodes on labels are made; None is as in ``twin/data/travel.yaml``.

    Raises:
        InputError: no such profile, no street of its mode, or overlays that do not fit the city.
        ValueError: the start has no time zone.
    """
    speeds = speed_profile(profile) if isinstance(profile, str) else profile
    check_overlays(city, overlays)
    zone = city.manifest.get("timezone")
    calendar = Calendar(speeds, start, overlays, ZoneInfo(zone) if zone else None)
    streets = StreetGraph.of(city, speeds)
    least = _settings().labels_from_nodes if labels_from_nodes is None else labels_from_nodes
    make = _Makers(streets, calendar, progress, len(city.nodes) >= least)
    return WeekTravel(calendar, streets, make.of)


class _Makers:
    """Makes the answers of each period of one city."""

    def __init__(self, streets: StreetGraph, calendar: Calendar, progress: Progress, labelled: bool) -> None:
        self._city, self._calendar, self._progress, self._labelled = streets.city, calendar, progress, labelled
        self._open: dict[int, Travel] = {}
        self._first = streets

    def of(self, period: int) -> Travel:
        """Return the answers of a period, overlays included."""
        speed, overlays = self._calendar.speed_period(period), self._calendar.overlays(period)
        base = self._without_overlays(speed)
        if not overlays:
            return base
        streets = StreetGraph.of(self._city, self._calendar.profile, speed, overlays)
        if not isinstance(base, LabelledTravel) or int(streets.arc_ms.sum()) >= _LONGEST_SUM_MS:
            return SearchedTravel(streets)
        round_it = DetourTravel(base, streets)
        if round_it.unsure_share < _settings().own_labels_from_share:
            return round_it
        return self._labels(streets, speed, f", {', '.join(overlay.name for overlay in overlays)}") or round_it

    def _without_overlays(self, speed: int) -> Travel:
        if speed not in self._open:
            streets = StreetGraph.of(self._city, self._calendar.profile, speed) if speed else self._first
            self._open[speed] = (self._labels(streets, speed) if self._labelled else None) or SearchedTravel(streets)
        return self._open[speed]

    def _labels(self, streets: StreetGraph, speed: int, laid_over: str = "") -> LabelledTravel | None:
        profile = self._calendar.profile
        what = f"travel times, {profile.name}, {profile.periods[speed].name}{laid_over}"
        try:
            labels = labels_of(self._city, LabelGraph.of(streets), lambda share: self._progress(what, share))
        except OverflowError:
            return None  # a street that takes days: searches hold any time
        return LabelledTravel(streets, labels)


@cache
def _settings() -> TravelSettings:
    with as_file(files("twin") / "data" / "travel.yaml") as path:
        return read_checked(path, TravelSettings, "read the travel settings")
