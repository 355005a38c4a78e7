"""Traffic and walkers as pure functions of (city, seed, t): any camera can be asked for any second.

Nobody has to live through the hours before, and the answer does not depend on what was asked earlier. Each lane,
kerb place and walkway has hashed places in time, from which an actor's whole presence follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
import shapely

from agents.ambient.gates import Gate, GateTable, gates_of
from agents.ambient.kerbs import KerbTable, kerbs_of, parked_scene
from agents.ambient.rates import Hours
from agents.ambient.roads import Roads
from agents.ambient.signals import signals_at
from agents.ambient.traffic import Closure, traffic_scene
from agents.ambient.walkers import WalkTable, Walkways, walkers_scene
from twin.city import City
from twin.scene import Look, Scene, join_scenes

__all__ = ["Ambient", "Closure"]

_KEPT: Final = 32  # neighbourhoods remembered; forgetting one costs time, never changes an answer


@dataclass(frozen=True)
class _Neighbourhood:
    gates: GateTable
    kerbs: KerbTable
    walks: WalkTable


class Ambient:
    """The everyday life of a city's streets.

    Simplifications: a vehicle lives from the middle of one street over one junction to the middle of the next, a
    walker from one end of a walkway to the other; no vehicle overtakes; rates
    are assumed (``agents/ambient/rates.py``).
    """

    def __init__(self, city: City, seed: int, start: datetime) -> None:
        self._seed = seed
        self._hours = Hours(start)
        self._roads = Roads(city)
        self._walkways = Walkways(city)
        self._houses = np.asarray(city.buildings.geometry.to_numpy())
        self._tree = shapely.STRtree(self._houses)
        self._gates: dict[int, list[Gate]] = {}
        self._near: dict[tuple[float, float, float], _Neighbourhood] = {}

    def scene(self, t_ms: int, x_m: float, y_m: float, radius_m: float, closures: Sequence[Closure] = ()) -> Scene:
        """Return everyone within ``radius_m`` of the point ``(x_m, y_m)`` of the city's metres at a moment, and what
        the traffic lights there show.

        ``t_ms`` may be before the start. Vehicles do not pass ``closures``, such as a crash.
        """
        near = self._neighbourhood(x_m, y_m, radius_m)
        everyone = join_scenes(
            t_ms,
            [
                traffic_scene(near.gates, self._hours, self._seed, t_ms, tuple(closures)),
                parked_scene(near.kerbs, self._hours, self._seed, t_ms),
                walkers_scene(near.walks, self._hours, self._seed, t_ms),
            ],
        )
        inside = np.hypot(everyone.xyz_m[:, 0] - x_m, everyone.xyz_m[:, 1] - y_m) <= radius_m
        return replace(self._outdoors(everyone.take(inside)), signals=signals_at(near.gates, t_ms))

    def _outdoors(self, scene: Scene) -> Scene:
        """Leave out people inside buildings, where a walkway leads through one."""
        people = np.flatnonzero(scene.look == Look.PERSON)
        hit = self._tree.query(shapely.points(scene.xyz_m[people, :2]), predicate="dwithin", distance=0.3)[0]
        kept = np.ones(len(scene), dtype=bool)
        kept[people[hit]] = False
        return scene.take(kept)

    def _neighbourhood(self, x_m: float, y_m: float, radius_m: float) -> _Neighbourhood:
        place = (x_m, y_m, radius_m)
        if place not in self._near:
            if len(self._near) >= _KEPT:
                self._near.pop(next(iter(self._near)))
            self._near[place] = self._gather(*place)
        return self._near[place]

    def _gather(self, x_m: float, y_m: float, radius_m: float) -> _Neighbourhood:
        streets = self._roads.near(x_m, y_m, radius_m + 15.0)
        gates = [gate for junction in self._roads.junctions_of(streets) for gate in self._gates_at(junction)]
        return _Neighbourhood(
            gates=GateTable.of(gates),
            kerbs=kerbs_of(self._roads, streets, self._tree),
            walks=self._walkways.near(x_m, y_m, radius_m + 15.0),
        )

    def _gates_at(self, junction: int) -> list[Gate]:
        if junction not in self._gates:
            self._gates[junction] = gates_of(self._roads, junction, self._seed)
        return self._gates[junction]
