"""Encounters for calibration, with a recogniser that finds exactly what is there: its alarms can be foretold."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.recognition.encounters import KINDS, QUIET, SECONDS, Findings, Watcher, _jobs, draw_scenery
from experiments.recognition.training_views import Grounds
from scenarios.places import CitySpots
from sensors.alarms import load_alarm_rules
from sensors.optics import in_picture
from tests.experiments.fakes import FlatRenderer, KnowingRecogniser
from tests.towns import grid_town
from vision.calibrate import dwell_s

TOWN = grid_town(6, 6, 120.0)
RULES = load_alarm_rules()


@pytest.fixture(scope="module")
def watcher():
    renderer = FlatRenderer()
    return Watcher(TOWN, KnowingRecogniser(renderer), renderer, 3)


def test_somebody_lying_in_view_raises_the_alarm_after_the_dwell(watcher):
    """The rule wants 8 frames of 15 at 5 a second: a sure recogniser fires 1.4 s after it begins."""
    found = [watcher.watch("person_lying", n) for n in range(6)]
    rows = [row for part in found for row in part.encounters]
    assert len(rows) >= 4
    assert {row.rule for row in rows} == {"person_lying"}
    assert {row.watched_s for row in rows} == {float(SECONDS["person_lying"])}
    fired = [row.first_s for row in rows if row.first_s is not None]
    assert len(fired) >= len(rows) - 1
    assert min(fired) == pytest.approx(dwell_s(RULES.rule("person_lying"), RULES.frames_per_s))


def test_a_listed_plate_is_a_trial_and_not_a_hazard(watcher):
    parts = [watcher.watch("listed_plate", n) for n in range(4)]
    trials = [trial for part in parts for trial in part.plates]
    assert trials
    assert all(trial.read for trial in trials)
    assert not any(part.encounters for part in parts)


def test_quiet_windows_have_no_incident_and_count_for_every_rule(watcher):
    found = watcher.watch(QUIET, 0)
    assert found.encounters == []
    assert found.plates == []
    assert {row.rule for row in found.quiet} == {rule.name for rule in RULES.rules}
    assert all(row.camera_hours == pytest.approx((SECONDS[QUIET] + 1) / 3600) for row in found.quiet)
    assert sum(row.alarms for row in found.quiet if row.rule in ("person_lying", "fire")) == 0


def test_a_window_with_an_incident_is_no_quiet_footage_for_its_own_rule(watcher):
    found = watcher.watch("fire", 1)
    assert "fire" not in {row.rule for row in found.quiet}
    assert "person_lying" in {row.rule for row in found.quiet}


def test_the_same_encounter_gives_the_same_rows(watcher):
    renderer = FlatRenderer()
    again = Watcher(TOWN, KnowingRecogniser(renderer), renderer, 3)
    assert watcher.watch("person_lying", 2) == again.watch("person_lying", 2)


@pytest.mark.parametrize("kind", KINDS)
def test_cameras_have_the_place_in_view_at_all_sizes(kind):
    grounds, away, seen = Grounds(TOWN), [], 0
    for number in range(40):
        scenery = draw_scenery(TOWN, grounds, CitySpots(TOWN), kind, number, 1)
        assert (scenery.incident is None) == (kind == QUIET)
        away.append(np.hypot(scenery.camera.x_m - scenery.at[0], scenery.camera.y_m - scenery.at[1]))
        seen += bool(in_picture(scenery.camera, [scenery.at]).all())
    assert seen >= 32
    assert min(away) < 15
    assert max(away) > 25


def test_jobs_hold_every_encounter_once():
    jobs = list(_jobs(13, (201, 202, 203)))
    for kind in KINDS:
        assert sorted(n for _, k, numbers in jobs if k == kind for n in numbers) == list(range(13))


def test_findings_add_up():
    assert Findings([], [], []) + Findings([], [], []) == Findings([], [], [])
