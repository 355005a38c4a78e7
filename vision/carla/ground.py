"""The ground that a server is given: the streets round a camera as a map, and how a world is to be made of it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from sensors.cameras import Camera
from twin.city import City
from twin.city.forms.opendrive import write_opendrive
from twin.errors import InputError
from vision.carla.place import Origin

SQUARE_M: Final = 400.0
"""Cameras in one square of this side share a world."""
REACH_M: Final = 350.0
"""Streets within this of the square are in its world: as far as an actor is drawn and a little more."""
WIDEST_M: Final = 10_000.0
"""How far out streets are looked for where a camera has none near it."""
WORLD: Final[dict[str, float | bool]] = {
    "vertex_distance": 2.0, "max_road_length": 50.0, "wall_height": 0.0, "additional_width": 0.6,
    "smooth_junctions": True, "enable_mesh_visibility": True, "enable_pedestrian_navigation": False,
}  # fmt: skip
"""Arguments of ``carla.OpendriveGenerationParameters``: its defaults, without the walls that CARLA's guide to
OpenStreetMap leaves out too, and without the walkers' mesh, since our walkers are led."""

Square = tuple[int, int]


@dataclass(frozen=True)
class Ground:
    """A map as a server takes it.

    Attributes:
        xodr: OpenDRIVE.
        origin: CARLA's zero in the city.
        middle_m: middle of the square it was made for, city metres.
    """

    xodr: str
    origin: Origin
    middle_m: tuple[float, float]


def square_of(camera: Camera) -> Square:
    """Return the square a camera stands over."""
    return round(camera.x_m / SQUARE_M), round(camera.y_m / SQUARE_M)


def ground_of(city: City, square: Square) -> Ground:
    """Return the ground of a square, made by CARLA's converter.

    Raises:
        InputError: there is no street for kilometres, or the converter cannot make a map.
        MissingPart: the client of CARLA is not installed.
    """
    middle_m = square[0] * SQUARE_M, square[1] * SQUARE_M
    with tempfile.TemporaryDirectory(prefix="twin-carla-") as folder:
        made = Path(folder) / "ground.xodr"
        write_opendrive(streets_near(city, middle_m), made)
        text = made.read_text(encoding="utf-8")
    return Ground(text, Origin.of_map(text), middle_m)


def streets_near(city: City, middle_m: tuple[float, float]) -> City:
    """Return the city with only the drivable streets that touch the square round a point and its surroundings.

    Where there is none, the surroundings are doubled until there is one. Nodes stay, streets are whole, and
    restrictions stay whose streets both do.

    Raises:
        InputError: there is none within :data:`WIDEST_M`.
    """
    half_m = SQUARE_M / 2 + REACH_M
    drives, shapes = city.streets["drive"].to_numpy(dtype=bool), city.streets.geometry.to_numpy()
    while half_m < WIDEST_M:
        x_m, y_m = middle_m
        box = shapely.box(x_m - half_m, y_m - half_m, x_m + half_m, y_m + half_m)
        rows = np.flatnonzero(drives & shapely.intersects(shapes, box))
        if len(rows):
            return replace(city, streets=_rows(city.streets, rows), restrictions=_restrictions(city, rows))
        half_m *= 2.0
    raise InputError(
        f"give CARLA the ground at {middle_m[0]:.0f}, {middle_m[1]:.0f} of {city.name}",
        f"there is no drivable street within {WIDEST_M / 1000:.0f} km; put the camera near a street",
    )


def world_parameters(carla: Any) -> Any:
    """Return :data:`WORLD` as the client's object."""
    return carla.OpendriveGenerationParameters(**WORLD)


def _restrictions(city: City, rows: np.ndarray) -> Any:
    table = city.restrictions
    if not len(table):
        return table
    ends = table[["from_street", "to_street"]].to_numpy()
    kept = _rows(table, np.flatnonzero(np.isin(ends, rows).all(axis=1)))
    return kept.assign(**{name: np.searchsorted(rows, kept[name].to_numpy()) for name in ("from_street", "to_street")})


def _rows(table: Any, rows: Any) -> Any:
    return table.iloc[np.asarray(rows, dtype=np.int64)].reset_index(drop=True)
