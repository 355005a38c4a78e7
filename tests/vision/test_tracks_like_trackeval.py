"""HOTA, IDF1 and MOTA beside TrackEval's own, on sequences drawn at random."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.scoring.tracking import ALPHAS, Seen, count_tracks

trackeval = pytest.importorskip("trackeval", reason="pip install 'tashkent-twin[peers]' compares with TrackEval")


@st.composite
def clips(draw: st.DrawFn) -> list[Seen]:
    """A clip of objects that walk about, and a tracker that misses, invents, and mixes up."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames, objects, tracks = draw(st.integers(1, 14)), draw(st.integers(0, 6)), draw(st.integers(0, 7))
    loose = draw(st.sampled_from([0.0, 0.2, 0.6]))
    worth = rng.choice([0.0, 0.3, 0.5, 0.5 + 1e-9, 0.75, 0.9, 1.0], size=(objects, tracks))
    clip = []
    for _ in range(frames):
        there, found = np.flatnonzero(rng.random(objects) < 0.8), np.flatnonzero(rng.random(tracks) < 0.8)
        overlap = np.clip(worth[np.ix_(there, found)] + loose * rng.normal(size=(len(there), len(found))), 0, 1)
        clip.append(Seen(there + 40, found + 7, overlap))
    return clip


def theirs(clip: list[Seen]) -> dict[str, object]:
    """The clip in the form that TrackEval's metrics take."""
    truths = np.unique(np.concatenate([frame.truth for frame in clip])) if clip else np.zeros(0)
    founds = np.unique(np.concatenate([frame.found for frame in clip])) if clip else np.zeros(0)
    return {
        "num_timesteps": len(clip), "num_gt_ids": len(truths), "num_tracker_ids": len(founds),
        "num_gt_dets": sum(len(frame.truth) for frame in clip),
        "num_tracker_dets": sum(len(frame.found) for frame in clip),
        "gt_ids": [np.searchsorted(truths, frame.truth) for frame in clip],
        "tracker_ids": [np.searchsorted(founds, frame.found) for frame in clip],
        "similarity_scores": [frame.overlap for frame in clip],
    }  # fmt: skip


@pytest.fixture(scope="module")
def metrics():
    quiet = {"PRINT_CONFIG": False}
    return trackeval.metrics.HOTA(), trackeval.metrics.CLEAR(quiet), trackeval.metrics.Identity(quiet)


@given(drawn=st.lists(clips(), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_every_figure_is_trackevals(metrics, drawn) -> None:
    ours = [count_tracks(clip) for clip in drawn]
    peers = [[metric.eval_sequence(theirs(clip)) for clip in drawn] for metric in metrics]
    for counts, hota, clear, identity in zip(ours, *peers, strict=True):
        _same(counts, hota, clear, identity)
    together = [metric.combine_sequences(dict(enumerate(found))) for metric, found in zip(metrics, peers, strict=True)]
    _same(reduce(add, ours), *together)


def _same(counts, hota, clear, identity) -> None:
    assert np.array_equal(ALPHAS, trackeval.metrics.HOTA().array_labels)
    assert counts.hit == pytest.approx(hota["HOTA_TP"])
    assert counts.missed == pytest.approx(hota["HOTA_FN"])
    assert counts.false == pytest.approx(hota["HOTA_FP"])
    scores = counts.scores()
    means = {ours: float(np.mean(hota[name])) for ours, name in (("hota", "HOTA"), ("deta", "DetA"), ("assa", "AssA"))}
    wanted = means | {"mota": clear["MOTA"], "idf1": identity["IDF1"]}
    if not counts.truth_boxes:
        assert scores["mota"] is None  # TrackEval says 0 of one clip, and minus the false boxes of several
        del wanted["mota"]
    for name, value in wanted.items():
        assert (scores[name] or 0.0) == pytest.approx(value), name
    if counts.hit[0] and scores["loca"] is not None:
        assert scores["loca"] == pytest.approx(float(np.mean(hota["LocA"])))
    assert (counts.switches, counts.mostly_tracked, counts.mostly_lost) == (clear["IDSW"], clear["MT"], clear["ML"])
    assert (counts.pairs, counts.extra, counts.lost) == (clear["CLR_TP"], clear["CLR_FP"], clear["CLR_FN"])
