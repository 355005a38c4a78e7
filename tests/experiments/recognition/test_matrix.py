"""The matrix: the same places under every sky, counts worked out by hand, what got worse found and told."""

from __future__ import annotations

import json

import numpy as np
import pytest

from experiments.recognition.matrix.against import (
    against_baseline,
    check_baseline,
    compared,
    read_baseline,
)
from experiments.recognition.matrix.counts import DENSITIES, DISTANCES, OCCLUSIONS, Counts, counts_from, counts_of
from experiments.recognition.matrix.examples import _most_missed
from experiments.recognition.matrix.report import matrix_report
from experiments.recognition.matrix.run import MatrixRequest
from experiments.recognition.matrix.scenes import Condition, Views, conditions, each_fault, fault_levels
from experiments.recognition.matrix.watched import Watched, watch_view
from tests.experiments.fakes import FlatRenderer, KnowingRecogniser
from tests.towns import grid_town
from twin.errors import InputError
from twin.scene import Look
from vision.scoring.matching import Matched
from vision.scoring.plates import ReadPlate

TOWN = grid_town(6, 6, 120.0)
UNDER = tuple(conditions(("day", "night"), ("clear", "fog"), ("usual",)))


def watched(view: int, condition: int, got: list[bool], distance_m: float = 20.0, false: int = 0) -> Watched:
    """A frame with cars in full view, found or not, and detections of nothing."""
    n = len(got)
    taken = np.where(got, 0.9, 0.0)
    hit = np.array([True] * sum(got) + [False] * false, bool)
    d = len(hit)
    matched = Matched(
        np.full(d, Look.CAR, np.uint8), np.full(d, 0.9, np.float32), hit[None], np.ones((1, d), bool),
        np.full(n, Look.CAR, np.uint8), np.full(n, 40.0), np.full(n, distance_m), np.zeros(n), taken,
    )  # fmt: skip
    return Watched(view, condition, matched, (ReadPlate(220.0, 1.0, "day", "00A123BC", "00A123BC", True),))


def rows(night_share: float, views: int = 10) -> list[Watched]:
    """By day four cars of four are found, at night only so many."""
    found = round(4 * night_share)
    return [
        watched(view, at, [True] * 4 if UNDER[at].light == "day" else [k < found for k in range(4)], false=int(at == 3))
        for view in range(views) for at in range(len(UNDER))
    ]  # fmt: skip


def report(night_share: float, views: int = 10) -> dict:
    counts = counts_of(rows(night_share, views), views, UNDER)
    about = {"kind": "recognition matrix", "city": "town", "seed": 1, "weights_sha256": "0" * 64}
    under = [{"light": c.light, "weather": c.weather, "faults": c.faults} for c in UNDER]
    tables = matrix_report(counts, rows(night_share, views), 1)
    return about | tables | {"conditions": under, "counts": counts.as_json()}


def test_figures_by_hand() -> None:
    """Half of the cars at night: 3/4 over all, 1/2 at night; false detections in a quarter of the frames."""
    found = report(0.5)
    assert (found["overall"]["recall"], found["overall"]["n"]) == (0.75, 160)
    assert found["overall"]["false_per_frame"] == 0.25
    assert found["overall"]["plates_read"] == 1.0
    axes = {(row["axis"], row["value"]): row for row in found["axes"]}
    assert axes["light", "night"]["recall"] == 0.5
    assert axes["distance", "15 to 30 m"]["n"] == 160
    assert axes["density", "200 px/m and up"]["plates_read"] == 1.0
    scene = next(row for row in found["scenes"] if (row["light"], row["weather"]) == ("day", "fog"))
    assert (scene["recall"], scene["map50"]) == (1.0, 1.0)
    assert (scene["recall_low"], scene["recall_high"]) == (pytest.approx(0.6915, abs=1e-3), 1.0)


