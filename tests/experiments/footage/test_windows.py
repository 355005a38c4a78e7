"""Which seconds are rendered, and what counts as a carriageway."""

from __future__ import annotations

import numpy as np

from experiments.footage.spotlights import choose_spotlights
from experiments.footage.standing_ground import JunctionGround
from experiments.footage.windows import windows_of
from scenarios.read import read_scenario
from tests.towns import SOUTH_M, WEST_M, grid_town


def test_a_window_spans_five_seconds_before_to_twenty_after():
    scenario = read_scenario("friday_evening")
    spotlights = choose_spotlights(grid_town(columns=6, rows=6), scenario, seed=1)
    assert [s.script.visual for s in spotlights] == ["crash", "listed_plate", "person_lying", "fire"]
    windows = windows_of(spotlights, scenario.spotlights, scenario.duration_ms, seed=1)
    loud = {w.spotlight.script.visual: w for w in windows if not w.quiet}
    assert (loud["crash"].t0_ms, loud["crash"].t1_ms) == (25 * 60_000 - 5000, 25 * 60_000 + 20_000)
    frames = sum((w.t1_ms - w.t0_ms) // 200 for w in windows)
    assert frames == 600, "4 x 25 s and 4 x 5 s at 5 frames a second"


def test_quiet_windows_end_before_anything_is_scripted():
    scenario = read_scenario("friday_evening")
    spotlights = choose_spotlights(grid_town(columns=6, rows=6), scenario, seed=1)
    for seed in range(20):
        windows = windows_of(spotlights, scenario.spotlights, scenario.duration_ms, seed)
        assert [w.wake_ms for w in windows] == sorted(w.wake_ms for w in windows)
        begins = {w.spotlight.camera.id: w.t0_ms for w in windows if not w.quiet}
        assert all(w.t1_ms <= begins[w.spotlight.camera.id] for w in windows if w.quiet)


def test_every_spotlight_has_a_junction_of_its_own_and_only_one_reads_plates():
    spotlights = choose_spotlights(grid_town(columns=8, rows=8), read_scenario("friday_evening"), seed=3)
    assert len({(s.camera.x_m, s.camera.y_m) for s in spotlights}) == 4
    assert [bool(s.plate) for s in spotlights] == [False, True, False, False]
    assert spotlights[1].plate.startswith("00")


def test_standing_is_out_of_place_inside_a_junction_only():
    """Streets 7 m wide: a junction of three arms reaches 3.5 m and the margin of 1.5 m; a corner of two is none."""
    inside = JunctionGround(grid_town())
    x_m = WEST_M + np.array([100.0, 104.9, 105.1, 150.0, 0.0])
    y_m = SOUTH_M + np.array([100.0, 100.0, 100.0, 100.0, 0.0])
    assert inside(x_m, y_m).tolist() == [True, True, False, False, False]
    assert inside(np.zeros(0), np.zeros(0)).tolist() == []
