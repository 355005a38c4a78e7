"""How much ground is reached on foot from the metro stations, against the areas on the real streets.

The reference polygons (JamshidSod/tashkent-metro-accessibility) were made on OpenStreetMap's walking network: from the
node nearest to a station, all nodes within the distance by the streets, and their convex hull (the polygons are all
convex). The same is done here, and their areas are measured again in the city's own projection, since the areas
they carry were measured in a neighbouring zone and are 11 % too large.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from twin.city.figures.figure import SKIPPED, Figure, verdict_of
from twin.city.figures.reference import Reference, district_rows
from twin.city.model import City
from twin.errors import InputError

POLYGONS: Final = "metro_isochrones_walk.geojson"
STATIONS: Final = "metro_stations.geojson"
MINUTES: Final = (5, 10, 15)
WALK_M_PER_MIN: Final = 5000.0 / 60.0
MEDIAN: Final = (0.8, 1.25)
QUARTILES: Final = (0.6, 1.6)
WHAT: Final = "ground reached on foot from the metro"
ASKED: Final = "median ratio 0.8 to 1.25, quartiles 0.6 to 1.6"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WalkGraph:
    """The streets that may be walked: the nodes of the largest connected part, and the lengths between them."""

    xy: Floats
    lengths: csr_array

    @classmethod
    def of(cls, city: City) -> WalkGraph:
        """Return the walking graph of a city."""
        streets = city.streets[city.streets["walk"].to_numpy(bool)]
        u, v = streets["u"].to_numpy(np.int64), streets["v"].to_numpy(np.int64)
        length_m = streets["length_m"].to_numpy(np.float64)
        order = np.lexsort((length_m, np.maximum(u, v), np.minimum(u, v)))
        a, b = np.minimum(u, v)[order], np.maximum(u, v)[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(a) != 0) | (np.diff(b) != 0)
        keep = first & (a != b)
        a, b, length_m = a[keep], b[keep], length_m[order][keep]
        n = len(city.nodes)
        both = coo_matrix((np.tile(length_m, 2), (np.r_[a, b], np.r_[b, a])), shape=(n, n)).tocsr()
        _, label = connected_components(both, directed=False)
        main = np.flatnonzero(label == np.bincount(label).argmax())
        return cls(shapely.get_coordinates(city.nodes.geometry.to_numpy())[main], csr_array(both[main][:, main]))

    def reached_m2(self, points: Floats, limits_m: tuple[float, ...]) -> Floats:
        """Return the (points, limits) areas of the hull of all nodes within each distance of a point's nearest node."""
        if not len(points):
            return np.zeros((0, len(limits_m)))
        start = np.asarray(cKDTree(self.xy).query(points)[1], dtype=np.int64)
        away_m = dijkstra(self.lengths, directed=False, indices=start, limit=max(limits_m))
        return np.array(
            [
                [float(shapely.convex_hull(shapely.multipoints(self.xy[row <= limit])).area) for limit in limits_m]
                for row in away_m
            ]
        )


def metro_walks(city: City, reference: Reference, against: Path | None) -> Iterator[Figure]:
    """Yield a figure for 5, 10 and 15 minutes.

    Args:
        city: any city; only stations inside its districts are measured.
        reference: what is asked of it; a verdict is given to the whole city only.
        against: folder with the polygons and the stations, or None.

    Raises:
        InputError: the folder's files cannot be read.
    """
    if against is None:
        yield Figure(
            WHAT, ASKED if reference.whole else "", "not measured", SKIPPED,
            f"the polygons stay outside the project; give --against FOLDER with {POLYGONS} and {STATIONS}",
        )  # fmt: skip
        return
    points, areas = _reference_areas(city, against)
    inside = district_rows(city, points) >= 0
    if not inside.any():
        yield Figure(WHAT, "", "no station inside", verdict_of(None))
        return
    reached = WalkGraph.of(city).reached_m2(points[inside], tuple(WALK_M_PER_MIN * minutes for minutes in MINUTES))
    for column, minutes in enumerate(MINUTES):
        yield _figure(minutes, reached[:, column] / areas[inside, column], bool(inside.all()) and reference.whole)


def _figure(minutes: int, ratio: Floats, judged: bool) -> Figure:
    low, middle, high = (float(share) for share in np.quantile(ratio, (0.25, 0.5, 0.75)))
    good = MEDIAN[0] <= middle <= MEDIAN[1] and QUARTILES[0] <= low and high <= QUARTILES[1]
    return Figure(
        f"{WHAT}, {minutes} min",
        ASKED if judged else "",
        f"median {middle:.2f}, quartiles {low:.2f} to {high:.2f}",
        verdict_of(good if judged else None),
        f"{len(ratio)} stations, 5 km/h, convex hulls as in the reference, in the city's projection",
        {"ratios": [round(float(share), 3) for share in ratio]},
    )


def _reference_areas(city: City, folder: Path) -> tuple[Floats, Floats]:
    """Return the (stations, 2) positions and the (stations, MINUTES) areas in square metres."""
    stations, polygons = (_read(folder / name).to_crs(city.crs) for name in (STATIONS, POLYGONS))
    wide = polygons.assign(m2=polygons.area).pivot(index="station_id", columns="minutes", values="m2")
    areas = wide.loc[stations["station_id"], list(MINUTES)].to_numpy(np.float64)
    return shapely.get_coordinates(stations.geometry.to_numpy()), areas


def _read(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_file(path)
    except Exception as fault:
        found = "no such file" if not path.is_file() else str(fault).splitlines()[0]
        raise InputError("measure the walks from the metro", f"{found}; give a folder with it", path) from fault
