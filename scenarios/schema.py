"""What a scenario file may say. Amounts are relative to the city: calls per resident, teams per resident, cameras per
street kilometre, so that one file serves any city.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field, field_validator, model_validator

from scenarios.schema_cameras import CamerasSpec, SpotlightSpec
from scenarios.schema_parts import Callers, DurationSpec, Hours, Months, ShiftTimes, Sourced, Weekdays
from scenarios.schema_response import HospitalsSpec, InjectSpec, NeedSpec, OverloadSpec, SurgeSpec
from twin.checked_yaml import FaultsAt, Strict
from twin.errors import unknown_name
from twin.records import Service, Visual
from twin.sky import WEATHERS

Located = tuple[tuple[str | int, ...], str]
"""A place in the file, by keys and list indices, and what is wrong there."""


class NearRepeat(Strict):
    """Incidents that follow one nearby, as burglaries and riots do; the mean rate stays what the table says.

    Attributes:
        expected: mean number of further incidents that each draws.
        within_m: standard deviation of their distance, east and north.
        within_min: mean time until they happen.
    """

    expected: float = Field(gt=0, le=0.9)
    within_m: float = Field(gt=0)
    within_min: float = Field(gt=0)


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
        injured: share in which somebody is hurt, so that the plan's units for the injured are needed.
        second_alarm: share that turns out bigger than reported.
        near_repeat: how incidents draw further ones near them; None: not at all.
    """

    per_1000_residents_year: Sourced
    priority: int = Field(ge=1, le=3)
    where: Literal["homes", "entrances", "streets", "junctions", "bazaars"]
    channel: Literal["phone", "panic_button", "fire_monitor"] = "phone"
    visual: Visual = Visual.NONE
    outdoors: float = Field(default=0.0, ge=0, le=1)
    visible_min: float = Field(default=10.0, gt=0)
    notice: DurationSpec
    callers: Callers = 1.0
    on_scene: DurationSpec
    transport: float = Field(default=0.0, ge=0, le=1)
    injured: float = Field(default=0.0, ge=0, le=1)
    second_alarm: float = Field(default=0.0, ge=0, le=1)
    near_repeat: NearRepeat | None = None


class ServiceDemand(Strict):
    """All demand on one service.

    Attributes:
        hours: 24 weights, mean 1: how demand is spread over the hours of the day.
        weekdays, months: 7 (from Monday) and 12 weights: how it is spread over week and year; [] evenly.
        share_112: share of phone calls that come by 112 and not by the service's own number; None: not told apart.
        unevenness: coefficient of variation of rates among mahallas (0: by residents alone).
        false_calls: share of all calls that report nothing real.
        false_on_scene: how long a team looks for what is not there.
    """

    hours: Hours
    weekdays: Weekdays | None = None
    months: Months | None = None
    share_112: Sourced | None = None
    unevenness: float = Field(ge=0, le=3)
    false_calls: Sourced
    false_on_scene: DurationSpec
    categories: dict[str, Category] = Field(min_length=1)


class ShiftSpec(ShiftTimes):
    """Some of the teams work from one time of day to another."""

    share: float = Field(gt=0, le=1)


class ServiceTeams(Strict):
    """Teams of one service.

    Attributes:
        per_100k_residents: how many teams, at least one.
        posts: kinds of places they wait at; where the city has none, posts are derived and marked inferred.
        posts_per_100k_residents: how many posts are derived then.
        turnout, handover: stages of a response.
        kinds: share of the teams with each kind of vehicle; {} for one kind without a name.
        shifts: when they work; [] for always.
        break_after_min, pause: when in its shift a team has a break, and how long; None for no breaks.
        breakdowns_per_1000_h, repair: how often vehicles break down, and for how long.
        mutual_aid: how many teams neighbours can send when an overload rule calls them.
        mutual_aid_kind: of vehicle.
    """

    per_100k_residents: Sourced
    posts: list[str] = Field(default_factory=list)
    posts_per_100k_residents: float = Field(gt=0)
    turnout: DurationSpec
    handover: DurationSpec = DurationSpec(mean_s=0)
    kinds: dict[str, float] = Field(default_factory=dict)
    shifts: list[ShiftSpec] = Field(default_factory=list)
    break_after_min: float | None = Field(default=None, gt=0)
    pause: DurationSpec = DurationSpec(mean_s=1800)
    breakdowns_per_1000_h: Sourced | None = None
    repair: DurationSpec = DurationSpec(mean_s=5400, cv=0.5)
    mutual_aid: int = Field(default=0, ge=0, le=200)
    mutual_aid_kind: str = ""


class OwnDeskSpec(Sourced):
    """The desk of one number: ``value`` operators for 100,000 residents.

    Attributes:
        roster: 24 factors on them, by the hour of the day; None for all, always.
    """

    roster: Hours | None = None


