"""Drone parts: which requests get a drone, whether their teams wait for its word, and who flies the rounds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

import numpy as np

from agents.policy import Ints, View
from agents.policy_drones import DroneChoice, Launch, Lookout, Patrol

MOST_REFUSALS: Final = 2
"""A request to which drones were sent in vain so often gets no further one."""
OLDEST_MS: Final = 1_800_000
"""A request whose first notice is older gets none any more (assumed)."""


class DronePart(ABC):
    """Goes through what could be looked at, the most urgent first, and sends the nearest ready drone where one is due.

    Drones that are left fly the rounds that are due.
    """

    flies = True

    @abstractmethod
    def wants(self, lookout: Lookout, drone_ms: int) -> bool:
        """Return whether a request is worth a drone that would be there after ``drone_ms``."""

    def may_want(self, lookout: Lookout) -> bool:
        """Return whether it could be, however near a drone is; those it could not be are not looked up."""
        return True

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[DroneChoice]:
        """Return launches, then patrols."""
        ready = view.drones.ready.copy()
        choices: list[DroneChoice] = []
        for lookout, row, drone_ms in self._nearest(view, ready):
            if self.wants(lookout, drone_ms):
                ready[row] = False
                choices.append(Launch(str(view.drones.id[row]), lookout.request))
        return [*choices, *_patrols(view, ready)]

    def waits_for_drone(self, view: View) -> Sequence[int]:
        """Return none: teams go at once."""
        return ()

    def _nearest(self, view: View, ready: np.ndarray):  # type: ignore[no-untyped-def]
        """Yield each request with the ready drone that is there first, of equals the first, and its time.

        It ends with the last ready drone; where none was ready at all it goes on, so that this is said of each.
        """
        none = not ready.any()
        for lookout in view.lookouts:
            if not none and not ready.any():
                return
            fresh = view.now_ms - lookout.since_ms <= OLDEST_MS
            if fresh and lookout.refused < MOST_REFUSALS and self.may_want(lookout):
                row, drone_ms = soonest_drone(view.drone_ms(lookout.request), ready)
                if row >= 0:
                    yield lookout, row, drone_ms


def soonest_drone(drone_ms: Ints, ready: np.ndarray) -> tuple[int, int]:
    """Return the row of the ready drone that is there first and its time, (-1, -1) where none can be."""
    rows = np.flatnonzero(ready & (drone_ms >= 0))
    if not len(rows):
        return -1, -1
    row = int(rows[np.argmin(drone_ms[rows])])
    return row, int(drone_ms[row])


def _patrols(view: View, ready: np.ndarray) -> list[DroneChoice]:
    rows = {str(name): row for row, name in enumerate(view.drones.id)}
    choices: list[DroneChoice] = []
    for due in view.rounds:
        free = [rows[name] for name in due.drones if name in rows and ready[rows[name]]]
        if free:
            ready[free[0]] = False
            choices.append(Patrol(str(view.drones.id[free[0]]), due.name))
    return choices


class DroneFirst(DronePart):
    """Sends the nearest ready drone that can go, look and return with its reserve to all that can be seen."""

    name = "drone_first"

    def __init__(self, alarms_only: bool = False) -> None:
        self._alarms_only = alarms_only

    def may_want(self, lookout: Lookout) -> bool:
        """Return whether alarms and calls, or alarms alone, get one."""
        return lookout.alarm or not self._alarms_only

    def wants(self, lookout: Lookout, drone_ms: int) -> bool:
        """Return True."""
        return True


class DroneWhereLate(DronePart):
    """Sends the nearest ready drone where it beats the first team by a margin, or where no team is sent."""

    name = "drone_where_late"

    def __init__(self, margin_s: float = 60.0) -> None:
        if margin_s < 0:
            raise ValueError(f"margin_s must not be negative, but is {margin_s}")
        self._margin_ms = round(1000 * margin_s)

    def may_want(self, lookout: Lookout) -> bool:
        """Return whether the first team is late enough for any drone."""
        return lookout.team_ms < 0 or lookout.team_ms > self._margin_ms

    def wants(self, lookout: Lookout, drone_ms: int) -> bool:
        """Return whether the drone is there so much sooner."""
        return lookout.team_ms < 0 or drone_ms + self._margin_ms <= lookout.team_ms


class DroneLooksFirst(DronePart):
    """Sends the nearest ready drone; where it is there soon, teams for what can wait are sent after its look."""

    name = "drone_looks_first"

    def __init__(self, at_most_s: float = 240.0, from_priority: int = 3) -> None:
        if at_most_s < 0 or not 1 <= from_priority <= 3:
            raise ValueError(f"at_most_s not negative, from_priority 1 to 3, but got {at_most_s} and {from_priority}")
        self._at_most_ms, self._from = round(1000 * at_most_s), from_priority

    def wants(self, lookout: Lookout, drone_ms: int) -> bool:
        """Return True."""
        return True

    def waits_for_drone(self, view: View) -> Sequence[int]:
        """Return those that a drone is about to tell of, and those that one will be sent to and reach soon."""
        if not len(view.drones.id):
            return ()
        held = list(view.awaited)
        ready = view.drones.ready.copy()
        for lookout, row, drone_ms in self._nearest(view, ready):
            ready[row] = False
            if lookout.team_ms < 0 and drone_ms <= self._at_most_ms:
                held.append(lookout.request)
        urgent = {waiting.request for waiting in view.waiting if waiting.priority < self._from}
        return [request for request in held if request not in urgent]


class Grounded(DronePart):
    """Sends no drone: what a fleet with drones is compared with."""

    name = "grounded"

    def may_want(self, lookout: Lookout) -> bool:
        """Return False."""
        return False

    def wants(self, lookout: Lookout, drone_ms: int) -> bool:
        """Return False."""
        return False

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[DroneChoice]:
        """Return nothing, rounds neither."""
        return []
