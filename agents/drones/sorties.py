"""The life of a sortie: taken off, standing at its stops, home again, charged; each step an event."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.drones.air_check import Told
from agents.drones.craft import Craft, DroneDoing, Errand
from agents.drones.plan import Plan
from agents.drones.squadron import Squadron
from agents.drones.tower import Cleared, Refused, Tower
from agents.request import Request
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Kind

FLOWN: Final = frozenset(
    {Kind.DRONE_LAUNCHED, Kind.DRONE_FOLLOWED, Kind.DRONE_TURNED_HOME, Kind.DRONE_LANDED, Kind.DRONE_FAILED,
     Kind.DRONE_DOWN}
)  # fmt: skip
AGAIN_MS: Final = 15_000
"""A drone that finds no free way home asks again so much later; its reserved flight holds meanwhile."""


class Sorties:
    """Sends drones, brings them home, and says what they do.

    Args:
        squadron: the drones and their air.
        ready: told when a drone may be sent again.

    Attributes:
        crafts: all drones, in the fleet's order.
        by_id: the same by name.
        tower: clears their flights.
        told: what was said of flights, for the check at the end.
    """

    def __init__(
        self, clock: Clock, log: EventLog, squadron: Squadron, crafts: Sequence[Craft], ready: Callable[[], None]
    ) -> None:
        self._clock, self._log, self._air, self._ready = clock, log, squadron.air, ready
        self.crafts, self.by_id = crafts, {craft.id: craft for craft in crafts}
        self.told: list[Told] = []
        self.tower = Tower(squadron.ways, squadron.air, squadron.operations)

    def send(
        self, craft: Craft, errand: Errand, points: Sequence[NDArray[np.float64]], stays_s: Sequence[float]
    ) -> Cleared | None:
        """Send a drone that is ready over some stops and home; None, with the event, where it may not take off."""
        now = self._clock.now_ms
        self.tower.forget(now)
        cleared = self.tower.stops(craft, points, stays_s, now)
        if isinstance(cleared, Refused):
            self.refuse(cleared, errand.request, errand.patrol, craft.id)
            return None
        craft.charge, craft.since_ms, craft.launched_ms = craft.charge_at(now), now, now
        craft.before_wh = craft.before_m = 0.0
        craft.doing, craft.errand, craft.arrived_ms, craft.linked = DroneDoing.OUT, errand, -1, True
        self._fly(craft, cleared.plan)
        for number, leg in enumerate(cleared.stops):
            self.at(craft, cleared.plan.reached_ms[leg], self._arrived, craft, errand, number)
        last = cleared.stops[-1]
        self.at(craft, cleared.plan.left_ms[last], self._leaves, craft, "charge" if cleared.short else "stay_over")
        self._say_launch(craft, errand, cleared)
        return cleared

    def at(self, craft: Craft, t_ms: int, call: Callable[..., None], *args: Any) -> None:
        """Do something at a time of a drone's flight, unless its plan changes before."""
        craft.dues.append(self._clock.call_after(max(t_ms - self._clock.now_ms, 0), call, *args))

    def refuse(self, why: Refused, request: Request | None, patrol: str = "", drone_id: str = "") -> None:
        """Say that no drone takes off, and why."""
        told = {"request": _key(request), "patrol": patrol, "reason": why.reason, "told": why.told}
        self.say(Kind.DRONE_REFUSED, drone_id, request, None, told)

    def turn_home(self, craft: Craft, why: str) -> None:
        """Let a drone fly home at once, or as soon as a way is free; its reserved flight leads there anyway."""
        if craft.doing not in (DroneDoing.OUT, DroneDoing.STATION):
            return
        now = self._clock.now_ms
        self.tower.forget(now)
        plan = self.tower.home(craft, now)
        if plan is None:
            self._clock.call_after(AGAIN_MS, self._turn_again, craft, craft.launched_ms, why)
            return
        self._change(craft, plan)
        self._say_home(craft, why, plan)

    def go_on(self, craft: Craft, plan: Plan) -> None:
        """Let a drone on station fly another plan that is cleared, and leave its last stand by that one."""
        self._change(craft, plan)
        self.at(craft, plan.stands_until_ms, self._leaves, craft, "charge")

    def _change(self, craft: Craft, plan: Plan) -> None:
        now, flown = self._clock.now_ms, craft.plan
        if flown is not None:
            craft.before_wh += flown.spent_at_wh(now)
            craft.before_m += flown.length_m(now)
        self._fly(craft, plan)

    def _turn_again(self, craft: Craft, launched_ms: int, why: str) -> None:
        if craft.launched_ms == launched_ms:
            self.turn_home(craft, why)

    def lose(self, craft: Craft) -> None:
        """A drone does not fly any more: nothing of its flight is due."""
        errand, now = craft.errand, self._clock.now_ms
        craft.drop_dues()
        if craft.plan is not None and craft.doing is not DroneDoing.DOCK:
            craft.charge, craft.since_ms, craft.plan = craft.charge_at(now), now, craft.plan.ended(now)
        craft.doing, craft.broken, craft.errand = DroneDoing.DOWN, True, None
        if errand is not None:
            errand.over(craft)

    def _fly(self, craft: Craft, plan: Plan) -> None:
        craft.drop_dues()
        craft.plan = plan
        self.at(craft, int(plan.t_ms[-1]), self._landed, craft)

    def _arrived(self, craft: Craft, errand: Errand, stop: int) -> None:
        now = self._clock.now_ms
        craft.doing = DroneDoing.STATION
        if craft.arrived_ms < 0:
            craft.arrived_ms = now
        x_m, y_m, z_m = craft.place_m(now).tolist()
        told = {"request": _key(errand.request), "patrol": errand.patrol, "point": stop if errand.patrol else None}
        told |= {"x_m": round(x_m, 1), "y_m": round(y_m, 1), "height_m": round(z_m, 1)}
        self.say(Kind.DRONE_ARRIVED, craft.id, errand.request, (now - craft.launched_ms) / 1000, told)
        errand.arrived(craft, stop)

    def _leaves(self, craft: Craft, why: str) -> None:
        """Its stay is over, and it flies home as reserved."""
        self._say_home(craft, "patrol_over" if craft.errand is not None and craft.errand.patrol else why, None)

    def _say_home(self, craft: Craft, why: str, plan: Plan | None) -> None:
        now, errand = self._clock.now_ms, craft.errand
        craft.doing = DroneDoing.HOME
        stood_s = (now - craft.arrived_ms) / 1000 if craft.arrived_ms >= 0 else 0.0
        told: dict[str, Any] = {"request": _key(craft.request), "why": why}
        if plan is not None:
            told["track"] = plan.track()
        self.say(Kind.DRONE_TURNED_HOME, craft.id, craft.request, stood_s, told)
        if errand is not None:
            errand.over(craft)

    def _landed(self, craft: Craft) -> None:
        now, plan = self._clock.now_ms, craft.plan
        energy_wh = craft.taken_wh(now)
        far_m = craft.before_m + (plan.length_m() if plan is not None else 0.0)
        request = craft.request
        craft.charge, craft.since_ms = craft.charge_at(now), now
        flown_s = (now - craft.launched_ms) / 1000
        craft.doing, craft.errand, craft.linked = DroneDoing.DOCK, None, True
        craft.drop_dues()
        again_ms = self._ready_again_ms(craft)
        told = {
            "request": _key(request), "dock": craft.spec.dock, "energy_wh": round(energy_wh, 3),
            "distance_m": round(far_m, 1), "flight_s": flown_s, "charged_ms": again_ms,
        }  # fmt: skip
        self.say(Kind.DRONE_LANDED, craft.id, request, round(craft.charge, 6), told)
        self._clock.call_after(again_ms - now, self._charged, craft, now)

    def _ready_again_ms(self, craft: Craft) -> int:
        """When it has charged to half way between the reserve and full, or now where it still has so much."""
        wanted = (1.0 + craft.flyer.drone.battery.reserve.value) / 2
        return self._clock.now_ms + round(1000 * max(wanted - craft.charge, 0.0) * craft.spec.full_charge_s)

    def _charged(self, craft: Craft, since_ms: int) -> None:
        if craft.doing is DroneDoing.DOCK and craft.since_ms == since_ms and not craft.broken:
            self._ready()

    def _say_launch(self, craft: Craft, errand: Errand, cleared: Cleared) -> None:
        first, plan, now = cleared.stops[0], cleared.plan, self._clock.now_ms
        out_m = plan.length_m(plan.reached_ms[first])
        told = {
            "request": _key(errand.request), "why": errand.why, "patrol": errand.patrol, "dock": craft.spec.dock,
            "drone": craft.spec.drone, "charge": round(craft.charge, 6), "height_m": cleared.height_m,
            "distance_m": round(out_m, 1), "wait_s": cleared.wait_s,
            "wind_ms": [round(part, 2) for part in self._air.wind_ms(now).tolist()], "track": plan.track(),
        }  # fmt: skip
        self.say(Kind.DRONE_LAUNCHED, craft.id, errand.request, (plan.reached_ms[first] - now) / 1000, told)

    def say(
        self, kind: Kind, drone_id: str, request: Request | None, value: float | None, told: dict[str, Any],
        incident_id: int | None = None,
    ) -> None:  # fmt: skip
        """Log something a drone did, with what its request's teams are logged with."""
        detail = json.dumps(told)
        if kind in FLOWN:
            self.told.append((self._clock.now_ms, str(kind), drone_id, value, told))
        if request is None:
            self._log.emit(self._clock.now_ms, kind, incident_id, None, None, drone_id, "", -1, value, detail)
            return
        first = request.first
        self._log.emit(
            self._clock.now_ms, kind, request.incident_id if incident_id is None else incident_id, first.call_id,
            first.alarm_id, drone_id, "", first.node, value, detail,
        )  # fmt: skip


def _key(request: Request | None) -> int | None:
    return None if request is None else request.key
