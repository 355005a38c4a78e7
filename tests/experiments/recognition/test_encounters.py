"""Encounters for calibration, with a recogniser that finds exactly what is there: its alarms can be foretold."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from experiments.recognition.collection import (
    CHECKED_STREETS,
    FITTED_STREETS,
    Collection,
    parts_of,
    read_part,
    write_part,
)
from experiments.recognition.encounter_views import JUNCTION, KINDS, LANE, QUIET, STREET, Places, draw_view
from experiments.recognition.encounters import (
    Watcher,
    holds,
    is_about_nothing,
    listed_plates,
    possible_seconds,
    shown_by,
)
from experiments.recognition.kept_footage import KeptFootage
from sensors.alarms import load_alarm_rules
from sensors.optics import in_picture
from tests.experiments.fakes import FlatRenderer, KnowingRecogniser
from tests.towns import grid_town
from twin.errors import InputError
from twin.scene import Look
from vision.calibration_rows import Encounter, Findings, Watched
from vision.detections import Detections
from vision.frame import Truth
from vision.rules import FiredAlarm

TOWN = grid_town(6, 6, 120.0)
RULES = load_alarm_rules()


@pytest.fixture(scope="module")
def watcher():
    renderer = FlatRenderer()
    return Watcher(TOWN, KnowingRecogniser(renderer), renderer, 3)


@pytest.fixture(scope="module")
def streets(watcher):
    return [watcher.watch(STREET, number) for number in range(4)]


def test_a_street_has_several_encounters_and_a_sure_recogniser_finds_them_in_the_first_second(streets):
    rows = [row for part in streets for row in part.encounters]
    assert len(rows) >= 16
    assert {row.rule for row in rows} == {"person_lying", "fire", "listed_plate"}
    lying = [row for row in rows if row.rule == "person_lying" and row.fired]
    assert len(lying) >= 6
    assert {row.seconds for row in lying} == {1}
    assert {row.possible_s for row in lying} == {4}, "two seconds beyond the dwell at first, one in each later look"
    assert all(row.off_m is not None and row.off_m < 3.0 for row in lying)
    assert all(row.px_per_m > 0 and 0 <= row.occlusion < 1 for row in rows)


def test_one_camera_speaks_for_all_that_it_met(streets):
    for part in streets:
        assert len({row.camera for row in part.encounters}) == 1
        assert len({(row.light, row.weather) for row in part.encounters}) == 1


def test_crashes_are_watched_for_as_long_as_their_rule_looks(watcher):
    rows = [row for number in range(4) for row in watcher.watch(JUNCTION, number).encounters]
    assert rows
    assert {row.rule for row in rows} == {"crash"}
    assert {row.possible_s for row in rows} == {4}
    assert any(row.fired for row in rows)


def test_plate_cameras_face_the_traffic(watcher):
    rows = [row for number in range(3) for row in watcher.watch(LANE, number).encounters]
    assert rows
    assert all(row.facing and row.rule == "listed_plate" for row in rows)
    assert all(row.fired for row in rows)


def test_nothing_that_is_staged_counts_as_a_false_alarm(streets):
    watched = [row for part in streets for row in part.quiet]
    assert {row.rule for row in watched} == {"person_lying", "fire", "listed_plate"}
    assert sum(row.alarms for row in watched) == 0
    assert sum(row.camera_hours for row in watched if row.rule == "fire") == pytest.approx(4 * 4.6 / 3600)


def test_the_same_view_gives_the_same_rows(watcher):
    renderer = FlatRenderer()
    again = Watcher(TOWN, KnowingRecogniser(renderer), renderer, 3)
    assert watcher.watch(STREET, 2) == again.watch(STREET, 2)


def test_a_quiet_street_has_nobody_to_find_and_counts_for_every_rule(watcher):
    found = watcher.watch(QUIET, 0)
    assert found.encounters == ()
    assert {row.rule for row in found.quiet} == {rule.name for rule in RULES.rules}
    assert sum(row.alarms for row in found.quiet if row.rule in ("person_lying", "fire")) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_staged_is_in_the_picture_and_apart(kind):
    places = Places(TOWN)
    for number in range(8):
        view = draw_view(places, kind, number, 1)
        at = np.array([staged.at for staged in view.staged]).reshape(-1, 3)
        assert in_picture(view.camera, at).all()
        apart = np.hypot(*(at[:, None, :2] - at[None, :, :2]).transpose(2, 0, 1)) + 1e9 * np.eye(len(at))
        assert not len(at) or apart.min() >= KINDS[kind].apart_m
        assert len({staged.incident.id for staged in view.staged}) == len(view.staged)
        assert all(staged.incident.t_ms < view.t0_ms for staged in view.staged)


def test_kept_footage_is_recognised_as_it_was_when_it_was_rendered(tmp_path):
    kept, renderer = KeptFootage.under(tmp_path), FlatRenderer()
    first = Watcher(TOWN, Empty(), renderer, 3, kept)
    first.render(STREET, 1)
    drawn = len(renderer.seeds)
    first.render(STREET, 1)
    assert len(renderer.seeds) == drawn == 22, "what is kept is not rendered again"
    view = draw_view(first.places, STREET, 1, 3)
    again = Watcher(TOWN, Empty(), FlatRenderer(), 3, kept).footage(view)
    fresh = Watcher(TOWN, Empty(), FlatRenderer(), 3).footage(view)
    for old, new in zip(again, fresh, strict=True):
        assert old.times_ms == new.times_ms
        for a, b in zip(old.frames, new.frames, strict=True):
            np.testing.assert_array_equal(a.image, b.image)
            for field in fields(Truth):
                np.testing.assert_array_equal(getattr(a.truth, field.name), getattr(b.truth, field.name))
    path = next(tmp_path.rglob("*.npz"))
    path.write_bytes(b"no such thing")
    with pytest.raises(InputError, match="render again"):
        Watcher(TOWN, Empty(), FlatRenderer(), 3, kept).footage(view)


class Empty:
    """Finds nothing."""

    def recognise(self, images, fps):
        return [Detections.none() for _ in images]


def truth_of(boxes, incident_ids, cls=Look.PERSON_LYING) -> Truth:
    n = len(boxes)
    box = np.array(boxes, np.float32).reshape(n, 4)
    return Truth(
        np.full(n, int(cls), np.uint8), box, box, np.ones(n, np.float32), np.ones(n, np.float32), np.arange(n),
        np.full(n, "", "<U12"), np.full((n, 4, 2), np.nan, np.float32), np.array(incident_ids),
    )  # fmt: skip


def found_of(boxes, cls=Look.PERSON_LYING, score=0.9) -> Detections:
    n = len(boxes)
    return Detections(
        np.array(boxes, np.float32).reshape(n, 4), np.full(n, score, np.float32), np.full(n, int(cls), np.uint8),
        np.arange(n), np.full(n, "", "<U12"), np.zeros(n, np.float32),
    )  # fmt: skip


def test_a_detection_speaks_for_the_incident_it_shows_and_no_other():
    rule, truth = RULES.rule("person_lying"), truth_of([[0, 0, 10, 10], [50, 0, 60, 10]], [7, 8])
    found = found_of([[0, 0, 10, 10], [51, 0, 61, 10], [80, 0, 90, 10]])
    assert shown_by(found, truth, 7, rule).box.tolist() == [[0, 0, 10, 10]]
    assert shown_by(found, truth, 8, rule).box.tolist() == [[51, 0, 61, 10]]
    assert len(shown_by(found, truth, 9, rule)) == 0
    assert not holds(shown_by(found, truth, 9, rule), rule)
    assert holds(found, rule)
    assert not holds(found_of([[0, 0, 9, 9]], score=0.5), rule), "a person lying needs a score of 0.55"


def test_an_alarm_that_touches_nothing_staged_is_about_nothing():
    truth = truth_of([[0, 0, 10, 10], [50, 0, 60, 10]], [7, -1])
    near, far = (
        FiredAlarm(RULES.rule("person_lying"), 0, 0, box, 0.0, 0.0, 1, 0.9) for box in ((8, 8, 20, 20), (52, 0, 58, 9))
    )
    assert not is_about_nothing(near, truth)
    assert is_about_nothing(far, truth), "only someone of everyday life is there"
    read = replace(near, rule=RULES.rule("listed_plate"), plate=listed_plates()[0])
    assert is_about_nothing(read, truth)
    assert not is_about_nothing(read, replace(truth, plate=np.array([read.plate, ""])))


def test_seconds_of_a_stretch_that_count_are_those_beyond_the_dwell():
    lying, crash = RULES.rule("person_lying"), RULES.rule("crash")
    assert [possible_seconds(ms, lying, 5.0) for ms in (1000, 2400, 4000)] == [0, 1, 2]
    assert possible_seconds(16_000, crash, 5.0) == 4


def test_parts_hold_every_view_once_and_more_views_are_more_parts_of_the_same():
    few, more = parts_of(72), parts_of(200)
    assert len({part.name for part in more}) == len(more)
    assert {part.streets for part in more} == {*FITTED_STREETS, *CHECKED_STREETS}
    assert set(few) < set(more)
    numbers = [number for part in more if part.streets == FITTED_STREETS[0] for _, number in part.views]
    assert numbers == list(range(len(numbers)))
    kinds = [kind for part in more for kind, _ in part.views]
    assert {kind: kinds.count(kind) / len(kinds) for kind in KINDS} == pytest.approx(
        {name: kind.share for name, kind in KINDS.items()}, abs=0.06
    )


def test_no_streets_are_fitted_on_and_checked_on():
    assert not {district for district, _ in FITTED_STREETS} & {district for district, _ in CHECKED_STREETS}


ROW = Encounter("fire", "a", "a 1", 40.0, "day", "rain", 0.2, False, 4, 2, True, 0.8, 0.7, 1.5)


def test_a_collection_goes_on_where_it_was_cut_and_only_for_the_same_weights(tmp_path):
    collection = Collection(tmp_path / "a", None, "a" * 64, 1, 36)
    collection.open()
    kept = Findings((ROW, replace(ROW, off_m=None)), (Watched("fire", "day", 0.1, 0),))
    for part in parts_of(36):
        write_part(tmp_path / "a" / f"{part.name}.json", kept)
    told: list[float] = []
    collection.collect(1, told.append)
    assert told == [1.0], "nothing was left to be rendered"
    assert collection.findings(FITTED_STREETS) == kept + kept + kept
    collection.open()
    with pytest.raises(InputError, match="another folder"):
        replace(collection, weights_sha256="b" * 64).open()


def test_a_part_that_was_damaged_says_so(tmp_path):
    (tmp_path / "part.json").write_text('{"encounters": [{"rule": "fire"}], "quiet": []}')
    with pytest.raises(InputError, match="collect again"):
        read_part(tmp_path / "part.json")
