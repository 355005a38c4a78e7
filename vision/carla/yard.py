"""A proving ground: one crossing and one house, on which a server or the client alone can be tried in seconds."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from sensors.cameras import Camera
from twin.city import City
from twin.city.model import LAYERS
from twin.city.schema import layer_table
from twin.scene import Look, Scene

CRS: Final = "EPSG:32642"
MIDDLE_M: Final = (520_000.0, 4_570_000.0)
ARM_M: Final = 120.0
HOUSE_M: Final = (30.0, 30.0, 20.0, 12.0, 9.0)  # middle east and north of the crossing, length, width, height
ACTORS: Final = (
    (Look.CAR, -2.0, -20.0, 0.0, (4.5, 1.8, 1.5)), (Look.TRUCK, 2.0, 30.0, 180.0, (7.9, 2.6, 3.4)),
    (Look.BUS, -30.0, 2.0, 270.0, (10.3, 3.0, 3.6)), (Look.MOTORCYCLE, 25.0, -2.0, 90.0, (2.1, 0.8, 1.5)),
    (Look.EMERGENCY, -2.0, -40.0, 0.0, (6.3, 2.3, 2.5)), (Look.PERSON, 6.0, -15.0, 90.0, (0.5, 0.5, 1.8)),
    (Look.PERSON_LYING, -7.0, -14.0, 45.0, (0.5, 0.5, 1.8)),
)  # fmt: skip
"""Class, metres east and north of the crossing, bearing, size: one of each class that has a body."""


def yard() -> City:
    """Return the proving ground as a city."""
    east, north = MIDDLE_M
    ends = np.array([(0, 0), (ARM_M, 0), (0, ARM_M), (-ARM_M, 0), (0, -ARM_M)]) + MIDDLE_M
    nodes = layer_table("nodes", {"osm_id": -1, "signal": False}, shapely.points(ends), CRS)
    streets = layer_table(
        "streets",
        {
            "u": [0] * 4, "v": [1, 2, 3, 4], "oneway": False, "street_class": "residential", "lanes": 2,
            "speed_kmh": 40.0, "length_m": ARM_M, "width_m": 7.0, "name": "", "drive": True, "walk": True, "layer": 0,
            "osm_id": -1, "inferred": "",
        },
        shapely.linestrings(np.stack([np.repeat(ends[:1], 4, axis=0), ends[1:]], axis=1)),
        CRS,
    )  # fmt: skip
    x_m, y_m, length_m, width_m, height_m = HOUSE_M
    house = shapely.box(
        east + x_m - length_m / 2, north + y_m - width_m / 2, east + x_m + length_m / 2, north + y_m + width_m / 2
    )
    buildings = layer_table(
        "buildings",
        {"use": "residential", "storeys": 3, "height_m": height_m, "dwellings": 6, "residents": 18, "entrances": 1,
         "osm_id": -1, "inferred": ""},
        [house],
        CRS,
    )  # fmt: skip
    whole = shapely.box(east - ARM_M, north - ARM_M, east + ARM_M, north + ARM_M)
    border = {"name": ["Yard"], "residents": [18], "inferred": [""]}
    return City(
        name="yard", crs=CRS, manifest={"timezone": "Asia/Tashkent", "source": "made for trying CARLA"},
        nodes=nodes, streets=streets, buildings=buildings, places=layer_table("places", _none("places"), [], CRS),
        districts=layer_table("districts", border, [whole], CRS),
        mahallas=layer_table("mahallas", border | {"district": ["Yard"]}, [whole], CRS),
    )  # fmt: skip


def yard_scene() -> Scene:
    """Return one actor of each class that has a body, on and beside the crossing."""
    n = len(ACTORS)
    return Scene(
        0,
        look=np.array([row[0] for row in ACTORS], np.uint8),
        xyz_m=np.array([(MIDDLE_M[0] + row[1], MIDDLE_M[1] + row[2], 0.0) for row in ACTORS]),
        bearing_deg=np.array([row[3] for row in ACTORS]),
        roll_deg=np.zeros(n),
        size_m=np.array([row[4] for row in ACTORS]),
        phase=np.zeros(n),
        variant=np.arange(n, dtype=np.uint32),
        plate=np.full(n, "", "<U12"),
        track_id=np.arange(1, n + 1, dtype=np.int64),
        speed_ms=np.zeros(n),
        incident_id=np.full(n, -1, np.int64),
    )


def yard_camera(**changes: object) -> Camera:
    """Return a camera 6 m above the southern arm that looks north over the crossing."""
    values = {
        "id": "yard", "kind": "fixed", "x_m": MIDDLE_M[0], "y_m": MIDDLE_M[1] - 60.0, "height_m": 6.0,
        "bearing_deg": 0.0, "pitch_deg": -6.0, "hfov_deg": 70.0, "width_px": 640, "height_px": 360, "range_m": 120.0,
    }  # fmt: skip
    return Camera(**(values | changes))  # type: ignore[arg-type]


def _none(layer: str) -> dict[str, list[object]]:
    return {column: [] for column in LAYERS[layer]}
