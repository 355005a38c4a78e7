"""Missions from files: what is refused before take-off, with every reason at its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from agents.flight.mission import read_mission
from agents.flight.mission_check import MissionCheck
from agents.flight.prisms import Buildings
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.airspace import AirSpace, Zone, load_rules
from twin.errors import InputError

TOWN = grid_town(8, 8)
HOUSES = Buildings(TOWN)
GOOD = f"""schema_version: 1
name: test
dock: {{x_m: {WEST_M + 5}, y_m: {SOUTH_M + 5}}}
waypoints:
  - {{x_m: {WEST_M + 400}, y_m: {SOUTH_M + 5}, height_m: 40}}
  - {{x_m: {WEST_M + 600}, y_m: {SOUTH_M + 300}, height_m: 40, hover_s: 20}}
"""
IN_HOUSE = f"{{x_m: {WEST_M + 50}, y_m: {SOUTH_M + 50}"


OPEN = AirSpace((), load_rules())


def checked(tmp_path: Path, text: str, dare: bool = False, space: AirSpace = OPEN):
    path = tmp_path / "mission.yaml"
    path.write_text(text, encoding="utf-8")
    mission, lines = read_mission(path)
    return MissionCheck(mission, lines, TOWN, HOUSES, space, path).ready(dare)


def faults(tmp_path, text, dare=False, space=OPEN):
    with pytest.raises(InputError) as refused:
        checked(tmp_path, text, dare, space)
    return refused.value.faults


def test_a_good_mission_is_ready_with_what_it_will_take(tmp_path):
    ready = checked(tmp_path, GOOD)
    assert ready.order.home_m == (WEST_M + 5, SOUTH_M + 5, 0.0)
    assert [w.height_m for w in ready.order.waypoints] == [40, 40]
    assert 0 < ready.expected.energy_wh[0] < ready.usable_wh
    assert ready.dared == ()


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("dock: {x_m", "dock: {on_roof: true, x_m"), 3, "no building stands there"),
        ((f"dock: {{x_m: {WEST_M + 5}, y_m: {SOUTH_M + 5}", "dock: " + IN_HOUSE), 3, "stands inside building 0"),
        ((f"{{x_m: {WEST_M + 400}, y_m: {SOUTH_M + 5}, height_m: 40", IN_HOUSE + ", height_m: 9"), 5, "is inside"),
        (("name: test", "name: test\nwind: {speed_ms: 14}"), 3, "wind.speed_ms: 14 m/s is above the limit"),
        (("name: test", "name: test\ncharge: 0"), 3, "leaves nothing above the reserve"),
        (("name: test", "name: test\npayload_kg: 3"), 3, "carries 0.228 kg at most"),
        (("name: test", "name: test\ntemperature_c: -35"), 3, "flies from -20 to 50 degrees"),
        (("hover_s: 20", "hover_s: 3500"), 4, "beyond range: the mission takes"),
        (("height_m: 40}", "height_m: 300}"), 5, "above the limit of 120 m"),
        (("name: test", "name: test\nspeed_ms: 9\ndrone: dock_qad"), 4, "did you mean 'dock_quad'"),
        (("height_m: 40}", "height_m: 40, speed: 3}"), 5, "nobody knows this key"),
        ((f"x_m: {WEST_M + 400}, y_m: {SOUTH_M + 5}", "lon: 60.0, lat: 41.0"), 5, "lies outside the city"),
        ((f"x_m: {WEST_M + 400}, y_m: {SOUTH_M + 5}", "place: Nowhere"), 5, "there is no place 'Nowhere'"),
        (("name: test", "name: test\nfence: {top_m: 30}"), 6, "lies outside the fence"),
        (("name: test", "name: test\nrotor_stops: [{at_s: 3, rotor: 5}]"), 3, "less than or equal to 4"),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(tmp_path, change, line, words):
    text = GOOD.replace(*change)
    assert text != GOOD
    found = faults(tmp_path, text)
    hits = [fault for fault in found if words in fault.what]
    assert hits, found
    assert hits[0].line == line


@pytest.mark.parametrize(
    ("x_m", "y_m", "line", "words"),
    [
        (5, 5, 3, "dock: it lies in a red zone, Palace"),
        (400, 5, 5, "waypoints.0: it lies in a red zone, Palace"),
        (200, 5, 5, "the leg to waypoint 0 crosses a red zone, Palace"),
        (300, 150, 3, "the way home crosses a red zone, Palace"),
    ],
)
def test_a_mission_keeps_off_red_zones_even_when_dared(tmp_path, x_m, y_m, line, words):
    palace = Zone("Palace", "red", shapely.Point(WEST_M + x_m, SOUTH_M + y_m).buffer(20.0), 0.0)
    found = faults(tmp_path, GOOD, dare=True, space=AirSpace((palace,), load_rules()))
    assert [(fault.line, words in fault.what) for fault in found] == [(line, True)], found


def test_a_mission_keeps_below_what_may_be_flown_in_a_yellow_zone(tmp_path):
    field = Zone("field", "yellow", shapely.Point(WEST_M + 600, SOUTH_M + 300).buffer(50.0), 35.0)
    found = faults(tmp_path, GOOD, space=AirSpace((field,), load_rules()))
    assert {fault.line for fault in found} == {3, 6}
    assert all("where 35 m is the most that is allowed" in fault.what for fault in found)


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = GOOD.replace("name: test", "name: test\nwind: {speed_ms: 20}\npayload_kg: 1\ncharge: 0.1")
    text = text.replace(f"{{x_m: {WEST_M + 400}, y_m: {SOUTH_M + 5}, height_m: 40", IN_HOUSE + ", height_m: 5")
    found = faults(tmp_path, text)
    assert len(found) >= 4
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)


def test_a_leg_through_a_house_is_named_with_the_house_and_flown_only_when_dared(tmp_path):
    text = GOOD.replace(f"y_m: {SOUTH_M + 5}, height_m: 40", f"y_m: {SOUTH_M + 105}, height_m: 9")
    found = faults(tmp_path, text)
    assert any("the leg to waypoint 0 passes building" in fault.what and "--dare" in fault.what for fault in found)
    ready = checked(tmp_path, text, dare=True)
    assert any("the leg to waypoint 0 passes building" in one for one in ready.dared)


def test_a_wire_across_the_way_is_seen(tmp_path):
    x, y = WEST_M + 200, SOUTH_M
    ends = f"start: {{x_m: {x}, y_m: {y}, height_m: 41}}, end: {{x_m: {x}, y_m: {y + 40}, height_m: 41}}"
    text = GOOD + f"wires:\n  - {{name: tram, {ends}, sag_m: 0.5}}\n"
    found = faults(tmp_path, text)
    assert any("the leg to waypoint 0 passes wire tram" in fault.what for fault in found)
    assert checked(tmp_path, text.replace("height_m: 41", "height_m: 30")).wires[0].name == "tram"


def test_the_way_home_clears_the_roofs_unless_told_otherwise(tmp_path):
    """Houses are 12 m high and waypoints lie at 15 m: home at 22 m, ten above the roofs."""
    assert checked(tmp_path, GOOD.replace("height_m: 40", "height_m: 15"), dare=True).order.return_height_m == 22.0
    assert checked(tmp_path, GOOD + "return_height_m: 70\n").order.return_height_m == 70.0


def test_a_dock_on_a_roof_starts_at_its_height(tmp_path):
    text = GOOD.replace(f"dock: {{x_m: {WEST_M + 5}, y_m: {SOUTH_M + 5}", "dock: {on_roof: true, " + IN_HOUSE[1:])
    assert checked(tmp_path, text).order.home_m == (WEST_M + 50, SOUTH_M + 50, 12.0)


def test_wind_from_the_west_blows_to_the_east(tmp_path):
    ready = checked(tmp_path, GOOD + "wind: {speed_ms: 6, from_deg: 270}\n")
    assert ready.air.wind_ms == pytest.approx((6.0, 0.0, 0.0))
