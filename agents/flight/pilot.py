"""The rules a drone flies by beside its plan: start, return, emergencies, and how a flight ends.

One rotor of four that stops leaves no way to hold the attitude, so the rule is: all rotors off within 0.3 s, the
parachute where the class has one; without one it falls. It is told where, how fast and on what it came down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.flight.craft import CANOPY, CONTROL_HZ, FLYING, IDLE, OFF
from agents.flight.homeward import energy_home_j
from agents.flight.orders import Order
from agents.flight.path import Course, plan_of
from agents.flight.reference import SPEED, WAY, X
from agents.flight.world import FlightWorld

SPIN_UP_S: Final = 1.0
NOTICED_S: Final = 0.2
STALLED_S: Final = 20.0
SOFT_MS: Final = 2.0
LEVEL: Final = 0.7
"""Assumed: time to spin up, to notice a failure, to give up against the wind; what is a soft and a level touch."""
RULES_EVERY: Final = CONTROL_HZ // 10


class Phase(StrEnum):
    """Where in its flight a drone is."""

    STARTING = "starting"
    ON_ORDER = "on_order"
    RETURNING = "returning"
    LANDING = "landing"
    DOWN_BY_RULE = "coming_down"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened in a flight, in simulated seconds of its world."""

    t_s: float
    what: str


