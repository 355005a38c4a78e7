"""Little's law on the recorded events of a crowded evening: every queue has somebody in it, and none has a gap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.columns import Columns
from experiments.life.run import run_scenario
from experiments.request import RunRequest
from experiments.theory.littles_law import QUEUES, littles_law
from experiments.validation.validate import validate_run
from twin.log import read_events
from twin.records import Kind


@pytest.fixture(scope="module")
def crowded(crowded_run):
    return Columns.of(read_events(crowded_run.events))


@pytest.fixture(scope="module")
def crowded_run(short_friday, town_folder, tmp_path_factory):
    """A hundred times the illnesses, many more cameras, one bay at the hospital, and callers who lose patience."""
    text = short_friday.read_text(encoding="utf-8")
    for old, new in (
        ("per_1000_residents_year: {value: 314,", "per_1000_residents_year: {value: 31400,"),
        ("per_1000_residents_year: {value: 15,", "per_1000_residents_year: {value: 3000,"),
        ("on_scene: {mean_s: 1380, cv: 0.5}", "on_scene: {mean_s: 120}"),
        ("transport: 0.35", "transport: 0.9"),
        ("handover: {mean_s: 900, cv: 0.5}", "handover: {mean_s: 100, cv: 0.5}"),
        ("per_100k_residents: {value: 9.1,", "per_100k_residents: {value: 20,"),
        ("per_street_km: {value: 4.0,", "per_street_km: {value: 20,"),
        ("  join_radius_m: 150", "  patience: {mean_s: 60, cv: 0.5}\n  join_radius_m: 150"),
        ("cameras:\n", "hospitals: {bays: 1}\n\ncameras:\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    folder = tmp_path_factory.mktemp("crowded")
    (folder / "crowded.yaml").write_text(text, encoding="utf-8")
    return run_scenario(RunRequest(str(folder / "crowded.yaml"), folder / "run", city=str(town_folder), footage=False))


def test_every_queue_of_a_recorded_run_keeps_it(crowded):
    for name, _, queue in QUEUES:
        _, went_ms, waits_s = queue(crowded)
        assert len(went_ms) > 2, name
        assert waits_s.max() > 0, name
    assert [row.found for row in littles_law([crowded])] == [0.0] * len(QUEUES)


def test_any_recorded_run_can_be_held_to_it(crowded_run):
    checks = validate_run(crowded_run.path)
    assert len(checks) == 2 + len(QUEUES)
    assert all(check.ok for check in checks)


def test_crews_do_wait_for_the_one_bay(crowded):
    handed = crowded.value[crowded.rows(Kind.HANDED_OVER)]
    assert handed.max() > 2 * handed.min()


@pytest.mark.parametrize(
    "kind", [Kind.ANSWERED, Kind.ALARM_CONFIRMED, Kind.DECISION, Kind.SCENE_CLEARED, Kind.HANDED_OVER]
)
def test_a_wait_that_is_misstated_shows_in_its_own_queue_alone(crowded, kind):
    value = crowded.value.copy()
    value[crowded.rows(kind)[0]] += 2.0
    found = [row.found for row in littles_law([replace(crowded, value=value)])]
    assert sorted(found) == [0.0] * (len(QUEUES) - 1) + [2.0]


def test_a_request_that_is_answered_twice_waits_once(crowded):
    """Several teams are sent to one request; its wait ends with the first."""
    decided = crowded.rows(Kind.DECISION)
    sent = decided[crowded.says(decided, '"action": "dispatch"')]
    notices = np.column_stack([crowded.call_id[sent], crowded.alarm_id[sent]])
    ready = {name: queue for name, _, queue in QUEUES}["requests ready for a team"]
    assert len(ready(crowded)[1]) == len(np.unique(notices, axis=0)) <= len(sent)
