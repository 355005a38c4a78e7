"""Calibration: known truths are found again, hand-worked figures, and errors that name everything missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sensors.alarms import load_alarm_rules
from sensors.fitted import load_fitted, save_fitted
from sensors.frailty import logistic, p_within
from twin.errors import InputError
from twin.sky import LIGHTS
from twin.streams import stream
from vision.calibrate import calibrate, dwell_s, fit_hazard, fit_plate, fit_position
from vision.calibration_check import calibration_error, check_of, error_by_chance, quiet_footage
from vision.calibration_fit import fit_frailty, fit_logistic, fit_lognormal
from vision.calibration_rows import Encounter, Findings, Watched

RULES = load_alarm_rules()
LYING, PLATE = RULES.rule("person_lying"), RULES.rule("listed_plate")
SD = 3.0


def met(rng: np.random.Generator, n: int, streets: str = "a", watched_s: int = 6, sd: float = SD) -> list[Encounter]:
    """Encounters whose logit is 0.5 + 1.2 log2(height / 32) - 1.0 at night, and a normal effect of each its own."""
    rows = []
    for i in range(n):
        height, light = float(np.exp(rng.uniform(np.log(8), np.log(128)))), str(rng.choice(["day", "night"]))
        linear = 0.5 + 1.2 * np.log2(height / 32) - 1.0 * (light == "night") + sd * rng.standard_normal()
        second = int(rng.geometric(max(float(logistic(linear)), 1e-9)))
        fired = second <= watched_s
        rows.append(
            Encounter(
                "person_lying", streets, f"{streets} {i // 4}", height / LYING.target_height_m, light, "clear", 0.0,
                False, watched_s, min(second, watched_s), fired, 0.7 if fired else 0.0, 0.9 if fired else 0.1,
                float(np.exp(rng.normal(0.5, 0.4))) if fired else None,
            )
        )  # fmt: skip
    return rows


def test_a_known_hazard_and_its_random_effect_are_found_again_and_hold_on_other_streets() -> None:
    rng = stream(3, "encounters")
    fit = fit_hazard(met(rng, 3000), met(rng, 2000, "b"), LYING, RULES.frames_per_s, delay_s=0.5)
    assert fit.dwell_s == pytest.approx((LYING.k_frames - 1) / 5)
    assert fit.coef[0] == pytest.approx(0.5, abs=0.35)
    assert fit.coef[1] == pytest.approx(1.2, abs=0.25)
    assert fit.coef[4] == pytest.approx(-1.0, abs=0.4)
    assert fit.frailty_sd == pytest.approx(SD, abs=0.6)
    assert fit.coef[3] == fit.coef[9] == 0.0, "no dusk and nothing hidden was met"
    assert fit.check.error < 0.03
    assert fit.check.share_gap < 0.03
    assert (fit.score, fit.hit_share, fit.n, fit.check.cameras) == (0.7, 0.9, 3000, 500)


def test_a_hazard_without_the_effect_promises_what_a_longer_look_does_not_bring() -> None:
    """Fitted on 6 s and held against 60 s: with the effect within 0.05, without it far over."""
    rng = stream(4, "encounters")
    rows, longer = met(rng, 3000, sd=6.0), met(rng, 2000, "b", watched_s=60, sd=6.0)
    fit = fit_hazard(rows, longer, LYING, RULES.frames_per_s, delay_s=0.5)
    size = np.log2(np.array([e.px_per_m * LYING.target_height_m for e in rows]) / 32)
    night = np.array([e.light == "night" for e in rows])
    plain = fit_logistic(
        np.column_stack([np.ones(len(rows)), size, night]),
        np.array([e.fired for e in rows], dtype=np.float64), np.array([e.seconds for e in rows], dtype=np.float64),
    )  # fmt: skip
    there = np.column_stack([
        np.ones(len(longer)), np.log2(np.array([e.px_per_m * LYING.target_height_m for e in longer]) / 32),
        [e.light == "night" for e in longer],
    ])  # fmt: skip
    without = calibration_error(p_within(there @ plain, 0.0, 60), np.array([e.fired for e in longer]))
    assert fit.check.error < 0.05
    assert without > 0.1


def test_a_rule_that_never_fires_gets_a_small_finite_hazard() -> None:
    rows = [replace(e, fired=False, seconds=6, off_m=None) for e in met(stream(3, "encounters"), 60)]
    fit = fit_hazard(rows, rows, LYING, RULES.frames_per_s, delay_s=0.5)
    assert 0 < float(fit.p_alarm(40.0, "day", "clear", 10.0)) < 0.1
    assert fit.position.n == 0
    assert fit.position.within_half is None


def test_without_an_effect_one_is_hardly_found() -> None:
    """All encounters alike, 0.3 a second: the logit is found, and the effect's spread is what its prior leaves."""
    rng = stream(5, "encounters")
    seconds = np.minimum(rng.geometric(0.3, 4000), 8)
    fired = (rng.random(4000) < 2.0) & (seconds < 8)
    coef, sd = fit_frailty(np.ones((4000, 1)), fired.astype(np.float64), seconds.astype(np.float64))
    assert float(logistic(coef[0])) == pytest.approx(0.3, abs=0.03)
    assert sd < 0.7


