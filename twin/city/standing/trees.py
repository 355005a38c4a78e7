"""Trees of a city: those that are mapped, and where none are, assumed rows beside the streets.

Rows stand at 8 m, by turns on either side, 2 m off the carriageway; three in five spots hold a tree (assumed). A draw
belongs to the spot, so a tree stands alike in the whole city, in a part of it and in any window. Where a tree is
mapped, it stands in place of assumed ones up to ``MAPPED_M`` away. None stands on a carriageway, in a building, on a
bridge or at a junction's corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.city.model import City
from twin.city.squares import Floats, Ints
from twin.city.standing.beside import spots_beside
from twin.city.standing.clear import Carriageways, Footprints, Window, buildings_near, streets_near, within
from twin.city.standing.crowns import ROUND, SLENDER, SPANS_M
from twin.city.standing.draws import spot_draws

STEP_M: Final = 8.0
START_M: Final = 6.0
OFFSET_M: Final = 2.0
SHARE: Final = 0.62
MAPPED_M: Final = 12.0
CLEAR_M: Final = 1.3
TALLEST: Final = 1.1
"""A tree grows wider by up to a quarter, taller by up to a tenth."""

REACH_M: Final = 60.0
KIND_OF: Final = {"": ROUND, "broadleaved": ROUND, "needleleaved": SLENDER}


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees, in the order of their streets; mapped ones last.

    Attributes:
        xy_m: (n, 2) trunks.
        kind: (n,) shape of the crown, a row of ``crowns.BALLS``.
        wide, tall: (n,) scale of the crown across and upwards.
    """

    xy_m: Floats
    kind: Ints
    wide: Floats
    tall: Floats

    def __len__(self) -> int:
        return len(self.xy_m)

    @property
    def crown_m(self) -> Floats:
        """(n,) radius of the crown round the trunk."""
        return np.asarray(SPANS_M[self.kind, 0] * self.wide)

    @property
    def underside_m(self) -> Floats:
        """(n,) where the crown begins."""
        return np.asarray(SPANS_M[self.kind, 1] * self.tall)

    @property
    def top_m(self) -> Floats:
        """(n,) height of the tree."""
        return np.asarray(SPANS_M[self.kind, 2] * self.tall)

    def where(self, kept: NDArray[np.bool_]) -> Trees:
        """Return some of the trees."""
        return Trees(self.xy_m[kept], self.kind[kept], self.wide[kept], self.tall[kept])


def trees_in(city: City, window: Window | None = None) -> Trees:
    """Return the trees of a city whose trunks stand in a window (west, south, east, north; None: all)."""
    streets = streets_near(city, window, REACH_M)
    road = Carriageways.of(streets[streets["drive"].to_numpy()])
    houses = Footprints.of(buildings_near(city, window, REACH_M))
    mapped = _mapped(city, window, road, houses)
    assumed = _assumed(city, window, streets, road, houses)
    return Trees(
        np.concatenate([assumed.xy_m, mapped.xy_m]),
        np.concatenate([assumed.kind, mapped.kind]),
        np.concatenate([assumed.wide, mapped.wide]),
        np.concatenate([assumed.tall, mapped.tall]),
    )


def _assumed(
    city: City, window: Window | None, streets: gpd.GeoDataFrame, road: Carriageways, houses: Footprints
) -> Trees:
    planted = streets[streets["drive"].to_numpy() & (streets["structure"].to_numpy() == "")]
    offset_m = planted["width_m"].to_numpy(np.float64) / 2.0 + OFFSET_M
    spots = spots_beside(planted, STEP_M, np.full(len(planted), START_M), offset_m)
    spots = spots.where(within(spots.xy_m, window))
    luck = spot_draws("tree", spots.xy_m, 3)
    stands = luck[:, 0] <= SHARE
    spots, luck = spots.where(stands), luck[stands]
    clear = road.clear(spots.xy_m, -spots.inward, CLEAR_M) & houses.clear(spots.xy_m, CLEAR_M)
    clear &= ~_near_mapped(city, spots.xy_m)
    size = 0.75 + 0.5 * luck[:, 1]
    kind = (luck[:, 2] * len(SPANS_M)).astype(np.int64)
    return Trees(spots.xy_m, kind, size, np.minimum(size, TALLEST)).where(clear)


def _mapped(city: City, window: Window | None, road: Carriageways, houses: Footprints) -> Trees:
    """Return the trees of the layer, but for those whose trunk lies on a carriageway or in a building."""
    table = city.trees
    xy = shapely.get_coordinates(table.geometry.to_numpy()).reshape(-1, 2)
    kind = np.array([KIND_OF[name] for name in table["kind"]], dtype=np.int64)
    wide = table["crown_m"].to_numpy(np.float64) / 2.0 / SPANS_M[kind, 0]
    tall = table["height_m"].to_numpy(np.float64) / SPANS_M[kind, 2]
    inside = within(xy, window)
    trees = Trees(xy, kind, wide, tall).where(inside)
    return trees.where(road.off(trees.xy_m) & houses.clear(trees.xy_m, 0.0))


def _near_mapped(city: City, xy_m: Floats) -> NDArray[np.bool_]:
    mapped = shapely.get_coordinates(city.trees.geometry.to_numpy()).reshape(-1, 2)
    if not len(mapped) or not len(xy_m):
        return np.zeros(len(xy_m), dtype=bool)
    away_m, _ = cKDTree(mapped).query(xy_m, distance_upper_bound=MAPPED_M)
    return np.isfinite(away_m)
