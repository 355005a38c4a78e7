"""A fleet over a town: the tally agrees with the map, with counting by hand, and with its own parts."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.cameras import Mask, Preset, fleet_of, take_cameras
from sensors.coverage import coverage
from sensors.coverage_summary import coverage_summary
from sensors.default_fleet import default_fleet
from sensors.fitted import FittedModel
from sensors.fleet_summary import fleet_summary
from sensors.poses import poses_of
from sensors.region_sums import MOST_COUNTED
from sensors.sightline import sees
from sensors.survival import kept_if_each_fails, kept_if_so_many_fail
from tests.sensors.made import camera, fitted_dict, fleet
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of

TOWN = grid_town()
HEIGHTS = heights_of(TOWN)
FORTY = default_fleet(TOWN, 40, seed=1)


@pytest.fixture(scope="module")
def summary():
    return fleet_summary(FORTY, HEIGHTS, TOWN)


def test_ground_by_class_and_by_count_is_that_of_the_map(summary):
    """As from the coverage map, which has no windows, poses or tallies; its sweep may differ in a cell or two."""
    seen = coverage(FORTY, HEIGHTS)
    plain = coverage_summary([seen], TOWN)
    for ours, theirs in zip(summary.figures["classes"], plain["classes"], strict=True):
        assert ours["km2"] == pytest.approx(theirs["km2"], rel=1e-3, abs=5e-6)
    assert summary.figures["open_km2"] == pytest.approx(plain["open_km2"], abs=1e-12)
    assert summary.figures["privacy"]["in_view"] == plain["privacy"]["in_view"]
    inside = seen.count[HEIGHTS.height_dm == 0]
    twice = float((inside == 2).mean())
    assert summary.figures["seen_by"]["2"] == pytest.approx(twice, abs=0.02)  # the raster ends with the town


def test_the_district_and_the_mahalla_that_are_the_town_have_its_figures(summary):
    (district,), (mahalla,) = summary.figures["districts"], summary.figures["mahallas"]
    assert district["share"] == mahalla["share"]
    assert district["share"]["detect"] == pytest.approx(summary.figures["classes"][-1]["share_open"])
    assert district["in_view"] == summary.figures["privacy"]["in_view"]


def test_a_camera_less_loses_what_it_alone_saw(summary):
    """For each of five cameras: coverage without it, against what it is said to see alone."""
    whole = summary.figures["classes"][-1]["km2"]
    for row in range(5):
        rest = take_cameras(FORTY, np.delete(np.arange(40), row))
        left = fleet_summary(rest, HEIGHTS, TOWN).figures["classes"][-1]["km2"]
        assert whole - left == pytest.approx(summary.cameras[row]["only_m2"] / 1e6, abs=1e-12)


def test_a_data_centre_less_loses_what_is_seen_only_through_it():
    centre = np.where(np.arange(40) < 20, "north", "south")
    two = replace(FORTY, data_centre=centre.astype(np.str_))
    told = {row["name"]: row for row in fleet_summary(two, HEIGHTS, TOWN).figures["survival"]["centres"]}
    assert told["north"]["cameras"] == 20
    whole = fleet_summary(two, HEIGHTS, TOWN).figures["classes"][-1]["km2"]
    rest = fleet_summary(take_cameras(FORTY, np.arange(20, 40)), HEIGHTS, TOWN).figures["classes"][-1]["km2"]
    assert told["north"]["lost_km2"] == pytest.approx(whole - rest, abs=1e-12)
    assert told["north"]["left"]["detect"] == pytest.approx(rest / whole)


def test_when_so_many_fail_the_expectation_is_the_mean_over_all_ways_they_can():
    """Three cells seen by 1, 1 and 2 of three cameras; two fail: each way leaves 1/3, 1/3 and 2/3 on average."""
    by_count = np.array([[0, 2, 1]])
    assert kept_if_so_many_fail(by_count, 3, 2)[0] == pytest.approx(2 * (1 / 3) + 1 - (2 / 3) * (1 / 2))
    assert kept_if_so_many_fail(by_count, 3, 0)[0] == 3
    assert kept_if_so_many_fail(by_count, 3, 3)[0] == 0
    assert kept_if_each_fails(by_count, 0.1)[0] == pytest.approx(2 * 0.9 + 1 - 0.01)


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.integers(0, 50), min_size=MOST_COUNTED + 1, max_size=MOST_COUNTED + 1), st.integers(1, 400))
def test_more_failures_never_leave_more(counts, cameras):
    by_count = np.array([counts])
    by_count[:, cameras + 1 :] = 0
    left = [float(kept_if_so_many_fail(by_count, cameras, failed)[0]) for failed in range(cameras + 1)]
    assert all(b <= a + 1e-9 for a, b in pairwise(left))
    assert left[0] == by_count[0, 1:].sum()
    assert left[-1] == pytest.approx(0.0, abs=1e-9)


def test_a_tour_is_even_without_presets_and_as_told_with_them():
    """Three quarters of the time north, a quarter east: both are watched for their share."""
    turns = camera(kind="ptz", presets=(Preset(0.0, 30.0), Preset(90.0, 10.0, -30.0)), hfov_deg=40.0)
    poses = poses_of(fleet_of([turns, camera("even", kind="ptz"), camera("still")]))
    assert poses.camera.tolist() == [0, 0, 1, 1, 1, 1, 2]
    assert poses.share.tolist() == [0.75, 0.25, 0.25, 0.25, 0.25, 0.25, 1.0]
    assert poses.fleet.bearing_deg.tolist() == [0.0, 90.0, 0.0, 90.0, 180.0, 270.0, 0.0]
    assert poses.fleet.pitch_deg.tolist()[:2] == [-15.0, -30.0]


def test_expected_coverage_is_the_share_of_the_time_somebody_looks():
    whole = fleet_summary(fleet(camera(x=100, hfov_deg=40.0)), HEIGHTS, TOWN).figures["classes"][-1]
    three = camera(x=100, kind="ptz", presets=(Preset(0.0, 30.0), Preset(180.0, 10.0)), hfov_deg=40.0)
    turned = fleet_summary(fleet(three), HEIGHTS, TOWN).figures["classes"][-1]
    assert whole["share_watched"] == whole["share_open"]
    assert turned["share_open"] > whole["share_open"]
    both = fleet_summary(fleet(camera(x=100, bearing_deg=180.0, hfov_deg=40.0)), HEIGHTS, TOWN).figures["classes"][-1]
    expected = 0.75 * whole["share_open"] + 0.25 * both["share_open"]
    assert turned["share_watched"] == pytest.approx(expected, abs=1e-6)


def test_at_night_a_camera_sees_as_far_as_its_light_or_what_lamps_light():
    """In a field without streets: 40 m of 80 with infrared light, nothing without."""
    field = grid_town()
    field.streets["drive"] = False
    looks = camera(x=100, y=150, hfov_deg=40.0, range_m=80.0)
    dark, lit = (
        fleet_summary(fleet(replace(looks, ir=ir, ir_range_m=40.0 if ir else 0.0)), HEIGHTS, field).figures["classes"][
            -1
        ]
        for ir in (False, True)
    )
    assert dark["share_night"] == 0.0
    assert 0.0 < lit["share_night"] < 0.5 * lit["share_open"]


def test_the_chance_of_noticing_is_that_of_the_fitted_model():
    """A hazard of 0.5 % a second whatever the size: in 60 s a camera that looks all the time notices 26 %.

    Without a dwell; a rotating one with four presets has a quarter of the hazard, and two cameras are independent.
    """
    hazard = 0.005
    raw = fitted_dict(math.log(hazard / (1.0 - hazard)))
    model = FittedModel.model_validate(raw)
    one = camera(x=100, y=150, hfov_deg=40.0)
    figures = fleet_summary(fleet(one), HEIGHTS, TOWN, model=model).figures
    wedge = figures["classes"][-1]["share_open"]
    assert wedge > 0.01
    once = 1.0 - (1.0 - hazard) ** 60
    assert figures["sighting"]["crash"]["day"] == pytest.approx(wedge * once, rel=1e-6)
    twice = fleet_summary(fleet(one, replace(one, id="too")), HEIGHTS, TOWN, model=model).figures
    assert twice["sighting"]["crash"]["day"] == pytest.approx(wedge * (1.0 - (1.0 - once) ** 2), rel=1e-6)
    turning = fleet(replace(one, kind="ptz", presets=(Preset(0.0, 1.0), Preset(180.0, 3.0))))
    part = fleet_summary(turning, HEIGHTS, TOWN, model=model).figures
    behind = fleet_summary(fleet(replace(one, bearing_deg=180.0)), HEIGHTS, TOWN, model=model).figures
    expected = [1.0 - (1.0 - share * hazard) ** 60 for share in (0.25, 2 ** (-3 / 8))]  # the nearest share told of
    both = wedge * expected[0] + behind["classes"][-1]["share_open"] * expected[1]
    assert part["sighting"]["crash"]["day"] == pytest.approx(both, rel=1e-6)


def test_a_mask_takes_away_the_ground_under_it_and_nothing_else():
    """A mask over a strip of 10 by 30 m of the street it looks along: the cells of that strip that it saw."""
    looks = camera(x=100, y=150, hfov_deg=60.0)
    strip = Mask("ground", tuple((WEST_M + x, SOUTH_M + y) for x, y in ((95, 170), (105, 170), (105, 200), (95, 200))))
    before, after = (
        fleet_summary(fleet(replace(looks, masks=masks)), HEIGHTS, TOWN).figures["classes"][-1]["km2"]
        for masks in ((), (strip,))
    )
    east, north = (part.ravel() for part in np.meshgrid(np.arange(95.5, 105), np.arange(170.5, 200)))
    seen = sees(fleet(looks), HEIGHTS, np.column_stack([WEST_M + east, SOUTH_M + north, np.full(len(east), 1.5)]))
    assert len(seen) > 200
    assert before - after == pytest.approx(len(seen) / 1e6, abs=1e-12)


def test_a_place_is_seen_as_far_as_the_ground_round_it_is(summary):
    """The police office stands at the south-east corner; nobody sees it when all cameras are far away."""
    places = {row["kind"]: row for row in summary.figures["places"]}
    assert places["police"]["places"] == 1
    assert places["junction"]["places"] == 12
    assert places["entrance"]["places"] == 9
    far = fleet_summary(fleet(camera(x=10, y=290, range_m=20.0)), HEIGHTS, TOWN).figures["places"]
    assert next(row for row in far if row["kind"] == "police")["unseen"] == 1


def test_a_fleet_of_none_sees_nothing_and_nobody():
    figures = fleet_summary(fleet(), HEIGHTS, TOWN).figures
    assert figures["classes"][-1]["share_open"] == 0.0
    assert figures["privacy"]["in_view"]["detect"] == 0
    assert figures["survival"]["worst"] == []
    assert figures["survival"]["cameras"][0]["left"]["detect"] is None


def test_dead_ground_is_told_for_each_camera(summary):
    assert all(row["dead_ground_m"] > 0 for row in summary.cameras)
