"""The city that stands still around one camera: ground, carriageways, kerbs, markings, houses, trees, street lamps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from sensors.cameras import Camera
from twin.city import City
from twin.streams import draw_u32, draw_unit
from vision.render.mesh import Mesh, ball, box, tube
from vision.render.textures import Tile

REACH_M: Final = 320.0
TREE_CLEAR_M: Final = 14.0  # trees nearer than this to a camera are left out: whoever hung it had them cut
POST_CLEAR_M: Final = 11.0  # the same for lamp posts, whose light stays
LAMP_HEIGHT_M: Final = 8.0
_COLUMNS: Final = 13  # x y z, normal, u v, tile, red green blue, glow or house number


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
    ground = (_far_ground(middle), *_paved(streets, road, middle), _stack(_markings(streets, middle)))
    walls = [part for row, house in houses.iterrows() for part in _house(house, int(row), middle)]
    free = _free_ground(road, houses)
    trees = _trees(streets, free, middle)
    posts, lamps = _lamp_posts(streets, free, middle)
    return CityMesh(ground, _stack([*walls, *trees, *posts]), lamps)


def _stack(parts: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate([np.zeros((0, _COLUMNS), np.float32), *parts])


def _rows(position: NDArray[np.float64], normal: object, uv: NDArray[np.float64], tile: Tile,
          rgb: Sequence[float], number: float = 0.0) -> NDArray[np.float32]:  # fmt: skip
    out = np.empty((len(position), _COLUMNS), np.float32)
    out[:, 0:3], out[:, 3:6], out[:, 6:8] = position, normal, uv
    out[:, 8], out[:, 9:12], out[:, 12] = tile, rgb, number
    return out


def _flat(shape: BaseGeometry, middle: NDArray[np.float64], tile: Tile, rgb: Sequence[float], tile_m: float = 8.0,
          height_m: float = 0.0) -> NDArray[np.float32]:  # fmt: skip
    """Return polygons as level triangles that face up; the tile repeats every ``tile_m`` along x."""
    pieces = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon) and part.area > 1e-4]
    if not pieces:
        return np.zeros((0, _COLUMNS), np.float32)
    cut = shapely.constrained_delaunay_triangles(MultiPolygon(pieces) if len(pieces) > 1 else pieces[0])
    corners = shapely.get_coordinates([orient(tri) for tri in cut.geoms]).reshape(-1, 4, 2)[:, :3].reshape(-1, 2)
    position = np.column_stack([corners - middle, np.full(len(corners), height_m)])
    uv = (corners - np.floor(middle / 64) * 64) / tile_m * [1.0, 2.0]
    return _rows(position, (0, 0, 1), uv, tile, rgb)


def _far_ground(middle: NDArray[np.float64]) -> NDArray[np.float32]:
    return _flat(shapely.box(*(middle - 900), *(middle + 900)), middle, Tile.GRASS, (0.47, 0.49, 0.34), 12.0)


def _drivable(streets: object) -> object:
    return streets[streets["drive"].to_numpy(bool)]  # type: ignore[index]


def _carriageways(streets: object, window: Polygon) -> BaseGeometry:
    """Return one shape of all carriageways, corners rounded."""
    drive = _drivable(streets)
    if not len(drive):
        return Polygon()
    wide = shapely.buffer(drive.geometry.to_numpy(), drive["width_m"].to_numpy(float) / 2, cap_style="round")
    whole = shapely.union_all(wide).intersection(window.buffer(20))
    return whole.buffer(4.0, join_style="round").buffer(-4.0).simplify(0.05)


def _paved(streets: object, road: BaseGeometry, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    walk = streets[~streets["drive"].to_numpy(bool)]  # type: ignore[index]
    paths = shapely.union_all(
        shapely.buffer(walk.geometry.to_numpy(), np.maximum(walk["width_m"].to_numpy(float), 1.5) / 2)
    )
    pavement = road.buffer(3.2, join_style="mitre").union(paths) if not road.is_empty else paths
    return [
        _flat(pavement, middle, Tile.PAVING, (0.62, 0.60, 0.57), 6.0),
        _flat(road.buffer(0.28).difference(road.buffer(-0.05)), middle, Tile.PLAIN, (0.74, 0.73, 0.70)),
        _flat(road, middle, Tile.ASPHALT, (0.33, 0.33, 0.34), 10.0),
    ]


def _markings(streets: object, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
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
    return [_flat(shape, middle, Tile.PLAIN, (0.86, 0.86, 0.84))]


def _zebra(line: LineString, at: float, width: float, middle: NDArray[np.float64]) -> NDArray[np.float32]:
    here, there = (np.array(line.interpolate(at + d).coords[0]) for d in (-0.5, 0.5))
    along = (there - here) / max(float(np.linalg.norm(there - here)), 1e-9)
    across = np.array([-along[1], along[0]])
    centre = (here + there) / 2
    bars = []
    for k in np.arange(-width / 2 + 0.5, width / 2 - 0.2, 1.0):
        a, b = centre + across * k - along * 1.6, centre + across * k + along * 1.6
        bars.append(LineString([a, b]).buffer(0.25, cap_style="flat"))
    return _flat(MultiPolygon(bars), middle, Tile.PLAIN, (0.84, 0.84, 0.82))


_WALLS: Final = np.array(
    [
        (0.82, 0.80, 0.76),
        (0.86, 0.82, 0.72),
        (0.78, 0.74, 0.68),
        (0.80, 0.82, 0.82),
        (0.74, 0.66, 0.58),
        (0.85, 0.78, 0.70),
    ]
)
_STYLES: Final = {
    "house": (Tile.HOUSE, Tile.HOUSE), "courtyard": (Tile.HOUSE, Tile.HOUSE), "detached": (Tile.HOUSE, Tile.HOUSE), "office": (Tile.OFFICE, Tile.SHOP),
    "commercial": (Tile.OFFICE, Tile.SHOP), "retail": (Tile.CIVIC, Tile.SHOP), "shop": (Tile.CIVIC, Tile.SHOP),
    "university": (Tile.CIVIC, Tile.CIVIC), "stadium": (Tile.BLANK, Tile.CIVIC), "data_centre": (Tile.BLANK, Tile.BLANK),
    "school": (Tile.CIVIC, Tile.CIVIC), "kindergarten": (Tile.CIVIC, Tile.CIVIC), "hospital": (Tile.CIVIC, Tile.CIVIC),
    "clinic": (Tile.CIVIC, Tile.CIVIC), "industrial": (Tile.BLANK, Tile.BLANK), "garage": (Tile.BLANK, Tile.BLANK),
    "garages": (Tile.BLANK, Tile.BLANK), "warehouse": (Tile.BLANK, Tile.BLANK), "bazaar": (Tile.BLANK, Tile.SHOP),
}  # fmt: skip


def _style(use: str, storeys: int, row: int) -> tuple[Tile, Tile]:
    """Return the tiles of the upper storeys and of the ground floor."""
    if use in _STYLES:
        return _STYLES[use]
    if storeys <= 2:
        return Tile.HOUSE, Tile.HOUSE
    upper = (Tile.PANEL, Tile.BALCONY, Tile.BALCONY)[int(draw_u32(0, "facade", row)) % 3]
    return upper, Tile.PANEL


def _house(house: object, row: int, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    use, storeys, height = str(house["use"]), max(int(house["storeys"]), 1), float(house["height_m"])  # type: ignore[index]
    shape = orient(house["geometry"])  # type: ignore[index]
    upper, ground = _style(use, storeys, row)
    colour = _WALLS[int(draw_u32(0, "wall", row)) % len(_WALLS)] * (0.92 + 0.12 * float(draw_unit(0, "wash", row)))
    rings = [np.array(ring.coords)[:, :2] for ring in (shape.exterior, *shape.interiors)]
    doors = _door_walls(rings[0]) if upper in (Tile.PANEL, Tile.BALCONY) and int(house["entrances"]) > 0 else set()  # type: ignore[index]
    parts = []
    for k, ring in enumerate(rings):
        for i, (a, b) in enumerate(itertools.pairwise(ring)):
            door = k == 0 and i in doors
            parts += _wall(a - middle, b - middle, height, storeys, upper, ground, door, colour, row)
    parts.append(
        _flat(shape, middle, Tile.ROOF, (0.56, 0.54, 0.52) if storeys > 2 else (0.52, 0.36, 0.30), 10.0, height)
    )
    return parts


def _door_walls(ring: NDArray[np.float64]) -> set[int]:
    """Return the walls with entrances: the longest one and its equals."""
    lengths = np.linalg.norm(np.diff(ring, axis=0), axis=1)
    return set(np.flatnonzero(lengths > 0.95 * lengths.max()).tolist())


def _wall(a: NDArray[np.float64], b: NDArray[np.float64], height: float, storeys: int, upper: Tile, ground: Tile,
          door: bool, colour: NDArray[np.float64], row: int) -> list[NDArray[np.float32]]:  # fmt: skip
    length = float(np.hypot(*(b - a)))
    if length < 0.05:
        return []
    bays, storey = max(round(length / 3.2), 1), height / storeys
    if length < 1.6:
        upper = ground = Tile.BLANK
    parts = [_pane(a, b, 0.0, storey, (0, bays), (0, 1), ground, colour, row)]
    if storeys > 1:
        parts.append(_pane(a, b, storey, height, (0, bays), (1, storeys), upper, colour, row))
    if door:
        step = (b - a) / bays
        for k in range(1, bays, 5):
            parts.append(
                _pane(a + step * k, a + step * (k + 1), 0.0, storey, (0, 1), (0, 1), Tile.ENTRANCE, colour, row, 0.06)
            )
    return parts


def _pane(a: NDArray[np.float64], b: NDArray[np.float64], low: float, high: float, bays: tuple[int, int],
          floors: tuple[int, int], tile: Tile, colour: Sequence[float], row: int, out_m: float = 0.0) -> NDArray[np.float32]:  # fmt: skip
    """Return an upright rectangle over the edge a to b, its front to the right of that way."""
    d = (b - a) / np.linalg.norm(b - a)
    normal = np.array([d[1], -d[0], 0.0])
    p = [np.array([*a, low]), np.array([*b, low]), np.array([*b, high]), np.array([*a, high])]
    uv = [(bays[0], floors[0]), (bays[1], floors[0]), (bays[1], floors[1]), (bays[0], floors[1])]
    order = [0, 1, 2, 0, 2, 3]
    position = np.array([p[k] for k in order]) + normal * out_m
    return _rows(position, normal, np.array([uv[k] for k in order], float) * [0.5, 1.0], tile, colour, row + 1.0)


def _free_ground(road: BaseGeometry, houses: object) -> STRtree:
    """Return an index of what nothing may be planted on: carriageways and houses."""
    return STRtree([*getattr(road, "geoms", [road]), *houses.geometry])  # type: ignore[attr-defined]


def _beside(street: object, step_m: float, offset_m: float, start_m: float) -> NDArray[np.float64]:
    """Return (k, 3) points beside a street, left and right by turns, with the side (+1 left) in the last column."""
    line, points = street.geometry, []  # type: ignore[attr-defined]
    for k, at in enumerate(np.arange(start_m, line.length, step_m)):
        here, there = (np.array(line.interpolate(at + d).coords[0]) for d in (-0.5, 0.5))
        along = (there - here) / max(float(np.linalg.norm(there - here)), 1e-9)
        side = 1.0 if k % 2 else -1.0
        spot = (here + there) / 2 + np.array([-along[1], along[0]]) * offset_m * side
        points.append([*spot, side])
    return np.array(points).reshape(-1, 3)


def _as_rows(
    mesh: Mesh, at: Sequence[float], tile: Tile, rgb: Sequence[float], number: float = 0.0
) -> NDArray[np.float32]:
    uv = np.column_stack([mesh.position_m[:, 0] + mesh.position_m[:, 1], mesh.position_m[:, 2]]) * 0.7
    return _rows(mesh.position_m + np.asarray(at), mesh.normal, uv, tile, rgb, number)


_TRUNK: Final = tube((0, 0, 0), (0, 0, 2.6), (0.16, 0.11), 0, 6)
_BALLS: Final = (
    (((0, 0, 4.6), (1.9, 1.9, 2.3)), ((0.7, 0.4, 3.7), (1.3, 1.2, 1.1))),
    (((0, 0, 5.6), (1.1, 1.1, 3.6)),),
    (((-0.4, 0.2, 3.8), (1.7, 1.6, 1.3)), ((0.5, -0.3, 4.5), (1.5, 1.6, 1.4))),
)
_CROWNS: Final = tuple(tuple(ball(at, radii, 0, 5, 8) for at, radii in crown) for crown in _BALLS)
_FAR_CROWNS: Final = tuple(tuple(ball(at, radii, 0, 4, 5) for at, radii in crown) for crown in _BALLS)


def _trees(streets: object, taken: STRtree, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    parts = []
    for street in _drivable(streets).itertuples():
        spots = _beside(street, 8.0, float(street.width_m) / 2 + 2.0, 6.0)
        for k, (x, y, _) in enumerate(spots):
            luck = draw_unit(0, "tree", int(street.Index), k, np.arange(4))
            near = np.hypot(x - middle[0], y - middle[1])
            if luck[0] > 0.62 or near < TREE_CLEAR_M or near > 260 or len(taken.query(Point(x, y), "dwithin", 1.3)):
                continue
            size, kind = 0.75 + 0.5 * luck[1], int(luck[2] * len(_CROWNS))
            at = (x - middle[0], y - middle[1], 0.0)
            green = np.array([0.30, 0.42, 0.20]) * (0.8 + 0.4 * luck[3])
            parts.append(_as_rows(_TRUNK, at, Tile.PLAIN, (0.36, 0.30, 0.25)))
            for crown in (_CROWNS if near < 90 else _FAR_CROWNS)[kind]:
                sized = Mesh(crown.position_m * [size, size, min(size, 1.1)], crown.normal, crown.slot)
                parts.append(_as_rows(sized, at, Tile.LEAVES, green))
    return parts


def _lamp_posts(
    streets: object, taken: STRtree, middle: NDArray[np.float64]
) -> tuple[list[NDArray[np.float32]], NDArray[np.float64]]:
    parts, lamps = [], []
    pole = tube((0, 0, 0), (0, 0, LAMP_HEIGHT_M), (0.09, 0.06), 0, 6)
    for street in _drivable(streets).itertuples():
        for x, y, _side in _beside(
            street, 28.0, float(street.width_m) / 2 + 0.8, min(14.0, street.geometry.length / 2)
        ):
            if len(taken.query(Point(x, y), "dwithin", 0.3)):
                continue
            near = street.geometry.interpolate(street.geometry.project(Point(x, y)))
            inward = np.array([near.x - x, near.y - y])
            inward /= max(float(np.linalg.norm(inward)), 1e-9)
            foot = np.array([x - middle[0], y - middle[1], 0.0])
            head = foot + np.array([*inward * 1.6, LAMP_HEIGHT_M])
            lamps.append(head)
            if np.hypot(*foot[:2]) < POST_CLEAR_M:
                continue
            arm = tube(foot + np.array([0, 0, LAMP_HEIGHT_M - 0.1]), head, (0.05, 0.04), 0, 5)
            parts += [
                _as_rows(pole, foot, Tile.PLAIN, (0.55, 0.56, 0.57)),
                _as_rows(arm, (0, 0, 0), Tile.PLAIN, (0.55, 0.56, 0.57)),
                _as_rows(box((0, 0, 0), (0.7, 0.3, 0.12), 0), head, Tile.PLAIN, (0.85, 0.84, 0.8), -1.0),
            ]
    return parts, np.array(lamps).reshape(-1, 3)
