"""A drone at a request: it looks, says what it saw, watches on, and hands over before its battery runs low."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.drones.chain import Chain, Spared, is_open
from agents.drones.craft import Craft, DroneDoing
from agents.drones.seeing import Seer
from agents.drones.settings import Operations
from agents.drones.sorties import Sorties
from agents.drones.tower import Refused
from agents.request import Request
from twin.clock import Clock
from twin.records import Incident, Kind
from twin.streams import happens_one

NOBODY: Final = Refused("no_drone", "no drone is ready to take the watch over")
POLL_MS: Final = 10_000
"""How often a drone on watch looks whether it is still needed."""


@dataclass(frozen=True)
class Ground:
    """What visits stand on.

    Attributes:
        relieve: sends another drone to take over from one, once it is time.
        looked: told when a request has been looked at, so that the policy may decide.
        missed: told when the drone sent to it will not tell of it.
        follow: begins to follow a vehicle that was seen.
    """

    clock: Clock
    sorties: Sorties
    chain: Chain
    seer: Seer
    work: Operations
    seed: int
    incidents: Mapping[int, Incident]
    relieve: Callable[[Craft, Visit], None]
    looked: Callable[[Request], None]
    missed: Callable[[Request], None]
    follow: Callable[[Craft, Visit, Incident], None]


@dataclass(eq=False)
class Visit:
    """One drone's errand to a request.

    Attributes:
        why: ``request``, or ``relief`` where it takes over from another.
        relieves: that other one.
        relief: the visit that takes over from this one.
        confirmed: whether an incident was seen, by it or by the one before it.
        left_ms: when it turned home, -1 before that.
        attended_ms: when it first saw a team at work, -1 before that.
        told: whether it has said what it saw.
        bigger: whether what it saw is bigger than reported.
        asks_ms: when a relief is looked for next.
        follows: whether it follows a vehicle, until the first team is where that was seen.
    """

    ground: Ground
    request: Request
    why: str = "request"
    patrol: str = ""
    relieves: tuple[Craft, Visit] | None = None
    relief: Visit | None = None
    confirmed: bool = False
    left_ms: int = -1
    attended_ms: int = -1
    told: bool = False
    follows: bool = False
    bigger: bool = False
    asks_ms: int = 0

    def arrived(self, craft: Craft, stop: int) -> None:
        """Take over the watch, or look."""
        if self.relieves is not None:
            self._take_over(craft, *self.relieves)
        if not craft.linked:
            return
        if self.confirmed:
            self._watch(craft, craft.launched_ms)
            return
        ground, now = self.ground, self.ground.clock.now_ms
        until_ms = now + round(1000 * ground.work.look_s)
        seen = self._first_seen(craft, now, until_ms)
        if seen is not None:
            t_ms, incident = seen
            ground.sorties.at(craft, t_ms + round(1000 * ground.work.judge_s), self._confirm, craft, incident)
        else:
            ground.sorties.at(craft, until_ms, self._conclude, craft)

    def over(self, craft: Craft) -> None:
        """It turns home; a watch that is not over is without a drone from now on, until its relief comes."""
        self.left_ms = self.ground.clock.now_ms
        if not self.told and self.relieves is None:
            self.ground.missed(self.request)
        if self.confirmed and is_open(self.request) and self._is_watched_to_the_end and self.relief is None:
            self.ground.sorties.refuse(NOBODY, self.request)

    def _first_seen(self, craft: Craft, now: int, until_ms: int) -> tuple[int, Incident] | None:
        """When which of the incidents behind the request raises the alarm in its picture."""
        at_m, hfov_deg = craft.place_m(now), self.ground.work.close_hfov_deg
        found = []
        for incident_id in self.request.incident_ids:
            incident = self.ground.incidents[incident_id]
            t_ms = self.ground.seer.sees_ms(at_m, hfov_deg, incident, now, until_ms)
            if t_ms is not None:
                found.append((t_ms, incident_id, incident))
        if not found:
            return None
        t_ms, _, incident = min(found, key=lambda one: one[:2])
        return t_ms, incident

    def _confirm(self, craft: Craft, incident: Incident) -> None:
        ground, request = self.ground, self.request
        self.confirmed, self.bigger = True, incident.level > 1
        needed = is_open(request) and not ground.chain.is_attended(request)
        more = ground.chain.scenes.report(craft.id, request.first.node, request, incident) if needed else []
        self._say(craft, "confirmed", {"more": more}, incident.id)
        ground.looked(request)
        if ground.seer.rule_of(incident).kind == "listed_plate":
            self.follows = True
            ground.follow(craft, self, incident)
        self._watch(craft, craft.launched_ms)

    def _conclude(self, craft: Craft) -> None:
        """It saw nothing: somebody says that there is nothing, or that it cannot be told."""
        ground, request = self.ground, self.request
        real = bool(request.incident_ids)
        chance = ground.work.p_nothing_if_unseen if real else ground.work.p_nothing_if_false
        nothing = happens_one(ground.seed, "drone says nothing", chance, *request.first.ties)
        spared = Spared()
        if nothing and ground.chain.may_spare(request, ground.work.spares):
            spared = ground.chain.spare(request)
        told = {"mistake": nothing and real, "spared": spared.units, "recalled": list(spared.recalled)}
        self._say(craft, "nothing_there" if nothing else "unclear", told, None)
        ground.looked(request)
        ground.sorties.turn_home(craft, "spared" if spared.units else "done")

    def _say(self, craft: Craft, saw: str, told: dict[str, Any], incident_id: int | None) -> None:
        self.told = True
        about = {"request": self.request.key, "saw": saw, "mistake": False, "spared": 0, "recalled": [], "more": []}
        since_s = (self.ground.clock.now_ms - self.request.first.t_ms) / 1000
        self.ground.sorties.say(
            Kind.DRONE_SAW, craft.id, self.request, since_s, about | {"patrol": "", "point": None} | told, incident_id
        )

    def _watch(self, craft: Craft, flight_ms: int) -> None:
        """Look on as long as it is needed."""
        if craft.launched_ms != flight_ms or craft.doing is not DroneDoing.STATION or not craft.linked:
            return
        ground, now = self.ground, self.ground.clock.now_ms
        if not is_open(self.request):
            ground.sorties.turn_home(craft, "done")
            return
        if self.attended_ms < 0 and ground.chain.is_attended(self.request):
            self.attended_ms = now
        if self._is_watched_to_the_end:
            if self.relief is None:
                ground.relieve(craft, self)
        elif self.attended_ms >= 0 and now - self.attended_ms >= 1000 * ground.work.watch_s:
            ground.sorties.turn_home(craft, "done")
            return
        ground.clock.call_after(POLL_MS, self._watch, craft, flight_ms)

    @property
    def _is_watched_to_the_end(self) -> bool:
        asked = self.request.priority in self.ground.work.overwatch_priorities
        return not self.follows and (asked or self.bigger)

    def _take_over(self, craft: Craft, other: Craft, before: Visit) -> None:
        ground, now = self.ground, self.ground.clock.now_ms
        there = other.doing is DroneDoing.STATION and other.request is self.request
        left_ms = other.stays_until_ms if there else before.left_ms
        told = {"request": self.request.key, "to": craft.id}
        if is_open(self.request):
            ground.sorties.say(Kind.DRONE_HANDED_OVER, other.id, self.request, (left_ms - now) / 1000, told)
        self.confirmed, self.bigger, self.attended_ms = before.confirmed, before.bigger, before.attended_ms
        if there:
            ground.sorties.turn_home(other, "relieved")
