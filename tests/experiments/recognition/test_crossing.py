"""Clips of crossings and quiet streets with a recogniser that knows: what the figures must then be."""

from __future__ import annotations

import pytest

from experiments.recognition.crossing import CrossingTest, track_crossings
from experiments.recognition.quiet import quiet_report, watch_quiet
from experiments.recognition.unseen import check_unseen
from tests.experiments.fakes import FlatRenderer, KnowingRecogniser
from tests.towns import grid_town
from twin.errors import InputError

TOWN = grid_town(6, 6, 120.0)


class Looking(KnowingRecogniser):
    """Knows each frame of a stream, with the true tracks."""

    weights_sha256 = "0" * 64

    def look(self, image, follower):
        return self.recognise([image], 5.0)[0]


@pytest.fixture
def knowing(monkeypatch):
    renderer = FlatRenderer()
    monkeypatch.setattr("vision.render.choose.make_renderer", lambda *given: renderer)
    return Looking(renderer)


def test_true_tracks_score_one(knowing) -> None:
    found = track_crossings(TOWN, knowing, CrossingTest(crossings=2, seconds=2.0, hour=17.5), lambda *told: None)
    assert found["hota"] == pytest.approx(1.0)
    assert (found["idf1"], found["mota"], found["switches"]) == (1.0, 1.0, 0)
    assert len(found["clips"]) == 2
    assert found["objects"] > 0
    assert (found["frames_per_s"], found["light"]) == (5.0, "day")


def test_a_clip_is_written_as_it_is_followed(knowing, tmp_path) -> None:
    pytest.importorskip("av")
    clip = tmp_path / "clips" / "crossing.mp4"
    track_crossings(TOWN, knowing, CrossingTest(seconds=1.0, clip=clip), lambda *told: None)
    assert clip.stat().st_size > 1000


def test_what_is_asked_of_a_crossing_is_checked() -> None:
    with pytest.raises(InputError) as told:
        CrossingTest(crossings=0, seconds=0, fps=99, hour=25, weather="hail")
    assert len(told.value.faults) == 5


def test_more_crossings_than_there_is_room_for_are_refused(knowing) -> None:
    with pytest.raises(InputError, match="there is room for"):
        track_crossings(TOWN, knowing, CrossingTest(crossings=500, seconds=1.0), lambda *told: None)


def test_quiet_streets_watched_by_one_who_knows_raise_no_alarm_of_things_that_are_not_there(knowing) -> None:
    found = watch_quiet(TOWN, knowing, 1, lambda *told: None)
    rules = {row["rule"]: row for row in found["rules"]}
    assert rules["person_lying"]["alarms"] == rules["fire"]["alarms"] == 0
    assert rules["fire"]["high"] == pytest.approx(3.6889 / rules["fire"]["hours"], rel=1e-3)
    assert found["hours"] == pytest.approx(60 / 3600, rel=0.05)


def test_rates_add_up_by_rule_and_light() -> None:
    """Three alarms of one rule in two hours, one of another: four in the two hours that were watched."""
    hours = {("fire", "day"): 1.5, ("fire", "night"): 0.5, ("crash", "day"): 1.5, ("crash", "night"): 0.5}
    found = quiet_report({("fire", "day"): 1, ("fire", "night"): 2, ("crash", "day"): 1}, hours)
    assert (found["alarms"], found["hours"], found["an_hour"]) == (4, 2.0, 2.0)
    fire = next(row for row in found["rules"] if row["rule"] == "fire")
    assert (fire["an_hour"], fire["hours"]) == (1.5, 2.0)
    night = next(row for row in found["by_light"] if (row["rule"], row["light"]) == ("fire", "night"))
    assert night["an_hour"] == 4.0


def test_streets_that_weights_were_trained_on_are_no_test(monkeypatch) -> None:
    trained = grid_town(3, 3, 120.0)
    trained.manifest["made_by"] = {"seed": 101}
    with pytest.raises(InputError, match="its seed 101 was trained on"):
        check_unseen([TOWN, trained], "evaluate")
    trained.manifest["made_by"] = {"generator": "default_city", "seed": 1, "districts": ["Mirobod", "Chilonzor"]}
    with pytest.raises(InputError, match="the main streets of Chilonzor were trained on"):
        check_unseen([trained], "evaluate")
    trained.manifest["made_by"]["districts"] = ["Mirobod"]
    check_unseen([trained], "evaluate")
