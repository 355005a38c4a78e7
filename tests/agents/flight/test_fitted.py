"""The fitted model: what it says, how it is fitted, and when it is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.flight.closed_forms import trim
from agents.flight.craft import craft_of
from agents.flight.drone_class import drone_class
from agents.flight.fitted import fitted_file, flight_times, load_fitted, steady_terms
from agents.flight.leg_times import gust_watts
from agents.flight.missions import Missions, mission_of, missions_of, out_and_back
from agents.flight.path import plan_of
from agents.flight.power_table import SIDE_MS, UP_MS, air_column, power_table, watts_at
from agents.flight.reference import T
from tests.agents.flight.lives import order
from twin.errors import InputError

DOCK = drone_class("dock_quad")
SHIPPED = [name for name in ("camera_quad", "dock_quad", "heavy_quad") if fitted_file(name).is_file()]


def straight(n=1, distance_m=1000.0, wind=(0.0, 0.0), payload_kg=0.0, speed_ms=12.0, hover_s=30.0):
    def all_of(value):
        return np.full(n, value)

    return out_and_back(
        all_of(distance_m), all_of(90.0), all_of(60.0), all_of(speed_ms), all_of(hover_s), np.tile(wind, (n, 1)),
        all_of(payload_kg), all_of(1.2),
    )  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_holds_its_limits_on_200_unseen_flights(name):
    """Arrival within 3 % on every flight, energy within 5 % on 19 of 20, half of them much better.

    Gusts that happen to blow against or with a flight are in its energy, and in no model of it.
    """
    unseen = load_fitted(name).unseen
    assert unseen.flights >= 200
    assert unseen.arrival.limit == 0.03
    assert unseen.energy.limit == 0.05
    assert min(unseen.arrival.within, unseen.duration.within) == 1.0
    assert unseen.energy.within >= 0.95
    assert unseen.energy_in_gusts.within == 1.0  # so what is left is the gusts that happened to blow
    assert unseen.energy_in_gusts.p95 < 0.015
    assert unseen.arrival.median < 0.01
    assert unseen.energy.median < 0.025


def test_a_kilometre_and_back_by_hand():
    """60 m up at 6 m/s, 1 km at 12 m/s, 30 s, back, 57 m down at 4 m/s, 3 m at 0.8 m/s, and what speeding up takes."""
    times = flight_times(straight(), DOCK, load_fitted("dock_quad"))
    by_hand = 60 / 6 + 2 * (1000 / 12) + 30 + 57 / 4 + 3 / 0.8
    assert times.duration_s[0] == pytest.approx(by_hand + 15, abs=6)
    assert times.arrive_s[1] == pytest.approx(60 / 6 + 1000 / 12 + 5, abs=3)
    assert times.energy_wh[0] * 3600 / times.duration_s[0] == pytest.approx(420, rel=0.1)


def test_it_plans_the_times_that_exact_flight_plans():
    """The same corners and the same speeds: its planned seconds are the plan's, to half a second."""
    for wind in ((0.0, 0.0, 0.0), (5.0, -4.0, 0.0)):
        sent = order(waypoints=((300.0, 50.0, 60.0, 12.0), (420.0, 380.0, 80.0, 9.0, 20.0), (0.0, 300.0, 40.0, 14.0)))
        plan = plan_of(sent.course(), DOCK, np.array(wind))
        mission = mission_of(sent, wind, 1.2)
        planned_s = steady_terms(mission, DOCK).time[-1, 1]
        assert planned_s == pytest.approx(plan[-1, T], abs=0.5)


def test_the_table_of_power_is_trim_to_one_in_a_hundred():
    table = power_table(DOCK)
    column = np.empty(table.watts.shape[2:])
    for density, load, side, up in ((1.13, 0.1, 7.3, 0.0), (1.2, 0.0, 13.7, -2.4), (1.05, 0.22, 3.2, 4.4)):
        air_column(table.watts, table.loads_kg, density, load, column)
        exact = trim(craft_of(DOCK, load, density), side, up)[2]
        assert watts_at(column, side, up) == pytest.approx(exact * 1.02, rel=0.03)  # the battery's own loss is in it


@settings(max_examples=30, deadline=None)
@given(
    distance=st.floats(100, 4000), wind=st.floats(0, 8), angle=st.floats(0, 360), hover=st.floats(0, 300),
    payload=st.floats(0, 0.2),
)  # fmt: skip
def test_farther_longer_and_heavier_takes_more(distance, wind, angle, hover, payload):
    blows = wind * np.sin(np.radians(angle)), wind * np.cos(np.radians(angle))
    model = load_fitted("dock_quad")

    def energy(**more):
        given_ = {"distance_m": distance, "wind": blows, "hover_s": hover, "payload_kg": payload} | more
        return flight_times(straight(**given_), DOCK, model).energy_wh[0]

    here = energy()
    assert energy(distance_m=distance + 100) > here
    assert energy(hover_s=hover + 10) > here
    assert energy(payload_kg=payload + 0.02) > here