def test_logistic_regression_of_counts_without_features_is_the_share() -> None:
    coef = fit_logistic(np.ones((2, 1)), np.array([3.0, 5.0]), np.array([10.0, 10.0]))
    assert float(logistic(coef[0])) == pytest.approx(8.5 / 21, abs=1e-5)


def test_places_are_lognormal_about_a_line() -> None:
    rng = stream(6, "places")
    size = rng.uniform(-3, 2, 4000)
    found = fit_lognormal(size, np.exp(0.7 - 0.4 * size + 0.5 * rng.standard_normal(4000)))
    assert found == pytest.approx((0.7, -0.4, 0.5), abs=0.03)
    rows = met(rng, 800)
    place = fit_position(rows, met(rng, 800, "b"))
    assert place.within_half == pytest.approx(0.5, abs=0.07)
    assert place.within_nine_tenths == pytest.approx(0.9, abs=0.04)


def test_poisson_intervals_are_the_textbook_ones() -> None:
    """No event: 0 to 3.689; five events: 1.623 to 11.668 (Garwood 1936, 95 %)."""
    none, five = quiet_footage(0, 1.0), quiet_footage(5, 2.0)
    assert (none.low, none.high) == pytest.approx((0, 3.689), abs=1e-3)
    assert (five.alarms, five.low, five.high) == pytest.approx((5, 1.623 / 2, 11.668 / 2), abs=1e-3)


def test_calibration_error_is_nought_for_the_truth_and_the_offset_for_an_offset() -> None:
    happened = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.5), happened) == pytest.approx(0.0, abs=0.06)
    assert calibration_error(np.full(100, 0.9), happened) == pytest.approx(0.4, abs=0.01)


def test_few_encounters_stray_by_chance_and_sure_ones_do_not() -> None:
    """One bin of n at a half strays by sqrt(2 / pi) * 0.5 / sqrt(n): 0.040 for 100."""
    assert error_by_chance(np.full(100, 0.5), bins=1) == pytest.approx(0.0399, abs=0.006)
    assert error_by_chance(np.array([0.0, 1.0] * 50)) == 0.0


def test_shares_are_of_cameras_each_counted_once() -> None:
    """One camera meets three and finds all, another one and finds none: a half, whatever was predicted."""
    found = check_of(np.array([0.6, 0.6, 0.6, 0.2]), np.array([True, True, True, False]), ["a", "a", "a", "b"])
    assert (found.share_predicted, found.share_observed) == (0.4, 0.5)
    assert found.share_gap == pytest.approx(0.1)
    assert sum(one.n for one in found.bins) == 4


def whole_findings(seed: int, streets: str) -> Findings:
    rng = stream(seed, "encounters")
    rows = [replace(e, rule=name) for name in ("person_lying", "fire", "crash") for e in met(rng, 80, streets)]
    rows += [
        Encounter("listed_plate", streets, f"c{i}", float(d), "day", "clear", 0.0, True, 1, 1, d > 150, 0.9, 0.5)
        for i, d in enumerate(range(50, 350, 5))
    ]
    return Findings(tuple(rows), tuple(Watched(rule.name, light, 0.5, 1) for rule in RULES.rules for light in LIGHTS))


def test_the_model_goes_to_its_file_and_back(tmp_path: Path) -> None:
    model = calibrate(whole_findings(4, "a"), whole_findings(5, "b"), RULES, "a" * 64, ("made up", "made up too"), 0.5)
    save_fitted(model, tmp_path / "fitted.json")
    assert load_fitted(tmp_path / "fitted.json") == model
    assert float(model.plate.p_read(300.0, "day", facing=True)) > 0.8 > 0.2 > float(model.plate.p_read(60.0, "day"))
    assert model.quiet["fire"]["night"].alarms == 2
    assert model.quiet["fire"]["night"].camera_hours == 1.0
    assert model.fit_of("crash") is model.hazards["crash"]
    assert model.fit_of("listed_plate") is model.plate


def test_plates_too_small_for_the_fit_are_predicted_unread() -> None:
    rows = [e for e in whole_findings(4, "a").encounters if e.rule == "listed_plate"]
    small = [replace(e, px_per_m=3.0, fired=False) for e in rows]
    assert fit_plate(rows, small, PLATE, RULES.frames_per_s, 0.5).check.error == 0.0


def test_everything_that_is_missing_is_named_at_once() -> None:
    whole, part = whole_findings(4, "a"), whole_findings(5, "b")
    less = Findings(tuple(e for e in part.encounters if e.rule not in ("fire", "listed_plate")))
    with pytest.raises(InputError) as caught:
        calibrate(Findings(whole.encounters), less, RULES, "a" * 64, ("nothing", "nothing"), 0.5)
    faults = [fault.what for fault in caught.value.faults]
    assert faults == [
        "no encounter of the rule fire to check on",
        "no encounter of the rule listed_plate to check on",
        *(f"no quiet footage for {rule.name}" for rule in RULES.rules),
    ]


def test_the_dwell_is_the_span_of_the_frames_asked_for() -> None:
    assert dwell_s(LYING, 5.0) == pytest.approx(1.4)
