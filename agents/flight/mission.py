"""A mission as a file: one drone, its dock, where it flies, in what air, and what goes wrong on the way."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from agents.flight.drone_class import DEFAULT_CLASS
from twin.checked_yaml import Lines, Strict, read_located
from twin.sky import WEATHERS


class Spot(Strict):
    """A place: ``lon`` and ``lat`` (WGS84), ``x_m`` and ``y_m`` (the city's metres), or the name of one it has."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    x_m: float | None = None
    y_m: float | None = None
    place: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Spot:
        pairs = ((self.lon, self.lat), (self.x_m, self.y_m))
        whole = [pair for pair in pairs if None not in pair]
        broken = [pair for pair in pairs if pair.count(None) == 1]
        if broken or len(whole) + (self.place is not None) != 1:
            raise ValueError("give lon and lat, or x_m and y_m, or the name of a place")
        return self


class Dock(Spot):
    """Where it starts and lands: on the ground, or on the roof of the building that stands there."""

    on_roof: bool = False


class Point(Spot):
    """A point to fly to; heights are above the ground."""

    height_m: float = Field(gt=0, le=1000)
    speed_ms: float | None = Field(default=None, gt=0, le=50)
    hover_s: float = Field(default=0.0, ge=0, le=3600)


class WireEnd(Spot):
    """A pole's top."""

    height_m: float = Field(gt=0, le=300)


class WireLine(Strict):
    """A wire from pole to pole, hanging through by ``sag_m`` in its middle."""

    name: str = Field(min_length=1)
    start: WireEnd
    end: WireEnd
    sag_m: float = Field(default=0.5, ge=0, le=30)


class Wind(Strict):
    """Mean wind, the same at all heights, and where it blows from, clockwise from north."""

    speed_ms: float = Field(default=0.0, ge=0, le=60)
    from_deg: float = Field(default=270.0, ge=0, lt=360)
    gusts: bool = True


class Stop(Strict):
    """A rotor stops so long after the start; 1 is front left, then rear left, rear right, front right."""

    at_s: float = Field(ge=0)
    rotor: int = Field(ge=1, le=4)


class FenceArea(Strict):
    """Where it must stay: corners as lon and lat, and a greatest height."""

    corners: tuple[tuple[float, float], ...] | None = Field(default=None, min_length=3)
    top_m: float | None = Field(default=None, gt=0)


class Filming(Strict):
    """The camera on its levelled mount, and when it is filmed."""

    pitch_deg: float = Field(default=-25.0, ge=-90, le=30)
    hfov_deg: float | None = Field(default=None, gt=5, lt=150)
    weather: str = "clear"
    start: datetime = datetime.fromisoformat("2026-06-19T18:00:00+05:00")

    @field_validator("weather")
    @classmethod
    def _known(cls, weather: str) -> str:
        if weather not in WEATHERS:
            raise ValueError(f"known: {', '.join(WEATHERS)}")
        return weather

    @field_validator("start")
    @classmethod
    def _zoned(cls, start: datetime) -> datetime:
        if start.tzinfo is None:
            raise ValueError("it has no time zone; write it like 2026-06-19T18:00:00+05:00")
        return start


class Mission(Strict):
    """One mission.

    Attributes:
        drone: a class that ships, or a YAML file of one's own.
        speed_ms: over the ground, where a waypoint says none, and on the way home.
        payload_kg: beside the camera.
        charge: share of a full battery at the start.
        return_height_m: of the way home; by default above the waypoints and every roof between them and the dock.
    """

    schema_version: Literal[1] = 1
    name: str = Field(default="mission", min_length=1)
    drone: str = DEFAULT_CLASS
    dock: Dock
    waypoints: tuple[Point, ...] = Field(min_length=1)
    speed_ms: float = Field(default=12.0, gt=0, le=50)
    return_height_m: float | None = Field(default=None, gt=0)
    wind: Wind = Wind()
    temperature_c: float = Field(default=15.0, ge=-60, le=60)
    elevation_m: float = Field(default=432.0, ge=-450, le=6000)
    payload_kg: float = Field(default=0.0, ge=0)
    charge: float = Field(default=1.0, ge=0, le=1)
    seed: int = Field(default=1, ge=0)
    fence: FenceArea = FenceArea()
    wires: tuple[WireLine, ...] = ()
    rotor_stops: tuple[Stop, ...] = ()
    camera: Filming = Filming()


def read_mission(path: Path) -> tuple[Mission, Lines]:
    """Read a mission and where in its file each part stands.

    Raises:
        InputError: missing, not YAML, or with faults, all at once.
    """
    return read_located(path, Mission, f"read the mission {path}")
