"""Percentiles of waiting times, with the waits that were not over at the end taken for what they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVELS = (0.50, 0.90, 0.95)
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Waits:
    """Times in seconds of one kind.

    Attributes:
        over_s: those that were over, any order.
        open_s: how long those had lasted that were still open at the end of the log (censored).
    """

    over_s: NDArray[np.float64]
    open_s: NDArray[np.float64]

    @classmethod
    def of(cls, over_s: ArrayLike, open_s: ArrayLike = ()) -> Waits:
        """Make it from any two sequences of seconds."""
        return cls(np.sort(np.asarray(over_s, dtype=np.float64)), np.sort(np.asarray(open_s, dtype=np.float64)))

    @property
    def n(self) -> int:
        """How many in all."""
        return len(self.over_s) + len(self.open_s)


def share_curve(waits: Waits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times (s) and the share that is over by each: the empirical distribution.

    Open waits are censored and the curve is Kaplan and Meier's (JASA 53, 1958); without any it is the plain count.
    """
    if not len(waits.over_s):
        return np.zeros(0), np.zeros(0)
    found = stats.ecdf(stats.CensoredData(uncensored=waits.over_s, right=waits.open_s)).cdf
    return found.quantiles, found.probabilities


def percentile(waits: Waits, level: float) -> dict[str, float | None]:
    """Return ``{"value", "low", "high"}`` in seconds: the least time by which a share ``level`` is over.

    The 95 % interval runs between two order statistics (binomial; Conover, Practical Nonparametric Statistics, 3.2);
    with open waits, between the times where the curve's log-log bounds cross the level (Brookmeyer and Crowley,
    Biometrics 38, 1982). None where the waits do not reach: too few of them, or too many still open.
    """
    if not len(waits.over_s):
        return {"value": None, "low": None, "high": None}
    times, shares = share_curve(waits)
    low, high = _curve_interval(waits, level) if len(waits.open_s) else _order_interval(waits.over_s, level)
    return {"value": _first_at(times, shares, level), "low": low, "high": high}


def summary(waits: Waits, levels: Sequence[float] = LEVELS) -> dict[str, object]:
    """Return n, how many were still open, and the percentiles with their intervals, all in seconds."""
    named: dict[str, object] = {f"p{round(level * 100)}": percentile(waits, level) for level in levels}
    return {"n": waits.n, "open": len(waits.open_s), **named}


def _first_at(times: NDArray[np.float64], shares: NDArray[np.float64], level: float) -> float | None:
    reached = np.flatnonzero(shares >= level - 1e-12)
    return float(times[reached[0]]) if len(reached) else None


def _order_interval(ordered_s: NDArray[np.float64], level: float) -> tuple[float | None, float | None]:
    """Ranks l and u with P(X(l) <= quantile < X(u)) of at least CONFIDENCE, from the binomial distribution."""
    n, tail = len(ordered_s), (1.0 - CONFIDENCE) / 2.0
    below = stats.binom.cdf(np.arange(n + 1), n, level)  # P(at most k waits lie under the quantile)
    low = int(np.searchsorted(below, tail, side="right"))  # largest l with P(B <= l - 1) <= tail
    high = int(np.searchsorted(below, 1.0 - tail, side="left")) + 1  # smallest u with P(B <= u - 1) >= 1 - tail
    return (
        float(ordered_s[low - 1]) if low >= 1 else None,
        float(ordered_s[high - 1]) if high <= n else None,
    )


def _curve_interval(waits: Waits, level: float) -> tuple[float | None, float | None]:
    curve = stats.ecdf(stats.CensoredData(uncensored=waits.over_s, right=waits.open_s)).cdf
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no bound where the curve stands at 0 or 1: set below
        bounds = curve.confidence_interval(CONFIDENCE, method="log-log")
    upper = np.where(curve.probabilities > 0.0, np.nan_to_num(bounds.high.probabilities, nan=1.0), 0.0)
    lower = np.nan_to_num(bounds.low.probabilities, nan=0.0)
    return _first_at(curve.quantiles, upper, level), _first_at(curve.quantiles, lower, level)


def share_within(waits: Waits, limit_s: float) -> dict[str, float | int | None]:
    """Return how many kept a limit, of how many that can be judged, with a 95 % interval.

    The interval is the exact binomial one (Clopper and Pearson, Biometrika 26, 1934). An open wait that is longer
    than the limit already has missed it; a shorter one cannot be judged and is counted as ``undecided``.
    """
    kept = int((waits.over_s <= limit_s).sum())
    late_open = int((waits.open_s > limit_s).sum())
    judged = len(waits.over_s) + late_open
    counts = {"kept": kept, "judged": judged, "undecided": len(waits.open_s) - late_open}
    if not judged:
        return {**counts, "share": None, "low": None, "high": None}
    bounds = stats.binomtest(kept, judged).proportion_ci(CONFIDENCE, method="exact")
    return {**counts, "share": kept / judged, "low": float(bounds.low), "high": float(bounds.high)}
