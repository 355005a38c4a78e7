"""Fitting the cheap twin of the recogniser: from what it did on labelled footage to the file of ``sensors.fitted``.

What is modelled is the alarm of a rule, seconds after something came into view, and not the detection in a frame. A
rule asks for k of the last n frames, on one track, at one place; frames of one encounter are far from independent, so
a chance by frame, raised to what the rule asks, is off by more than any error asked for here, and the tracker is in
none of it. The alarm is what the twin lives on, so the rule is asked on real clips and its alarm is fitted. Whole
cities are held out: what is stored as the error was measured on streets that nothing was fitted on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.alarms import AlarmRule, AlarmRules
from sensors.fitted import FittedModel
from sensors.fitted_fits import (
    REFERENCE_DENSITY_PX_M,
    REFERENCE_HEIGHT_PX,
    HazardFit,
    PlateFit,
    PositionFit,
    QuietFootage,
    Range,
    features_of,
)  # fmt: skip
from sensors.frailty import logistic, p_within
from twin.errors import Fault, InputError
from twin.sky import LIGHTS
from vision.calibration_check import check_of, quiet_footage
from vision.calibration_fit import fit_frailty, fit_logistic, fit_lognormal
from vision.calibration_rows import Encounter, Findings

Floats = NDArray[np.float64]

PICTURE_WIDTH_PX: Final = 960
_NINE_TENTHS: Final = 1.2816  # standard normal


def calibrate(
    fitted: Findings, checked: Findings, rules: AlarmRules, weights_sha256: str, told: tuple[str, str], delay_s: float
) -> FittedModel:
    """Fit everything and return the model, ready for ``sensors.fitted.save_fitted``.

    Args:
        fitted: rows to fit to.
        checked: rows of other streets, to hold the fit against.
        rules: the rules that fired.
        weights_sha256: of the recogniser's weights.
        told: what footage was fitted on, and checked on: how much, which streets and seeds.
        delay_s: from a frame to its alarm at the operator.

    Raises:
        InputError: a rule has no encounters on either side, or no quiet footage; all of it is named.
    """
    listed = [rule for rule in rules.rules if rule.kind == "listed_plate"]
    seen = [rule for rule in rules.rules if rule.kind != "listed_plate"]
    _refuse_gaps(fitted, checked, rules, listed)

    def rows(findings: Findings, rule: AlarmRule) -> list[Encounter]:
        return [e for e in findings.encounters if e.rule == rule.name and e.possible_s > 0]

    frames_per_s = rules.frames_per_s
    return FittedModel(
        schema_version=2,
        picture_width_px=PICTURE_WIDTH_PX,
        hazards={
            rule.name: fit_hazard(rows(fitted, rule), rows(checked, rule), rule, frames_per_s, delay_s) for rule in seen
        },
        plate=fit_plate(rows(fitted, listed[0]), rows(checked, listed[0]), listed[0], frames_per_s, delay_s),
        quiet=_quiet(fitted + checked),
        fitted_on=told[0],
        checked_on=told[1],
        weights_sha256=weights_sha256,
    )


def dwell_s(rule: AlarmRule, frames_per_s: float) -> float:
    """Return how long something is in view before a rule can fire at all: k frames span k - 1 intervals."""
    return (rule.k_frames - 1) / frames_per_s


def fit_hazard(
    met: Sequence[Encounter], others: Sequence[Encounter], rule: AlarmRule, frames_per_s: float, delay_s: float
) -> HazardFit:
    """Fit one rule's hazard to some encounters, and hold it against those on other streets."""
    fired = np.array([e.fired for e in met], dtype=np.float64)
    heights = [e.px_per_m * rule.target_height_m for e in met]
    holds = _range(heights)
    coef, sd = fit_frailty(_features(met, heights, holds, REFERENCE_HEIGHT_PX), fired, _seconds(met))
    at = [e.px_per_m * rule.target_height_m for e in others]
    linear = _features(others, at, holds, REFERENCE_HEIGHT_PX) @ coef
    linear[np.array(at) < holds.low] = -np.inf
    predicted = p_within(linear, sd, np.array([e.possible_s for e in others]))
    return HazardFit(
        coef=tuple(coef.tolist()),
        frailty_sd=sd,
        height_px=holds,
        target_height_m=rule.target_height_m,
        dwell_s=dwell_s(rule, frames_per_s),
        delay_s=delay_s,
        score=_score(met, rule),
        hit_share=_hit_share(met),
        position=fit_position(met, others),
        n=len(met),
        check=check_of(predicted, _fired(others), [e.camera for e in others]),
    )


