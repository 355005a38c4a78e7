"""All that a run has of drones before its clock starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agents.drones.air import DayAir
from agents.drones.craft import DroneSpec
from agents.drones.seeing import Seer
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from twin.city import City


@dataclass(frozen=True)
class PatrolSpec:
    """A round over gaps that no camera sees.

    Attributes:
        name: unique.
        drone_ids: which may fly it, the first that is ready first.
        starts_ms: when it is due.
        points: x, y in city metres and how long to stand there, in order.
    """

    name: str
    drone_ids: tuple[str, ...]
    starts_ms: tuple[int, ...]
    points: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, eq=False)
class Squadron:
    """The drones of a run, and what they fly in.

    Attributes:
        specs: in the fleet's order.
        operations: how they are worked with.
        ways: through the sky of the city.
        air: of the day.
        seer: what their cameras see.
        patrols: rounds.
        visible: categories of which something can be seen from the air at all.
        nearest_node: drivable node nearest to a point in city metres.
        city: whose streets vehicles drive on that are followed.
    """

    specs: Sequence[DroneSpec]
    operations: Operations
    ways: SkyWays
    air: DayAir
    seer: Seer
    nearest_node: Callable[[float, float], int]
    city: City
    patrols: Sequence[PatrolSpec] = ()
    visible: frozenset[str] = field(default_factory=frozenset)
