"""The city that stands still around one camera: ground, streets, houses, walls, bridges, trees, street lamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.city import City
from twin.city.standing import decks_in, lamp_posts_in, trees_in, walls_in
from vision.render.city_fences import fence_rows
from vision.render.city_ground import carriageways, ground_layers
from vision.render.city_houses import house_rows, main_streets
from vision.render.city_markings import crossings_of
from vision.render.city_plants import post_rows, tree_rows
from vision.render.city_signals import SignalHeads, signal_heads, signal_rows
from vision.render.city_walls import deck_rows, wall_rows
from vision.render.still import stack

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
        signals: where the lamps of traffic lights are.
    """

    ground: tuple[NDArray[np.float32], ...]
    solid: NDArray[np.float32]
    lamps_m: NDArray[np.float64]
    signals: SignalHeads


def city_mesh(city: City, camera: Camera, reach_m: float = REACH_M) -> CityMesh:
    """Return the still city within ``reach_m`` of a camera."""
    middle = np.array([camera.x_m, camera.y_m])
    window = shapely.box(*(middle - reach_m), *(middle + reach_m))
    streets = city.streets.iloc[sorted(city.streets.sindex.query(window))]
    houses = city.buildings.iloc[sorted(city.buildings.sindex.query(window))]
    road = carriageways(streets, window)
    crossings = crossings_of(streets, city.nodes["signal"].to_numpy(bool))
    ground = ground_layers(city, streets, houses, road, crossings, window, middle)
    main = main_streets(streets)
    walls = [part for row, house in houses.iterrows() for part in house_rows(house, int(row), middle, main)]
    reach = window.bounds
    trees = tree_rows(trees_in(city, reach), middle)
    posts, lamps = post_rows(lamp_posts_in(city, reach), middle)
    barriers, decks = wall_rows(walls_in(city, reach), middle), deck_rows(decks_in(city, reach), middle)
    beside = [*fence_rows(houses, road, middle), *signal_rows(crossings, middle)]
    solid = stack([*walls, *trees, *posts, *barriers, *decks, *beside])
    return CityMesh(ground, solid, lamps, signal_heads(crossings, middle))
