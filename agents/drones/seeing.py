"""What a drone's camera sees: by the fitted model that all cameras have, from where the drone stands."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.alarms import AlarmRule, AlarmRules
from sensors.cameras import Camera, fleet_of
from sensors.encounters import Encounter, LightAt, encounters, first_second
from sensors.false_alarms import Rates
from sensors.fitted import FittedModel
from sensors.frailty import frailty_of
from twin.city.heights import HeightRaster
from twin.records import Incident, Visual
from twin.streams import draw_one, happens_one

WIDTH_PX: Final = 3840
HEIGHT_PX: Final = 2160
"""Of the picture that reaches the recogniser (assumed: what dock drones send)."""
REACH_M: Final = 400.0
"""How far away anything is looked for at all (assumed)."""


def drone_camera(
    name: str, at_m: NDArray[np.float64], hfov_deg: float, towards_m: tuple[float, float], range_m: float = REACH_M
) -> Camera:
    """Return the camera under a drone, on its levelled mount, turned to a point on the ground.

    Args:
        name: of the drone.
        at_m: (3,) where it stands, city metres.
        hfov_deg: of its class.
        towards_m: where it looks.
        range_m: how far it is counted on.
    """
    east, north = towards_m[0] - float(at_m[0]), towards_m[1] - float(at_m[1])
    away = math.hypot(east, north)
    bearing = math.degrees(math.atan2(east, north)) % 360.0
    pitch = max(-math.degrees(math.atan2(float(at_m[2]), away)), -90.0)
    return Camera(
        name, "drone", float(at_m[0]), float(at_m[1]), float(at_m[2]), bearing if bearing < 360.0 else 0.0, pitch,
        hfov_deg, WIDTH_PX, HEIGHT_PX, range_m,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Seer:
    """Looks through drones' cameras.

    Attributes:
        heights: what stands in the way.
        model, rules: the fitted camera model, and what is an alarm.
        light_at: light and weather at a time.
        seed: of the draws, each tied to an incident.
        false_alarms: per camera-hour by rule and light, as fixed cameras have them.
    """

    heights: HeightRaster
    model: FittedModel
    rules: AlarmRules
    light_at: LightAt
    seed: int
    false_alarms: Rates = field(default_factory=dict)

    def sees_ms(
        self, at_m: NDArray[np.float64], hfov_deg: float, incident: Incident, from_ms: int, until_ms: int,
        share: float = 1.0, purpose: str = "drone sees",
    ) -> int | None:  # fmt: skip
        """Return when an incident raises the alarm in a drone's picture; None where it does not in that time.

        Args:
            at_m: (3,) where the drone stands, turned to the incident.
            hfov_deg: of its camera.
            incident: what is there to be seen.
            from_ms: when it begins to look.
            until_ms: when it stops.
            share: of the time that it looks there.
            purpose: of the draws; the same drone or another, a look at an incident for one purpose has one draw, and
                one random effect: what is not made out at first is not made out later.
        """
        until_ms = min(until_ms, incident.t_ms + incident.visible_ms)
        begin_ms = max(from_ms, incident.t_ms)
        met = self.encounter(at_m, hfov_deg, incident) if until_ms > begin_ms else None
        if met is None:
            return None
        after_ms = self._after_ms(met, incident, begin_ms, until_ms, share, purpose)
        return None if after_ms is None else begin_ms + after_ms

    def encounter(self, at_m: NDArray[np.float64], hfov_deg: float, incident: Incident) -> Encounter | None:
        """Return how an incident shows in a drone's picture, None where it does not at all."""
        if incident.visual is Visual.NONE:
            return None
        camera = drone_camera("drone", at_m, hfov_deg, (incident.x_m, incident.y_m))
        found = encounters(fleet_of([camera]), self.heights, [incident], self.rules)
        return found[0] if found else None

    def _after_ms(
        self, met: Encounter, incident: Incident, begin_ms: int, until_ms: int, share: float, purpose: str
    ) -> int | None:
        light, weather = self.light_at(begin_ms)
        if met.rule.kind == "listed_plate":
            return self._reads_ms(met, incident, until_ms - begin_ms, (light, weather), share, purpose)
        fit = self.model.hazards.get(met.rule.name)
        if fit is None:
            return None
        height_px = self.model.density(met.px_per_m, met.width_px) * fit.target_height_m
        effect = frailty_of(self.seed, zlib.crc32(purpose.encode()), incident.id)
        hazard = float(fit.hazard(height_px, light, weather, met.occlusion, effect)) * share
        dwell_ms = round(1000 * fit.dwell_s)
        draw = draw_one(self.seed, purpose, incident.id)
        second = first_second(hazard, draw, (until_ms - begin_ms - dwell_ms) // 1000)
        return None if second is None else dwell_ms + 1000 * second + round(1000 * fit.delay_s)

    def _reads_ms(
        self, met: Encounter, incident: Incident, span_ms: int, seen_in: tuple[str, str], share: float, purpose: str
    ) -> int | None:
        fit = self.model.plate
        density = self.model.density(met.px_per_m, met.width_px)
        p_read = float(fit.p_read(density, *seen_in, met.occlusion, met.facing)) * share
        dwell_ms = round(1000 * fit.dwell_s)
        if dwell_ms > span_ms or not happens_one(self.seed, purpose, p_read, incident.id):
            return None
        return dwell_ms + round(1000 * fit.delay_s)

    def rule_of(self, incident: Incident) -> AlarmRule:
        """Return the alarm rule that answers an incident.

        Raises:
            KeyError: there is none.
        """
        return self.rules.rule(incident.visual.value)

    def showing(self, incidents: Sequence[Incident], at_ms: int) -> list[Incident]:
        """Return those of some incidents that show at a time."""
        return [
            incident
            for incident in incidents
            if incident.visual is not Visual.NONE and incident.t_ms <= at_ms < incident.t_ms + incident.visible_ms
        ]
