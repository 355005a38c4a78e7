"""Fitting the cheap twin of the recogniser: from what it did on labelled footage to the file of ``sensors.fitted``.

The first alarm of a rule is a discrete-time hazard (Singer and Willett, 1993): every second an incident was watched
without an alarm is a trial that failed, the second of the first alarm one that succeeded, and a logistic regression
over all of them gives the hazard. Whole groups of encounters (cameras, cities) are held out; the error that is
stored was measured on them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.alarms import AlarmRule, AlarmRules
from sensors.fitted import (
    FalseAlarmRate,
    FittedModel,
    HazardFit,
    PlateFit,
    Range,
    hazard_features,
    logistic,
    plate_features,
)  # fmt: skip
from twin.errors import Fault, InputError
from twin.sky import LIGHTS
from twin.streams import draw_u32

Floats = NDArray[np.float64]

HELD_OUT_SHARE: Final = 0.3
RIDGE: Final = 0.5  # on standardised slopes; light against hundreds of trials
_PRIOR: Final = 0.5  # successes and failures added to all trials, so that none or all stays finite
_BINS: Final = 5
ENOUGH_HOURS: Final = 5.0  # of footage in one light, before that light gets a rate of its own
UNSEEN_PER_HOUR: Final = 0.01  # assumed where the footage watched shows no false alarm: one in 100 camera hours
_INTERVAL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Encounter:
    """One incident before one camera, and when the recogniser's rule fired.

    Attributes:
        rule: name of the alarm rule.
        height_px: the rule's target size times the pixel density on it.
        light, weather: as in ``twin.sky``.
        occlusion: share of it out of sight, in [0, 1].
        watched_s: seconds of footage from the moment it could be seen.
        first_s: seconds from then to the frame at which the rule fired, or None.
        score: of that frame.
        group: camera or city; groups are held out whole.
    """

    rule: str
    height_px: float
    light: str
    weather: str
    occlusion: float
    watched_s: float
    first_s: float | None
    score: float = 0.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class PlateTrial:
    """One vehicle with a listed plate before one camera, and whether the rule fired on it."""

    px_per_m: float
    light: str
    read: bool
    score: float = 0.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """Footage without incidents, by one rule and light: hours watched and alarms that came all the same."""

    rule: str
    light: str
    camera_hours: float
    alarms: int


def calibrate(
    encounters: Sequence[Encounter],
    plates: Sequence[PlateTrial],
    quiet: Sequence[Watched],
    rules: AlarmRules,
    weights_sha256: str,
    fitted_on: str,
    delay_s: float,
) -> FittedModel:
    """Fit everything and return the model, ready for ``sensors.fitted.save_fitted``.

    Args:
        encounters: of all rules but those of kind ``listed_plate``.
        plates: for the rule of kind ``listed_plate``.
        quiet: footage without incidents; every rule needs some in every light.
        rules: the rules that fired.
        weights_sha256: of the recogniser's weights.
        fitted_on: what footage, how much, which seeds.
        delay_s: from a frame to its alarm at the operator.

    Raises:
        InputError: a rule has no encounters, or no quiet footage in some light; all of it is named.
    """
    by_rule = {rule.name: [e for e in encounters if e.rule == rule.name] for rule in rules.rules}
    listed = [rule for rule in rules.rules if rule.kind == "listed_plate"]
    seen = [rule for rule in rules.rules if rule.kind != "listed_plate"]
    _check(by_rule, plates, quiet, seen, listed, rules)
    return FittedModel(
        schema_version=1,
        hazards={rule.name: fit_hazard(by_rule[rule.name], rule, rules.frames_per_s, delay_s) for rule in seen},
        plate=fit_plate(plates, dwell_s(listed[0], rules.frames_per_s) if listed else 0.0, delay_s),
        false_alarms={rule.name: _rates(quiet, rule.name) for rule in rules.rules},
        fitted_on=fitted_on,
        weights_sha256=weights_sha256,
    )


def dwell_s(rule: AlarmRule, frames_per_s: float) -> float:
    """Return how long something is in view before a rule can fire at all: k frames span k - 1 intervals."""
    return (rule.k_frames - 1) / frames_per_s


def fit_hazard(met: Sequence[Encounter], rule: AlarmRule, frames_per_s: float, delay_s: float) -> HazardFit:
    """Fit one rule's hazard on the groups that are not held out, and measure it on those that are."""
    dwell = dwell_s(rule, frames_per_s)
    features = hazard_features(
        [e.height_px for e in met], [e.light for e in met], [e.weather for e in met], [e.occlusion for e in met]
    )
    seconds, fired = _trials(met, dwell)
    held = held_out([e.group for e in met])
    coef = fit_logistic(features[~held], fired[~held], seconds[~held])
    shown = held if held.any() else ~held
    predicted = 1.0 - (1.0 - logistic(features[shown] @ coef)) ** _possible_s(met, dwell)[shown]
    scores = [e.score for e in met if e.first_s is not None]
    return HazardFit(
        coef=tuple(coef.tolist()),
        height_px=_range([e.height_px for e in met]),
        target_height_m=rule.target_height_m,
        dwell_s=dwell,
        delay_s=delay_s,
        score=float(np.median(scores)) if scores else rule.min_score,
        held_out_error=calibration_error(predicted, fired[shown] > 0),
    )


