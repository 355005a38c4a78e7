"""Where docks can stand: flat roofs of public buildings, and posts of the services, under open sky."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.airspace import AirSpace
from twin.city import City

Floats = NDArray[np.float64]
ROOF_USES: Final = (
    "clinic", "data_centre", "fire_station", "hospital", "kindergarten", "office", "police", "school", "university",
)  # fmt: skip
"""Uses of buildings whose roofs are taken for flat and public (assumed)."""
POST_KINDS: Final = (
    "ambulance_post", "fire_station", "metro", "police", "rail_station", "security_post", "situation_centre",
    "technical_centre",
)  # fmt: skip
ROOM_M: Final = 2.5
"""Radius that must be free on a roof (assumed; a dock of this class is about 1.5 m wide with its lid open)."""
HIGHEST_ROOF_M: Final = 60.0
CELL_M: Final = 250.0


@dataclass(frozen=True, eq=False)
class DockSites:
    """n places for a dock.

    Attributes:
        xy_m: (n, 2).
        pad_m: (n,) height of the ground it stands on: a roof, or 0.
        building: (n,) row of the building under it, -1 at a post.
        kind: (n,) use of the building, or kind of the post.
        name: (n,) of the post, "" for roofs.
    """

    xy_m: Floats
    pad_m: Floats
    building: NDArray[np.int64]
    kind: NDArray[np.str_]
    name: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.xy_m)

    def take(self, rows: NDArray[np.int64]) -> DockSites:
        """Return only those rows."""
        return DockSites(self.xy_m[rows], self.pad_m[rows], self.building[rows], self.kind[rows], self.name[rows])


def dock_sites(city: City, space: AirSpace, most: int) -> DockSites:
    """Return where docks can stand, spread over the city.

    No red zone, its margin included, and room to climb: the height allowed above the site is more than its roof and
    what must lie between a roof and a drone. Of each square one roof and one post are kept, the roomiest roof; squares
    are 250 m wide, and wider where more than ``most`` sites would be left.
    """
    roofs, room_m = _roofs(city)
    posts = _posts(city)
    xy_m = np.concatenate([roofs.xy_m, posts.xy_m])
    sites = DockSites(
        xy_m, np.concatenate([roofs.pad_m, posts.pad_m]), np.concatenate([roofs.building, posts.building]),
        np.concatenate([roofs.kind, posts.kind]), np.concatenate([roofs.name, posts.name]),
    )  # fmt: skip
    good = np.concatenate([room_m, np.full(len(posts), np.inf)])
    open_sky = space.ceiling_m(*xy_m.T) > sites.pad_m + space.rules.roof_clearance_m
    rows = np.flatnonzero(open_sky)
    side_m, kept = CELL_M, _one_each(sites, good, rows, CELL_M)
    while len(kept) > most:
        side_m *= 1.1
        kept = _one_each(sites, good, rows, side_m)
    return sites.take(kept)


def _roofs(city: City) -> tuple[DockSites, Floats]:
    """Return the roofs with room for a dock in their middle, and how much room each has."""
    use, high = city.buildings["use"].to_numpy().astype(str), city.buildings["height_m"].to_numpy(np.float64)
    rows = np.flatnonzero(np.isin(use, ROOF_USES) & (high <= HIGHEST_ROOF_M))
    shapes = city.buildings.geometry.to_numpy()[rows]
    spokes = shapely.maximum_inscribed_circle(shapes, 0.5) if len(shapes) else shapes
    room_m = shapely.length(spokes)
    ends = shapely.get_coordinates(spokes).reshape(-1, 2, 2)[:, 0]
    fits = room_m >= ROOM_M
    rows, xy_m = rows[fits], np.round(ends[fits], 1)
    return DockSites(xy_m, high[rows], rows, use[rows], np.full(len(rows), "", dtype="<U1")), room_m[fits]


def _posts(city: City) -> DockSites:
    """Return the posts of the services that no building covers; under a roof the roof is the site."""
    places = city.places[city.places["kind"].isin(POST_KINDS)]
    points = places.geometry.to_numpy()
    tree = shapely.STRtree(city.buildings.geometry.to_numpy())
    covered = np.zeros(len(points), dtype=bool)
    covered[np.unique(tree.query(points, "dwithin", distance=ROOM_M)[0])] = True
    kept = places[~covered]
    xy_m = np.round(shapely.get_coordinates(kept.geometry.to_numpy()).reshape(-1, 2), 1)
    names = kept["name"].fillna("").to_numpy().astype(str)
    return DockSites(xy_m, np.zeros(len(kept)), np.full(len(kept), -1), kept["kind"].to_numpy().astype(str), names)


def _one_each(sites: DockSites, good: Floats, rows: NDArray[np.int64], side_m: float) -> NDArray[np.int64]:
    """Return the best roof and the first post of each square, ascending."""
    cell = np.floor(sites.xy_m[rows] / side_m).astype(np.int64)
    post = sites.building[rows] < 0
    order = np.lexsort((rows, -good[rows], post, cell[:, 1], cell[:, 0]))
    key = np.column_stack([cell, post])[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(key, axis=0) != 0).any(axis=1)
    kept: NDArray[np.int64] = np.sort(rows[order[first]])
    return kept
