"""How far a fitted model is off on streets it was not fitted on, and how much of that is noise of few encounters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.fitted_fits import Bin, Check, QuietFootage
from twin.streams import stream
from vision.scoring.rates import CONFIDENCE, rate_of

Floats = NDArray[np.float64]

BINS: Final = 5
_DRAWS: Final = 400


def check_of(predicted: Floats, happened: NDArray[np.bool_], cameras: Sequence[str]) -> Check:
    """Hold predicted chances against what happened.

    Args:
        predicted: (n,) chance of each encounter.
        happened: (n,) whether the alarm came.
        cameras: (n,) who met it.
    """
    if not len(predicted):
        return Check(
            encounters=0, cameras=0, error=1.0, error_by_chance=0.0, share_predicted=0.0, share_observed=0.0
        )  # fmt: skip
    row = np.unique(np.array(cameras), return_inverse=True)[1]
    count = np.bincount(row)
    return Check(
        encounters=len(predicted),
        cameras=len(count),
        error=calibration_error(predicted, happened),
        error_by_chance=error_by_chance(predicted),
        share_predicted=round(float((np.bincount(row, predicted) / count).mean()), 4),
        share_observed=round(float((np.bincount(row, happened) / count).mean()), 4),
        bins=tuple(
            _bin(predicted[part], happened[part]) for part in _parts(predicted, min(2 * BINS, len(predicted) // 8 + 1))
        ),
    )


def calibration_error(predicted: Floats, happened: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return the expected calibration error: |mean predicted - share that happened|, weighted over equal-count bins.

    After Naeini, Cooper and Hauskrecht (AAAI 2015). Worked by hand: 0.2, 0.2 of which none happened and 0.9, 0.9 of
    which both did, in two bins: (0.2 + 0.1) / 2.

    >>> happened = np.array([False, False, True, True])
    >>> round(calibration_error(np.array([0.2, 0.2, 0.9, 0.9]), happened, 2), 3)
    0.15
    """
    gaps = [
        abs(float(predicted[part].mean()) - float(happened[part].mean())) * len(part)
        for part in _parts(predicted, bins)
    ]
    return round(sum(gaps) / len(predicted), 4)


def error_by_chance(predicted: Floats, bins: int = BINS) -> float:
    """Return the mean calibration error of outcomes drawn from the predicted chances themselves.

    A model that is exactly true has this error, since a bin of few encounters strays from its mean.
    """
    rng = stream(0, "calibration error by chance")
    errors = [calibration_error(predicted, rng.random(len(predicted)) < predicted, bins) for _ in range(_DRAWS)]
    return round(float(np.mean(errors)), 4)


def quiet_footage(alarms: int, camera_hours: float) -> QuietFootage:
    """Return what so many false alarms in so many camera-hours allow to say of their rate."""
    rate = rate_of(alarms, camera_hours)
    return QuietFootage(alarms=alarms, camera_hours=round(camera_hours, 4), low=rate.low, high=rate.high)


def _parts(predicted: Floats, bins: int) -> list[NDArray[np.intp]]:
    order = np.argsort(predicted, kind="stable")
    return list(np.array_split(order, min(bins, len(order))))


def _bin(predicted: Floats, happened: NDArray[np.bool_]) -> Bin:
    """Return a bin with the Clopper-Pearson interval of its share (Biometrika 26, 1934)."""
    from scipy.stats import beta

    n, k, tail = len(predicted), int(happened.sum()), (1 - CONFIDENCE) / 2
    low = float(beta.ppf(tail, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0
    return Bin(
        n=n, predicted=round(float(predicted.mean()), 4), observed=round(k / n, 4), low=round(low, 4),
        high=round(high, 4),
    )  # fmt: skip
