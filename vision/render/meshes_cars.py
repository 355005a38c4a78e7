"""Private cars: six shells drawn from nose to tail as cross-sections, and the police car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.render.body import Body, D, G, P, Point, both_sides, light_bar, ring, vehicle, wheel
from vision.render.materials import Slot
from vision.render.mesh import Mesh, box, join, skin


@dataclass(frozen=True)
class _Shell:
    """A car's body as cross-sections from nose to tail.

    Attributes:
        stations: rows of x, half width, sill height, shoulder height, half width of the top, height of the top.
        uppers: for each gap between stations, what the side above the shoulder and the top are made of.
    """

    name: str
    size_m: Point
    stations: Sequence[tuple[float, float, float, float, float, float]]
    uppers: Sequence[tuple[Slot, Slot]]
    wheels_x: tuple[float, float]
    wheel_m: float
    light_z: float
    tail_z: float
    plate_z: tuple[float, float]


_SEDAN: Final = _Shell(
    "sedan",
    (4.5, 1.73, 1.48),
    (
        (2.25, 0.62, 0.30, 0.56, 0.50, 0.60),
        (2.12, 0.78, 0.22, 0.68, 0.62, 0.72),
        (1.12, 0.85, 0.20, 0.86, 0.72, 0.94),
        (0.36, 0.865, 0.20, 0.90, 0.58, 1.44),
        (-0.22, 0.865, 0.20, 0.91, 0.59, 1.48),
        (-0.31, 0.865, 0.20, 0.91, 0.59, 1.48),
        (-0.98, 0.865, 0.20, 0.93, 0.57, 1.44),
        (-1.55, 0.85, 0.22, 0.94, 0.66, 1.02),
        (-2.12, 0.80, 0.26, 0.90, 0.64, 0.97),
        (-2.25, 0.70, 0.34, 0.80, 0.55, 0.84),
    ),
    ((P, P), (P, P), (G, G), (G, P), (D, P), (G, P), (P, G), (P, P), (P, P)),
    (1.36, -1.28), 0.31, 0.62, 0.80, (0.46, 0.72),
)  # fmt: skip
_HATCH: Final = _Shell(
    "hatch",
    (3.7, 1.62, 1.52),
    (
        (1.85, 0.58, 0.30, 0.58, 0.48, 0.64),
        (1.72, 0.74, 0.22, 0.72, 0.60, 0.78),
        (0.98, 0.80, 0.20, 0.88, 0.68, 0.98),
        (0.30, 0.81, 0.20, 0.92, 0.58, 1.48),
        (-0.28, 0.81, 0.20, 0.93, 0.59, 1.52),
        (-0.37, 0.81, 0.20, 0.93, 0.59, 1.52),
        (-1.05, 0.81, 0.20, 0.95, 0.57, 1.50),
        (-1.38, 0.80, 0.20, 0.96, 0.56, 1.46),
        (-1.76, 0.76, 0.26, 0.92, 0.60, 0.98),
        (-1.85, 0.68, 0.32, 0.80, 0.54, 0.84),
    ),
    ((P, P), (P, P), (G, G), (G, P), (D, P), (G, P), (P, P), (P, G), (P, P)),
    (1.16, -1.18), 0.29, 0.66, 0.86, (0.46, 0.62),
)  # fmt: skip
_SUV: Final = _Shell(
    "suv",
    (4.4, 1.82, 1.70),
    (
        (2.20, 0.72, 0.40, 0.74, 0.60, 0.84),
        (2.08, 0.86, 0.32, 0.90, 0.72, 0.98),
        (1.12, 0.90, 0.30, 1.04, 0.78, 1.12),
        (0.52, 0.91, 0.30, 1.06, 0.66, 1.64),
        (-0.20, 0.91, 0.30, 1.07, 0.67, 1.70),
        (-0.30, 0.91, 0.30, 1.07, 0.67, 1.70),
        (-1.10, 0.91, 0.30, 1.09, 0.66, 1.68),
        (-1.24, 0.91, 0.30, 1.09, 0.66, 1.68),
        (-1.86, 0.90, 0.32, 1.10, 0.64, 1.62),
        (-2.12, 0.86, 0.36, 1.06, 0.68, 1.14),
        (-2.20, 0.78, 0.42, 0.92, 0.62, 0.96),
    ),
    ((P, P), (P, P), (G, G), (G, P), (D, P), (G, P), (P, P), (G, P), (P, G), (P, P)),
    (1.34, -1.32), 0.36, 0.82, 1.00, (0.56, 0.86),
)  # fmt: skip
_VAN: Final = _Shell(
    "van",
    (3.5, 1.48, 1.88),
    (
        (1.75, 0.60, 0.34, 0.66, 0.58, 0.76),
        (1.66, 0.70, 0.24, 0.90, 0.66, 0.96),
        (1.10, 0.73, 0.22, 0.98, 0.60, 1.76),
        (0.62, 0.74, 0.22, 0.99, 0.61, 1.86),
        (0.50, 0.74, 0.22, 0.99, 0.61, 1.86),
        (-0.36, 0.74, 0.22, 0.99, 0.61, 1.88),
        (-0.46, 0.74, 0.22, 0.99, 0.61, 1.88),
        (-1.45, 0.74, 0.22, 0.99, 0.61, 1.86),
        (-1.66, 0.73, 0.24, 0.98, 0.60, 1.80),
        (-1.75, 0.70, 0.32, 0.96, 0.60, 1.02),
    ),
    ((P, P), (G, G), (G, P), (P, P), (G, P), (P, P), (G, P), (P, P), (P, G)),
    (1.08, -1.10), 0.27, 0.62, 0.74, (0.42, 0.56),
)  # fmt: skip
_ESTATE: Final = _Shell(
    "estate",
    (4.55, 1.73, 1.50),
    (
        (2.27, 0.62, 0.30, 0.56, 0.50, 0.60),
        (2.14, 0.78, 0.22, 0.68, 0.62, 0.72),
        (1.16, 0.85, 0.20, 0.86, 0.72, 0.94),
        (0.42, 0.865, 0.20, 0.90, 0.60, 1.45),
        (-0.16, 0.865, 0.20, 0.91, 0.61, 1.50),
        (-0.25, 0.865, 0.20, 0.91, 0.61, 1.50),
        (-0.96, 0.865, 0.20, 0.93, 0.60, 1.49),
        (-1.06, 0.865, 0.20, 0.93, 0.60, 1.49),
        (-1.88, 0.85, 0.22, 0.94, 0.58, 1.44),
        (-2.18, 0.82, 0.28, 0.92, 0.64, 0.98),
        (-2.27, 0.72, 0.34, 0.80, 0.56, 0.84),
    ),
    ((P, P), (P, P), (G, G), (G, P), (D, P), (G, P), (P, P), (G, P), (P, G), (P, P)),
    (1.38, -1.30), 0.31, 0.62, 0.86, (0.46, 0.74),
)  # fmt: skip
_PICKUP: Final = _Shell(
    "pickup",
    (4.9, 1.80, 1.74),
    (
        (2.45, 0.70, 0.42, 0.76, 0.60, 0.86),
        (2.32, 0.84, 0.34, 0.92, 0.72, 1.00),
        (1.32, 0.89, 0.32, 1.04, 0.78, 1.12),
        (0.72, 0.90, 0.32, 1.06, 0.66, 1.68),
        (0.14, 0.90, 0.32, 1.07, 0.67, 1.74),
        (0.05, 0.90, 0.32, 1.07, 0.67, 1.74),
        (-0.48, 0.90, 0.32, 1.08, 0.66, 1.70),
        (-0.66, 0.90, 0.32, 1.09, 0.82, 1.10),
        (-0.70, 0.90, 0.32, 1.04, 0.80, 0.72),
        (-2.36, 0.89, 0.36, 1.04, 0.80, 0.72),
        (-2.38, 0.89, 0.36, 1.04, 0.84, 1.06),
        (-2.45, 0.84, 0.42, 1.02, 0.80, 1.04),
    ),
    ((P, P), (P, P), (G, G), (G, P), (D, P), (G, P), (P, G), (P, P), (P, D), (P, P), (P, P)),
    (1.56, -1.44), 0.37, 0.84, 0.90, (0.58, 0.70),
)  # fmt: skip


def _hull(shell: _Shell) -> Mesh:
    sections = [[(x, y, z) for y, z in ring(*rest)] for x, *rest in shell.stations]
    faces = []
    for side, top in shell.uppers:
        edge = P if top is P else top
        half = [D, P, P, side, edge]
        faces.append([*half, top, *half[::-1], D])
    return skin(sections, np.array(faces, np.uint8))


def _car(shell: _Shell, *, police: bool = False) -> Body:
    length, width, _height = shell.size_m
    nose, hw = length / 2, width / 2
    front_hw = shell.stations[1][1]
    lamp, tail = shell.light_z, shell.tail_z
    parts = [
        _hull(shell),
        *(wheel(x, hw - 0.005, shell.wheel_m) for x in shell.wheels_x),
        both_sides(
            box((nose - 0.08, front_hw - 0.15, lamp), (0.20, 0.32, 0.14), Slot.HEADLIGHT),
            box((-nose + 0.06, front_hw - 0.12, tail), (0.16, 0.22, 0.17), Slot.TAILLIGHT),
            box((shell.stations[2][0] - 0.22, hw + 0.06, shell.stations[2][3] + 0.08), (0.10, 0.18, 0.13), P),
            box((0.05, hw * 0.985, shell.stations[3][3] - 0.12), (0.16, 0.02, 0.03), D),
            box((-0.80, hw * 0.985, shell.stations[3][3] - 0.12), (0.16, 0.02, 0.03), D),
        ),
        box((nose - 0.01, 0, lamp - 0.02), (0.05, 0.66, 0.10), D),
        box((nose - 0.02, 0, shell.stations[0][2] + 0.06), (0.08, 1.1, 0.12), D),
        box((-nose + 0.04, 0, shell.stations[-1][2] + 0.06), (0.10, 1.1, 0.12), D),
    ]
    if police:
        parts.append(_police_marks(shell))
    name, (front, rear) = "police" if police else shell.name, shell.plate_z
    return vehicle(name, parts, shell.size_m, (nose + 0.02, front), (-nose - 0.02, rear), nose)


def _police_marks(shell: _Shell) -> Mesh:
    hw = shell.size_m[1] / 2
    band = box((-0.4, hw * 0.985, 0.66), (2.9, 0.035, 0.20), Slot.GREEN)
    lower = box((-0.4, hw * 0.985, 0.50), (2.9, 0.035, 0.08), Slot.BLUE)
    bonnet = box((1.6, 0, 0.86), (0.5, 1.1, 0.02), Slot.GREEN)
    return join([both_sides(band, lower), bonnet, light_bar(0.0, 1.46, 1.15)])


def car_bodies() -> list[Body]:
    """Return the six private bodies and the police car."""
    shells = (_SEDAN, _HATCH, _SUV, _VAN, _ESTATE, _PICKUP)
    return [*(_car(shell) for shell in shells), _car(_SEDAN, police=True)]
