"""What a fleet file may say of drones: docks and who stands on them, rounds over gaps, and how they are worked with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from agents.drones.settings import Operations
from scenarios.numbered import numbered
from scenarios.point_spec import PointSpec, StandSpec
from twin.checked_yaml import Strict

Share = Annotated[float, Field(ge=0, le=1)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class DronesEntry(Strict):
    """One drone, or several alike.

    Attributes:
        id: the drone's name; of several the beginning of their names, ``D`` for ``D-01``, ``D-02``.
        drone: its class, with a fitted flight model; ``class`` in the file.
        count: how many; None for one whose name is ``id`` itself.
        dock: where they stand; where it is a kind of places, dealt round them in turn.
        on_roof: whether a dock where a building stands is on its roof.
        charge: share of a full battery at the start.
        full_charge_min: from empty to full on the dock (35 minutes is assumed).
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=40)
    drone: str = Field(alias="class")
    count: int | None = Field(default=None, ge=1, le=200)
    dock: StandSpec
    on_roof: bool = True
    charge: Share = 1.0
    full_charge_min: float = Field(default=35.0, gt=0)

    @property
    def names(self) -> list[str]:
        """The drones' names."""
        return numbered(self.id, self.count)


class PatrolPoint(PointSpec):
    """A point of a round; the drone stands there for ``stay_s``."""

    stay_s: float = Field(default=60.0, gt=0, le=3600)


class PatrolEntry(Strict):
    """A round over gaps that no camera sees.

    Attributes:
        name: unique.
        drones: which may fly it: names of drones or of their entries.
        starts: local times of day, each day of the run.
        points: in the order they are flown over.
    """

    name: str = Field(min_length=1, max_length=60)
    drones: list[str] = Field(min_length=1)
    starts: list[TimeOfDay] = Field(min_length=1)
    points: list[PatrolPoint] = Field(min_length=1, max_length=50)


class WindSpec(Strict):
    """A wind at flight height that blows all day; ``from_deg`` clockwise from north."""

    speed_ms: float = Field(ge=0, le=40)
    from_deg: float = Field(default=45.0, ge=0, lt=360)


class OperationsSpec(Strict):
    """How the centre works with drones; see :class:`agents.drones.settings.Operations`, whose defaults these are.

    Attributes:
        wind: None draws a wind for the day.
    """

    routes: Literal["straight", "streets"] = "straight"
    speed_ms: float = Field(default=Operations.speed_ms, gt=1, le=30)
    launch_s: float = Field(default=Operations.launch_s, ge=0, le=600)
    most_wait_s: float = Field(default=Operations.most_wait_s, ge=0, le=1800)
    look_s: float = Field(default=Operations.look_s, gt=0, le=1800)
    judge_s: float = Field(default=Operations.judge_s, ge=0, le=600)
    p_nothing_if_false: Share = Operations.p_nothing_if_false
    p_nothing_if_unseen: Share = Operations.p_nothing_if_unseen
    spares: Literal["all", "alarms", "none"] = "all"
    stay_min: float = Field(default=Operations.stay_s / 60, gt=0, le=120)
    watch_s: float = Field(default=Operations.watch_s, ge=0, le=3600)
    overwatch_priorities: list[int] = Field(default_factory=lambda: list(Operations.overwatch_priorities))
    least_station_s: float = Field(default=Operations.least_station_s, gt=0, le=3600)
    relief_lead_s: float = Field(default=Operations.relief_lead_s, ge=0, le=600)
    patrol_reach_m: float = Field(default=Operations.patrol_reach_m, gt=0, le=1000)
    wind: WindSpec | None = None
    mean_wind_ms: float = Field(default=Operations.mean_wind_ms, ge=0, le=20)
    close_hfov_deg: float = Field(default=Operations.close_hfov_deg, ge=2, le=120)
    visibility_m: float | None = Field(default=None, gt=0)
    temperature_c: float | None = Field(default=None, ge=-60, le=60)

    @model_validator(mode="after")
    def _looks_whole(self) -> OperationsSpec:
        if self.least_station_s < self.look_s + self.judge_s:
            raise ValueError(
                f"least_station_s {self.least_station_s:g} is less than look_s and judge_s together, "
                f"{self.look_s + self.judge_s:g}: a drone would leave before it has looked"
            )
        return self

    def operations(self) -> Operations:
        """Return them as the running world takes them; the wind is made beside."""
        return Operations(
            self.routes, self.speed_ms, self.launch_s, self.most_wait_s, self.look_s, self.judge_s,
            self.p_nothing_if_false, self.p_nothing_if_unseen, self.spares, 60 * self.stay_min, self.watch_s,
            tuple(self.overwatch_priorities), self.least_station_s, self.relief_lead_s, self.patrol_reach_m,
            self.mean_wind_ms, self.close_hfov_deg,
        )  # fmt: skip