class Pilot:
    """One drone's rules: :meth:`touch` at each contact, :meth:`look` every ``RULES_EVERY`` steps of the world.

    Args:
        world: where it flies; the drone is added to it.
        order: what it is to do.
    """

    def __init__(self, world: FlightWorld, order: Order) -> None:
        self.world, self.order = world, order
        self.course = order.course()
        x, y, pad = order.home_m
        plan = plan_of(self.course, order.drone, self._wind)
        self.number = world.add(
            order.name, order.drone, (x, y, pad + order.rests_m), plan, order.payload_kg, order.charge
        )
        self.phase, self.told, self.ending = Phase.STARTING, [Told(world.t_s, "rotors on")], ""
        self._begun_s, self._waits_s, self._stopped_s = world.t_s, 0.0, -1.0
        self._impact_ms = 0.0
        self.state["floor"] = pad

    @property
    def state(self) -> Any:
        """The drone's row of ``STATE``."""
        return self.world.state[self.number]

    @property
    def craft(self) -> Any:
        """The drone's row of ``CRAFT``."""
        return self.world.craft[self.number]

    @property
    def at_m(self) -> NDArray[np.float64]:
        """(3,) where it is, city metres."""
        return np.asarray(self.world.truth[self.number, :3] + [*self.world.solid.origin_m, 0.0])

    @property
    def charge(self) -> float:
        """Share of the charge that is left."""
        return 1.0 - float(self.state["drawn_as"] / self.craft["capacity_as"])

    @property
    def ended(self) -> bool:
        """Whether the flight is over."""
        return self.phase is Phase.ENDED

    def look(self) -> None:
        """Apply the rules."""
        if self.ended:
            return
        self._fail_rotors()
        at = self.at_m
        if self.phase is Phase.STARTING and self.world.t_s - self._begun_s >= SPIN_UP_S:
            self.state["mode"], self.phase = FLYING, Phase.ON_ORDER
            self._tell("takes off")
        if self.phase in (Phase.ON_ORDER, Phase.RETURNING, Phase.LANDING):
            home = np.hypot(at[0] - self.order.home_m[0], at[1] - self.order.home_m[1])
            self.state["marker"] = int(home < 4.0 and at[2] - self.order.home_m[2] < 10.0)
            self._charge_rules()
        if self.phase is Phase.ON_ORDER:
            self._leave_rules(at)
        if self.phase is Phase.DOWN_BY_RULE:
            self._come_down()

    def _leave_rules(self, at: NDArray[np.float64]) -> None:
        if not self.order.fence.holds(*at):
            self.go_home("left its fence")
            return
        lag = self.state["goal"] - self.state["place"]
        self._waits_s = self._waits_s + RULES_EVERY / CONTROL_HZ if np.linalg.norm(lag) > 6.0 else 0.0
        if self._waits_s > STALLED_S:
            self.go_home("cannot keep to its plan in this wind")

    def _charge_rules(self) -> None:
        battery = self.order.drone.battery
        if self.charge <= 0.0:
            self._all_off("out of charge in the air")
            return
        if self.world.ticks % CONTROL_HZ or self.phase is Phase.LANDING:
            return
        if self.charge <= battery.critical.value and self.at_m[2] - float(self.state["floor"]) > 2.0:
            self.land_here("charge is critical")
        elif self.phase is Phase.ON_ORDER and self._beyond_turning():
            self.go_home("low charge")

    def _beyond_turning(self) -> bool:
        """Return whether flying on would bring it home with less than half of its reserve."""
        needs = energy_home_j(self.order, self.craft, self.at_m, self._wind)
        battery = self.order.drone.battery
        return self.charge - needs / (battery.energy_wh.value * 3600) < 0.5 * battery.reserve.value

    def go_home(self, why: str) -> None:
        """Break off and fly home."""
        at, ahead, speed = self._stand_ahead()
        self._replan(self.order.course_home(at, ahead), speed)
        self.phase = Phase.RETURNING
        self._tell(f"{why}: returns home")

    def land_here(self, why: str) -> None:
        """Break off and land where it is."""
        at, ahead, speed = self._stand_ahead()
        self._replan(self.order.course_down(at, ahead, float(self.state["floor"])), speed)
        self.phase = Phase.LANDING
        self._tell(f"{why}: lands where it is")

    def _stand_ahead(self) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Return where its plan is now, where it can come to a stand along it, and its speed."""
        row = self.world.plan_row(self.number)
        at = self.state["goal"] + [*self.world.solid.origin_m, 0.0]
        speed = float(np.linalg.norm(self.state["goal_pace"]))
        way = row[WAY : WAY + 3] if speed > 0.1 else np.array([0.0, 0.0, 1.0])
        ahead = at + way * max(speed**2 / (2 * self.order.drone.limits.accel_ms2.value), 0.2)
        return at, ahead, min(speed, float(row[SPEED]) + 0.1)

    def _replan(self, course: Course, speed: float) -> None:
        self.course = course
        plan = plan_of(course, self.order.drone, self._wind, float(self.state["yaw_to"]), speed)
        self.world.fly(self.number, plan)

    @property
    def _wind(self) -> NDArray[np.float64]:
        return np.asarray(self.world.air.wind_ms)

    def _fail_rotors(self) -> None:
        now = self.world.t_s - self._begun_s
        for stop in self.order.stops:
            if now >= stop.at_s and not self.state["stopped"][stop.rotor]:
                self.state["stopped"][stop.rotor] = 1
                self._stopped_s = self._stopped_s if self._stopped_s >= 0 else now
                self._tell(f"rotor {stop.rotor} stops")
        noticed = self._stopped_s >= 0 and now - self._stopped_s >= NOTICED_S
        if noticed and self.state["mode"] in (FLYING, IDLE):
            self._all_off("rotor failure")

    def _all_off(self, why: str) -> None:
        self.state["mode"], self.phase = OFF, Phase.DOWN_BY_RULE
        self._stopped_s = self.world.t_s - self._begun_s if self._stopped_s < 0 else self._stopped_s
        self.ending = why
        has = "opens its parachute" if self.order.drone.parachute else "falls: its class has no parachute"
        self._tell(f"{why}: all rotors off, {has}")

    def _come_down(self) -> None:
        chute = self.order.drone.parachute
        since = self.world.t_s - self._begun_s - self._stopped_s
        hit = self.ending.startswith("collided")
        if chute is not None and not hit and self.state["mode"] == OFF and since >= chute.opens_s.value:
            self.state["mode"] = CANOPY
        if hit and (np.linalg.norm(self.world.truth[self.number, 7:10]) < 0.2 or since > 30.0):
            self._end(self.ending)

    def touch(self, contacts: list[tuple[int, NDArray[np.float64]]]) -> None:
        """Take note of bodies touched in this step, each with the normal (3,) from that body."""
        if self.ended:
            return
        on, normal = max(contacts, key=lambda contact: float(contact[1][2]))
        speed_ms = float(np.linalg.norm(self.world.came_ms[self.number]))
        soft = normal[2] > LEVEL and speed_ms < SOFT_MS
        name = self.world.solid.name_of(on)
        if self.phase is Phase.DOWN_BY_RULE:
            if not self.ending.startswith("collided"):
                self._impact_ms = speed_ms
                self._end(f"{self.ending}: came down on {name} at {speed_ms:.1f} m/s")
        elif not soft:
            self._impact_ms = speed_ms
            self.state["mode"], self.phase, self.ending = OFF, Phase.DOWN_BY_RULE, f"collided with {name}"
            self._stopped_s = self.world.t_s - self._begun_s
            self._tell(f"collides with {name} at {speed_ms:.1f} m/s")
        elif self._is_down(name):
            self.state["mode"] = OFF
            home = float(np.hypot(*(self.at_m[:2] - self.order.home_m[:2])))
            where = (
                f"at its dock, {home:.2f} m off the middle" if home < 3.0 else f"on {name}, {home:.0f} m from its dock"
            )
            self._end(f"landed {where}")

    def _is_down(self, name: str) -> bool:
        """Return whether a soft touch is the landing its plan leads to, not the standing before take-off."""
        row = self.world.plan_row(self.number)
        return bool(self.phase is not Phase.STARTING and row[WAY + 2] < -LEVEL and row[X + 2] < self.at_m[2] + 1.0)

    def _end(self, how: str) -> None:
        self.phase, self.ending = Phase.ENDED, how
        self.state["mode"] = OFF
        self._tell(how)

    def _tell(self, what: str) -> None:
        self.told.append(Told(self.world.t_s, what))

    @property
    def impact_ms(self) -> float:
        """Speed at which it hit something; 0 for a landing."""
        return self._impact_ms