def test_gusts_cost_half_the_curvature_times_their_variance():
    """On a table of s^2 + u^2: two level components and one upward, each its variance; on a plane nothing.

    The table is straight between its points, which costs up to 0.4.
    """
    side, up = np.meshgrid(SIDE_MS, UP_MS, indexing="ij")
    curved, plane = side**2 + up**2, 3.0 * up
    for s, u, sigma, sigma_up in ((10.0, 0.0, 1.0, 0.5), (6.0, 2.0, 0.8, 0.4)):
        by_hand = 2 * sigma**2 + sigma_up**2
        assert gust_watts(curved, s, u, sigma, sigma_up) == pytest.approx(
            by_hand, abs=0.4
        )  # straight between its points
        assert gust_watts(plane, s, u, sigma, sigma_up) == pytest.approx(0.0, abs=1e-9)
        assert gust_watts(curved, s, u, 0.0, 0.0) == 0.0


def test_a_stay_takes_what_standing_takes():
    """The stay's own energy is the difference between the mission with it and without it."""
    model = load_fitted("dock_quad")
    with_it, without = (flight_times(straight(wind=(4.0, 2.0), hover_s=s), DOCK, model) for s in (120.0, 1e-9))
    assert with_it.stay_wh.sum() == pytest.approx(with_it.stay_wh[1])
    assert with_it.stay_wh[1] == pytest.approx(with_it.energy_wh[0] - without.energy_wh[0], rel=1e-6)
    assert with_it.stay_wh[1] * 3600 / 120 == pytest.approx(420, rel=0.1)


def test_a_headwind_one_way_costs_more_than_a_tailwind_saves():
    model = load_fitted("dock_quad")
    still, windy = (flight_times(straight(wind=w, speed_ms=14.0), DOCK, model) for w in ((0.0, 0.0), (7.0, 0.0)))
    assert windy.energy_wh[0] > 1.03 * still.energy_wh[0]
    assert windy.duration_s[0] > still.duration_s[0]


def test_a_mission_against_a_storm_is_not_possible_and_one_beyond_the_fit_is_told():
    model = load_fitted("dock_quad")
    storm = flight_times(straight(wind=(-30.0, 0.0)), DOCK, model)
    assert not storm.possible[0]
    assert not storm.inside[0]
    calm = flight_times(straight(), DOCK, model)
    assert calm.possible[0]
    assert calm.inside[0]


def test_many_missions_at_once_are_as_each_alone():
    rng = np.random.default_rng(3)
    courses = [
        order(waypoints=tuple((*rng.uniform(-800, 800, 2), rng.uniform(30, 100), 11.0) for _ in range(k))).course()
        for k in (1, 3, 2)
    ]
    wind, load = rng.uniform(-5, 5, (3, 2)), np.array([0.0, 0.1, 0.2])
    model = load_fitted("dock_quad")
    whole = flight_times(missions_of(courses, wind, load, np.full(3, 1.15)), DOCK, model)
    for k, course in enumerate(courses):
        alone = flight_times(missions_of([course], wind[k : k + 1], load[k : k + 1], np.array([1.15])), DOCK, model)
        assert alone.duration_s[0] == whole.duration_s[k]
        assert alone.energy_wh[0] == whole.energy_wh[k]


def test_arrays_that_do_not_fit_together_are_refused():
    good = straight(2)
    with pytest.raises(ValueError, match="wind_ms must have shape"):
        replace(good, wind_ms=np.zeros((3, 2)))
    with pytest.raises(ValueError, match="first must rise"):
        Missions(np.array([0, 0, 10]), good.move_m, good.speed_ms, good.hold_s, good.wind_ms, good.payload_kg,
                 good.density_kg_m3)  # fmt: skip


def test_a_model_of_a_class_that_has_changed_is_refused(tmp_path):
    stale = tmp_path / "stale.json"
    model = load_fitted("dock_quad").model_copy(update={"class_hash": "0" * 64})
    stale.write_text(model.model_dump_json(), encoding="utf-8")
    with pytest.raises(InputError, match=r"have changed since .* twin drone calibrate --drone dock_quad"):
        load_fitted("dock_quad", stale)


def test_a_broken_or_missing_model_says_how_to_make_it(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"drone": "dock_quad"}', encoding="utf-8")
    with pytest.raises(InputError, match="twin drone calibrate"):
        load_fitted("dock_quad", broken)
    with pytest.raises(InputError, match="there is no"):
        load_fitted("dock_quad", tmp_path / "none.json")


@pytest.mark.slow
def test_a_small_fit_from_exact_flights_holds_on_others():
    """A dozen short flights of the design fitted, five unseen: already near the limits."""
    pytest.importorskip("pybullet", reason="exact flight needs pybullet")
    from agents.flight.fitting import design, fit, fly_trial

    def short(trials):
        return [one for one in trials if np.hypot(*one.goal_m[:2]) < 900]

    trials, unseen = short(design(DOCK, 24, 5, "fitted"))[:12], short(design(DOCK, 12, 5, "unseen"))[:5]
    notes = {"as_of": "2026-11", "command": "test", "seed": 5}
    model = fit(DOCK, trials, [fly_trial(t) for t in trials], unseen, [fly_trial(t) for t in unseen], notes)
    assert model.unseen.arrival.p95 < 0.03
    assert model.unseen.energy.p95 < 0.08
    assert model.flights == len(trials)
