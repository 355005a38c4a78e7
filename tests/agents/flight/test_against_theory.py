"""Exact flight against what is known without flying: momentum theory, terminal speeds, the ground, energy."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("pybullet", reason="exact flight needs pybullet")

from agents.flight.closed_forms import (
    canopy_speed_ms,
    climb_speed_ms,
    falling_speed_ms,
    hover_power_w,
    level_speed_ms,
    trim,
)
from agents.flight.craft import CANOPY, IDLE, OFF, craft_of
from agents.flight.drone_class import class_names, drone_class
from agents.flight.path import plan_of
from agents.flight.rotors import ground_gain
from agents.flight.world import Air
from tests.agents.flight.lives import HIGH_M, STILL, course, hovering, live

CLASSES = class_names()


@pytest.mark.parametrize("name", CLASSES)
def test_hovering_thrust_is_the_weight_and_power_is_momentum_theorys(name):
    """T = m g; P = W^1.5 / sqrt(2 rho 4 A) / M / eta + base, from the class's figures alone."""
    world, drone = hovering(name, quiet=False), drone_class(name)
    seen = live(world, 20.0, lambda w: (w.state["thrust"][0].sum(), w.state["power"][0]))[240 * 8 :]
    weight = drone.frame.mass_kg.value * 9.80665
    assert seen[:, 0].mean() == pytest.approx(weight, rel=0.01)
    expected = hover_power_w(craft_of(drone, 0.0, 1.225), drone.rotor.figure_of_merit.value)
    assert seen[:, 1].mean() == pytest.approx(expected, rel=0.05)


def test_hovering_power_of_the_dock_quad_by_hand():
    """3.77 kg on four discs of 0.2032 m: 36.97 N, induced 5.39 m/s, ideal 199.4 W; over 0.63 and 0.8, and 37 W."""
    drone = drone_class("dock_quad")
    found = hover_power_w(craft_of(drone, 0.0, 1.225), drone.rotor.figure_of_merit.value)
    assert found == pytest.approx(199.4 / 0.63 / 0.8 + 37.0, rel=0.002)


def test_a_payload_costs_power_by_the_weight_to_three_halves():
    drone = drone_class("heavy_quad")
    light, heavy = craft_of(drone, 0.0, 1.225), craft_of(drone, 2.0, 1.225)
    ratio = (trim(heavy, 0.0, 0.0)[2] - heavy["base_w"]) / (trim(light, 0.0, 0.0)[2] - light["base_w"])
    assert ratio == pytest.approx(((6.47 + 2.0) / 6.47) ** 1.5, rel=0.01)


@pytest.mark.parametrize("name", CLASSES)
def test_a_fall_ends_at_its_terminal_speed(name):
    """Rotors standing: m g = 1/2 rho C A v^2."""
    world = hovering(name, at_m=(0.0, 0.0, 600.0))
    world.state["mode"], world.state["speed"] = OFF, 0.0
    live(world, 11.0)
    assert -world.truth[0, 9] == pytest.approx(falling_speed_ms(world.craft[0]), rel=0.05)


def test_under_its_parachute_it_comes_down_as_stated():
    world = hovering("dock_quad", at_m=(0.0, 0.0, 200.0))
    world.state["mode"], world.state["speed"] = CANOPY, 0.0
    live(world, 6.0)
    assert -world.truth[0, 9] == pytest.approx(canopy_speed_ms(world.craft[0]), rel=0.05)
    assert canopy_speed_ms(world.craft[0]) == pytest.approx(5.0, rel=0.05)


@pytest.mark.parametrize("name", CLASSES)
def test_the_steepest_climb_is_where_thrust_meets_weight_and_drag(name):
    """All rotors at their fastest, held level by their symmetry."""
    world = hovering(name)
    world.state["mode"], world.craft["slowest"] = IDLE, world.craft["fastest"]
    live(world, 8.0)
    assert world.truth[0, 9] == pytest.approx(climb_speed_ms(world.craft[0]), rel=0.05)


@pytest.mark.parametrize("name", CLASSES)
def test_the_fastest_level_flight_is_where_drag_meets_the_steepest_tilt(name):
    drone = drone_class(name)
    limits = drone.limits.model_copy(update={"speed_ms": drone.limits.speed_ms.model_copy(update={"value": 60.0})})
    eager = drone.model_copy(update={"limits": limits})
    plan = plan_of(course((0, 0, HIGH_M), (3000, 0, HIGH_M), speed_ms=60.0), eager, np.zeros(3))
    world = hovering(name, plan=plan)
    seen = live(world, 30.0, lambda w: w.truth[0, 7])
    assert seen[-240:].mean() == pytest.approx(level_speed_ms(world.craft[0]), rel=0.05)


