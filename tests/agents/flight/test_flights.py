"""Whole flights: out and home, several at once, among houses and wires, and how each emergency ends."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import shapely

pytest.importorskip("pybullet", reason="exact flight needs pybullet")

from agents.flight.flying import Flights
from agents.flight.orders import Fence, RotorStop
from agents.flight.prisms import REACH_M, Buildings, Wire
from agents.flight.record import figures_of
from agents.flight.world import Air
from tests.agents.flight.lives import order, quieten
from tests.towns import grid_town
from twin.errors import MissingPart

BREEZE = Air((5.0, 0.0, 0.0))


def flown(*orders, air=BREEZE, seed=3, **world):
    flights = Flights(orders, air, seed, **world)
    flights.fly()
    flights.close()
    return flights


def told(flights, number=0):
    return [one.what for one in flights.pilots[number].told]


def test_a_drone_flies_out_and_lands_on_its_pad():
    flights = flown(order())
    pilot = flights.pilots[0]
    assert told(flights)[:2] == ["rotors on", "takes off"]
    assert pilot.ending.startswith("landed at its dock")
    assert pilot.at_m[2] == pytest.approx(pilot.order.rests_m, abs=0.05)
    table = flights.records[0].table()
    assert table["x_m"].max() == pytest.approx(300.0, abs=3.0)
    assert table["error_m"].max() < 4.0
    assert (np.diff(table["energy_wh"]) > 0).all()
    assert (np.diff(table["charge"]) < 0).all()


def test_the_same_seed_flies_the_same_bytes_and_another_does_not():
    tables = [flown(order(), seed=seed).records[0].table() for seed in (3, 3, 4)]
    assert all(np.array_equal(tables[0][name], tables[1][name]) for name in tables[0])
    assert not np.array_equal(tables[0]["x_m"][:50], tables[2]["x_m"][:50])


def test_a_second_drone_leaves_the_first_ones_flight_alone():
    """Streams are of a drone's own, and nothing else joins two drones that stay apart."""
    alone = flown(order("a")).records[0].table()
    second = order("b", home_m=(0.0, 80.0, 0.0), waypoints=((200.0, 80.0, 40.0, 8.0),))
    together = flown(order("a"), second).records[0].table()
    assert all(np.array_equal(alone[name], together[name]) for name in alone)


def test_two_drones_that_meet_on_one_line_collide():
    """Perfect sensors, no gusts: one flies east, one west, on the same line and at the same height."""
    east = order("a", waypoints=((150.0, 0.0, 40.0, 8.0),))
    west = order("b", home_m=(150.0, 0.0, 0.0), waypoints=((0.0, 0.0, 40.0, 8.0),))
    flights = Flights([east, west], Air(gusts=False), 1)
    quieten(flights.world)
    flights.fly()
    assert [pilot.ending for pilot in flights.pilots] == ["collided with drone 2", "collided with drone 1"]
    assert flights.records[0].table()["x_m"].max() < 80.0


def test_low_charge_sends_it_home_and_it_gets_there():
    flights = flown(order(charge=0.25, waypoints=((4000.0, 0.0, 60.0, 12.0),)))
    assert "low charge: returns home" in told(flights)
    assert flights.pilots[0].ending.startswith("landed at its dock")
    assert 0.08 < flights.pilots[0].charge < 0.20
    assert 500 < flights.records[0].table()["x_m"].max() < 3900


def test_critical_charge_lands_it_where_it_is():
    """It should never come to this; a battery that was told wrong is how it does."""
    flights = Flights([order(waypoints=((900.0, 0.0, 60.0, 12.0),))], BREEZE, 3)
    while flights.world.t_s < 40:
        flights.step()
    flights.pilots[0].state["drawn_as"] = 0.93 * flights.pilots[0].craft["capacity_as"]
    flights.fly()
    assert "charge is critical: lands where it is" in told(flights)
    assert flights.pilots[0].ending.startswith("landed on the ground, ")


def test_leaving_the_fence_means_home():
    fence = Fence(shapely.box(-50, -50, 200, 50), 120.0)
    flights = flown(order(fence=fence))
    assert "left its fence: returns home" in told(flights)
    assert flights.records[0].table()["x_m"].max() < 240


def test_a_wind_it_cannot_make_way_in_means_home():
    """Made for a breeze, met by a storm from ahead: the plan waits for it, then gives up."""
    flights = Flights([order(waypoints=((900.0, 0.0, 60.0, 12.0),))], Air((-2.0, 0.0, 0.0)), 3)
    while flights.world.t_s < 25:
        flights.step()
    flights.world.state["wind_mean"][0] = (-24.0, 0.0, 0.0)
    flights.fly(lambda t_s: None)
    assert "cannot keep to its plan in this wind: returns home" in told(flights)


