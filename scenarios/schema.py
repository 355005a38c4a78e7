"""What a scenario file may say. Amounts are relative to the city: calls per resident, teams per resident, cameras per
street kilometre, so that one file serves any city.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from agents.settings import Duration
from twin.checked_yaml import Strict
from twin.records import Service, Visual
from twin.sky import WEATHERS


def _callers(mean: float) -> float:
    if 0 < mean < 1:
        raise ValueError("0 (nobody calls) or at least 1")
    return mean


Callers = Annotated[float, Field(ge=0, le=10), AfterValidator(_callers)]


class DurationSpec(Strict):
    """A length of time, drawn for each thing from a distribution with this mean and coefficient of variation."""

    mean_s: float = Field(ge=0)
    cv: float = Field(default=0.0, ge=0, le=5)
    kind: Literal["lognormal", "exponential", "constant"] = "lognormal"

    def duration(self) -> Duration:
        """Return the distribution it names."""
        return Duration(self.mean_s, self.cv, self.kind)


class Sourced(Strict):
    """A figure and where it comes from; ``assumed`` is a source that says so."""

    value: float = Field(ge=0)
    source: str = Field(min_length=3)


class Category(Strict):
    """One kind of incident.

    Attributes:
        per_1000_residents_year: how often.
        where: ``homes`` (by residents), ``entrances`` (apartment entrances), ``streets`` or
            ``junctions`` (by traffic), or ``bazaars``.
        outdoors: share that a camera could see at all.
        visual: what a camera sees of those.
        visible_min: for how long, in minutes.
        notice: incident to first call; for people dated data, assumed, always to be swept.
        callers: mean number of calls for one incident: 0 (nobody calls, only a camera can notice) or at least 1.
        transport: share taken to hospital.
    """

    per_1000_residents_year: Sourced
    priority: int = Field(ge=1, le=3)
    where: Literal["homes", "entrances", "streets", "junctions", "bazaars"]
    channel: Literal["phone", "panic_button"] = "phone"
    visual: Visual = Visual.NONE
    outdoors: float = Field(default=0.0, ge=0, le=1)
    visible_min: float = Field(default=10.0, gt=0)
    notice: DurationSpec
    callers: Callers = 1.0
    on_scene: DurationSpec
    transport: float = Field(default=0.0, ge=0, le=1)


class ServiceDemand(Strict):
    """All demand on one service.

    Attributes:
        hours: 24 weights, mean 1: how demand is spread over the hours of the day.
        unevenness: coefficient of variation of rates among mahallas (0: by residents alone).
        false_calls: share of all calls that report nothing real.
        false_on_scene: how long a team looks for what is not there.
    """

    hours: list[float] = Field(min_length=24, max_length=24)
    unevenness: float = Field(ge=0, le=3)
    false_calls: Sourced
    false_on_scene: DurationSpec
    categories: dict[str, Category] = Field(min_length=1)

    @field_validator("hours")
    @classmethod
    def _weights(cls, hours: list[float]) -> list[float]:
        if min(hours) < 0 or sum(hours) <= 0:
            raise ValueError("the 24 weights must not be negative, and not all zero")
        return hours


class ServiceTeams(Strict):
    """Teams of one service.

    Attributes:
        per_100k_residents: how many teams, at least one.
        posts: kinds of places they wait at; where the city has none, posts are derived and marked inferred.
        posts_per_100k_residents: how many posts are derived then.
        turnout, handover: stages of a response.
    """

    per_100k_residents: Sourced
    posts: list[str] = Field(default_factory=list)
    posts_per_100k_residents: float = Field(gt=0)
    turnout: DurationSpec
    handover: DurationSpec = DurationSpec(mean_s=0)


class CentreSpec(Strict):
    """The situation centre.

    Attributes:
        operators: who answer phones; per_100k scales with the city.
        verifiers_per_1000_cameras: who look at camera alarms.
        answer: pick-up delay once an operator is free; process: from answer until the request is ready.
        panic_process: the same for a panic button.
        join_radius_m, join_window_s: reports of one service this near in place and time are one request.
    """

    operators_per_100k_residents: Sourced
    verifiers_per_1000_cameras: Sourced
    answer: DurationSpec
    process: DurationSpec
    panic_process: DurationSpec
    join_radius_m: float = Field(gt=0)
    join_window_s: float = Field(gt=0)


class CamerasSpec(Strict):
    """The camera fleet where no file is given.

    Attributes:
        per_street_km: cameras per kilometre of drivable street.
        at_most: no more than that.
    """

    per_street_km: Sourced
    at_most: int = Field(gt=0)


class Scripted(Strict):
    """One incident put before a spotlight camera.

    Attributes:
        visual: what happens.
        service, category, priority: who is needed.
        at_min: minutes from the scenario's start.
    """

    visual: Literal["crash", "person_lying", "fire", "listed_plate"]
    service: Service
    category: str
    priority: int = Field(ge=1, le=3)
    at_min: float = Field(ge=0)
    visible_min: float = Field(gt=0)
    notice: DurationSpec
    callers: Callers = 1.0
    on_scene: DurationSpec
    transport: float = Field(default=0.0, ge=0, le=1)


class SpotlightSpec(Strict):
    """Which footage is really rendered.

    Attributes:
        before_s, after_s: the window round each scripted incident.
        quiet_s, quiet_windows: windows with nothing scripted, for each camera.
        fps: frames a second.
    """

    before_s: float = Field(ge=0)
    after_s: float = Field(gt=0)
    quiet_s: float = Field(ge=0)
    quiet_windows: int = Field(ge=0)
    fps: int = Field(ge=1, le=30)
    incidents: list[Scripted]


class Scenario(Strict):
    """One scenario, version 1 of the schema.

    Attributes:
        start: local time in the city's own zone, without an offset.
        duration_min: simulated minutes.
        policy: dispatch policy, a name or ``file.py:Name``.
        speed_profile: how fast teams drive against the limit, from ``twin/data/speed_profiles.yaml``.
    """

    version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    about: str
    start: datetime
    duration_min: float = Field(gt=0, le=60 * 24 * 31)
    weather: str
    policy: str = "closest"
    speed_profile: str = "blue_light"
    demand: dict[Service, ServiceDemand]
    teams: dict[Service, ServiceTeams]
    centre: CentreSpec
    cameras: CamerasSpec
    spotlights: SpotlightSpec

    @field_validator("start")
    @classmethod
    def _local(cls, start: datetime) -> datetime:
        if start.tzinfo is not None:
            raise ValueError("write the local time without an offset; the city's own zone is used")
        return start

    @field_validator("weather")
    @classmethod
    def _known(cls, weather: str) -> str:
        if weather not in WEATHERS:
            raise ValueError(f"known weathers: {', '.join(WEATHERS)}")
        return weather

    @model_validator(mode="after")
    def _fits(self) -> Scenario:
        late = [s.visual for s in self.spotlights.incidents if s.at_min >= self.duration_min]
        if late:
            raise ValueError(f"scripted incidents at or after the end of the run: {', '.join(late)}")
        unserved = sorted(set(self.demand) - set(self.teams))
        if unserved:
            raise ValueError(f"demand on services without teams: {', '.join(unserved)}")
        return self

    @property
    def duration_ms(self) -> int:
        """Simulated milliseconds."""
        return round(self.duration_min * 60_000)
