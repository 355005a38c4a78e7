"""Places: schools, hospitals, posts, stations, gates; where the facts name none, derived and marked as inferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry import Point

from twin.city.fabric.frame import Frame
from twin.city.fabric.plan import XY
from twin.city.fabric.stock import Building

ALL: Final = "kind,name,node,geometry"
NAMES: Final = {
    "school": "{}-maktab", "kindergarten": "{}-bog‘cha", "clinic": "{}-oilaviy poliklinika",
    "hospital": "{}-shifoxona", "fire_station": "{}-yong‘in-qutqaruv qismi", "police": "Chilonzor tumani IIO FMB",
    "data_centre": "Ma’lumotlar markazi", "bazaar": "{}-bozor",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A place before it is tied to a node."""

    kind: str
    name: str
    at: XY
    inferred: str = ALL


def places_in_buildings(stock: Sequence[Building]) -> list[Place]:
    """Return a place for each public building (one for each hospital and bazaar, which have several)."""
    places, seen = [], set()
    count: dict[str, int] = {}
    for building in stock:
        use = building.use
        if use not in NAMES or (use in ("hospital", "bazaar") and (use, building.block) in seen):
            continue
        seen.add((use, building.block))
        count[use] = count.get(use, 0) + 1
        middle = building.shape.representative_point()
        places.append(Place(use, NAMES[use].format(count[use]), (round(middle.x, 2), round(middle.y, 2))))
    return places


def known_places(frame: Frame) -> list[Place]:
    """Return the metro stations, whose positions are real."""
    return [Place("metro", name, at, "node") for name, at in frame.metro]


def spread_posts(
    kind: str, name: str, count: int, homes: NDArray[np.float64], people: NDArray[np.int64]
) -> list[Place]:
    """Return ``count`` posts, each in the middle of an equal share of the residents.

    Args:
        kind: such as ``ambulance_post``.
        name: with ``{}`` for the number.
        count: how many.
        homes: (n, 2) metres, where people live.
        people: (n,) residents.

    The residents are halved again and again across the longer side of where they live (a k-d split by weight).
    """
    middles = _middles(homes, people.astype(np.float64), count)
    return [Place(kind, name.format(i + 1), xy) for i, xy in enumerate(middles)]


def into_buildings(places: Sequence[Place], homes: NDArray[np.float64]) -> list[Place]:
    """Return the places moved into the nearest dwelling house; ``homes`` is (n, 2) metres."""
    nearest = np.asarray(cKDTree(homes).query(np.array([place.at for place in places]))[1])
    return [
        replace(place, at=(round(float(homes[i, 0]), 2), round(float(homes[i, 1]), 2)))
        for place, i in zip(places, nearest, strict=True)
    ]


def gates(ends: Sequence[tuple[XY, str]]) -> list[Place]:
    """Return the gates where main streets leave the district."""
    return [Place("gate", f"{name} chegarasi" if name else "chegara", at) for at, name in ends]


def _middles(homes: NDArray[np.float64], people: NDArray[np.float64], count: int) -> list[XY]:
    if count <= 1:
        middle = (homes * people[:, None]).sum(axis=0) / people.sum()
        return [(round(float(middle[0]), 2), round(float(middle[1]), 2))]
    axis = int(np.ptp(homes[:, 1]) > np.ptp(homes[:, 0]))
    order = np.argsort(homes[:, axis], kind="stable")
    first = count // 2
    running = np.cumsum(people[order])
    at = int(np.searchsorted(running, running[-1] * first / count))
    low, high = order[: at + 1], order[at + 1 :]
    return _middles(homes[low], people[low], first) + _middles(homes[high], people[high], count - first)


def as_columns(places: Sequence[Place], nodes: NDArray[np.int64]) -> dict[str, Any]:
    """Return the columns of the places layer."""
    return {
        "kind": [place.kind for place in places],
        "name": [place.name for place in places],
        "node": nodes,
        "osm_id": np.full(len(places), -1, dtype=np.int64),
        "inferred": [place.inferred for place in places],
        "geometry": [Point(place.at) for place in places],
    }
