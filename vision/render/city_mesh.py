"""The city that stands still around one camera: ground, streets, houses, walls, bridges, trees, street lamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from sensors.cameras import Camera
from twin.city import City
from twin.city.standing import decks_in, lamp_posts_in, trees_in, walls_in
from twin.city.standing.clear import CORNER_M
from vision.render.city_houses import house_rows
from vision.render.city_plants import post_rows, tree_rows
from vision.render.city_walls import deck_rows, wall_rows
from vision.render.still import flat, stack
from vision.render.textures import Tile

REACH_M: Final = 320.0


@dataclass(frozen=True)
class CityMesh:
    """Triangles of the still city near one camera, relative to the ground point under it.

    Attributes:
        ground: layers of what lies flat at z = 0, the lowest first; each (3k, 13) float32.
        solid: (3m, 13) float32, everything that stands up. Columns of both: x, y, z; normal; u, v; tile
            (:class:`~vision.render.textures.Tile`); red, green, blue in [0, 1]; and a number: on facades the house's
            row + 1, which decides its lit windows; -1 on what glows when street lamps burn; else 0.
        lamps_m: (j, 3) float64, where street lamps burn.
    """

    ground: tuple[NDArray[np.float32], ...]
    solid: NDArray[np.float32]
    lamps_m: NDArray[np.float64]


def city_mesh(city: City, camera: Camera, reach_m: float = REACH_M) -> CityMesh:
    """Return the still city within ``reach_m`` of a camera."""
    middle = np.array([camera.x_m, camera.y_m])
    window = shapely.box(*(middle - reach_m), *(middle + reach_m))
    streets = city.streets.iloc[sorted(city.streets.sindex.query(window))]
    houses = city.buildings.iloc[sorted(city.buildings.sindex.query(window))]
    road = _carriageways(streets, window)
    ground = (_far_ground(middle), *_paved(streets, road, middle), stack(_markings(streets, middle)))
    walls = [part for row, house in houses.iterrows() for part in house_rows(house, int(row), middle)]
    reach = window.bounds
    trees = tree_rows(trees_in(city, reach), middle)
    posts, lamps = post_rows(lamp_posts_in(city, reach), middle)
    barriers, decks = wall_rows(walls_in(city, reach), middle), deck_rows(decks_in(city, reach), middle)
    return CityMesh(ground, stack([*walls, *trees, *posts, *barriers, *decks]), lamps)


def _far_ground(middle: NDArray[np.float64]) -> NDArray[np.float32]:
    return flat(shapely.box(*(middle - 900), *(middle + 900)), middle, Tile.GRASS, (0.47, 0.49, 0.34), 12.0)


def _drivable(streets: Any) -> Any:
    return streets[streets["drive"].to_numpy(bool)]


def _carriageways(streets: Any, window: Polygon) -> BaseGeometry:
    """Return one shape of all carriageways, corners rounded."""
    drive = _drivable(streets)
    if not len(drive):
        return Polygon()
    wide = shapely.buffer(drive.geometry.to_numpy(), drive["width_m"].to_numpy(float) / 2, cap_style="round")
    whole = shapely.union_all(wide).intersection(window.buffer(20))
    return whole.buffer(CORNER_M, join_style="round").buffer(-CORNER_M).simplify(0.05)


def _paved(streets: Any, road: BaseGeometry, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    walk = streets[~streets["drive"].to_numpy(bool)]
    paths = shapely.union_all(
        shapely.buffer(walk.geometry.to_numpy(), np.maximum(walk["width_m"].to_numpy(float), 1.5) / 2)
    )
    pavement = road.buffer(3.2, join_style="mitre").union(paths) if not road.is_empty else paths
    return [
        flat(pavement, middle, Tile.PAVING, (0.62, 0.60, 0.57), 6.0),
        flat(road.buffer(0.28).difference(road.buffer(-0.05)), middle, Tile.PLAIN, (0.74, 0.73, 0.70)),
        flat(road, middle, Tile.ASPHALT, (0.33, 0.33, 0.34), 10.0),
    ]


def _markings(streets: Any, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return lane lines, kept clear of junctions, and zebra crossings at both ends of the busier streets."""
    parts = []
    for street in _drivable(streets).itertuples():
        lanes, width = max(int(street.lanes), 1), float(street.width_m)
        clear = width / 2 + 5.0
        if street.geometry.length < 2 * clear + 6:
            continue
        line = shapely.ops.substring(street.geometry, clear, street.geometry.length - clear)
        for k in range(1, lanes):
            offset = width * (k / lanes - 0.5)
            centre = not street.oneway and abs(offset) < 0.1
            solid = centre and lanes >= 4
            parts += _line(line, offset, 0.14, solid, middle)
            if solid:
                parts += _line(line, offset + 0.3, 0.14, solid, middle)
        if width >= 6.5 and str(street.street_class) not in ("service", "track"):
            parts += [
                _zebra(street.geometry, at, width, middle) for at in (clear - 2.5, street.geometry.length - clear + 2.5)
            ]
    return parts


def _line(
    line: LineString, offset: float, width: float, solid: bool, middle: NDArray[np.float64]
) -> list[NDArray[np.float32]]:
    along = np.arange(0.0, line.length, line.length if solid else 8.0)
    dashes = [shapely.ops.substring(line, at, at + (line.length if solid else 3.0)) for at in along]
    moved = [dash.offset_curve(-offset) if abs(offset) > 0.01 else dash for dash in dashes if dash.length > 0.5]
    shape = shapely.union_all([dash.buffer(width / 2, cap_style="flat") for dash in moved]) if moved else Polygon()
    return [flat(shape, middle, Tile.PLAIN, (0.86, 0.86, 0.84))]


def _zebra(line: LineString, at: float, width: float, middle: NDArray[np.float64]) -> NDArray[np.float32]:
    here, there = (np.array(line.interpolate(at + d).coords[0]) for d in (-0.5, 0.5))
    along = (there - here) / max(float(np.linalg.norm(there - here)), 1e-9)
    across = np.array([-along[1], along[0]])
    centre = (here + there) / 2
    bars = []
    for k in np.arange(-width / 2 + 0.5, width / 2 - 0.2, 1.0):
        a, b = centre + across * k - along * 1.6, centre + across * k + along * 1.6
        bars.append(LineString([a, b]).buffer(0.25, cap_style="flat"))
    return flat(MultiPolygon(bars), middle, Tile.PLAIN, (0.84, 0.84, 0.82))
