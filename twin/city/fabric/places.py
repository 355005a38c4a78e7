"""Places: schools, hospitals, posts, stations, gates; where the facts name none, derived and marked as inferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.city.fabric.plan import XY
from twin.city.fabric.rows import as_array
from twin.city.fabric.stock import Building
from twin.city.frame import District, Frame

ALL: Final = "kind,name,node,geometry"
NAMES: Final = {
    "school": "{district} {}-maktab", "kindergarten": "{district} {}-bog‘cha",
    "clinic": "{district} {}-oilaviy poliklinika",
    "fire_station": "{district} {}-yong‘in-qutqaruv qismi", "police": "{title} IIO FMB",
}  # fmt: skip
POSTS: Final = {
    "ambulance_post": "{}-tez yordam posti", "security_post": "{}-qo‘riqlash posti",
    "technical_centre": "{}-texnik qo‘riqlash markazi",
}  # fmt: skip


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
    counts = {**district.figures.counts}
    counts["security_post"] = max(1, round(district.figures.residents / frame.figures.people.security_residents))
    for kind, name in POSTS.items():
        many = int(counts.get(kind, 0))
        if many:
            posts += spread_posts(kind, f"{district.name} {name}", many, homes, residents[lived])
    for name, _, outline in mahallas:
        shape = shapely.from_wkb(outline)
        inside = shapely.contains_xy(shape, *homes.T)
        middle = (
            homes[inside].mean(axis=0) if inside.any() else shapely.get_coordinates(shape.representative_point())[0]
        )
        posts.append(Place("mahalla_post", f"{name} mahalla posti", (float(middle[0]), float(middle[1]))))
    return places_in_buildings(district, stock) + into_buildings(posts, homes)


def places_in_buildings(district: District, stock: Sequence[Building]) -> list[Place]:
    """Return a place for each public building, hospitals and data centres apart: the frame knows those."""
    places = []
    count: dict[str, int] = {}
    for building in stock:
        use = building.use
        if use not in NAMES:
            continue
        middle = building.shape.representative_point()
        count[use] = count.get(use, 0) + 1
        name = NAMES[use].format(count[use], district=district.name, title=district.title)
        places.append(Place(use, name, (round(middle.x, 2), round(middle.y, 2))))
    return places


def known_places(frame: Frame, districts: set[str]) -> list[Place]:
    """Return the places the frame knows in some districts: metro stations, landmarks, hospitals, bazaars, stations."""
    return [Place(spot.kind, spot.name, spot.at, spot.inferred) for spot in frame.spots if spot.district in districts]


def parks_of(areas: Sequence[tuple[str, str, bytes]]) -> list[Place]:
    """Return a place in each park; where streets part one, in its largest piece."""
    largest: dict[str, shapely.Geometry] = {}
    for kind, name, outline in areas:
        shape = shapely.from_wkb(outline)
        if kind == "park" and (name not in largest or shape.area > largest[name].area):
            largest[name] = shape
    inner = {name: shape.representative_point() for name, shape in largest.items()}
    return [Place("park", name, (round(at.x, 2), round(at.y, 2))) for name, at in inner.items()]


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
