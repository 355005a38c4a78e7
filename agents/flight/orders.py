"""What one drone is sent to do: from its dock along waypoints and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.flight.drone_class import DroneClass
from agents.flight.path import Course

AS_FAST: Final = 99.0
"""As fast as the class climbs or sinks."""
FINAL_M: Final = 3.0
"""From here down it lands slowly (assumed)."""
SINK_M: Final = 0.6
"""A landing aims this far below the pad, so that it ends by touching it."""


Row = tuple[float, float, float, float, float, str]
"""A point of a course: x, y, height, speed of the leg that leads there, hold, and that leg's name."""


@dataclass(frozen=True)
class Waypoint:
    """A point to fly to.

    Attributes:
        x_m, y_m: city metres.
        height_m: above the ground of the city.
        speed_ms: of the leg that leads there, over the ground.
        hover_s: how long to stand there.
    """

    x_m: float
    y_m: float
    height_m: float
    speed_ms: float
    hover_s: float = 0.0


@dataclass(frozen=True)
class Fence:
    """Where a drone must stay: an outline in city metres, None for anywhere, and a greatest height."""

    outline: shapely.Polygon | None = None
    top_m: float = float("inf")

    def holds(self, x_m: float, y_m: float, height_m: float) -> bool:
        """Return whether a point is inside."""
        return height_m <= self.top_m and (self.outline is None or self.outline.covers(shapely.Point(x_m, y_m)))


@dataclass(frozen=True)
class RotorStop:
    """A rotor stops at a time of flight; rotors count from 0: front left, rear left, rear right, front right."""

    at_s: float
    rotor: int


@dataclass(frozen=True)
class Order:
    """One drone and what it is sent to do.

    Attributes:
        name: unique in its world; names its random streams.
        drone: its class.
        home_m: (3,) the pad: city metres, height of its surface.
        waypoints: in their order; none is a climb to ``return_height_m`` and back.
        return_height_m: height of the way home.
        return_ms: speed of the way home.
        payload_kg, charge: carried, and share of a full battery.
        fence: left means home.
        stops: rotors that fail.
    """

    name: str
    drone: DroneClass
    home_m: tuple[float, float, float]
    waypoints: tuple[Waypoint, ...]
    return_height_m: float
    return_ms: float
    payload_kg: float = 0.0
    charge: float = 1.0
    fence: Fence = field(default_factory=Fence)
    stops: tuple[RotorStop, ...] = ()

    @property
    def mass_kg(self) -> float:
        """With its payload."""
        return self.drone.frame.mass_kg.value + self.payload_kg

    def course(self) -> Course:
        """Return the whole way: up from the pad, along the waypoints, home, down."""
        x, y, pad = self.home_m
        first = self.waypoints[0].height_m if self.waypoints else self.return_height_m
        rows: list[Row] = [(x, y, pad + self.rests_m, 0.0, 0.0, ""), (x, y, first, AS_FAST, 0.0, "the climb")]
        for i, point in enumerate(self.waypoints):
            name = f"the leg to waypoint {i}"
            rows.append((point.x_m, point.y_m, point.height_m, point.speed_ms, point.hover_s, name))
        top = max(rows[-1][2], self.return_height_m)
        rows.append((rows[-1][0], rows[-1][1], top, AS_FAST, 0.0, "the climb before the way home"))
        return _course([*rows, *self._homeward(top)])

    def course_home(self, at_m: NDArray[np.float64], ahead_m: NDArray[np.float64]) -> Course:
        """Return the way home from a place, by way of ``ahead_m``, where it comes to a stand."""
        top = max(float(ahead_m[2]), self.return_height_m)
        x, y, z = ahead_m
        rows: list[Row] = [
            (*at_m, 0.0, 0.0, ""),
            (x, y, z, AS_FAST, 0.5, "the stop"),
            (x, y, top, AS_FAST, 0.0, "the climb"),
        ]
        return _course([*rows, *self._homeward(top)])

    def course_down(self, at_m: NDArray[np.float64], ahead_m: NDArray[np.float64], floor_m: float) -> Course:
        """Return the way straight down from where it comes to a stand."""
        x, y, z = ahead_m
        low = min(floor_m + FINAL_M, float(z))
        slow = self.drone.limits.landing_ms.value
        return _course(
            [
                (*at_m, 0.0, 0.0, ""),
                (x, y, z, AS_FAST, 0.5, "the stop"),
                (x, y, low, AS_FAST, 0.0, "the descent"),
                (x, y, floor_m - SINK_M, slow, 0.0, "the landing"),
            ]
        )

    @property
    def rests_m(self) -> float:
        """Height of the drone's middle over what it stands on."""
        return self.drone.frame.body_height_m.value / 2

    def _homeward(self, top: float) -> list[Row]:
        x, y, pad = self.home_m
        return [
            (x, y, top, self.return_ms, 0.0, "the way home"),
            (x, y, pad + FINAL_M, AS_FAST, 0.0, "the descent"),
            (x, y, pad - SINK_M, self.drone.limits.landing_ms.value, 0.0, "the landing"),
        ]


def _course(rows: list[Row]) -> Course:
    """Return a course without points that repeat."""
    kept = [rows[0]]
    for row in rows[1:]:
        if np.linalg.norm(np.subtract(row[:3], kept[-1][:3])) > 0.05:
            kept.append(row)
        elif row[4] > kept[-1][4]:
            kept[-1] = (*kept[-1][:4], row[4], kept[-1][5])
    table = np.array([row[:5] for row in kept], dtype=np.float64)
    return Course(table[:, :3], table[1:, 3], table[:, 4], tuple(row[5] for row in kept[1:]))