def test_the_cell_that_is_surely_bad_comes_before_the_one_of_which_little_is_known() -> None:
    surely = [watched(view, 1, [False, True], 40.0) for view in range(30)]
    hardly = [watched(0, 3, [False], 5.0)]
    counts = counts_of([*surely, *hardly], 30, UNDER)
    first, second = matrix_report(counts, [*surely, *hardly], 1)["cells"][:2]
    assert (first["distance"], first["recall"]) == ("30 to 60 m", 0.5)
    assert (second["distance"], second["recall"], second["recall_high"]) == ("0 to 15 m", 0.0, 0.975)


def test_what_got_worse_is_found_and_what_did_not_is_left_alone() -> None:
    new = counts_of(rows(0.25), 10, UNDER)
    told = compared(report(0.75), new, 1)
    worse = {(row["table"], row.get("light") or row.get("value")) for row in told["rows"] if row["verdict"] == "worse"}
    assert {("overall", None), ("axes", "night"), ("scenes", "night"), ("cells", "night")} <= worse
    assert not any("day" in (row.get("light"), row.get("value")) for row in told["rows"] if row["verdict"] != "same")
    assert told["same_footage"]
    (verdict,) = against_baseline({"baseline": told | {"file": "old.json"}})
    assert not verdict.ok
    assert "figures worse than in old.json" in verdict.told
    assert all(one.ok for one in against_baseline({"baseline": compared(report(0.25), new, 1) | {"file": "a"}}))
    assert against_baseline({}) == []


def test_more_false_detections_are_worse_though_the_figure_rose() -> None:
    quiet = [watched(view, 0, [True]) for view in range(12)]
    loud = [watched(view, 0, [True], false=3) for view in range(12)]
    old = counts_of(quiet, 12, UNDER[:1])
    content = {"conditions": [{"light": "day", "weather": "clear", "faults": "usual"}], "counts": old.as_json()}
    told = compared(content, counts_of(loud, 12, UNDER[:1]), 1)
    row = next(row for row in told["rows"] if row["metric"] == "false_per_frame" and row["table"] == "overall")
    assert (row["verdict"], row["change"]) == ("worse", 3.0)


def test_only_what_both_have_is_compared() -> None:
    few = counts_of([row for row in rows(0.5, 4) if row.condition < 2], 4, UNDER[:2])
    told = compared(report(0.5), few, 1)
    assert (told["views"], told["conditions"], told["worse"], told["better"]) == (4, 2, 0, 0)
    other = counts_of(rows(0.5, 4), 4, [Condition("dusk", "snow")] * 4)
    with pytest.raises(InputError, match="none of these lights"):
        compared(report(0.5), other, 1)


def test_counts_come_back_from_the_report() -> None:
    again = counts_from(json.loads(json.dumps(report(0.5))))
    assert again.conditions == UNDER
    assert np.array_equal(again.found, counts_of(rows(0.5), 10, UNDER).found)
    assert again.asked.shape == (10, 4, len(DISTANCES), len(OCCLUSIONS))
    assert again.plates.shape == (10, 4, len(DENSITIES))


def test_a_baseline_that_is_none_or_of_other_views_is_refused(tmp_path) -> None:
    path = tmp_path / "old.json"
    with pytest.raises(InputError, match="No such file"):
        read_baseline(path)
    cut = report(0.5)
    cut["counts"] = cut["counts"] | {"found": [[1]]}
    for content in ("{", "[]", '{"kind": "tracking"}', '{"kind": "recognition matrix"}', json.dumps(cut)):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="twin vision matrix"):
            read_baseline(path)
    path.write_text(json.dumps(report(0.5)), encoding="utf-8")
    with pytest.raises(InputError) as told:
        check_baseline(read_baseline(path), {"city": "other", "seed": 2}, path)
    assert len(told.value.faults) == 2