def fit_plate(trials: Sequence[PlateTrial], dwell: float, delay_s: float) -> PlateFit:
    """Fit the chance that a plate is read whole, held out in the same way."""
    features = plate_features([t.px_per_m for t in trials], [t.light for t in trials])
    read = np.array([t.read for t in trials], dtype=np.float64)
    held = held_out([t.group for t in trials])
    coef = fit_logistic(features[~held], read[~held], np.ones(int((~held).sum())))
    shown = held if held.any() else ~held
    scores = [t.score for t in trials if t.read]
    return PlateFit(
        coef=tuple(coef.tolist()),
        px_per_m=_range([t.px_per_m for t in trials]),
        dwell_s=dwell,
        delay_s=delay_s,
        score=float(np.median(scores)) if scores else 0.5,
        held_out_error=calibration_error(logistic(features[shown] @ coef), read[shown] > 0),
    )


def fit_logistic(features: Floats, successes: Floats, trials: Floats, ridge: float = RIDGE) -> Floats:
    """Return the coefficients of a logistic regression on counts, with a ridge on all slopes.

    Slopes are penalised at the scale of one standard deviation of their feature; a feature that never varies gets 0.
    Half a success and half a failure at the mean of all features keep a rule that never fires finite.

    Args:
        features: (n, m), the first column ones.
        successes: (n,) how many trials succeeded.
        trials: (n,) how many there were.
        ridge: weight of the penalty.
    """
    from scipy.optimize import minimize

    mean, spread = features.mean(axis=0), features.std(axis=0)
    mean[0], varies = 0.0, spread > 1e-9
    scaled = np.where(varies, (features - mean) / np.where(varies, spread, 1.0), 0.0)
    scaled[:, 0] = 1.0
    middle = np.eye(1, features.shape[1])
    x = np.vstack([scaled, middle])
    y, n = np.append(successes, _PRIOR), np.append(trials, 2 * _PRIOR)

    def loss(beta: Floats) -> tuple[float, Floats]:
        linear = x @ beta
        p = logistic(linear)
        penalty = ridge * beta * (np.arange(len(beta)) > 0)
        value = float((n * np.logaddexp(0, linear) - y * linear).sum() + (penalty * beta).sum() / 2)
        return value, x.T @ (n * p - y) + penalty

    beta = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    coef = np.where(varies, beta / np.where(varies, spread, 1.0), 0.0)
    coef[0] = beta[0] - (coef[1:] * mean[1:]).sum()
    return np.asarray(coef, dtype=np.float64)


def held_out(groups: Sequence[str], share: float = HELD_OUT_SHARE) -> NDArray[np.bool_]:
    """Return (n,) which rows belong to groups that are held out: those of the lowest hashes, at least one of two."""
    names = sorted(set(groups))
    if len(names) < 2:
        return np.zeros(len(groups), dtype=np.bool_)
    order = sorted(names, key=lambda name: int(draw_u32(0, "held out", zlib.crc32(name.encode()))))
    kept_back = set(order[: min(max(1, round(share * len(names))), len(names) - 1)])
    return np.array([group in kept_back for group in groups])


def calibration_error(predicted: Floats, happened: NDArray[np.bool_], bins: int = _BINS) -> float:
    """Return the expected calibration error: |mean predicted - share that happened|, weighted over equal-count bins.

    Worked by hand: 0.2, 0.2 of which none happened and 0.9, 0.9 of which both did, in two bins: (0.2 + 0.1) / 2.

    >>> happened = np.array([False, False, True, True])
    >>> round(calibration_error(np.array([0.2, 0.2, 0.9, 0.9]), happened, 2), 3)
    0.15
    """
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    gaps = [abs(float(predicted[part].mean()) - float(happened[part].mean())) * len(part) for part in parts]
    return round(sum(gaps) / len(order), 4)


