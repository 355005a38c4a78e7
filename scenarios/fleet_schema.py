"""What a fleet file may say: named teams, the posts where they wait, and when they are on duty; and drones."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from scenarios.drone_schema import DronesEntry, OperationsSpec, PatrolEntry
from scenarios.numbered import numbered
from scenarios.point_spec import StandSpec
from scenarios.schema_parts import ShiftTimes
from twin.checked_yaml import Strict
from twin.records import Service

NO_ROADS = ("drone", "uav")
"""Kinds that do not drive: they stand under ``drones`` and not under ``teams``, all of which go by street."""


class TeamsEntry(Strict):
    """One team, or several alike.

    Attributes:
        id: the team's name; of several the beginning of their names, ``AMB`` for ``AMB-01``, ``AMB-02``.
        service: whom they belong to.
        kind: of vehicle, such as ``reanimation`` or ``ladder``; "" for one without a name.
        count: how many; None for one whose name is ``id`` itself.
        post: where they wait.
        district: their home district: their post must lie in it, and of a kind of places only those in it are taken.
        shifts: when they are on duty; [] for always.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=40)
    service: Service
    kind: str = ""
    count: int | None = Field(default=None, ge=1, le=2000)
    post: StandSpec
    district: str | None = None
    shifts: list[ShiftTimes] = Field(default_factory=list)

    @field_validator("kind")
    @classmethod
    def _drives(cls, kind: str) -> str:
        if kind.lower() in NO_ROADS:
            raise ValueError("teams go by street; drones stand under `drones`, with a dock and a class")
        return kind

    @property
    def names(self) -> list[str]:
        """The teams' names."""
        return numbered(self.id, self.count)


class FleetFile(Strict):
    """A fleet file.

    Attributes:
        name: of the fleet.
        source: where the figures come from; ``assumed`` says so.
        teams: none where there are drones alone; the scenario's teams by residents are taken then.
        drones: on their docks.
        patrols: rounds that drones fly.
        operations: how drones are worked with.
    """

    version: Literal[1]
    name: str
    source: str = Field(min_length=3)
    teams: list[TeamsEntry] = Field(default_factory=list)
    drones: list[DronesEntry] = Field(default_factory=list)
    patrols: list[PatrolEntry] = Field(default_factory=list)
    operations: OperationsSpec = OperationsSpec()

    @model_validator(mode="after")
    def _somebody(self) -> FleetFile:
        if not self.teams and not self.drones:
            raise ValueError("it names neither teams nor drones; give at least one of either")
        return self