def test_the_example_is_the_frame_in_which_most_is_missed() -> None:
    seen = [watched(0, 1, [True]), watched(1, 1, [False, False, True]), watched(2, 1, [False])]
    counts = counts_of(seen, 3, UNDER)
    cell = {"light": "day", "weather": "fog", "faults": "usual", "distance": "15 to 30 m", "occlusion": "in full view"}
    assert _most_missed(counts, cell, set()) == (1, 1, 2, 3)
    assert _most_missed(counts, cell, {(1, 1)}) == (2, 1, 1, 1)
    assert _most_missed(counts, cell, {(1, 1), (2, 1)}) is None


class Detecting(KnowingRecogniser):
    """Knows the truth of flat frames, one by one."""

    def detect(self, images, least_score):
        return self.recognise(images, 1.0)

    def read_plates(self, image, found):
        return found


def test_a_view_is_the_same_under_every_sky_and_whatever_was_asked_before() -> None:
    renderer = FlatRenderer()
    views = Views(TOWN, renderer, 5)
    frames = list(views.frames(3, UNDER))
    assert [(f.sky.light, f.sky.weather) for f in frames] == [(c.light, c.weather) for c in UNDER]
    assert len({frame.truth.box.tobytes() for frame in frames}) == 1
    assert frames[0].sky.sun_elevation_deg == frames[1].sky.sun_elevation_deg
    alone = next(Views(TOWN, FlatRenderer(), 5).frames(3, UNDER))
    assert np.array_equal(alone.truth.box, frames[0].truth.box)
    other = next(views.frames(4, UNDER))
    assert other.t_ms != frames[0].t_ms or not np.array_equal(other.truth.box, frames[0].truth.box)


def test_a_recogniser_that_knows_finds_everything() -> None:
    renderer = FlatRenderer()
    seen = watch_view(Views(TOWN, renderer, 5), Detecting(renderer), 2, UNDER)
    counts = counts_of(seen, 3, UNDER)
    assert isinstance(counts, Counts)
    assert counts.asked[2].sum() > 0
    assert np.array_equal(counts.found, counts.asked)


def test_each_fault_is_every_one_by_itself() -> None:
    spelled = each_fault(["usual", "each"])
    assert spelled[0] == "usual"
    assert "noise=strong" in spelled
    assert len(spelled) == len(set(spelled)) == 9
    assert len(conditions(("day",), ("clear",), spelled)) == 9
    assert fault_levels("noise=strong+dirt=none") == {"noise": "strong", "dirt": "none"}
    assert each_fault(["strong"]) == ["strong"]
    assert set(fault_levels("strong").values()) == {"strong"}


def test_a_strong_fault_is_given_to_the_renderer_and_usual_ones_are_left_to_it() -> None:
    class Noting(FlatRenderer):
        given: list = []  # noqa: RUF012

        def render(self, camera, scene, sky, seed, faults=None):
            self.given.append(faults)
            return super().render(camera, scene, sky, seed)

    renderer = Noting()
    list(Views(TOWN, renderer, 5).frames(1, conditions(("day",), ("clear",), ("usual", "noise=strong", "none"))))
    usual, noisy, perfect = renderer.given
    assert usual is None
    assert noisy.noise > 5 > perfect.noise == 0
    assert perfect.bitrate_kbps == 0 < noisy.bitrate_kbps


def test_what_is_asked_for_is_checked() -> None:
    with pytest.raises(InputError) as told:
        conditions(("noon",), ("hail", "clear", "clear"), ())
    assert len(told.value.faults) == 4
    with pytest.raises(InputError) as told:
        MatrixRequest("default", views=1, workers=0, examples=-1)
    assert len(told.value.faults) == 3


def test_views_with_nobody_in_them_are_a_report_without_figures() -> None:
    empty = [watched(view, at, [], false=1) for view in range(3) for at in range(len(UNDER))]
    for row in empty:
        object.__setattr__(row, "plates", ())
    found = matrix_report(counts_of(empty, 3, UNDER), empty, 1)
    assert found["overall"]["false_per_frame"] == 1.0
    assert found["overall"]["map50"] is None
    assert found["cells"] == found["plates"] == []