@pytest.mark.parametrize(("name", "speed_ms"), [("camera_quad", 8.0), ("dock_quad", 12.0)])
def test_energy_for_a_kilometre_is_that_of_steady_flight(name, speed_ms):
    plan = plan_of(course((0, 0, HIGH_M), (1000, 0, HIGH_M), speed_ms=speed_ms), drone_class(name), np.zeros(3))
    world = hovering(name, plan=plan)
    seen = live(world, 40.0, lambda w: (w.truth[0, 0], w.state["used_j"][0]))
    a, b = seen[240 * 12], seen[240 * 38]
    per_m = (b[1] - a[1]) / (b[0] - a[0])
    assert per_m == pytest.approx(trim(world.craft[0], speed_ms, 0.0)[2] / speed_ms, rel=0.02)


def test_power_has_a_least_at_a_moderate_speed():
    """Induced power falls with speed, parasite power grows: hovering is dearer than 8 m/s, and so is 20 m/s."""
    craft = craft_of(drone_class("dock_quad"), 0.0, 1.225)
    hover, moderate, fast = (trim(craft, speed, 0.0)[2] for speed in (0.0, 8.0, 20.0))
    assert moderate < 0.85 * hover < hover < fast


@pytest.mark.parametrize(("radii", "gain"), [(0.5, 1 / (1 - 0.25)), (1.0, 16 / 15), (2.0, 64 / 63), (50.0, 1.0)])
def test_thrust_near_the_ground_by_cheeseman_and_bennett(radii, gain):
    """1 / (1 - (R / 4 z)^2) with z in radii of the rotor."""
    assert ground_gain(radii * 0.2, 0.2, 0.0, 5.0) == pytest.approx(gain, rel=1e-4)


def test_forward_flight_leaves_the_ground_effect_behind():
    assert ground_gain(0.2, 0.2, 20.0, 5.0) == pytest.approx(1 / (1 - 1 / 16 / 17), rel=1e-6)


def test_hovering_low_takes_the_power_that_the_ground_leaves():
    """Near the ground the same thrust takes rotors slower by the root of 1 - (R / 4 z)^2, here about 2 %."""
    plan = plan_of(course((0, 0, 0.15), (0, 0, 0.2), speed_ms=1.0), drone_class("dock_quad"), np.zeros(3))
    low, high = hovering(at_m=(0.0, 0.0, 0.15), plan=plan), hovering()
    turns = [live(world, 6.0, lambda w: w.state["speed"][0].mean())[-24:].mean() for world in (low, high)]
    near = 0.2032 / 4 / low.truth[0, 2]
    assert near > 0.2
    assert turns[0] / turns[1] == pytest.approx(math.sqrt(1 - near**2), abs=0.002)


def test_what_leaves_the_battery_is_what_is_used_and_what_is_lost():
    world = hovering(quiet=False, air=Air((6.0, 0.0, 0.0)))
    power = live(world, 30.0, lambda w: w.state["power"][0])
    state, craft = world.state[0], world.craft[0]
    assert state["stored_j"] == pytest.approx(state["used_j"] + state["lost_j"], rel=1e-9)
    assert state["used_j"] == pytest.approx(power.sum() / 240, rel=1e-9)
    charge = 1 - state["drawn_as"] / craft["capacity_as"]
    assert charge == pytest.approx(1 - state["stored_j"] / (25.0 * craft["capacity_as"]), abs=0.003)


def test_a_whole_battery_holds_the_energy_of_its_class():
    drone = drone_class("dock_quad")
    craft = craft_of(drone, 0.0, 1.225)
    charges = np.linspace(0, 1, 20_001)
    from agents.flight.battery import resting_v

    volts = [resting_v(charge, craft["volts"]) for charge in charges]
    assert np.trapezoid(volts, charges) * 11.76 == pytest.approx(263.2, rel=1e-3)


def test_thin_hot_air_costs_power():
    """Tashkent in August: 40 degrees at 432 m has 0.87 of sea level's density, and hovering takes 1/sqrt of it."""
    drone, hot = drone_class("dock_quad"), Air(temperature_c=40.0)
    assert hot.density_kg_m3 / 1.225 == pytest.approx(0.874, abs=0.003)
    light = craft_of(drone, 0.0, STILL.density_kg_m3)
    thin = craft_of(drone, 0.0, hot.density_kg_m3)
    ratio = (trim(thin, 0, 0)[2] - thin["base_w"]) / (trim(light, 0, 0)[2] - light["base_w"])
    assert ratio == pytest.approx(1 / math.sqrt(hot.density_kg_m3 / STILL.density_kg_m3), rel=0.01)
