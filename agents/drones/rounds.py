"""A drone on a round over gaps: what it sees becomes an alarm like any other camera's."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.drones.craft import Craft
from agents.drones.seeing import Seer
from agents.drones.sorties import Sorties
from agents.request import Request
from sensors.alarms import AlarmRule
from twin.clock import Clock
from twin.records import Alarm, Incident, Kind, Sighting, Visual
from twin.streams import draw_one, happens_one

HOUR_S: Final = 3600.0


@dataclass(frozen=True)
class Lookers:
    """What rounds stand on.

    Attributes:
        incidents: of the day, by id.
        reach_m: how far to each side a drone looks.
        raise_alarm: hands an alarm to the operators who verify it.
        sighted: keeps a sighting.
        nearest_node: drivable node nearest to a point.
    """

    clock: Clock
    sorties: Sorties
    seer: Seer
    seed: int
    incidents: Sequence[Incident]
    reach_m: float
    raise_alarm: Callable[[Alarm], None]
    sighted: Callable[[Sighting], None]
    nearest_node: Callable[[float, float], int]

    def near(self, at_m: NDArray[np.float64], from_ms: int, until_ms: int) -> list[Incident]:
        """Return the incidents within reach of a place (3,) that show at some moment of a time."""
        return [
            incident
            for incident in self.incidents
            if incident.visual is not Visual.NONE
            and incident.t_ms < until_ms
            and incident.t_ms + incident.visible_ms > from_ms
            and (incident.x_m - at_m[0]) ** 2 + (incident.y_m - at_m[1]) ** 2 <= self.reach_m**2
        ]


@dataclass(eq=False)
class Round:
    """One flight of a round.

    Attributes:
        patrol: its name.
        stays_s: at each point.
        seen: incidents that it has told of.
    """

    look: Lookers
    patrol: str
    stays_s: tuple[float, ...]
    why: str = "patrol"
    request: Request | None = None
    seen: set[int] = field(default_factory=set)

    def arrived(self, craft: Craft, stop: int) -> None:
        """Look all round from a point, as long as it stands there."""
        if not craft.linked:
            return
        look, now = self.look, self.look.clock.now_ms
        until_ms = now + round(1000 * self.stays_s[stop])
        at_m, hfov_deg = craft.place_m(now), craft.flyer.drone.camera.hfov_deg.value
        share = hfov_deg / 360.0
        for incident in look.near(at_m, now, until_ms):
            t_ms = look.seer.sees_ms(at_m, hfov_deg, incident, now, until_ms, share, f"round sees {self.patrol}")
            if t_ms is not None and incident.id not in self.seen:
                self.seen.add(incident.id)
                look.sorties.at(craft, t_ms, self._sight, craft, stop, incident)
        for rule in look.seer.rules.rules:
            self._mistake(craft, stop, rule, at_m)

    def over(self, craft: Craft) -> None:
        """Nothing more comes of it."""

    def _sight(self, craft: Craft, stop: int, incident: Incident) -> None:
        rule = self.look.seer.rule_of(incident)
        plate = incident.plate if rule.kind == "listed_plate" else ""
        self._tell(craft, stop, rule, (incident.x_m, incident.y_m), incident.node, incident.id, plate)
        since_s = (self.look.clock.now_ms - incident.t_ms) / 1000
        told = {"request": None, "saw": "sighting", "mistake": False, "spared": 0, "recalled": [], "more": []}
        about = {"patrol": self.patrol, "point": stop}
        self.look.sorties.say(Kind.DRONE_SAW, craft.id, None, since_s, told | about, incident.id)

    def _mistake(self, craft: Craft, stop: int, rule: AlarmRule, at_m: NDArray[np.float64]) -> None:
        """A false alarm in its picture, at the rate of fixed cameras."""
        look, now = self.look, self.look.clock.now_ms
        light, _ = look.seer.light_at(now)
        rates_h = look.seer.false_alarms.get(rule.name)
        if rates_h is None:
            return
        stay_s = self.stays_s[stop]
        chance = -math.expm1(-rates_h[light] * stay_s / HOUR_S)  # of one or more; more than one is left out
        ties = zlib.crc32(craft.id.encode()), zlib.crc32(rule.name.encode()), now
        if not happens_one(look.seed, "drone false alarm", chance, *ties):
            return
        part, turn, far = (draw_one(look.seed, f"drone false alarm {what}", *ties) for what in ("when", "turn", "far"))
        away_m, angle = look.reach_m * float(np.sqrt(far)), 2 * np.pi * turn
        place = float(at_m[0] + away_m * np.sin(angle)), float(at_m[1] + away_m * np.cos(angle))
        node = look.nearest_node(*place)
        look.sorties.at(craft, now + round(1000 * stay_s * part), self._tell, craft, stop, rule, place, node, None, "")

    def _tell(
        self, craft: Craft, stop: int, rule: AlarmRule, at_m: tuple[float, float], node: int, incident_id: int | None,
        plate: str,
    ) -> None:  # fmt: skip
        look, now = self.look, self.look.clock.now_ms
        fit = look.seer.model.fit_of(rule.name)
        look.sighted(Sighting(now, craft.id, rule.name, fit.score, *at_m, incident_id, plate, "drone"))
        look.raise_alarm(
            Alarm(-1, now, craft.id, rule.name, rule.service, rule.category, rule.priority, node, *at_m, incident_id,
                  plate, "drone")
        )  # fmt: skip
