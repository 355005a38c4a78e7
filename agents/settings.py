"""What the situation centre and the services are like: numbers that a scenario fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sensors.alarms import load_alarm_rules
from twin.streams import draw_unit

DURATION_KINDS: Final = ("lognormal", "exponential", "constant")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, drawn for each thing by a hashed draw, so that two policies meet the same draws.

    Attributes:
        mean_s: the mean, not negative.
        cv: coefficient of variation of a lognormal, not negative; 0 is a constant.
        kind: one of DURATION_KINDS.
    """

    mean_s: float
    cv: float = 0.0
    kind: Literal["lognormal", "exponential", "constant"] = "lognormal"

    def __post_init__(self) -> None:
        if not (0 <= self.mean_s < np.inf and 0 <= self.cv < np.inf):
            raise ValueError(f"mean_s and cv must be finite and not negative, but are {self.mean_s} and {self.cv}")
        if self.kind not in DURATION_KINDS:
            raise ValueError(f"kind must be one of {', '.join(DURATION_KINDS)}, but is {self.kind!r}")

    def draw_ms(self, seed: int, purpose: str, *ids: ArrayLike) -> NDArray[np.int64]:
        """Return whole milliseconds for each tuple of ids, by inversion of a draw in (0, 1).

        A lognormal with this mean m and coefficient of variation c is ``exp(mu + s z)`` with ``s**2 = ln(1 + c**2)``
        and ``mu = ln(m) - s**2 / 2``.
        """
        unit = draw_unit(seed, purpose, *ids)
        return np.rint(1000.0 * self.mean_s * self._times_mean(unit)).astype(np.int64)

    def _times_mean(self, unit: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.kind == "exponential":
            return -np.log1p(-unit)
        if self.kind == "constant" or self.cv == 0.0:
            return np.ones_like(unit)
        variance = np.log1p(self.cv**2)
        return np.exp(np.sqrt(variance) * ndtri(unit) - variance / 2)


class Verification(Protocol):
    """How operators verify camera alarms; any object with these will do."""

    def duration(self, rule: str) -> Duration:
        """Return how long an operator looks at an alarm of that rule."""
        ...

    def p_dismissed(self, rule: str, true: bool) -> float:
        """Return the probability that a true (or a false) alarm of that rule is dismissed."""
        ...


@dataclass(frozen=True, slots=True)
class SameForAll:
    """One verification for every alarm rule.

    Attributes:
        time: how long an operator looks.
        p_dismissed_true, p_dismissed_false: P(dismissed | true alarm), P(dismissed | false alarm).
    """

    time: Duration
    p_dismissed_true: float
    p_dismissed_false: float

    def duration(self, rule: str) -> Duration:
        """Return how long an operator looks."""
        return self.time

    def p_dismissed(self, rule: str, true: bool) -> float:
        """Return the probability that a true (or a false) alarm is dismissed."""
        return self.p_dismissed_true if true else self.p_dismissed_false


def shipped_verification() -> SameForAll:
    """Return the verification that comes with the alarm rules."""
    data = load_alarm_rules().verification
    return SameForAll(Duration(60 * data.minutes_mean, data.minutes_cv), data.p_dismissed_true, data.p_dismissed_false)


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """The situation centre.

    Attributes:
        operators: how many answer phones, at least 1.
        answer: delay of picking up once an operator is free.
        process: from picking up until the request is ready for dispatch; the operator is held for it.
        verifiers: how many look at camera alarms, at least 1.
        join_radius_m, join_window_s: a notice this near to a request of the same service that is still open, and no
            longer than this after its latest notice, joins it; a window of 0 joins nothing.
        panic_process: a panic button arrives at the technical security centre, meets no phone queue and takes this
            long; None: it waits for an operator like a phone call.
    """

    operators: int
    answer: Duration
    process: Duration
    verifiers: int
    join_radius_m: float
    join_window_s: float
    panic_process: Duration | None = None

    def __post_init__(self) -> None:
        if self.operators < 1 or self.verifiers < 1:
            raise ValueError(f"at least 1 operator and 1 verifier, but got {self.operators} and {self.verifiers}")
        if self.join_radius_m < 0 or self.join_window_s < 0:
            raise ValueError("join_radius_m and join_window_s must not be negative")


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """One service's teams.

    Attributes:
        name: the service.
        turnout: dispatch to wheels rolling, for a team at its post; a team on the road needs none.
        handover: at the hospital.
        nothing_found: on scene where there is nothing, or where another team of the service already works (assumed:
            5 minutes on average).
    """

    name: str
    turnout: Duration
    handover: Duration = Duration(0.0)
    nothing_found: Duration = Duration(300.0, 0.5)


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """All that a :class:`agents.world.World` needs to know beside the city, the day and the teams."""

    centre: CentreSettings
    services: Mapping[str, ServiceSettings]
    verification: Verification = field(default_factory=shipped_verification)

    def service(self, name: str) -> ServiceSettings:
        """Return a service's settings; for one without teams, whose requests only wait, no time at all."""
        return self.services.get(name) or ServiceSettings(name, Duration(0.0))
