"""Places: schools, hospitals, posts, stations, gates; where the facts name none, derived and marked as inferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
import shapely
from shapely.geometry import Point

from twin.city.fabric.frame import District, Frame
from twin.city.fabric.plan import XY
from twin.city.fabric.rows import as_array
from twin.city.fabric.stock import Building

ALL: Final = "kind,name,node,geometry"
NAMES: Final = {
    "school": "{district} {}-maktab", "kindergarten": "{district} {}-bog‘cha",
    "clinic": "{district} {}-oilaviy poliklinika", "hospital": "{district} {}-shifoxona",
    "fire_station": "{district} {}-yong‘in-qutqaruv qismi", "police": "{title} IIO FMB",
    "data_centre": "{district} ma’lumotlar markazi", "bazaar": "{district} {}-bozor",
}  # fmt: skip
POSTS: Final = {
    "ambulance_post": "{}-tez yordam posti", "security_post": "{}-qo‘riqlash posti",
    "technical_centre": "{}-texnik qo‘riqlash markazi",
}  # fmt: skip
SEVERAL: Final = ("hospital", "bazaar")
NEAR_KNOWN_M: Final = 450.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place before it is tied to a node."""

    kind: str
    name: str
    at: XY
    inferred: str = ALL


def district_places(
    frame: Frame,
    district: District,
    stock: Sequence[Building],
    residents: NDArray[np.int64],
    mahallas: Sequence[tuple[str, int, bytes]],
) -> list[Place]:
    """Return the places of a district: public buildings, posts where people live, a post in each mahalla."""
    lived = residents > 0
    homes = shapely.get_coordinates(shapely.centroid(as_array([b.shape for b in stock])))[lived]
    posts: list[Place] = []
    for kind, name in POSTS.items():
        many = int(district.counts.get(kind, 0))
        if many:
            posts += spread_posts(kind, f"{district.name} {name}", many, homes, residents[lived])
    for name, _, outline in mahallas:
        shape = shapely.from_wkb(outline)
        inside = shapely.contains_xy(shape, *homes.T)
        middle = homes[inside].mean(axis=0) if inside.any() else shapely.get_coordinates(shape.representative_point())[0]
        posts.append(Place("mahalla_post", f"{name} mahalla posti", (float(middle[0]), float(middle[1]))))
    return places_in_buildings(district, stock, frame) + into_buildings(posts, homes)


def places_in_buildings(district: District, stock: Sequence[Building], frame: Frame) -> list[Place]:
    """Return a place for each public building (one for each hospital and bazaar, which have several).

    A hospital or bazaar that stands near one the frame knows is that one, and gets no second place.
    """
    known = [Point(s.at) for s in frame.spots if s.kind in SEVERAL]
    near = shapely.union_all(known).buffer(NEAR_KNOWN_M) if known else Point()
    places, seen = [], set()
    count: dict[str, int] = {}
    for building in stock:
        use = building.use
        if use not in NAMES or (use in SEVERAL and (use, building.block) in seen):
            continue
        seen.add((use, building.block))
        middle = building.shape.representative_point()
        if use in SEVERAL and near.contains(middle):
            continue
        count[use] = count.get(use, 0) + 1
        name = NAMES[use].format(count[use], district=district.name, title=district.title)
        places.append(Place(use, name, (round(middle.x, 2), round(middle.y, 2))))
    return places


def known_places(frame: Frame) -> list[Place]:
    """Return the places whose positions the frame knows: metro stations, landmarks, bazaars, stations."""
    return [Place(spot.kind, spot.name, spot.at, spot.inferred or "node") for spot in frame.spots]


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
