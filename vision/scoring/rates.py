"""How often something happens that happens seldom: events over camera-hours, with the interval the hours allow."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import chi2

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """Events an hour.

    Attributes:
        events, hours: what was seen.
        low, high: exact interval of the rate at 95 %.
    """

    events: int
    hours: float
    low: float
    high: float

    @property
    def an_hour(self) -> float:
        """The rate itself."""
        return self.events / self.hours


def rate_of(events: int, hours: float, confidence: float = CONFIDENCE) -> Rate:
    """Return a rate with the exact interval of a Poisson count (Garwood, Biometrika 28, 1936).

    None seen in an hour still allows 3.69 an hour:

    >>> rate = rate_of(0, 1.0)
    >>> rate.low, round(rate.high, 3)
    (0.0, 3.689)

    Raises:
        ValueError: no hours, or fewer than no events.
    """
    if hours <= 0 or events < 0:
        raise ValueError(f"a rate needs hours and a count, but has {events} events in {hours} hours")
    out = (1 - confidence) / 2
    low = float(chi2.ppf(out, 2 * events)) / 2 / hours if events else 0.0
    return Rate(events, hours, low, float(chi2.ppf(1 - out, 2 * events + 2)) / 2 / hours)
