"""Cars after a crash: the nose pushed in and the bonnet thrown up, or one side dented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from vision.render.body import Body
from vision.render.mesh import Floats, Mesh, triangles

CRUSH_M: Final = 1.15  # length of a nose that gives way
KEPT: Final = 0.52  # share of it that is left
DENT_M: Final = 0.42


def wreck_bodies(cars: Iterable[Body]) -> dict[str, Body]:
    """Return the wrecks of some cars by name: ``sedan_nose``, ``sedan_left``, ``sedan_right``, and so on."""
    wrecks = [wreck for car in cars for wreck in (_nose(car), _side(car, 1.0), _side(car, -1.0))]
    return {wreck.name: wreck for wreck in wrecks}


def _nose(car: Body) -> Body:
    """Return the car with its nose crushed; its front plate is lost and its headlights are out."""
    front = car.size_m[0] / 2
    place = car.mesh.position_m.copy()
    into = np.clip((place[:, 0] - (front - CRUSH_M)) / CRUSH_M, 0.0, 1.2)
    place[:, 0] -= into**1.5 * CRUSH_M * (1 - KEPT)
    hump = np.sin(np.pi * np.clip(into, 0, 1)) * np.clip(place[:, 2] - 0.6, 0.0, 0.3)
    place[:, 2] += 0.9 * hump
    place += into[:, None] * 0.11 * _crumple(car.mesh.position_m)
    rear = tuple(plate for plate in car.plates if plate[1] < 0)
    return replace(car, name=f"{car.name}_nose", mesh=_faceted(place, car.mesh), plates=rear, beam_m=None)


def _side(car: Body, sign: float) -> Body:
    """Return the car with its left side (sign 1) or right side dented between the axles."""
    place = car.mesh.position_m.copy()
    near = np.exp(-((place[:, 0] / 0.85) ** 2)) * np.clip(sign * place[:, 1] / (car.size_m[1] / 2), 0.0, 1.0) ** 2
    place[:, 1] -= sign * DENT_M * near
    place += near[:, None] * 0.08 * _crumple(car.mesh.position_m)
    return replace(car, name=f"{car.name}_{'left' if sign > 0 else 'right'}", mesh=_faceted(place, car.mesh))


def _crumple(place_m: Floats) -> Floats:
    """Return (n, 3) shifts in [-1, 1] that belong to a place, so that corners that meet stay together."""
    x, y, z = (np.round(place_m, 3) * 13.0).T
    return np.stack([np.sin(x + 2.3 * y + 1.7 * z), np.sin(1.9 * x - y + 2.9 * z), np.sin(2.7 * x + 1.3 * y - z)], 1)


def _faceted(place_m: Floats, mesh: Mesh) -> Mesh:
    """Return the mesh at new places, every face flat: bent metal throws light about."""
    return triangles(place_m.reshape(-1, 3, 3), mesh.slot[::3])
