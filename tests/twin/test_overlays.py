"""Closures and slow zones, worked by hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import shapely

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.errors import InputError
from twin.overlays import Overlay, SlowZone
from twin.streets import StreetGraph
from twin.travel import travel_of

START = datetime(2026, 6, 19, 12, 0, tzinfo=ZoneInfo("Asia/Tashkent"))


def test_a_closed_street_is_driven_round() -> None:
    streets = StreetGraph.of(grid_town(), overlays=[Overlay("works", closed=(0,))])
    assert streets.path(0, 1) == [0, 4, 5, 1]
    assert streets.times_to_ms(1)[0] == 30_000


def test_a_zone_slows_the_streets_whose_middle_is_in_it_and_the_slowest_zone_holds() -> None:
    west = shapely.box(WEST_M - 10, SOUTH_M - 10, WEST_M + 60, SOUTH_M + 10)
    zones = (SlowZone(0.5, area=west), SlowZone(0.8, streets=(0, 1)))
    streets = StreetGraph.of(grid_town(), overlays=[Overlay("fog", slow=zones)])
    assert streets.times_from_ms(0)[[1, 2]].tolist() == [20_000, 32_500]
    assert streets.times_from_ms(2)[3] == 10_000


def test_the_city_is_left_as_it_was() -> None:
    town = grid_town()
    StreetGraph.of(town, overlays=[Overlay("works", closed=(0,), slow=(SlowZone(0.5, (1,)),))])
    assert StreetGraph.of(town).times_from_ms(0)[[1, 2]].tolist() == [10_000, 20_000]


@pytest.mark.parametrize("labels_from_nodes", [0, 1000])
def test_a_closure_holds_for_its_time(labels_from_nodes: int, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path))
    works = Overlay("works", closed=(0,), from_ms=60_000, until_ms=120_000)
    travel = travel_of(grid_town(), "free_flow", START, [works], labels_from_nodes=labels_from_nodes)
    times = [travel.one_to_one_ms(0, 1, travel.period_at(t)) for t in (0, 59_999, 60_000, 119_999, 120_000)]
    assert times == [10_000, 10_000, 30_000, 30_000, 10_000]
    closed_in = travel.period_at(60_000)
    assert travel.route(0, 1, closed_in).nodes.tolist() == [0, 4, 5, 1]
    assert travel.pose_on(travel.route(0, 1, closed_in), 5_000) == (WEST_M, SOUTH_M + 50.0, 0.0)


def test_everything_wrong_with_overlays_is_said_at_once() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    wrong = Overlay("parade", closed=(99,), slow=(SlowZone(0.0, (-1,)), SlowZone(0.5, area=bow)), from_ms=5, until_ms=5)
    with pytest.raises(InputError) as refused:
        travel_of(grid_town(), "free_flow", START, [wrong, Overlay("works", closed=(24,))])
    assert [fault.what for fault in refused.value.faults] == [
        "parade: there is no street 99; streets are 0 to 23",
        "parade: there is no street -1; streets are 0 to 23",
        "parade: a slow zone leaves 0.0 of the speed; give a factor of 0.01 to 1",
        "parade: the area of a slow zone is no valid polygon but a Polygon",
        "parade: ends at 5 ms, before it begins at 5 ms",
        "works: there is no street 24; streets are 0 to 23",
    ]