def false_alarm_rate(alarms: int, camera_hours: float) -> FalseAlarmRate:
    """Return the rate and its exact 95 % Poisson interval (Garwood, 1936).

    No alarm in 3.689 hours leaves anything up to 1 an hour possible; the rate simulated then is not zero but
    UNSEEN_PER_HOUR, or the interval's end where that is less.
    """
    from scipy.stats import chi2

    tail = (1 - _INTERVAL) / 2
    low = float(chi2.ppf(tail, 2 * alarms)) / 2 if alarms else 0.0
    high = float(chi2.ppf(1 - tail, 2 * alarms + 2)) / 2
    return FalseAlarmRate(
        per_camera_hour=alarms / camera_hours if alarms else min(UNSEEN_PER_HOUR, high / camera_hours),
        low=low / camera_hours,
        high=high / camera_hours,
        camera_hours=camera_hours,
    )


def hazard_table(model: HazardFit) -> list[Mapping[str, float | str]]:
    """Return the fitted hazard at a few heights in clear weather, for a reader's eye."""
    edges = [model.height_px.low, *(2.0**k for k in range(3, 9)), model.height_px.high]
    heights = sorted({h for h in edges if model.height_px.low <= h <= model.height_px.high})
    return [
        {"light": light, "height_px": round(h, 1), "per_s": round(float(model.hazard(h, light, "clear")), 4)}
        for light in LIGHTS
        for h in heights
    ]


def _possible_s(met: Sequence[Encounter], dwell: float) -> Floats:
    """Return the whole seconds in which each encounter's alarm could have come."""
    return np.array([max(0.0, np.floor(e.watched_s - dwell + 1e-9)) for e in met])


def _trials(met: Sequence[Encounter], dwell: float) -> tuple[Floats, Floats]:
    """Return for each encounter its trials (seconds up to the alarm, or watched in vain) and its successes (0 or 1)."""
    possible = _possible_s(met, dwell)
    fired = np.array([e.first_s is not None for e in met], dtype=np.float64)
    until = np.array([max(1.0, np.ceil((e.first_s or 0.0) - dwell - 1e-9)) for e in met])
    return np.where(fired > 0, until, possible), fired


def _range(values: Sequence[float]) -> Range:
    """Return where a fit holds: all but the outermost hundredths of what it was fitted on."""
    low, high = (float(v) for v in np.quantile(values, [0.01, 0.99]))
    return Range(low=low, high=max(high, low * 1.01))


def _rates(quiet: Sequence[Watched], rule: str) -> dict[str, FalseAlarmRate]:
    """Return the rate in each light; lights are taken together until each has ENOUGH_HOURS of its own."""
    rows = {light: [w for w in quiet if w.rule == rule and w.light == light] for light in LIGHTS}
    hours = {light: sum(w.camera_hours for w in rows[light]) for light in LIGHTS}
    alarms = {light: sum(w.alarms for w in rows[light]) for light in LIGHTS}
    if min(hours.values()) < ENOUGH_HOURS:
        together = false_alarm_rate(sum(alarms.values()), sum(hours.values()))
        return dict.fromkeys(LIGHTS, together)
    return {light: false_alarm_rate(alarms[light], hours[light]) for light in LIGHTS}


def _check(
    by_rule: Mapping[str, Sequence[Encounter]],
    plates: Sequence[PlateTrial],
    quiet: Sequence[Watched],
    seen: Sequence[AlarmRule],
    listed: Sequence[AlarmRule],
    rules: AlarmRules,
) -> None:
    faults = [f"no encounter of the rule {rule.name}" for rule in seen if not by_rule[rule.name]]
    faults += ["no trial of a plate"] if not plates else []
    watched = {(w.rule, w.light) for w in quiet if w.camera_hours > 0}
    faults += [
        f"no quiet footage for {rule.name} by {light}"
        for rule in rules.rules
        for light in LIGHTS
        if (rule.name, light) not in watched
    ]
    if len(listed) > 1:
        faults.append(f"{len(listed)} rules look for listed plates; one fit serves one")
    if faults:
        raise InputError("calibrate the fitted camera model", [Fault(what) for what in faults])