def fit_plate(
    met: Sequence[Encounter], others: Sequence[Encounter], rule: AlarmRule, frames_per_s: float, delay_s: float
) -> PlateFit:
    """Fit the chance that a plate is read as the rule asks, and hold it against other streets in the same way."""
    densities = [e.px_per_m for e in met]
    holds = _range(densities)
    features = _features(met, densities, holds, REFERENCE_DENSITY_PX_M, plates=True)
    coef = fit_logistic(features, _fired(met).astype(np.float64), np.ones(len(met)))
    at = np.array([e.px_per_m for e in others])
    predicted = logistic(_features(others, at, holds, REFERENCE_DENSITY_PX_M, plates=True) @ coef)
    predicted[at < holds.low] = 0.0
    return PlateFit(
        coef=tuple(coef.tolist()),
        px_per_m=holds,
        dwell_s=dwell_s(rule, frames_per_s),
        delay_s=delay_s,
        score=_score(met, rule),
        hit_share=_hit_share(met),
        position=fit_position(met, others),
        n=len(met),
        check=check_of(predicted, _fired(others), [e.camera for e in others]),
    )


def fit_position(met: Sequence[Encounter], others: Sequence[Encounter]) -> PositionFit:
    """Fit how far alarms lie from the truth, and count how many on other streets lie within what the fit says."""
    size, off_m = _places(met)
    log_median, slope, log_sd = fit_lognormal(size, off_m)
    there, there_m = _places(others)
    z = (np.log(np.maximum(there_m, 0.01)) - log_median - slope * there) / max(log_sd, 1e-9)
    return PositionFit(
        log_median_m=log_median,
        slope=slope,
        log_sd=min(log_sd, 5.0),
        n=len(off_m),
        within_half=round(float((z <= 0).mean()), 4) if len(z) else None,
        within_nine_tenths=round(float((z <= _NINE_TENTHS).mean()), 4) if len(z) else None,
    )


def _places(met: Sequence[Encounter]) -> tuple[Floats, Floats]:
    placed = [(e.px_per_m, e.off_m) for e in met if e.off_m is not None]
    table = np.array(placed, dtype=np.float64).reshape(-1, 2)
    return np.log2(np.maximum(table[:, 0], 1e-3) / REFERENCE_DENSITY_PX_M), table[:, 1]


def _features(
    met: Sequence[Encounter], sizes: Sequence[float] | Floats, holds: Range, reference: float, plates: bool = False
) -> Floats:
    size = np.log2(np.clip(sizes, holds.low, holds.high) / reference)
    light, weather = np.array([e.light for e in met]), np.array([e.weather for e in met])
    hidden = np.array([e.occlusion for e in met], dtype=np.float64)
    facing = np.array([e.facing for e in met], dtype=np.bool_) if plates else None
    return features_of(size, light, weather, hidden, facing)


def _fired(met: Sequence[Encounter]) -> NDArray[np.bool_]:
    return np.array([e.fired for e in met], dtype=np.bool_)


def _seconds(met: Sequence[Encounter]) -> Floats:
    return np.array([e.seconds for e in met], dtype=np.float64)


def _score(met: Sequence[Encounter], rule: AlarmRule) -> float:
    scores = [e.score for e in met if e.fired]
    return round(float(np.median(scores)), 4) if scores else rule.min_score


def _hit_share(met: Sequence[Encounter]) -> float:
    shares = [e.hit_share for e in met if e.fired]
    return round(float(np.mean(shares)), 4) if shares else 1.0


def _range(values: Sequence[float]) -> Range:
    """Return where a fit holds: all but the outermost hundredths of what it was fitted on."""
    low, high = (float(v) for v in np.quantile(values, [0.01, 0.99]))
    return Range(low=low, high=max(high, low * 1.01))


def _quiet(found: Findings) -> dict[str, dict[str, QuietFootage]]:
    """Return what was counted by rule and light; a light without footage is left out."""
    hours: dict[str, dict[str, list[float]]] = {}
    for row in found.quiet:
        counted = hours.setdefault(row.rule, {}).setdefault(row.light, [0.0, 0.0])
        counted[0] += row.alarms
        counted[1] += row.camera_hours
    return {
        rule: {
            light: quiet_footage(int(by_light[light][0]), by_light[light][1]) for light in LIGHTS if light in by_light
        }
        for rule, by_light in sorted(hours.items())
    }


def _refuse_gaps(fitted: Findings, checked: Findings, rules: AlarmRules, listed: Sequence[AlarmRule]) -> None:
    faults = [
        f"no encounter of the rule {rule.name} to {purpose}"
        for purpose, rows in (("fit to", fitted), ("check on", checked))
        for rule in rules.rules
        if not any(e.rule == rule.name and e.possible_s > 0 for e in rows.encounters)
    ]
    watched = {row.rule for row in (fitted + checked).quiet if row.camera_hours > 0}
    faults += [f"no quiet footage for {rule.name}" for rule in rules.rules if rule.name not in watched]
    if len(listed) != 1:
        faults.append(f"{len(listed)} rules look for listed plates; one fit serves one")
    if faults:
        raise InputError("calibrate the fitted camera model", [Fault(what) for what in faults])
