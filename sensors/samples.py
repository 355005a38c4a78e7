"""Ground that has a name: points along streets and corridors, around junctions and places, before blocks of flats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field, field_validator

from sensors.facades import wall_points
from twin.checked_yaml import Strict, read_checked
from twin.city import City
from twin.city.model import CORRIDORS, PLACE_KINDS, STREET_CLASSES
from twin.errors import unknown_name

PLACES_FILE: Final = Path(__file__).parent / "data" / "places.yaml"
STREET_STEP_M: Final = 5.0
SPOT_STEP_M: Final = 4.0
STREET, CORRIDOR, JUNCTION, ENTRANCE = "street", "corridor", "junction", "entrance"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PlaceReach(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    source: str
    junction_m: float = Field(gt=0)
    entrance_m: float = Field(gt=0)
    block_dwellings: int = Field(gt=0)
    places: Mapping[str, float]

    @field_validator("places")
    @classmethod
    def _known(cls, places: Mapping[str, float]) -> Mapping[str, float]:
        for name in places:
            if name not in PLACE_KINDS:
                raise ValueError(unknown_name("kind of place", name, PLACE_KINDS))
        return places


@cache
def load_reach(path: Path = PLACES_FILE) -> PlaceReach:
    """Read how far places reach.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, PlaceReach, f"read the reach of places {path.name}")


@dataclass(frozen=True)
class Samples:
    """Points that stand for named ground.

    Attributes:
        xy_m: (n, 2) city metres.
        weight: (n,) metres of street, or one each.
        group: (n,) rows of ``kind`` and ``name``.
        kind: (g,) ``street``, ``corridor``, ``junction``, ``entrance`` or a kind of place.
        name: (g,) the street class, the corridor's name, the place's name; "" where it has none.
    """

    xy_m: Floats
    weight: Floats
    group: Ints
    kind: NDArray[np.str_]
    name: NDArray[np.str_]


def samples_of(city: City, reach: PlaceReach | None = None) -> Samples:
    """Return a city's named ground.

    Args:
        city: with streets, places and buildings; any of them may be empty.
        reach: how much ground is a place's own, by default the file that ships.
    """
    reach = reach or load_reach()
    xy, weight, group, kinds, names = [], [], [], [], []
    count = 0
    for points, weights, own, kind, name in _families(city, reach):
        xy.append(points)
        weight.append(weights)
        group.append(own + count)
        kinds += [kind] * len(name)
        names += [str(part) for part in name]
        count += len(name)
    return Samples(np.concatenate(xy), np.concatenate(weight), np.concatenate(group), np.array(kinds), np.array(names))


Family = tuple[Floats, Floats, Ints, str, Any]


def _families(city: City, reach: PlaceReach) -> Iterator[Family]:
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    points, weight, street = along_streets(streets)
    classes = streets["street_class"].to_numpy().astype(str)
    there = [name for name in STREET_CLASSES if (classes == name).any()]
    own = np.searchsorted(np.sort(there), classes)
    yield points, weight, own[street], STREET, sorted(there)
    walks = city.streets[city.streets["corridor"].isin(CORRIDORS[1:])]
    points, weight, street = along_streets(walks)
    called = np.array([f"{kind}: {name}" for kind, name in zip(walks["corridor"], walks["name"], strict=True)], np.str_)
    known, own = np.unique(called, return_inverse=True)
    yield points, weight, own.reshape(-1)[street].astype(np.int64), CORRIDOR, known
    ends = np.concatenate([streets["u"].to_numpy(np.int64), streets["v"].to_numpy(np.int64)])
    nodes = np.flatnonzero(np.bincount(ends, minlength=len(city.nodes)) >= 3)
    middles = shapely.get_coordinates(city.nodes.geometry.to_numpy()[nodes])
    yield *_around(middles, np.full(len(nodes), reach.junction_m)), JUNCTION, [""] * len(nodes)
    yield from _places(city, reach)
    yield _entrances(city, reach)


def _places(city: City, reach: PlaceReach) -> Iterator[Family]:
    kinds = city.places["kind"].to_numpy().astype(str)
    names = city.places["name"].to_numpy()
    middles = shapely.get_coordinates(city.places.geometry.to_numpy()).reshape(-1, 2)
    for kind, reach_m in reach.places.items():
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            yield *_around(middles[rows], np.full(len(rows), reach_m)), kind, names[rows]


def _entrances(city: City, reach: PlaceReach) -> Family:
    dwellings = city.buildings["dwellings"].to_numpy(np.int64)
    blocks = np.flatnonzero((dwellings >= reach.block_dwellings) & (city.buildings["entrances"].to_numpy() > 0))
    feet, _, owner = wall_points(city.buildings.geometry.to_numpy()[blocks], reach.entrance_m)
    return feet, np.ones(len(feet)), owner, ENTRANCE, [""] * len(blocks)


def along_streets(streets: Any) -> tuple[Floats, Floats, Ints]:
    """Return points every 5 m along streets, the metres each stands for, and the row of its street."""
    length_m = streets["length_m"].to_numpy(np.float64)
    counts = np.maximum(np.ceil(length_m / STREET_STEP_M), 1).astype(np.int64)
    street = np.repeat(np.arange(len(streets)), counts)
    along = (np.arange(len(street)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5) / counts[street]
    lines = streets.geometry.to_numpy()[street]
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines, along, normalized=True)).reshape(-1, 2)
    return points, (length_m / counts)[street], street


def _around(middles: Floats, reach_m: Floats) -> tuple[Floats, Floats, Ints]:
    """Return points every 4 m within reach of each middle."""
    most = float(reach_m.max(initial=0.0))
    steps = np.arange(-np.floor(most / SPOT_STEP_M), np.floor(most / SPOT_STEP_M) + 1) * SPOT_STEP_M
    east, north = (part.ravel() for part in np.meshgrid(steps, steps))
    near = np.hypot(east, north)
    order = np.flatnonzero(near <= most)
    offsets = np.column_stack([east, north])[order]
    owner = np.repeat(np.arange(len(middles)), len(offsets))
    points = (middles[:, None, :] + offsets[None, :, :]).reshape(-1, 2)
    inside = np.tile(near[order], len(middles)) <= reach_m[owner]
    return points[inside], np.ones(int(inside.sum())), owner[inside]
