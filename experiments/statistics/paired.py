"""Statistics of two ways of living the same days: what the difference is, how sure it is, how many days it takes.

Sums are exact (``math.fsum``), so that a figure does not depend on the order in which days came in or on the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, fsum, isfinite, isnan, nan, sqrt

from scipy import optimize, stats

CONFIDENCE = 0.95
POWER = 0.80
PILOT = 10


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over independent days with its t interval."""

    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Second less first, over days that both lived.

    Attributes:
        n: days on which both have the figure.
        first, second: means.
        value, low, high: the difference and its t interval at ``CONFIDENCE``.
        p: two-sided p-value of no difference (paired t test).
        dz: effect size, Cohen's d of paired differences with Hedges' correction (Hedges, J. Educ. Stat. 6, 1981).
        sd: standard deviation of the daily differences.
        less: share of days on which the second was less, of those on which they differ.
        saved: variance of a difference of two means over days of their own, over that of the paired one; how many
            times more days it would take without common random numbers.
        detectable: the true difference that this many days would find with a power of 80 %.
    """

    n: int
    first: float
    second: float
    value: float
    low: float
    high: float
    p: float
    dz: float
    sd: float
    less: float
    saved: float
    detectable: float


def mean_of(values: Sequence[float], confidence: float = CONFIDENCE) -> Mean:
    """Return the mean of the values that are there, with a t interval; NaN where there are none.

    >>> m = mean_of([1.0, 2.0, 3.0])
    >>> m.value, round(m.high - m.value, 3)  # t(0.975, 2) / sqrt(3) = 4.303 / 1.732
    (2.0, 2.484)
    """
    known = [value for value in values if not isnan(value)]
    n = len(known)
    if not n:
        return Mean(0, nan, nan, nan)
    mean = fsum(known) / n
    half = t_quantile(confidence, n - 1) * sd_of(known) / sqrt(n) if n > 1 else nan
    return Mean(n, mean, mean - half, mean + half)


def paired(first: Sequence[float], second: Sequence[float], confidence: float = CONFIDENCE) -> Difference:
    """Compare two rows of daily figures, in the order of the days; a day on which either has none is left out."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if not (isnan(a) or isnan(b))]
    n, gaps = len(pairs), [b - a for a, b in pairs]
    mean, sd = mean_of(gaps, confidence), sd_of(gaps)
    apart = [gap for gap in gaps if gap]
    both = sd_of([a for a, _ in pairs]) ** 2 + sd_of([b for _, b in pairs]) ** 2
    return Difference(
        n=n,
        first=_mean([a for a, _ in pairs]),
        second=_mean([b for _, b in pairs]),
        value=mean.value,
        low=mean.low if apart or n < 2 else mean.value,
        high=mean.high if apart or n < 2 else mean.value,
        p=_p_value(mean.value, sd, n),
        dz=mean.value / sd * (1 - 3 / (4 * n - 5)) if n > 2 and sd else (0.0 if n and not apart else nan),
        sd=sd,
        less=sum(gap < 0 for gap in apart) / len(apart) if apart else nan,
        saved=both / sd**2 if sd else nan,
        detectable=detectable(sd, n, confidence),
    )


def sd_of(values: Sequence[float]) -> float:
    """Return the sample standard deviation, NaN for fewer than two values."""
    n = len(values)
    if n < 2:
        return nan
    mean = fsum(values) / n
    return sqrt(fsum((value - mean) ** 2 for value in values) / (n - 1))


def t_quantile(confidence: float, dof: int) -> float:
    """Return the two-sided quantile of Student's t."""
    return float(stats.t.ppf(0.5 + confidence / 2, dof)) if dof > 0 else nan


def power_of(true: float, sd: float, n: int, confidence: float = CONFIDENCE) -> float:
    """Return the chance that a paired t test over n days finds a true difference (noncentral t)."""
    if n < 2 or not sd:
        return nan
    shift, edge = abs(true) / sd * sqrt(n), t_quantile(confidence, n - 1)
    chance = float(stats.nct.sf(edge, n - 1, shift) + stats.nct.cdf(-edge, n - 1, shift))
    return 1.0 if isnan(chance) else chance  # SciPy has no value where it is 1 to the last digit


def detectable(sd: float, n: int, confidence: float = CONFIDENCE, power: float = POWER) -> float:
    """Return the true difference that n days find with a wanted power."""
    if n < 2 or isnan(sd):
        return nan
    if not sd:
        return 0.0
    edge = sd / sqrt(n) * (2 * t_quantile(confidence, n - 1) + 4)
    return float(optimize.brentq(lambda gap: power_of(gap, sd, n, confidence) - power, 1e-9 * edge, edge, rtol=1e-9))


def stein_days(pilot: Sequence[float], half_width: float, confidence: float = CONFIDENCE) -> int:
    """Return how many days in all give an interval of a wanted half-width, after a pilot of some of them.

    Stein's two-stage rule (Annals of Mathematical Statistics 16, 1945): ``N = max(n0, ceil((t s0 / h)^2))`` with the
    pilot's standard deviation and degrees of freedom. The interval ``mean(N) +- t s0 / sqrt(N)`` then holds the true
    difference with at least the stated confidence for normal differences, whatever their variance. A rule that looks
    after each day and stops when the interval is narrow does not.

    Raises:
        ValueError: fewer than two days, or no half-width.
    """
    if len(pilot) < 2 or half_width <= 0:
        raise ValueError(f"a pilot of at least 2 days and a half-width above 0, not {len(pilot)} and {half_width}")
    wanted = t_quantile(confidence, len(pilot) - 1) * sd_of(pilot) / half_width
    return max(len(pilot), ceil(wanted**2))


def stein_interval(values: Sequence[float], pilot: int, confidence: float = CONFIDENCE) -> Mean:
    """Return the mean of all days with Stein's interval, which uses the pilot's standard deviation."""
    mean = mean_of(values).value
    half = t_quantile(confidence, pilot - 1) * sd_of(values[:pilot]) / sqrt(len(values))
    return Mean(len(values), mean, mean - half, mean + half)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for all being looked at (Holm, Scandinavian Journal of Statistics 6, 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted((p, i) for i, p in enumerate(p_values) if not isnan(p))
    adjusted, worst = [nan] * len(p_values), 0.0
    for rank, (p, i) in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - rank) * p))
        adjusted[i] = worst
    return adjusted


def _p_value(mean: float, sd: float, n: int) -> float:
    if n < 2:
        return nan
    if not sd:
        return 1.0 if mean == 0.0 else 0.0
    score = mean / (sd / sqrt(n))
    return float(2 * stats.t.sf(abs(score), n - 1)) if isfinite(score) else 0.0


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values) if values else nan
