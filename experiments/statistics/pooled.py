"""Percentiles over all incidents of all days, with an interval that takes whole days as the thing that varies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from twin.streams import stream

RESAMPLES = 1000
STEP_MS = 1000
STEPS = 2 * 3600  # what waited longer is counted as two hours
BATCH = 100


@dataclass(frozen=True, slots=True)
class PooledDifference:
    """Second less first, in seconds; NaN where there is no case."""

    first: float
    second: float
    value: float
    low: float
    high: float


def counts_of(waits_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many waits end in each second."""
    steps = np.minimum((waits_ms + STEP_MS - 1) // STEP_MS, STEPS)
    return np.bincount(steps, minlength=STEPS + 1)


def pooled_percentile(
    first: Sequence[NDArray[np.int64]], second: Sequence[NDArray[np.int64]], share: float, seed: int = 0
) -> PooledDifference:
    """Compare a percentile over all days, to the second.

    Days are drawn again with replacement, the same ones for both (Efron and Tibshirani, An Introduction to the
    Bootstrap, 1993, chapters 8 and 13: the percentile interval, whole clusters drawn), since waits of one day hang
    together and their percentile has no t interval.

    Args:
        first: waits in ms of each day, in the order of the days.
        second: the same under the other.
        share: of the waits that end by the percentile, such as 0.9.
        seed: of the draws.
    """
    a, b = (np.array([counts_of(day) for day in days], dtype=np.int32) for days in (first, second))
    if not a.sum() or not b.sum():
        return PooledDifference(nan, nan, nan, nan, nan)
    own = [_percentile(days.sum(axis=0)[None, :], share)[0] for days in (a, b)]
    rng, gaps = stream(seed, "bootstrap", "days"), []
    for _ in range(RESAMPLES // BATCH):
        drawn = rng.multinomial(len(a), np.full(len(a), 1 / len(a)), BATCH).astype(np.float32)
        gaps.append(_percentile(drawn @ b.astype(np.float32), share) - _percentile(drawn @ a.astype(np.float32), share))
    low, high = np.nanquantile(np.concatenate(gaps), (0.025, 0.975))
    return PooledDifference(float(own[0]), float(own[1]), float(own[1] - own[0]), float(low), float(high))


def _percentile(counts: NDArray[np.generic], share: float) -> NDArray[np.float64]:
    """Counts are whole numbers below 2**24, which float32 sums exactly."""
    upto = np.cumsum(counts, axis=1, dtype=np.float64)
    total = upto[:, -1:]
    at = (upto < share * total - 1e-9).sum(axis=1).astype(np.float64)
    return np.where(total[:, 0] > 0, at * STEP_MS / 1000, np.nan)
