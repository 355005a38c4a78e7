"""Whether a round can be flown at all: from a full battery, with no other drone in the air."""

from __future__ import annotations

import numpy as np

from agents.drones.air import DayAir
from agents.drones.craft import Craft, DroneSpec
from agents.drones.plan import Flyer
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from agents.drones.squadron import PatrolSpec
from agents.drones.tower import Refused, Tower
from agents.flight.drone_class import drone_class
from agents.flight.fitted import load_fitted


def within_range(spec: DroneSpec, patrol: PatrolSpec, ways: SkyWays, air: DayAir, work: Operations) -> Refused | None:
    """Return why a drone cannot fly a round on a full battery in an air; None where it can."""
    flyer = Flyer(drone_class(spec.drone), load_fitted(spec.drone), air.density_kg_m3)
    craft = Craft(spec, 0, flyer, 1.0)
    points, stays = [np.array(point[:2]) for point in patrol.points], [point[2] for point in patrol.points]
    cleared = Tower(ways, air, work).stops(craft, points, stays, 0)
    if isinstance(cleared, Refused):
        return cleared
    return Refused("range", "its battery does not last for all of the stays") if cleared.short else None
