"""What a region of zones is, and the city it stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.model import LAYERS, City
from twin.city.schema import layer_table
from twin.records import Service
from twin.travel.contract import Ints
from twin.travel.matrix import MatrixTravel

Floats = NDArray[np.float64]
MARGIN_M = 500.0
POST_PLACES: Mapping[str, str] = {
    Service.AMBULANCE: "ambulance_post", Service.FIRE: "fire_station", Service.POLICE: "police",
    Service.SECURITY: "security_post",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostTeams:
    """A post in a zone, and the teams that are at home there.

    Attributes:
        zone: its row.
        service: whose post it is.
        teams: how many, 0 where teams of elsewhere may wait.
        kind: of vehicle, "" for any.
    """

    zone: int
    service: Service
    teams: int
    kind: str = ""


@dataclass(frozen=True, eq=False)
class MatrixRegion:
    """A region of n zones, which are its nodes.

    Attributes:
        name: short name.
        title: for people.
        source: where the figures are from.
        timezone: such as ``Asia/Tashkent``.
        crs: of the coordinates, authority code of a projected system in metres.
        zone: (n,) names, in the order of the file.
        xy_m: (n, 2) places.
        residents: (n,) int64.
        district: (n,) row of the zone's district.
        districts: their names.
        rate_per_h: for each service (n,) mean requests an hour; {} where the scenario's rates by residents hold.
        times_ms: (periods, n, n) int64, -1 where there is no way.
        from_hour: (periods,) hour of the day from which each table is in force.
        posts: where teams wait, or may wait.
        hospitals: zones patients are taken to.
    """

    name: str
    title: str
    source: str
    timezone: str
    crs: str
    zone: tuple[str, ...]
    xy_m: Floats
    residents: Ints
    district: Ints
    districts: tuple[str, ...]
    rate_per_h: Mapping[Service, Floats]
    times_ms: Ints
    from_hour: tuple[int, ...]
    posts: tuple[PostTeams, ...]
    hospitals: tuple[int, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of all that is in it."""
        digest = hashlib.sha256()
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Mapping):
                value = [(str(key), each.tolist()) for key, each in sorted(value.items())]
            digest.update(f"{field.name}={value.tolist() if isinstance(value, np.ndarray) else value}\n".encode())
        return digest.hexdigest()

    def travel(self, start: datetime) -> MatrixTravel:
        """Return the travel times, bound to the zoned start of a run."""
        return MatrixTravel(self.times_ms, self.from_hour, self.xy_m, start)

    def city(self) -> City:
        """Return the region as a city without streets and buildings: zones as nodes and cells, posts and hospitals.

        Each zone is a mahalla, the cell of the places that lie nearest to it, so that maps and figures by mahalla work.
        """
        cells = self._cells()
        outline = [shapely.union_all(cells[self.district == row]) for row in range(len(self.districts))]
        per_district = np.bincount(self.district, weights=self.residents, minlength=len(self.districts)).astype(int)
        spots = [(POST_PLACES[post.service], post.zone) for post in self.posts]
        spots += [("hospital", zone) for zone in self.hospitals]
        points, zones = shapely.points(self.xy_m), [zone for _, zone in spots]
        common = {"osm_id": -1, "inferred": ""}
        layers: dict[str, tuple[dict[str, Any], Any]] = {
            "nodes": ({"osm_id": -1, "signal": False}, points),
            "streets": (dict.fromkeys(LAYERS["streets"], ()), []),
            "buildings": (dict.fromkeys(LAYERS["buildings"], ()), []),
            "places": (
                common | {"kind": [k for k, _ in spots], "name": [self.zone[z] for z in zones], "node": zones},
                points[np.array(zones, dtype=np.int64)],
            ),
            "districts": ({"name": list(self.districts), "residents": per_district, "inferred": ""}, outline),
            "mahallas": (
                {"name": list(self.zone), "district": [self.districts[row] for row in self.district],
                 "residents": self.residents, "inferred": ""},
                cells,
            ),
        }  # fmt: skip
        tables = {layer: layer_table(layer, columns, shapes, self.crs) for layer, (columns, shapes) in layers.items()}
        manifest = {
            "source": self.source, "timezone": self.timezone,
            "real": f"zones, travel times, demand and posts as given: {self.source}",
            "synthetic": "there are no streets and no buildings; teams drive in straight lines from zone to zone",
        }  # fmt: skip
        return City(self.name, self.crs, manifest, **tables)

    def _cells(self) -> NDArray[np.object_]:
        """The part of the region nearest to each zone, within a margin round all of them."""
        west, south = self.xy_m.min(axis=0) - MARGIN_M
        east, north = self.xy_m.max(axis=0) + MARGIN_M
        frame = shapely.box(west, south, east, north)
        if len(self.zone) == 1:
            return np.array([frame], dtype=object)
        parts = shapely.voronoi_polygons(shapely.multipoints(self.xy_m), extend_to=frame, ordered=True)
        cells: NDArray[np.object_] = shapely.intersection(shapely.get_parts(parts), frame)
        return cells
