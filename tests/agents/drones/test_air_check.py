"""The independent look at flights finds what is planted, and reads flights from the log as they were flown."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from agents.drones.air_check import energy_wh, flown_tracks, told_of, violations
from tests.agents.drones.skies import FAR, call, drone, live, lying, squadron
from tests.agents.lives import detail, events
from twin.airspace import AirSpace, Zone, load_rules
from twin.records import Kind

SPACE = AirSpace(
    (Zone("town", "yellow", shapely.box(-9000, -9000, 9000, 9000), 120.0),
     Zone("palace", "red", shapely.Point(5000, 0).buffer(100), 0.0)), load_rules(),
)  # fmt: skip


def launch(t_ms, name, track, charge=1.0):
    about = {"drone": "dock_quad", "charge": charge, "wind_ms": [0.0, 0.0], "track": track}
    return t_ms, str(Kind.DRONE_LAUNCHED), name, 10.0, about


def found(*told):
    return [(v.what, v.drone_id, v.other, v.fault) for v in violations(told, SPACE, 1.16, 10_000_000)]


STRAIGHT = [[0, 0.0, 0.0, 60.0], [100_000, 1000.0, 0.0, 60.0]]


def test_two_on_one_course_are_too_near_and_a_height_apart_they_are_not():
    behind = [[1000, 0.0, 0.0, 60.0], [101_000, 1000.0, 0.0, 60.0]]
    above = [[t, x, y, z + 15.0] for t, x, y, z in behind]
    far_behind = [[t + 6000, x, y, z] for t, x, y, z in behind]
    assert found(launch(0, "A", STRAIGHT), launch(0, "B", behind)) == [("separation", "A", "B", "")]
    assert found(launch(0, "A", STRAIGHT), launch(0, "B", above)) == []
    assert found(launch(0, "A", STRAIGHT), launch(0, "B", far_behind)) == []


def test_a_crossing_of_a_moment_is_found():
    across = [[0, 500.0, 500.0, 60.0], [100_000, 500.0, -500.0, 60.0]]
    assert found(launch(0, "B", across), launch(0, "A", STRAIGHT)) == [("separation", "A", "B", "")]


def test_one_that_falls_explains_what_it_comes_too_near_to():
    fell = (40_000, str(Kind.DRONE_FAILED), "B", None, {"what": "motor"})
    track = [[40_000, 500.0, 0.0, 90.0], [52_000, 500.0, 0.0, 0.0]]
    down = (40_000, str(Kind.DRONE_DOWN), "B", 12.0, {"track": track})
    above = [[0, 100.0, 0.0, 90.0], [90_000, 1000.0, 0.0, 90.0]]
    assert found(launch(0, "A", STRAIGHT), launch(0, "B", above), fell, down) == [("separation", "A", "B", "B")]


def test_red_zones_heights_and_empty_batteries_are_found():
    into_red = [[0, 4000.0, 0.0, 60.0], [100_000, 4880.0, 0.0, 60.0]]  # 20 m from its edge, 30 m wanted
    assert found(launch(0, "A", into_red)) == [("red_zone", "A", "", "")]
    assert found(launch(0, "A", [[0, 0, 0, 130.0], [10_000, 90, 0, 130.0]])) == [("height", "A", "", "")] * 2
    hover = [[0, 0.0, 0.0, 60.0], [3_000_000, 0.0, 0.0, 60.0]]
    assert found(launch(0, "A", hover)) == [("charge", "A", "", "")]


def test_a_track_holds_until_the_next_one():
    told = [
        launch(0, "A", [[1000, 0, 0, 0], [2000, 0, 0, 60], [9000, 70, 0, 60]]),
        (5000, str(Kind.DRONE_TURNED_HOME), "A", 1.0, {"track": [[5000, 30, 0, 60], [8000, 0, 0, 60]]}),
        (8000, str(Kind.DRONE_LANDED), "A", 0.9, {}),
    ]
    (flight,) = flown_tracks(told)
    assert flight.array.tolist() == [[1000, 0, 0, 0], [2000, 0, 0, 60], [5000, 30, 0, 60], [8000, 0, 0, 60]]
    assert flight.landed == 0.9


def test_energy_counted_anew_is_near_what_the_fit_says_and_the_log_tells_it_all():
    incident = lying(0, 10, FAR)
    world = live(squadron([drone()], wind=(6.0, 200.0)), [incident], [call(0, 20, incident)], [])
    (flight,) = flown_tracks(told_of(world.log.to_table()))
    (landed,) = events(world, Kind.DRONE_LANDED)
    assert energy_wh(flight, 1.14) == pytest.approx(detail(landed)["energy_wh"], rel=0.1)
    assert flight.ended_ms == landed.t_ms
    assert np.diff(flight.array[:, 0]).min() >= 0
