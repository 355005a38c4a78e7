"""The form of a file of speed profiles, checked whole."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from twin.checked_yaml import Strict
from twin.city.model import STREET_CLASSES
from twin.errors import unknown_name

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
MOST_PERIODS: Final = 6


def _known_class(name: str) -> str:
    if name not in STREET_CLASSES:
        raise ValueError(unknown_name("street class", name, STREET_CLASSES))
    return name


StreetClass = Annotated[str, AfterValidator(_known_class)]
Factor = Annotated[float, Field(gt=0.0, le=10.0)]
Delay = Annotated[float, Field(ge=0.0, le=600.0)]


class Hours(Strict):
    """One stretch of some days of the week."""

    period: str
    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(min_length=1)]
    from_minute: int = Field(alias="from")
    until_minute: int = Field(alias="until")

    @field_validator("from_minute", "until_minute", mode="before")
    @classmethod
    def _minute(cls, value: Any) -> int:
        hour, colon, minute = str(value).partition(":")
        if not (colon and hour.isdigit() and minute.isdigit() and int(minute) < 60):
            raise ValueError('a time of day is written "HH:MM", in quotes')
        total = int(hour) * 60 + int(minute)
        if total > DAY_MINUTES:
            raise ValueError("a day ends at 24:00")
        return total

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.until_minute <= self.from_minute:
            raise ValueError("until must be after from; split hours that pass midnight into two")
        return self


class Week(Strict):
    """Which period holds when; ``otherwise`` holds where no row does."""

    source: str
    otherwise: str
    hours: list[Hours]

    @property
    def periods(self) -> list[str]:
        """The names of the periods; the first is the one that holds otherwise."""
        return list(dict.fromkeys([self.otherwise, *(row.period for row in self.hours)]))

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(self.periods) > MOST_PERIODS:
            raise ValueError(f"has {len(self.periods)} periods; at most {MOST_PERIODS} are kept")
        self.minutes()
        return self

    def minutes(self) -> list[int]:
        """Return the period of each minute of the week, from Monday 00:00."""
        names = self.periods
        taken: list[int | None] = [None] * (7 * DAY_MINUTES)
        for row in self.hours:
            for day in row.days:
                for minute in range(row.from_minute, row.until_minute):
                    at = DAYS.index(day) * DAY_MINUTES + minute
                    if taken[at] is not None:
                        clock = f"{day} {minute // 60:02}:{minute % 60:02}"
                        raise ValueError(f"{clock} is both {names[taken[at] or 0]} and {row.period}")
                    taken[at] = names.index(row.period)
        return [0 if period is None else period for period in taken]


class Pace(Strict):
    """Speeds in one period."""

    factors: dict[StreetClass, Factor] = Field(default_factory=dict)
    signal_delay_s: Delay = 0.0


class WonBack(Strict):
    """The share of the time lost to traffic that is won back on carriageways of at least some width."""

    from_width_m: Annotated[float, Field(ge=0.0)]
    share: Annotated[float, Field(ge=0.0, le=1.0)]


class Profile(Pace):
    """One kind of traveller."""

    assumption: str
    dated: str
    mode: Literal["drive", "walk"] = "drive"
    pace_kmh: Annotated[float, Field(gt=0.0, le=30.0)] | None = None
    week: str | None = None
    periods: dict[str, Pace] = Field(default_factory=dict)
    in_traffic_of: str | None = None
    won_back: list[WonBack] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.mode == "walk") != (self.pace_kmh is not None):
            raise ValueError("pace_kmh belongs to mode walk, and to it alone")
        if bool(self.periods) != (self.week is not None):
            raise ValueError("week and periods go together")
        if self.in_traffic_of and self.week:
            raise ValueError("a profile in the traffic of another has its week from there")
        return self


class SpeedFile(Strict):
    """The whole file."""

    schema_version: Literal[2] = Field(alias="schema")
    weeks: dict[str, Week] = Field(default_factory=dict)
    profiles: dict[str, Profile]

    @model_validator(mode="after")
    def _refer(self) -> Self:
        faults = [f"{name}: {fault}" for name, profile in self.profiles.items() for fault in self._faults(profile)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self, profile: Profile) -> list[str]:
        if profile.week is not None:
            if profile.week not in self.weeks:
                return [unknown_name("week", profile.week, list(self.weeks))]
            wanted = self.weeks[profile.week].periods
            if sorted(wanted) != sorted(profile.periods):
                return [f"periods must be those of its week: {', '.join(wanted)}"]
        if profile.in_traffic_of is not None:
            if profile.in_traffic_of not in self.profiles:
                return [unknown_name("profile", profile.in_traffic_of, list(self.profiles))]
            if self.profiles[profile.in_traffic_of].week is None:
                return [f"{profile.in_traffic_of} has no week; it makes no traffic"]
        return []
