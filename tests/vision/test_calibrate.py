"""Calibration: known truths are found again, hand-worked counts, and errors that name everything missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sensors.alarms import load_alarm_rules
from sensors.fitted import load_fitted, logistic, save_fitted
from twin.errors import InputError
from twin.sky import LIGHTS
from twin.streams import stream
from vision.calibrate import (
    UNSEEN_PER_HOUR,
    Encounter,
    PlateTrial,
    Watched,
    calibrate,
    calibration_error,
    dwell_s,
    false_alarm_rate,
    fit_hazard,
    fit_logistic,
    held_out,
)  # fmt: skip

RULES = load_alarm_rules()
LYING = RULES.rule("person_lying")


def watched(rng: np.random.Generator, n: int, group: str = "") -> list[Encounter]:
    """Encounters whose hazard is logistic(-1 + 1.2 log2(height / 32) - 1.0 at night), watched for 20 s."""
    dwell = dwell_s(LYING, RULES.frames_per_s)
    met = []
    for i in range(n):
        height, light = float(np.exp(rng.uniform(np.log(8), np.log(128)))), str(rng.choice(["day", "night"]))
        hazard = float(logistic(-1 + 1.2 * np.log2(height / 32) - 1.0 * (light == "night")))
        second = int(rng.geometric(hazard))
        first = dwell + second - 0.5 if dwell + second <= 20 else None
        met.append(
            Encounter("person_lying", height, light, "clear", 0.0, 20.0, first, 0.7, group or f"camera {i % 10}")
        )
    return met


def test_a_known_hazard_is_found_again_and_holds_on_cameras_it_was_not_fitted_on() -> None:
    fit = fit_hazard(watched(stream(3, "encounters"), 1500), LYING, RULES.frames_per_s, delay_s=0.5)
    assert fit.dwell_s == pytest.approx((LYING.k_frames - 1) / 5)
    assert fit.coef[0] == pytest.approx(-1.0, abs=0.2)
    assert fit.coef[1] == pytest.approx(1.2, abs=0.15)
    assert fit.coef[3] == pytest.approx(-1.0, abs=0.25)
    assert (fit.coef[2], fit.coef[4], fit.coef[5]) == (0.0, 0.0, 0.0)
    assert fit.held_out_error < 0.08
    assert fit.score == 0.7


def test_a_rule_that_never_fires_gets_a_small_finite_hazard() -> None:
    met = [replace(e, first_s=None) for e in watched(stream(3, "encounters"), 60)]
    fit = fit_hazard(met, LYING, RULES.frames_per_s, delay_s=0.5)
    assert 0 < float(fit.hazard(40.0, "day", "clear")) < 0.005


def test_trials_are_counted_by_hand() -> None:
    """One alarm in its third second after the dwell, one encounter watched 7 s beyond it in vain: 1 of 10 trials,
    and the prior's half of one: (1 + 0.5) / (10 + 1)."""
    dwell = dwell_s(LYING, RULES.frames_per_s)
    one = Encounter("person_lying", 32.0, "day", "clear", 0.0, 20.0, dwell + 2.4)
    other = Encounter("person_lying", 32.0, "day", "clear", 0.0, dwell + 7.3, None)
    fit = fit_hazard([one, other], LYING, RULES.frames_per_s, delay_s=0.5)
    assert float(fit.hazard(32.0, "day", "clear")) == pytest.approx(1.5 / 11, abs=1e-4)


def test_logistic_regression_of_counts_without_features_is_the_share() -> None:
    coef = fit_logistic(np.ones((2, 1)), np.array([3.0, 5.0]), np.array([10.0, 10.0]))
    assert float(logistic(coef[0])) == pytest.approx(8.5 / 21, abs=1e-5)


def test_groups_are_held_out_whole_and_never_all() -> None:
    groups = [f"g{i % 7}" for i in range(70)]
    held = held_out(groups)
    assert {g for g, h in zip(groups, held, strict=True) if h} & {
        g for g, h in zip(groups, held, strict=True) if not h
    } == set()
    assert held.sum() == 20
    assert not held_out(["only", "only"]).any()
    assert held_out(["a", "b"]).sum() == 1


def test_poisson_intervals_are_the_textbook_ones() -> None:
    """No event: 0 to 3.689; five events: 1.623 to 11.668 (Garwood 1936, 95 %)."""
    none, five = false_alarm_rate(0, 1.0), false_alarm_rate(5, 2.0)
    assert (none.low, none.high) == pytest.approx((0, 3.689), abs=1e-3)
    assert none.per_camera_hour == UNSEEN_PER_HOUR, "none seen is not none simulated"
    assert (five.per_camera_hour, five.low, five.high) == pytest.approx((2.5, 1.623 / 2, 11.668 / 2), abs=1e-3)


def test_calibration_error_is_nought_for_the_truth_and_the_offset_for_an_offset() -> None:
    happened = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.5), happened) == pytest.approx(0.0, abs=0.06)
    assert calibration_error(np.full(100, 0.9), happened) == pytest.approx(0.4, abs=0.01)


def whole_model_inputs() -> tuple[list[Encounter], list[PlateTrial], list[Watched]]:
    rng = stream(4, "encounters")
    met = [replace(e, rule=name) for name in ("person_lying", "fire", "crash") for e in watched(rng, 40)]
    plates = [PlateTrial(float(d), "day", bool(d > 150), 0.9, f"c{i}") for i, d in enumerate(range(50, 350, 10))]
    quiet = [Watched(rule.name, light, 0.5, 1) for rule in RULES.rules for light in LIGHTS]
    return met, plates, quiet


def test_the_model_goes_to_its_file_and_back(tmp_path: Path) -> None:
    met, plates, quiet = whole_model_inputs()
    model = calibrate(met, plates, quiet, RULES, "a" * 64, "40 encounters of each rule, made up", 0.5)
    save_fitted(model, tmp_path / "fitted.json")
    assert load_fitted(tmp_path / "fitted.json") == model
    assert float(model.plate.p_read(300.0, "day")) > 0.8 > 0.2 > float(model.plate.p_read(60.0, "day"))
    assert model.false_alarms["fire"]["night"].per_camera_hour == 2.0


def test_everything_that_is_missing_is_named_at_once() -> None:
    met, _, quiet = whole_model_inputs()
    with pytest.raises(InputError) as caught:
        calibrate([e for e in met if e.rule != "fire"], [], quiet[1:], RULES, "a" * 64, "nothing", 0.5)
    faults = [fault.what for fault in caught.value.faults]
    assert faults == [
        "no encounter of the rule fire",
        "no trial of a plate",
        f"no quiet footage for {RULES.rules[0].name} by day",
    ]
