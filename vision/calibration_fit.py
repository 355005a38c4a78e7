"""Maximum likelihood for the fitted camera model: hazards with a random effect, reading of plates, places of alarms.

The first alarm of a rule is a discrete-time hazard (Singer and Willett, Journal of Educational Statistics 18, 1993):
every second an incident was watched without an alarm is a trial that failed, the second of the first alarm one that
succeeded. Seconds of one encounter are not independent of each other, so each encounter has a normal effect on the
logit, which is integrated out of the likelihood (:mod:`sensors.frailty`). A ridge on the slopes and half a success and
half a failure added at the mean of all features keep a rule that always or never fires finite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.frailty import FRAILTY_WEIGHT, FRAILTY_Z, logistic

Floats = NDArray[np.float64]

RIDGE: Final = 0.5  # on slopes at the scale of one standard deviation; light against hundreds of encounters
_PRIOR: Final = 0.5
_SD_MIDDLE: Final = 2.0  # the effect's standard deviation is held near this, lognormally, with a spread of:
_SD_SPREAD: Final = 1.0
_SD_MOST: Final = 12.0


@dataclass(frozen=True)
class _Scaled:
    """Features brought to mean 0 and standard deviation 1, with the prior's row of means added."""

    x: Floats
    mean: Floats
    spread: Floats
    varies: NDArray[np.bool_]

    @classmethod
    def of(cls, features: Floats) -> _Scaled:
        mean, spread = features.mean(axis=0), features.std(axis=0)
        mean[0], varies = 0.0, spread > 1e-9
        scaled = np.where(varies, (features - mean) / np.where(varies, spread, 1.0), 0.0)
        scaled[:, 0] = 1.0
        return cls(np.vstack([scaled, np.eye(1, features.shape[1])]), mean, spread, varies)

    def back(self, beta: Floats) -> Floats:
        """Return coefficients of the features as they were."""
        coef = np.where(self.varies, beta / np.where(self.varies, self.spread, 1.0), 0.0)
        coef[0] = beta[0] - (coef[1:] * self.mean[1:]).sum()
        return np.asarray(coef, dtype=np.float64)


def fit_logistic(features: Floats, successes: Floats, trials: Floats, ridge: float = RIDGE) -> Floats:
    """Return the coefficients of a logistic regression on counts.

    Args:
        features: (n, m), the first column ones.
        successes: (n,) how many trials succeeded.
        trials: (n,) how many there were.
        ridge: weight of the penalty; a feature that never varies gets 0.
    """
    scaled = _Scaled.of(features)
    y, n = np.append(successes, _PRIOR), np.append(trials, 2 * _PRIOR)

    def loss(beta: Floats) -> tuple[float, Floats]:
        linear = scaled.x @ beta
        value = float((n * np.logaddexp(0, linear) - y * linear).sum())
        return _with_ridge(value, scaled.x.T @ (n * logistic(linear) - y), beta, ridge)

    return scaled.back(_least(loss, np.zeros(scaled.x.shape[1])))


def fit_frailty(features: Floats, successes: Floats, trials: Floats, ridge: float = RIDGE) -> tuple[Floats, float]:
    """Return coefficients and the standard deviation of the random effect of each row, by marginal likelihood.

    Args:
        features: (n, m), the first column ones.
        successes: (n,) 1 where the last trial of a row succeeded, else 0.
        trials: (n,) how many trials a row had, at least 1.
        ridge: weight of the penalty.
    """
    scaled = _Scaled.of(features)
    y, n = np.append(successes, _PRIOR)[:, None], np.append(trials, 2 * _PRIOR)[:, None]
    log_weight = np.log(FRAILTY_WEIGHT)

    def loss(theta: Floats) -> tuple[float, Floats]:
        beta, log_sd = theta[:-1], float(theta[-1])
        sd = np.exp(log_sd)
        linear = (scaled.x @ beta)[:, None] + sd * FRAILTY_Z
        each = y * linear - n * np.logaddexp(0, linear) + log_weight
        top = each.max(axis=1, keepdims=True)
        weight = np.exp(each - top)
        total = weight.sum(axis=1, keepdims=True)
        slope = (weight / total) * (n * logistic(linear) - y)
        off = (log_sd - np.log(_SD_MIDDLE)) / _SD_SPREAD
        value = float(-(np.log(total) + top).sum() + off**2 / 2)
        value, gradient = _with_ridge(value, scaled.x.T @ slope.sum(axis=1), beta, ridge)
        return value, np.append(gradient, (slope * FRAILTY_Z).sum() * sd + off / _SD_SPREAD)

    begin = np.append(np.zeros(scaled.x.shape[1]), np.log(_SD_MIDDLE))
    theta = _least(loss, begin, [(None, None)] * scaled.x.shape[1] + [(np.log(0.05), np.log(_SD_MOST))])
    return scaled.back(theta[:-1]), float(np.exp(theta[-1]))


def fit_lognormal(log2_size: Floats, off_m: Floats) -> tuple[float, float, float]:
    """Return log median at size 0, its slope and the standard deviation of the log, by least squares.

    Args:
        log2_size: (n,) log2 of the density against its reference.
        off_m: (n,) distances; below 1 cm they count as 1 cm.
    """
    log_m = np.log(np.maximum(off_m, 0.01))
    if len(off_m) < 3 or float(np.ptp(log2_size)) < 1e-9:
        return (float(log_m.mean()) if len(off_m) else 0.0), 0.0, (float(log_m.std()) if len(off_m) else 0.0)
    slope, middle = np.polyfit(log2_size, log_m, 1)
    return float(middle), float(slope), float((log_m - middle - slope * log2_size).std())


def _with_ridge(value: float, gradient: Floats, beta: Floats, ridge: float) -> tuple[float, Floats]:
    penalty = ridge * beta * (np.arange(len(beta)) > 0)
    return value + float((penalty * beta).sum() / 2), gradient + penalty


def _least(loss: object, begin: Floats, bounds: object = None) -> Floats:
    from scipy.optimize import minimize

    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000})
    return np.asarray(found.x, dtype=np.float64)
