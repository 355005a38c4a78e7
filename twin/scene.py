"""A scene: every actor near a camera at one instant, as arrays. Agents fill it, vision draws it.

Static things (buildings, streets) are not in it; the renderer takes them from the city.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum, IntFlag
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


class Look(IntEnum):
    """What an actor is. The first ten are the detector's classes, in the detector's order."""

    PERSON = 0
    PERSON_LYING = 1
    CAR = 2
    BUS = 3
    TRUCK = 4
    MOTORCYCLE = 5
    EMERGENCY = 6
    PLATE = 7  # never an actor: drawn on vehicles, a class of its own in the labels
    FIRE = 8
    SMOKE = 9


DETECTOR_CLASSES: Final = (
    "person", "person_lying", "car", "bus", "truck", "motorcycle", "emergency", "plate", "fire", "smoke",
)  # fmt: skip
VEHICLES: Final = (Look.CAR, Look.BUS, Look.TRUCK, Look.MOTORCYCLE, Look.EMERGENCY)


class State(IntFlag):
    """What else is true of a vehicle at an instant; 0 says nothing is."""

    PARKED = 1  # nobody in it, lamps out
    BRAKING = 2  # its brake lamps burn while it moves; one that stands in traffic holds its brake without this
    CRUSHED_NOSE = 4
    CRUSHED_LEFT = 8
    CRUSHED_RIGHT = 16


class SignalLamp(IntFlag):
    """Lamps of a traffic light."""

    RED = 1
    AMBER = 2
    GREEN = 4


@dataclass(frozen=True)
class Signals:
    """Traffic lights at one instant; ``k`` may be 0.

    Attributes:
        arm: (k,) int64, the street and the way along it that enters the junction: ``2 * street row``, plus 1 against
            the street's direction.
        lamps: (k,) uint8, :class:`SignalLamp`, those that burn.
    """

    arm: NDArray[np.int64]
    lamps: NDArray[np.uint8]


def _none() -> NDArray[np.uint8]:
    return np.zeros(0, np.uint8)


def _no_signals() -> Signals:
    return Signals(np.zeros(0, np.int64), _none())


@dataclass(frozen=True)
class Scene:
    """Actors at one instant; ``n`` may be 0.

    Attributes:
        t_ms: simulated time.
        look: (n,) uint8, :class:`Look`.
        xyz_m: (n, 3) float64, city metres, the middle of the footprint at its lowest point.
        bearing_deg: (n,) float64, where the front points, clockwise from north.
        roll_deg: (n,) float64, rotation about the long axis (a crashed car, a fallen motorcycle).
        size_m: (n, 3) float64, length, width, height of the upright body.
        phase: (n,) float64 in [0, 1), of a gait, a flame or a flashing light.
        variant: (n,) uint32, picks body, colours and clothes; the same for an actor's whole life.
        plate: (n,) str, plate text of a vehicle or "".
        track_id: (n,) int64, unique in the city and stable over time.
        speed_ms: (n,) float64, metres a second along the bearing.
        incident_id: (n,) int64, the incident an actor belongs to, or -1.
        state: (n,) uint8, :class:`State`; all 0 where it is not given.
        signals: the traffic lights there; not of an actor each, the same for any part of the scene.
    """

    t_ms: int
    look: NDArray[np.uint8]
    xyz_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]
    roll_deg: NDArray[np.float64]
    size_m: NDArray[np.float64]
    phase: NDArray[np.float64]
    variant: NDArray[np.uint32]
    plate: NDArray[np.str_]
    track_id: NDArray[np.int64]
    speed_ms: NDArray[np.float64]
    incident_id: NDArray[np.int64]
    state: NDArray[np.uint8] = field(default_factory=_none)
    signals: Signals = field(default_factory=_no_signals)

    def __post_init__(self) -> None:
        n = len(self.look)
        if n and not len(self.state):
            object.__setattr__(self, "state", np.zeros(n, np.uint8))
        shapes = {"xyz_m": (n, 3), "size_m": (n, 3)}
        for name in _columns():
            found, wanted = getattr(self, name).shape, shapes.get(name, (n,))
            if found != wanted:
                raise ValueError(f"{name} must have shape {wanted}, one row per actor, but has {found}")

    def __len__(self) -> int:
        return len(self.look)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Scene:
        """Return the scene with only those actors."""
        columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in _columns()}
        return Scene(self.t_ms, **columns, signals=self.signals)


@cache
def _columns() -> tuple[str, ...]:
    """Return what a scene has of each actor."""
    return tuple(column.name for column in fields(Scene) if column.name not in ("t_ms", "signals"))


def empty_scene(t_ms: int) -> Scene:
    """Return a scene without actors."""
    return Scene(
        t_ms,
        look=np.zeros(0, np.uint8),
        xyz_m=np.zeros((0, 3)),
        bearing_deg=np.zeros(0),
        roll_deg=np.zeros(0),
        size_m=np.zeros((0, 3)),
        phase=np.zeros(0),
        variant=np.zeros(0, np.uint32),
        plate=np.zeros(0, "<U12"),
        track_id=np.zeros(0, np.int64),
        speed_ms=np.zeros(0),
        incident_id=np.zeros(0, np.int64),
    )


def join_scenes(t_ms: int, parts: Sequence[Scene]) -> Scene:
    """Return one scene with the actors of all parts, in the order given, and each traffic light once."""
    if not parts:
        return empty_scene(t_ms)
    columns: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _columns()}
    arms, first = np.unique(np.concatenate([part.signals.arm for part in parts]), return_index=True)
    lamps = np.concatenate([part.signals.lamps for part in parts])[first]
    return Scene(t_ms, **columns, signals=Signals(arms, lamps))