class CentreSpec(Strict):
    """The situation centre.

    Attributes:
        operators: who answer phones; per_100k scales with the city.
        verifiers_per_1000_cameras: who look at camera alarms.
        answer: pick-up delay once an operator is free; process: from answer until the request is ready.
        panic_process: the same for a panic button.
        join_radius_m, join_window_s: reports of one service or one family this near in place and time are one request.
        roster, verifier_roster: 24 factors on operators and verifiers, by the hour of the day; None for all, always.
        patience: how long callers wait to be answered before they hang up; None for ever.
        monitor_process: the same as ``panic_process`` for a fire monitor.
        own_desks: numbers (101, 102, 103, 112) with operators of their own; the common operators answer what is left.
            {} (the default): all numbers ring at one common desk.
        size_up_s: from the first arrival until the first team asks for more.
    """

    operators_per_100k_residents: Sourced
    verifiers_per_1000_cameras: Sourced
    answer: DurationSpec
    process: DurationSpec
    panic_process: DurationSpec
    join_radius_m: float = Field(gt=0)
    join_window_s: float = Field(gt=0)
    roster: Hours | None = None
    verifier_roster: Hours | None = None
    patience: DurationSpec | None = None
    monitor_process: DurationSpec | None = None
    size_up_s: float = Field(default=60.0, ge=0)
    own_desks: dict[Literal["101", "102", "103", "112"], OwnDeskSpec] = Field(default_factory=dict)


class Scenario(Strict):
    """One scenario; version 2 of the schema says more than version 1, whose files still read.

    Attributes:
        start: local time in the city's own zone, without an offset.
        duration_min: simulated minutes.
        policy: dispatch policy, a name or ``file.py:Name``.
        speed_profile: how fast teams drive against the limit, from ``twin/data/speed_profiles.yaml``.
        plans: for each category the teams it asks for; one team of its service where there is none.
        families: what categories of several services are reports of: notices of one family may be one incident.
        overload: what the centre does when it runs out of teams.
        surges, injects: what happens beyond the ordinary, and when.
        fleet: a fleet file (see :mod:`scenarios.fleet_file`), its path seen from the scenario's own folder; the teams
            it names then take the place of those that ``teams`` counts by residents. None: no such file.
    """

    version: Literal[1, 2]
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
    spotlights: SpotlightSpec = SpotlightSpec(before_s=5, after_s=20, quiet_s=0, quiet_windows=0, fps=5, incidents=[])
    plans: dict[str, list[NeedSpec]] = Field(default_factory=dict)
    families: dict[str, list[str]] = Field(default_factory=dict)
    overload: list[OverloadSpec] = Field(default_factory=list)
    hospitals: HospitalsSpec = HospitalsSpec()
    surges: list[SurgeSpec] = Field(default_factory=list)
    injects: list[InjectSpec] = Field(default_factory=list)
    fleet: str | None = None

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
        kinds = {service: [k for k, share in teams.kinds.items() if share > 0] for service, teams in self.teams.items()}
        if faults := [*self.plan_faults(kinds), *self._category_faults()]:
            raise FaultsAt(faults)
        return self

    def plan_faults(self, kinds: Mapping[Service, Sequence[str]]) -> list[Located]:
        """Return the plans' lines that no team could fulfil, each with its place in the file.

        Args:
            kinds: of each service that has teams, the kinds of vehicle among them.
        """
        faults: list[Located] = []
        for category, needs in self.plans.items():
            for row, need in enumerate(needs):
                where = ("plans", category, row)
                if need.service not in kinds:
                    told = f"the plan of {category} needs {need.service} teams, of which there are none"
                    faults.append((where, told))
                elif need.kinds and not set(need.kinds) & set(kinds[need.service]):
                    known = ", ".join(sorted({kind for kind in kinds[need.service] if kind})) or "none named"
                    told = (
                        f"the plan of {category} needs a {need.service} team of the kind {' or '.join(need.kinds)}; "
                        f"kinds: {known}"
                    )
                    faults.append((where, told))
        return faults

    def _category_faults(self) -> list[Located]:
        """Surges and injected incidents of categories that the demand does not have."""
        known = sorted({name for demand in self.demand.values() for name in demand.categories})
        asked: list[tuple[tuple[str | int, ...], str, str]] = [
            (("surges", row, "categories", nth), f"the surge {surge.name}", name)
            for row, surge in enumerate(self.surges)
            for nth, name in enumerate(surge.categories)
        ]
        asked += [
            (("injects", row, "category"), f"inject {row + 1} (incident)", inject.category)
            for row, inject in enumerate(self.injects)
            if inject.inject == "incident"
        ]
        return [
            (where, f"{what}: {unknown_name('category', name, known)}")
            for where, what, name in asked
            if name not in known
        ]

    @property
    def duration_ms(self) -> int:
        """Simulated milliseconds."""
        return round(self.duration_min * 60_000)
