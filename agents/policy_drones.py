"""What a drone part of a policy is shown of the drones, and what it may decide; beside :mod:`agents.policy`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class DronesView:
    """All drones as arrays, set non-writable; row order is the fleet's order.

    Attributes:
        id: (n,) str.
        drone: (n,) str, the class.
        dock: (n,) str, of its dock.
        x_m, y_m: (n,) float64, where it is, in city metres.
        charge: (n,) float64, share of a full battery.
        ready: (n,) bool, stands on its dock and can be sent.
        doing: (n,) str: ``dock``, ``out``, ``station``, ``home`` or ``down``.
        request: (n,) int64, the request it is sent to or at, or -1.
    """

    id: NDArray[np.str_]
    drone: NDArray[np.str_]
    dock: NDArray[np.str_]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    charge: NDArray[np.float64]
    ready: NDArray[np.bool_]
    doing: NDArray[np.str_]
    request: Ints


@dataclass(frozen=True, slots=True)
class Lookout:
    """An open request that can be seen from the air: no drone has looked at it or is on its way, no team is there yet.

    Attributes:
        request: its number; ``Launch`` names it.
        since_ms: when its first notice reached the centre.
        service, category, priority, node, x_m, y_m: what is known of it.
        alarm: whether a camera alarm opened it, and not a call.
        team_ms: how long until the first team under way is there; -1 where none is sent.
        refused: how often a drone sent to it was kept on its dock, by traffic for instance.
    """

    request: int
    since_ms: int
    service: str
    category: str
    priority: int
    node: int
    x_m: float
    y_m: float
    alarm: bool
    team_ms: int = -1
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """A round over gaps that is due.

    Attributes:
        name: ``Patrol`` names it.
        due_ms: since when.
        drones: who may fly it, the first that is ready first.
    """

    name: str
    due_ms: int
    drones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Launch:
    """Send a drone that is ready to a request."""

    drone_id: str
    request: int


@dataclass(frozen=True, slots=True)
class Recall:
    """Let a drone that is in the air fly home."""

    drone_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Patrol:
    """Send a drone that is ready on a round that is due."""

    drone_id: str
    name: str


DroneChoice = Launch | Recall | Patrol
