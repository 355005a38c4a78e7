"""What all cameras see, from the fitted model: theory, and what must not change when a camera is added."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sensors.alarms import load_alarm_rules
from sensors.encounters import encounters, first_second
from sensors.false_alarms import poisson
from sensors.fitted import FittedModel
from sensors.fitted_load import LoadCurve
from sensors.fitted_source import FittedSource
from sensors.frailty import p_within
from sensors.sightline import sees
from sensors.stream_load import StreamLoad
from tests.sensors.made import camera, empty_raster, fitted, fitted_dict, fleet, incident, raster_of
from twin.records import Visual
from twin.streams import draw_u32, draw_unit

RULES = load_alarm_rules()
HOUR_MS = 3_600_000


def day(t_ms):
    return "day", "clear"


def an_hour(rate):
    """Return so many false alarms of somebody lying per camera-hour."""
    return {"person_lying": dict.fromkeys(("day", "dusk", "night"), rate)}


def source(cameras, incidents, model=None, seed=1, raster=None, light_at=day, duration_ms=3 * HOUR_MS, **more):
    return FittedSource(
        fleet(*cameras),
        raster or empty_raster(),
        incidents,
        model or fitted(),
        RULES,
        light_at,
        duration_ms,
        seed,
        **more,
    )


def test_share_detected_follows_the_hazard():
    """With hazard p a second and s seconds in view, a share 1 - (1 - p)^s is found, and never one second later."""
    p, seconds = 1 / (1 + np.exp(4.0)), 40
    incidents = [incident(i, 150, 170, visible_ms=1000 * seconds) for i in range(4000)]
    seen = source([camera()], incidents, fitted(hazard_logit=-4.0)).look(0).sightings
    expected = 1 - (1 - p) ** seconds
    low, high = stats.binom.interval(0.999, 4000, expected)
    assert low <= len(seen) <= high
    assert {s.t_ms for s in seen} <= {1000 * k for k in range(1, seconds + 1)}


def test_times_to_the_alarm_are_geometric():
    """The seconds to the first alarm have the geometric distribution, by a chi-squared test at 0.1 %."""
    p = 0.3
    seconds = np.array([first_second(p, float(u), 10_000) for u in draw_unit(5, "t", np.arange(20_000))])
    observed = np.bincount(np.minimum(seconds, 12), minlength=13)[1:]
    expected = 20_000 * np.append(p * (1 - p) ** np.arange(11), (1 - p) ** 11)
    assert stats.chisquare(observed, expected).pvalue > 0.001


@pytest.mark.parametrize("mean", [0.01, 0.7, 6.0])
def test_counts_of_false_alarms_are_poisson(mean):
    """Counts by inversion have the mean and the variance of a Poisson, within four standard errors."""
    n = 50_000
    counts = poisson(draw_u32(3, "counts", np.arange(n)), mean)
    assert counts.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
    assert counts.var() == pytest.approx(mean, abs=4 * np.sqrt((mean + 2 * mean**2) / n))


def test_an_alarm_arrives_its_delay_after_the_frame_and_asks_for_what_the_rule_says():
    seen = source([camera()], [incident(7, 150, 170)], nearest_node=lambda x_m, y_m: np.full(len(x_m), 12)).look(0)
    (sighting,), (alarm,) = seen.sightings, seen.alarms
    assert alarm.t_ms == sighting.t_ms + 500
    assert (alarm.id, alarm.rule, alarm.service, alarm.priority) == (-1, "person_lying", "ambulance", 1)
    assert (alarm.incident_id, alarm.node, alarm.source) == (7, 12, "fitted")
    assert sighting.incident_id == 7


@pytest.mark.parametrize(
    ("what", "place", "changes"),
    [
        ("behind the camera", (150, 130), {}),
        ("beyond the range", (150, 240), {}),
        ("indoors", (150, 170), {"visual": Visual.NONE}),
        ("over before a second has passed", (150, 170), {"visible_ms": 900}),
    ],
)
def test_nothing_is_seen_of_an_incident(what, place, changes):
    assert not source([camera()], [incident(0, *place, **changes)], fitted(hazard_logit=50.0)).look(0).sightings


def test_a_building_between_hides_the_incident_and_part_of_one_slows_the_alarm():
    """A wall 12 m high across the line hides all; one that ends on it hides one of its five points."""
    wall = np.zeros((300, 300), np.uint16)
    wall[300 - 165 : 300 - 160, 100:200] = 120
    east = np.zeros((300, 300), np.uint16)
    east[300 - 165 : 300 - 160, 150:200] = 120
    hidden = encounters(fleet(camera()), raster_of(wall), [incident(0, 150, 175)], RULES)
    (half,) = encounters(fleet(camera()), raster_of(east), [incident(0, 149.9, 175)], RULES)
    assert hidden == []
    assert half.occlusion == pytest.approx(0.2)


def test_an_incident_too_small_in_the_picture_is_not_claimed():
    """A lens of 150 degrees has 257 px of focal length: 1.5 m at 70 m spans under the 8 px of the fit."""
    wide = camera(hfov_deg=150.0, pitch_deg=-5.0)
    assert not source([wide], [incident(0, 150, 225)], fitted(hazard_logit=50.0)).look(0).sightings
    assert source([wide], [incident(0, 150, 180)], fitted(hazard_logit=50.0)).look(0).sightings


def test_night_is_slower_than_day():
    incidents = [incident(i, 150, 170, visible_ms=10_000) for i in range(500)]
    found = [
        len(source([camera()], incidents, light_at=lambda t_ms, light=light: (light, "clear")).look(0).sightings)
        for light in ("day", "dusk", "night")
    ]
    assert found[0] > found[1] > found[2] > 0


def test_a_rotating_camera_sees_all_round_for_a_quarter_of_the_time():
    """Of four presets one looks south; the hazard of 0.5 a second becomes an eighth."""
    turning = camera(kind="ptz")
    behind = [incident(i, 150, 130, visible_ms=1000) for i in range(4000)]
    assert not source([camera()], behind, fitted(hazard_logit=0.0)).look(0).sightings
    seen = source([turning], behind, fitted(hazard_logit=0.0)).look(0).sightings
    low, high = stats.binom.interval(0.999, 4000, 0.125)
    assert low <= len(seen) <= high


def test_a_listed_plate_is_read_with_its_text():
    near = [incident(i, 150, 160, Visual.LISTED_PLATE, plate="00A123BC") for i in range(2000)]
    seen = source([camera(hfov_deg=30.0, pitch_deg=-30.0)], near).look(0)
    assert 0 < len(seen.alarms) < 2000
    assert {alarm.plate for alarm in seen.alarms} == {"00A123BC"}
    assert {alarm.rule for alarm in seen.alarms} == {"listed_plate"}


def test_false_alarms_come_at_their_rate_from_ground_in_view():
    """At 2 an hour, 40 cameras raise 240 in three hours, each at a place that the camera sees."""
    cameras = [camera(f"c{i}", x=20 + 6 * i, bearing_deg=9.0 * i) for i in range(40)]
    seen = source(cameras, [], false_alarms=an_hour(2.0), nearest_node=lambda x_m, y_m: 3).look(0)
    low, high = stats.poisson.interval(0.999, 240)
    assert low <= len(seen.alarms) <= high
    assert {alarm.node for alarm in seen.alarms} == {3}
    assert all(alarm.incident_id is None for alarm in seen.alarms)
    rows = {f"c{i}": i for i in range(40)}
    pairs = sees(fleet(*cameras), empty_raster(), [[a.x_m, a.y_m, 0.0] for a in seen.alarms])
    seen_by = set(zip(pairs.camera.tolist(), pairs.point.tolist(), strict=True))
    assert all((rows[alarm.camera_id], i) in seen_by for i, alarm in enumerate(seen.alarms))


@settings(max_examples=25, deadline=None)
@given(
    others=st.lists(st.tuples(st.integers(10, 290), st.integers(10, 290), st.integers(0, 359)), min_size=1, max_size=5),
    at=st.integers(0, 5),
    seed=st.integers(0, 1000),
)
def test_adding_cameras_changes_no_other_cameras_sightings(others, at, seed):
    """Wherever they stand in the file, new cameras leave the sightings and alarms of the old ones as they were."""
    old = [camera(f"old-{i}", x=40.0 * i + 30, bearing_deg=40.0 * i) for i in range(5)]
    new = [camera(f"new-{i}", x=x, y=y, bearing_deg=float(b)) for i, (x, y, b) in enumerate(others)]
    incidents = [incident(i, 30 + 37 * i % 250, 120 + 29 * i % 100, t_ms=7000 * i) for i in range(30)]
    model, rates = fitted(hazard_logit=-5.0, frailty_sd=1.0), an_hour(1.0)
    before = source(old, incidents, model, seed, false_alarms=rates).look(0)
    after = source(old[:at] + new + old[at:], incidents, model, seed, false_alarms=rates).look(0)
    assert [s for s in after.sightings if s.camera_id.startswith("old")] == before.sightings
    assert [a for a in after.alarms if a.camera_id.startswith("old")] == before.alarms
    assert len(before.alarms) > 0


def test_cameras_that_another_source_speaks_for_are_silent():
    cameras = [camera("a"), camera("b", x=152.0)]
    seen = source(
        cameras, [incident(0, 150, 170)], fitted(50.0), skip_camera_ids={"a"}, false_alarms=an_hour(5.0)
    ).look(0)
    assert {sighting.camera_id for sighting in seen.sightings} == {"b"}


def test_the_same_seed_repeats_and_another_differs():
    cameras, incidents = [camera()], [incident(i, 150, 170, visible_ms=9000) for i in range(50)]
    first, again, other = (
        source(cameras, incidents, fitted(-3.0), seed, false_alarms=an_hour(2.0)).look(0) for seed in (4, 4, 5)
    )
    assert first == again
    assert first != other


def test_everything_is_told_at_the_first_wake_in_order_of_time():
    told = source([camera()], [incident(i, 150, 170, t_ms=1000 * (60 - i)) for i in range(60)])
    assert list(told.wakes_ms()) == [0]
    times = [sighting.t_ms for sighting in told.look(0).sightings]
    assert times == sorted(times)
    assert not told.look(1000).alarms


def test_what_is_not_made_out_at_once_is_not_made_out_later_either():
    """With a wide random effect half of the encounters are found, and a hundred times as long finds few more.

    Without one, the same hazard of a half a second finds every one of them.
    """
    incidents = [incident(i, 150, 170, visible_ms=6000) for i in range(3000)]
    longer = [replace(i, visible_ms=600_000) for i in incidents]
    shares = [
        len(source([camera()], some, fitted(-2.0, 12.0)).look(0).sightings) / 3000 for some in (incidents, longer)
    ]
    expected = p_within(-2.0, 12.0, np.array([6.0, 600.0]))
    assert shares == pytest.approx(expected.tolist(), abs=0.03)
    assert shares[1] < 0.75
    assert len(source([camera()], longer, fitted(-2.0)).look(0).sightings) == 3000


def test_a_wider_picture_of_the_same_view_is_recognised_no_better():
    """The detector brings every picture to its own input: 3840 px wide is seen as 1920 px wide is."""
    incidents = [incident(i, 150, 170, visible_ms=4000) for i in range(400)]
    raw = fitted_dict(-2.0)
    for hazard in raw["hazards"].values():
        hazard["coef"] = [-2.0, 1.5, *hazard["coef"][2:]]
    model = FittedModel.model_validate(raw)
    narrow, wide = (
        source([camera(width_px=w, height_px=h)], incidents, model).look(0) for w, h in ((1920, 1080), (3840, 2160))
    )
    assert [s.t_ms for s in narrow.sightings] == [s.t_ms for s in wide.sightings]
    assert len(narrow.sightings) > 0


def test_alarms_lie_as_far_off_as_the_fit_says_on_all_sides():
    """Median 3 m and a spread of e: half within 3 m, 84 % within 3 e m; the mean direction is none."""
    raw = fitted_dict(50.0)
    for hazard in raw["hazards"].values():
        hazard["position"] = {"log_median_m": math.log(3.0), "slope": 0.0, "log_sd": 1.0}
    incidents = [incident(i, 150, 170) for i in range(2000)]
    alarms = source([camera()], incidents, FittedModel.model_validate(raw)).look(0).alarms
    off = np.array([(a.x_m - incidents[0].x_m, a.y_m - incidents[0].y_m) for a in alarms])
    away = np.hypot(off[:, 0], off[:, 1])
    assert (away < 3.0).mean() == pytest.approx(0.5, abs=0.04)
    assert (away < 3.0 * math.e).mean() == pytest.approx(0.841, abs=0.03)
    angle = np.arctan2(off[:, 1], off[:, 0])
    assert np.hypot(np.cos(angle).mean(), np.sin(angle).mean()) < 0.08


def test_a_loaded_recogniser_loses_more_alarms_where_fewer_frames_hold():
    """8 of 15 frames, of which a tenth is lost: with all holding none matters, with six in ten some do."""
    rule = RULES.rule("person_lying")
    load = StreamLoad({1: LoadCurve(0.1, np.zeros(101, np.int64), np.zeros(101, np.int64))}, np.array([1]))
    assert load.kept(0, rule) == pytest.approx(stats.binom.sf(7, 15, 0.9))
    expected = stats.binom.sf(7, 15, 0.54) / stats.binom.sf(7, 15, 0.6)
    assert load.kept(0, rule, 0.6) == pytest.approx(expected)
    assert expected < 0.85
