"""The still city for a camera: round the camera itself, or, for one that flies, round its place and farther."""

from __future__ import annotations

from dataclasses import replace

from sensors.cameras import Camera
from twin.city import City
from vision.render.city_mesh import REACH_M, CityMesh, city_mesh
from vision.render.projection import FLYING_REACH_M, place_of


def mesh_for(city: City, camera: Camera) -> CityMesh:
    """Return the still city round a camera's place; a drone sees farther."""
    x_m, y_m = place_of(camera)
    reach_m = FLYING_REACH_M if camera.kind == "drone" else REACH_M
    return city_mesh(city, replace(camera, x_m=x_m, y_m=y_m), reach_m)
