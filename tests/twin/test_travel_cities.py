"""Travel times of whole cities: a real extract with its turn restrictions, and the default city."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from twin.city import City
from twin.city.osm import import_osm
from twin.city.resolve import open_city
from twin.overlays import Overlay, SlowZone
from twin.streets import StreetGraph
from twin.travel import SearchedTravel, WeekTravel, travel_of
from twin.travel.detour import DetourTravel
from twin.travel.labelled import LabelledTravel

HELSINKI = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm_other_cities" / "helsinki_centre.osm.pbf"
START = datetime(2026, 6, 19, 16, 30, tzinfo=ZoneInfo("Asia/Tashkent"))
HOUR_MS = 3_600_000


def differences(travel: WeekTravel, city: City, period: int, trips: int, goals: int) -> int:
    """Ask for random trips, and return how many are not exactly what a search finds; routes included."""
    calendar, rng = travel.calendar, np.random.default_rng(7)
    streets = StreetGraph.of(city, calendar.profile, calendar.speed_period(period), calendar.overlays(period))
    searched, wrong = SearchedTravel(streets), 0
    for goal in rng.integers(0, travel.node_count, goals).tolist():
        origins = rng.integers(0, travel.node_count, trips // goals)
        exact = searched.many_to_one_ms(origins, goal, 0)
        wrong += int((travel.many_to_one_ms(origins, goal, period) != exact).sum())
        wrong += travel.route(int(origins[0]), goal, period).travel_ms != exact[0]
    return wrong


@pytest.mark.skipif(not HELSINKI.is_file(), reason="the extract in ../shared is not here")
def test_a_real_extract_with_its_turn_restrictions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path))
    city = import_osm(HELSINKI, "helsinki")
    middle = city.nodes.union_all().envelope.centroid
    works = Overlay("works", (97,), (SlowZone(0.5, area=middle.buffer(20.0)),))
    quake = Overlay("quake", tuple(range(0, len(city.streets), 97)), (SlowZone(0.5, area=middle.buffer(300.0)),))
    for overlays, kind in (([], LabelledTravel), ([works], DetourTravel), ([quake], LabelledTravel)):
        travel = travel_of(city, "car", START, overlays)
        assert isinstance(travel.in_period(travel.period_at(0)), kind)
        assert differences(travel, city, travel.period_at(0), 10_000, 100) == 0


@pytest.mark.slow
def test_ten_thousand_random_trips_in_the_default_city_equal_dijkstra() -> None:
    city = open_city(None)
    rows = tuple(np.random.default_rng(3).integers(0, len(city.streets), 20).tolist())
    works = Overlay("works", rows, from_ms=2 * HOUR_MS, until_ms=3 * HOUR_MS)
    travel = travel_of(city, "blue_light", START, [works])
    for hour in (0, 1, 2):  # by day, in the evening peak, and in it with streets closed
        assert differences(travel, city, travel.period_at(hour * HOUR_MS), 10_000, 1_000) == 0
