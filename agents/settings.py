"""What the situation centre and the services are like: numbers that a scenario fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from agents.durations import NO_TIME, Duration
from agents.overload import OverloadRule
from agents.plans import Plans
from sensors.alarms import load_alarm_rules

HOURS: Final = 24
NOTHING_FOUND: Final = Duration(300.0, 0.5)  # assumed
HALF_AN_HOUR: Final = Duration(1800.0)  # assumed
NINETY_MINUTES: Final = Duration(5400.0, 0.5)  # assumed


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
class OwnDesk:
    """The desk of one number.

    Attributes:
        staff: how many answer there, at least 1 where there is no roster.
        roster: how many in each of the 24 hours of the day; () for ``staff`` all day.
    """

    staff: int
    roster: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _check_roster(self.roster)
        if self.staff < 1:
            raise ValueError(f"at least 1 operator at each number's desk, but got {self.staff}")

    def at(self, hour: int) -> int:
        """Return how many are there at an hour of the day."""
        return self.roster[hour] if self.roster else self.staff


def _check_roster(roster: tuple[int, ...]) -> None:
    if roster and (len(roster) != HOURS or min(roster) < 0 or max(roster) < 1):
        raise ValueError(f"a roster is {HOURS} counts, not negative and not all zero, but is {roster}")


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """The situation centre.

    Attributes:
        operators: how many answer phones, at least 1 where there is no roster.
        answer: delay of picking up once an operator is free.
        process: from picking up until the request is ready for dispatch; the operator is held for it.
        verifiers: how many look at camera alarms, at least 1.
        join_radius_m, join_window_s: a notice this near to an open request of the same service or the same family, and
            no longer than this after its latest notice, joins it; a window of 0 joins nothing.
        panic_process: a panic button arrives at the technical security centre, meets no phone queue and takes this
            long; None: it waits for an operator like a phone call.
        monitor_process: the same for a fire monitor.
        roster, verifier_roster: operators and verifiers at work in each of the 24 hours of the day; () for as many
            as ``operators`` and ``verifiers`` all day. Who is on the phone at the end of a shift finishes the call.
        patience: how long a caller waits to be answered before hanging up; None: for ever.
        own_desks: numbers (``101``, ``102``, ``103``, ``112``) that ring at a desk of their own; all other phone calls
            share the ``operators``.
    """

    operators: int
    answer: Duration
    process: Duration
    verifiers: int
    join_radius_m: float
    join_window_s: float
    panic_process: Duration | None = None
    monitor_process: Duration | None = None
    roster: tuple[int, ...] = ()
    verifier_roster: tuple[int, ...] = ()
    patience: Duration | None = None
    own_desks: Mapping[str, OwnDesk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for roster in (self.roster, self.verifier_roster):
            _check_roster(roster)
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
        break_after_s: how long into each shift a team has its break, at its post, later if it is at work then; None:
            no breaks.
        pause: how long the break is.
        breakdowns_per_1000_h: how often a team's vehicle breaks down, for 1,000 hours on duty.
        repair: how long it stands then.
    """

    name: str
    turnout: Duration
    handover: Duration = NO_TIME
    nothing_found: Duration = NOTHING_FOUND
    break_after_s: float | None = None
    pause: Duration = HALF_AN_HOUR
    breakdowns_per_1000_h: float = 0.0
    repair: Duration = NINETY_MINUTES


@dataclass(frozen=True, slots=True)
class HospitalSettings:
    """How a hospital is chosen, and how many patients it takes over at a time.

    Attributes:
        choice: ``time``: the nearest by travel time; ``load``: the least of travel and of the wait to be expected from
            the crews already there and under way. Of equals the first.
        bays: crews that hand over at the same time; None: any number.
    """

    choice: Literal["time", "load"] = "time"
    bays: int | None = None

    def __post_init__(self) -> None:
        if self.choice not in ("time", "load") or (self.bays is not None and self.bays < 1):
            raise ValueError(f"choice is time or load and bays at least 1, but got {self}")


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """All that a :class:`agents.world.World` needs to know beside the city, the day and the teams."""

    centre: CentreSettings
    services: Mapping[str, ServiceSettings]
    verification: Verification = field(default_factory=shipped_verification)
    plans: Plans = field(default_factory=Plans)
    overload: Sequence[OverloadRule] = ()
    hospitals: HospitalSettings = field(default_factory=HospitalSettings)

    def service(self, name: str) -> ServiceSettings:
        """Return a service's settings; for one without teams, whose requests only wait, no time at all."""
        return self.services.get(name) or ServiceSettings(name, Duration(0.0))
