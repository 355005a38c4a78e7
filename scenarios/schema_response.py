"""What a scenario may say of plans, of overload, and of what is done to the run from outside."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from agents.overload import OverloadRule
from agents.plans import Need
from scenarios.schema_parts import Callers, DurationSpec, PlaceSpec
from twin.checked_yaml import Strict
from twin.records import Service


class NeedSpec(Strict):
    """Some like teams that a category's plan asks for; see :class:`agents.plans.Need`."""

    service: Service
    kinds: list[str] = Field(default_factory=list)
    count: int = Field(default=1, ge=1, le=20)
    when: Literal["always", "injured", "second_alarm"] = "always"
    on_scene: DurationSpec | None = None

    def need(self) -> Need:
        """Return the line of the plan."""
        work = self.on_scene.duration() if self.on_scene else None
        return Need(str(self.service), tuple(self.kinds), self.count, self.when, work)


class OverloadSpec(Strict):
    """One overload rule; see :class:`agents.overload.OverloadRule`."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    service: Service
    does: Literal["hear_and_treat", "no_send", "mutual_aid"]
    priorities: list[int] = Field(default_factory=lambda: [3])
    free_below: float | None = Field(default=None, gt=0, le=1)
    waiting_over: float | None = Field(default=None, ge=0)
    share: float = Field(default=1.0, gt=0, le=1)
    treat: DurationSpec = DurationSpec(mean_s=300, cv=0.5)
    max_wait_min: float | None = Field(default=None, gt=0)
    delay: DurationSpec = DurationSpec(mean_s=1800, cv=0.3)
    stay_min: float = Field(default=240, gt=0)

    @model_validator(mode="after")
    def _has_a_threshold(self) -> OverloadSpec:
        if self.free_below is None and self.waiting_over is None:
            raise ValueError("a rule needs a threshold: free_below or waiting_over")
        return self

    def rule(self) -> OverloadRule:
        """Return the rule."""
        return OverloadRule(
            self.name, str(self.service), self.does, tuple(self.priorities), self.free_below, self.waiting_over,
            self.share, self.treat.duration(), 60 * self.max_wait_min if self.max_wait_min else None,
            self.delay.duration(), 60 * self.stay_min,
        )  # fmt: skip


class HospitalsSpec(Strict):
    """How a hospital is chosen, and how many crews hand over there at a time; see ``agents.settings``."""

    choice: Literal["time", "load"] = "time"
    bays: int | None = Field(default=None, ge=1)


class SurgeSpec(Strict):
    """More of some categories than usual, for a while.

    Attributes:
        name: for the log, such as ``aftershock``.
        from_min, until_min: when, in minutes from the scenario's start.
        categories: which.
        incidents: how many are expected in all; or
        per_100k_residents: as many for so many residents, for what strikes the whole city.
        half_life_min: they come most at first and fall off by half in this time; None: evenly.
        centre, radius_m: where; the distance from the centre is Gaussian with this deviation. None: where they always
            happen.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    from_min: float = Field(ge=0)
    until_min: float = Field(gt=0)
    categories: list[str] = Field(min_length=1)
    incidents: float | None = Field(default=None, gt=0, le=100_000)
    per_100k_residents: float | None = Field(default=None, gt=0, le=10_000)
    half_life_min: float | None = Field(default=None, gt=0)
    centre: PlaceSpec | None = None
    radius_m: float = Field(default=1000.0, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> SurgeSpec:
        if self.until_min <= self.from_min:
            raise ValueError(f"it ends at minute {self.until_min:g}, before it begins at {self.from_min:g}")
        if (self.incidents is None) == (self.per_100k_residents is None):
            raise ValueError("give incidents or per_100k_residents, one of the two")
        return self

    def expected(self, residents: float) -> float:
        """Return how many incidents are expected in all in a city of so many residents."""
        if self.incidents is not None:
            return self.incidents
        return (self.per_100k_residents or 0.0) * residents / 100_000


class _At(Strict):
    at_min: float = Field(ge=0)


class IncidentInject(_At):
    """An incident beyond the drawn ones, with calls about it."""

    inject: Literal["incident"]
    category: str
    at: PlaceSpec
    priority: int | None = Field(default=None, ge=1, le=3)
    notice: DurationSpec = DurationSpec(mean_s=60, cv=0.5)
    callers: Callers = 1.0
    on_scene: DurationSpec | None = None
    injured: bool = False
    level: int = Field(default=1, ge=1, le=2)
    transport: bool = False


class ClosureInject(_At):
    """Streets round a place are closed, or slower where ``factor`` says what is left of the speed.

    Attributes:
        at, radius_m: where; a slow zone without them is all of the city.
    """

    inject: Literal["closure", "slow_zone"]
    name: str
    at: PlaceSpec | None = None
    radius_m: float | None = Field(default=None, gt=0, le=10_000)
    until_min: float = Field(gt=0)
    factor: float = Field(default=0.5, ge=0.01, le=1)

    @model_validator(mode="after")
    def _somewhere(self) -> ClosureInject:
        if (self.at is None) != (self.radius_m is None) or (self.at is None and self.inject == "closure"):
            raise ValueError("give at and radius_m; a slow zone of the whole city has neither")
        return self


class CameraInject(_At):
    """Cameras, or all of a data centre, raise no alarm until ``until_min``."""

    inject: Literal["camera_failure"]
    cameras: list[str] = Field(default_factory=list)
    data_centre: str | None = None
    until_min: float = Field(gt=0)


class TeamInject(_At):
    """A team's vehicle breaks down."""

    inject: Literal["team_breakdown"]
    team: str
    repair_min: float = Field(gt=0)


class DroneInject(_At):
    """A drone fails: its motors stop, or its link is lost.

    Attributes:
        drone: its name in the fleet file.
    """

    inject: Literal["drone_fault"]
    drone: str
    what: Literal["motor", "link"]


class StaffInject(_At):
    """A desk has so many people from then on.

    Attributes:
        desk: the common ``phones``, the ``verifiers``, or a number that has a desk of its own.
    """

    inject: Literal["staff"]
    desk: Literal["phones", "verifiers", "101", "102", "103", "112"]
    staff: int = Field(ge=0)


class PolicyInject(_At):
    """Another policy decides from then on."""

    inject: Literal["policy"]
    policy: str


InjectSpec = Annotated[
    IncidentInject | ClosureInject | CameraInject | TeamInject | DroneInject | StaffInject | PolicyInject,
    Field(discriminator="inject"),
]