@pytest.mark.parametrize(("cls", "low", "high"), [("dock_quad", 4.5, 5.6), ("camera_quad", 15.0, 22.5)])
def test_a_stopped_rotor_ends_under_the_parachute_or_in_a_fall(cls, low, high):
    flights = flown(order(cls=cls, stops=(RotorStop(25.0, 2),)), air=Air(gusts=False))
    pilot = flights.pilots[0]
    assert "rotor 2 stops" in told(flights)
    assert pilot.ending.startswith("rotor failure: came down on the ground at ")
    assert low < pilot.impact_ms < high
    assert ("opens its parachute" in told(flights)[-2]) == (cls == "dock_quad")


TOWN = grid_town(8, 8)
HOUSES = Buildings(TOWN)
WEST, SOUTH, EAST, NORTH = TOWN.buildings.geometry.iloc[8].bounds
MIDDLE = (SOUTH + NORTH) / 2


def beside_house(height_m, **more):
    home = (WEST - 20.0, MIDDLE, 0.0)
    return order(home_m=home, waypoints=((EAST + 60.0, MIDDLE, height_m, 12.0),), return_height_m=30.0, **more)


def test_a_path_through_a_house_ends_at_its_wall():
    """The house is 12 m high; it is flown at from 20 m away at 8 m of height."""
    flights = flown(beside_house(8.0), buildings=HOUSES)
    pilot = flights.pilots[0]
    assert pilot.ending == "collided with building 8"
    assert pilot.at_m[0] == pytest.approx(WEST, abs=4.0)
    assert pilot.impact_ms > 5.0
    assert pilot.at_m[2] < 8.0


def test_a_path_over_the_house_passes():
    assert flown(beside_house(20.0), buildings=HOUSES).pilots[0].ending.startswith("landed at its dock")


def test_a_dock_on_a_roof():
    roof = order(home_m=((WEST + EAST) / 2, MIDDLE, 12.0), waypoints=((EAST + 60.0, MIDDLE, 25.0, 8.0),))
    pilot = flown(roof, buildings=HOUSES).pilots[0]
    assert pilot.ending.startswith("landed at its dock")
    assert pilot.at_m[2] == pytest.approx(12.0 + pilot.order.rests_m, abs=0.1)


def test_wires_between_poles_stop_a_drone():
    """Three wires, half a metre from one to the next, across the way at the height it flies at."""
    x = WEST + 10.0
    wires = [
        Wire(f"w{k}", (x, MIDDLE - 20, h), (x, MIDDLE + 20, h), 0.0) for k, h in enumerate((28.9, 29.4, 29.9, 30.4))
    ]
    pilot = flown(beside_house(29.6), buildings=HOUSES, wires=wires).pilots[0]
    assert pilot.ending.startswith("collided with wire w")


def test_a_wire_hangs_through_in_its_middle():
    points = Wire("w", (0, 0, 10), (40, 0, 10), 1.5).points()
    assert points[4] == pytest.approx([20.0, 0.0, 8.5])
    assert points[[0, -1], 2] == pytest.approx([10.0, 10.0])


def test_only_houses_near_the_drone_are_loaded():
    """At every half second exactly those within 150 m."""
    flights = Flights([beside_house(20.0)], BREEZE, 3, buildings=HOUSES)
    counts = []
    while not flights.ended:
        flights.step()
        if flights.world.ticks % 120 == 1:
            x_m, y_m = flights.pilots[0].at_m[:2]
            shapes = TOWN.buildings.geometry
            expected = np.flatnonzero(shapes.distance(shapely.Point(x_m, y_m)) <= REACH_M)
            loaded = flights.world.solid.loaded
            assert len(set(loaded) ^ set(expected.tolist())) <= 1  # one may lie on the rim, a step later
            counts.append(len(loaded))
    assert 0 < min(counts) < max(counts) < len(TOWN.buildings)


def test_path_following_at_12_ms_in_8_ms_of_wind_with_gusts():
    """The square of 250 m, all four ways through the wind: 1.5 m root mean square to the nearest point of the path."""
    square = ((250.0, 0.0, 60.0, 12.0), (250.0, 250.0, 60.0, 12.0), (0.0, 250.0, 60.0, 12.0))
    for seed in (1, 2):
        flights = flown(order(waypoints=square), air=Air((8.0, 0.0, 0.0)), seed=seed)
        figures = figures_of(flights.pilots[0], flights.records[0].table())
        assert figures["error_rms_m"] < 1.5


def test_without_pybullet_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pybullet", None)
    with pytest.raises(MissingPart, match=r"flying exactly needs pybullet; .* 'tashkent-twin\[flight\]'"):
        Flights([order()], BREEZE, 1)
