"""Vehicles: six private car bodies, bus, truck, motorcycle with rider, ambulance, fire engine, police car.

Bodies are drawn from the shapes one meets in Tashkent (small saloons, Damas vans, Isuzu-like buses) by measure of the
public dimensions of such classes, not after any maker's model.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from vision.render.materials import Slot
from vision.render.mesh import Mesh, ball, box, disc, join, quad, skin, tube

Point = tuple[float, float, float]
P, S2, S3, G, D, W = Slot.PAINT, Slot.SECOND, Slot.THIRD, Slot.GLASS, Slot.DARK, Slot.WHITE


@dataclass(frozen=True)
class Body:
    """One kind of actor, ready to be drawn.

    Attributes:
        name: unique.
        mesh: at natural size, standing on z = 0 with the middle of its footprint at the origin.
        size_m: natural length, width, height; an actor's size is reached by scaling each axis.
        plates: (x, y, z) middles of the front and rear plate at natural size; the front one looks along +x. A body
            without a plate has an empty tuple, a motorcycle only a rear one.
        beam_m: where the headlights are along x, or None.
    """

    name: str
    mesh: Mesh
    size_m: Point
    plates: tuple[tuple[Point, float], ...] = ()
    beam_m: float | None = None


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
    extras: tuple[Mesh, ...] = field(default=())


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


def _ring(hw: float, sill: float, shoulder: float, top_hw: float, top: float) -> list[tuple[float, float]]:
    """Return one cross-section as y, z from the left sill over the top to the right sill and back below."""
    left = [
        (0.80 * hw, sill),
        (0.965 * hw, sill + 0.10),
        (hw, sill + 0.55 * (shoulder - sill)),
        (0.955 * hw, shoulder),
        (top_hw, top - 0.045),
        (top_hw * 0.78, top),
    ]
    return [*left, *[(-y, z) for y, z in left[::-1]], left[0]]


def _hull(shell: _Shell) -> Mesh:
    sections = [[(x, y, z) for y, z in _ring(*rest)] for x, *rest in shell.stations]
    faces = []
    for side, top in shell.uppers:
        edge = P if top is P else top
        half = [D, P, P, side, edge]
        faces.append([*half, top, *half[::-1], D])
    return skin(sections, np.array(faces, np.uint8))


def wheel(x: float, half_width: float, radius: float, hub: int = Slot.METAL) -> Mesh:
    """Return the left and right wheel of an axle, with arch, tyre and hub."""
    y = half_width
    left = join(
        [
            disc((x, y + 0.004, radius + 0.02), radius * 1.17, D, 12),
            tube((x, y - 0.20, radius), (x, y + 0.014, radius), (radius, radius), Slot.RUBBER, 12),
            disc((x, y + 0.024, radius), radius * 0.60, hub, 8),
        ]
    )
    return join([left, left.mirrored()])


def both_sides(*parts: Mesh) -> Mesh:
    """Return the parts and their mirror images."""
    one = join(parts)
    return join([one, one.mirrored()])


def _car(shell: _Shell, *, bar: bool = False) -> Body:
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
        *shell.extras,
    ]
    if bar:
        parts.append(_police_marks(shell))
    front, rear = shell.plate_z
    return Body(
        "police" if bar else shell.name,
        join(parts),
        shell.size_m,
        (((nose + 0.02, 0.0, front), 1.0), ((-nose - 0.02, 0.0, rear), -1.0)),
        nose,
    )


def light_bar(x: float, z: float, width: float) -> Mesh:
    """Return a roof bar with a red half and a blue half."""
    half = width / 4
    return join(
        [
            box((x, 0, z + 0.02), (0.28, width, 0.04), D),
            box((x, half, z + 0.10), (0.24, width / 2 - 0.05, 0.13), Slot.FLASH_A),
            box((x, -half, z + 0.10), (0.24, width / 2 - 0.05, 0.13), Slot.FLASH_B),
        ]
    )


def _police_marks(shell: _Shell) -> Mesh:
    hw = shell.size_m[1] / 2
    band = box((-0.4, hw * 0.985, 0.66), (2.9, 0.035, 0.20), Slot.GREEN)
    lower = box((-0.4, hw * 0.985, 0.50), (2.9, 0.035, 0.08), Slot.BLUE)
    bonnet = box((1.6, 0, 0.86), (0.5, 1.1, 0.02), Slot.GREEN)
    return join([both_sides(band, lower), bonnet, light_bar(0.0, 1.46, 1.15)])


def _windows(x0: float, x1: float, y: float, z0: float, z1: float, panes: int, gap: float = 0.09) -> Mesh:
    """Return a row of panes on the left side, looking along +y."""
    edges = np.linspace(x0, x1, panes + 1)
    return join(
        [
            quad((b - gap / 2, y, z0), (a + gap / 2, y, z0), (a + gap / 2, y, z1), (b - gap / 2, y, z1), G)
            for a, b in itertools.pairwise(edges)
        ]
    )


def _boxy(stations: Sequence[tuple[float, float, float, float]], slot: int = P) -> Mesh:
    """Return a body with soft edges from rows of x, half width, underside and top."""

    def ring(hw: float, low: float, high: float) -> list[tuple[float, float]]:
        left = [(hw * 0.94, low), (hw, low + 0.12), (hw, high - 0.22), (hw * 0.97, high - 0.08), (hw * 0.82, high)]
        return [*left, *[(-y, z) for y, z in left[::-1]], left[0]]

    sections = [[(x, y, z) for y, z in ring(hw, low, high)] for x, hw, low, high in stations]
    return skin(sections, np.full((len(stations) - 1, 10), slot, np.uint8))


def _face(x: float, y0: float, y1: float, z0: float, z1: float, slot: int, sign: float = 1.0) -> Mesh:
    """Return an upright rectangle across the vehicle at ``x``, looking forwards or, with sign -1, backwards."""
    a, b = (y0, y1) if sign > 0 else (y1, y0)
    return quad((x, a, z0), (x, b, z0), (x, b, z1), (x, a, z1), slot)


def _bus() -> Body:
    length, width, height = 11.6, 2.5, 3.1
    n, hw = length / 2, width / 2
    side = join(
        [_windows(-n + 0.5, n - 0.9, hw + 0.008, 1.25, 2.40, 7), box((0, hw, 0.72), (length - 0.6, 0.02, 0.26), S2)]
    )
    doors = join(
        [
            _windows(x - 0.6, x + 0.6, -hw - 0.02, 0.45, 2.40, 2).mirrored().moved((0, -2 * hw - 0.04, 0))
            for x in (n - 1.3, -0.6)
        ]
    )
    parts = [
        _boxy([(n, hw * 0.93, 0.42, height - 0.12), (n - 0.2, hw, 0.32, height), (-n + 0.12, hw, 0.32, height),
               (-n, hw * 0.95, 0.42, height - 0.1)]),
        both_sides(side), doors,
        _face(n + 0.012, -1.05, 1.05, 1.15, 2.45, G), _face(n + 0.014, -0.85, 0.85, 2.55, 2.82, D),
        box((n + 0.012, 0, 2.68), (0.01, 1.1, 0.13), Slot.YELLOW),
        _face(-n - 0.012, -0.95, 0.95, 1.6, 2.4, G, -1.0), _face(-n - 0.012, -0.9, 0.9, 0.6, 1.2, D, -1.0),
        wheel(n - 2.4, hw - 0.01, 0.48), wheel(-n + 2.9, hw - 0.01, 0.48),
        both_sides(
            box((n - 0.02, 0.95, 0.72), (0.10, 0.36, 0.2), Slot.HEADLIGHT),
            box((-n + 0.02, 1.05, 1.0), (0.10, 0.2, 0.4), Slot.TAILLIGHT),
            box((n + 0.12, 1.28, 2.1), (0.12, 0.2, 0.4), D),
        ),
        box((0.5, 0, height + 0.08), (3.0, 1.6, 0.18), W), box((-3.2, 0, height + 0.06), (1.8, 1.5, 0.14), W),
    ]  # fmt: skip
    plates = (((n + 0.03, 0.0, 0.55), 1.0), ((-n - 0.03, 0.0, 0.75), -1.0))
    return Body("bus", join(parts), (length, width, height + 0.17), plates, n)


def _cab(n: float, hw: float, depth: float, height: float) -> Mesh:
    """Return a cab-over lorry cab with its nose at ``n``."""
    shell = _boxy([(n, hw * 0.92, 0.55, height * 0.62), (n - 0.05, hw * 0.96, 0.45, height * 0.70),
                   (n - 0.35, hw * 0.96, 0.45, height), (n - depth, hw * 0.96, 0.45, height)])  # fmt: skip
    z0, z1 = height * 0.70, height * 0.94
    low, high = n - 0.03, n - 0.28  # along the cab's sloping front
    pane = quad((low, -hw * 0.8, z0), (low, hw * 0.8, z0), (high, hw * 0.76, z1), (high, -hw * 0.76, z1), G)
    side = _windows(n - depth + 0.35, n - 0.35, hw * 0.96 + 0.01, z0, z1, 1)
    lamps = both_sides(
        side,
        box((n - 0.02, hw * 0.66, 0.82), (0.1, 0.34, 0.2), Slot.HEADLIGHT),
        box((n - 0.2, hw + 0.12, z1 - 0.2), (0.1, 0.18, 0.42), D),
    )
    return join(
        [
            shell,
            pane,
            lamps,
            _face(n + 0.012, -hw * 0.6, hw * 0.6, 1.0, 1.3, D),
            box((n - 0.1, 0, 0.55), (0.3, hw * 1.9, 0.24), D),
        ]
    )


def _truck() -> Body:
    length, width, height = 7.4, 2.3, 2.9
    n, hw = length / 2, width / 2
    cargo = join(
        [
            box((-0.95, 0, 1.95), (5.4, width, 1.9), S2),
            *(box((x, 0, 1.95), (0.05, width + 0.03, 1.9), S2) for x in np.linspace(-3.5, 1.6, 6)),
            _face(-n - 0.002, -0.03, 0.03, 1.05, 2.85, D, -1.0),
        ]
    )
    parts = [
        _cab(n, hw, 1.75, 2.45), cargo, box((-0.5, 0, 0.8), (6.2, 0.9, 0.3), D),
        wheel(n - 1.0, hw - 0.06, 0.45), wheel(-n + 1.5, hw - 0.02, 0.45), wheel(-n + 2.5, hw - 0.02, 0.45),
        both_sides(box((-n + 0.04, 0.9, 0.82), (0.1, 0.3, 0.16), Slot.TAILLIGHT), box((0.4, hw - 0.05, 0.75), (2.0, 0.08, 0.35), D)),
        box((-n + 0.06, 0, 0.6), (0.1, width - 0.1, 0.14), D),
    ]  # fmt: skip
    return Body(
        "truck", join(parts), (length, width, height), (((n + 0.06, 0.0, 0.55), 1.0), ((-n - 0.02, 0.0, 0.62), -1.0)), n
    )


def _tipper() -> Body:
    length, width, height = 7.0, 2.4, 2.8
    n, hw = length / 2, width / 2
    bed = [
        box((-0.95, 0, 1.15), (5.0, width, 0.15), S2), box((1.5, 0, 1.85), (0.12, width, 1.5), S2),
        both_sides(box((-0.95, hw - 0.06, 1.65), (5.0, 0.12, 1.0), S2)), box((-3.42, 0, 1.6), (0.1, width, 0.95), S2),
        box((-0.9, 0, 1.75), (4.5, width - 0.3, 0.5), S3),
        both_sides(*(box((x, hw + 0.02, 1.65), (0.12, 0.06, 1.0), S2) for x in (-2.9, -1.6, -0.3, 1.0))),
    ]  # fmt: skip
    parts = [
        _cab(n, hw, 1.7, 2.6), *bed, box((-0.5, 0, 0.85), (6.0, 0.9, 0.35), D),
        wheel(n - 1.0, hw - 0.06, 0.5), wheel(-n + 1.0, hw - 0.02, 0.5), wheel(-n + 2.1, hw - 0.02, 0.5),
        both_sides(box((-n + 0.04, 0.9, 0.82), (0.1, 0.3, 0.16), Slot.TAILLIGHT)),
    ]  # fmt: skip
    return Body(
        "tipper",
        join(parts),
        (length, width, height),
        (((n + 0.06, 0.0, 0.55), 1.0), ((-n - 0.02, 0.0, 0.66), -1.0)),
        n,
    )


def _ambulance() -> Body:
    length, width, height = 5.5, 2.0, 2.55
    n, hw = length / 2, width / 2
    shell = skin(
        [[(x, y, z) for y, z in _ring(*rest)] for x, *rest in (
            (2.75, 0.75, 0.42, 0.80, 0.66, 0.92), (2.62, 0.92, 0.34, 1.0, 0.78, 1.08), (1.95, 0.98, 0.32, 1.14, 0.84, 1.28),
            (1.25, 1.0, 0.32, 1.16, 0.80, 2.28), (0.55, 1.0, 0.32, 1.2, 0.86, 2.50), (0.45, 1.0, 0.32, 1.2, 0.86, 2.50),
            (-2.55, 1.0, 0.34, 1.2, 0.86, 2.50), (-2.75, 0.96, 0.42, 1.2, 0.82, 2.40))],
        np.array([[D, P, P, s, e, t, e, s, P, P, D, D] for s, e, t in (
            (P, P, P), (P, P, P), (G, G, G), (G, P, P), (P, P, P), (P, P, P), (P, P, P))], np.uint8),
    )  # fmt: skip
    cross = [
        box((-1.0, hw * 0.945, 1.75), (0.75, 0.05, 0.22), Slot.RED),
        box((-1.0, hw * 0.945, 1.75), (0.22, 0.05, 0.75), Slot.RED),
    ]
    side = [
        *cross,
        box((-0.4, hw * 0.985, 1.02), (4.2, 0.05, 0.30), Slot.RED),
        box((-2.15, hw * 0.95, 1.75), (0.7, 0.03, 0.5), G),
    ]
    parts = [
        shell, both_sides(*side), light_bar(0.75, 2.48, 1.5), light_bar(-2.4, 2.46, 1.3),
        wheel(1.75, hw - 0.01, 0.36), wheel(-1.65, hw - 0.01, 0.36),
        both_sides(
            box((n - 0.1, 0.72, 0.86), (0.2, 0.3, 0.22), Slot.HEADLIGHT), box((-n + 0.05, 0.88, 1.1), (0.12, 0.14, 0.5), Slot.TAILLIGHT),
            box((1.62, hw + 0.1, 1.35), (0.12, 0.2, 0.3), D), _face(-n - 0.005, 0.08, 0.7, 1.5, 2.05, G, -1.0),
        ),
        box((n - 0.02, 0, 0.84), (0.1, 0.8, 0.2), D), box((2.3, 0, 1.19), (0.5, 0.9, 0.03), Slot.RED),
        _face(-n - 0.006, -0.85, 0.85, 0.9, 1.2, Slot.RED, -1.0),
    ]  # fmt: skip
    return Body(
        "ambulance",
        join(parts),
        (length, width, height + 0.09),
        (((n + 0.04, 0.0, 0.55), 1.0), ((-n - 0.02, 0.0, 0.6), -1.0)),
        n,
    )


def _fire_engine() -> Body:
    length, width, height = 8.0, 2.5, 3.1
    n, hw = length / 2, width / 2
    rungs = [box((x, 0, 3.0), (0.06, 0.55, 0.05), Slot.METAL) for x in np.arange(-3.8, 1.2, 0.45)]
    rails = both_sides(box((-1.3, 0.3, 3.0), (5.2, 0.07, 0.09), Slot.METAL))
    side = [
        box((-1.5, hw, 1.55), (4.8, 0.02, 0.16), W),
        *(box((x, hw + 0.004, 2.1), (1.35, 0.02, 0.8), Slot.METAL) for x in (-3.1, -1.6)),
        box((0.35, hw, 1.1), (1.2, 0.02, 0.5), D),
        _windows(0.1, 1.5, hw + 0.012, 1.75, 2.5, 2),
    ]
    parts = [
        _cab(n, hw, 2.0, 2.75),
        _boxy([(2.0, hw, 0.5, 2.85), (-n + 0.05, hw, 0.5, 2.85), (-n, hw * 0.97, 0.55, 2.8)]),
        both_sides(*side), *rungs, rails, light_bar(n - 1.1, 2.72, 1.7),
        wheel(n - 1.4, hw - 0.02, 0.5), wheel(-n + 2.0, hw - 0.01, 0.5),
        both_sides(box((-n + 0.02, 1.05, 1.0), (0.1, 0.18, 0.4), Slot.TAILLIGHT)),
        _face(-n - 0.01, -0.9, 0.9, 1.2, 2.5, Slot.METAL, -1.0), box((n - 0.06, 0, 0.62), (0.3, width, 0.26), W),
    ]  # fmt: skip
    return Body(
        "fire_engine",
        join(parts),
        (length, width, height),
        (((n + 0.14, 0.0, 0.6), 1.0), ((-n - 0.03, 0.0, 0.75), -1.0)),
        n,
    )


def _motorcycle() -> Body:
    """Return a motorcycle with its rider; paint: machine, second: jacket, third: trousers, fourth: helmet."""
    r = 0.31
    tyres = [tube((x, -0.06, r), (x, 0.06, r), (r, r), Slot.RUBBER, 14) for x in (0.68, -0.66)]
    hubs = [tube((x, -0.07, r), (x, 0.07, r), (0.17, 0.17), Slot.METAL, 8) for x in (0.68, -0.66)]
    machine = [
        ball((0.2, 0, 0.82), (0.36, 0.16, 0.16), P, 5, 8), box((-0.42, 0, 0.80), (0.72, 0.26, 0.10), D),
        box((0.0, 0, 0.5), (0.5, 0.3, 0.36), Slot.METAL), box((-0.72, 0, 0.78), (0.3, 0.2, 0.16), P),
        tube((0.68, 0, r), (0.42, 0, 0.95), (0.05, 0.05), Slot.METAL, 6), box((0.66, 0, 0.66), (0.4, 0.14, 0.06), P),
        box((0.60, 0, 0.90), (0.14, 0.22, 0.18), Slot.HEADLIGHT), box((-0.88, 0, 0.76), (0.05, 0.18, 0.09), Slot.TAILLIGHT),
        tube((0.42, -0.36, 1.02), (0.42, 0.36, 1.02), (0.025, 0.025), D, 5), tube((-0.1, -0.2, 0.3), (-0.8, -0.2, 0.36), (0.06, 0.07), Slot.METAL, 6),
    ]  # fmt: skip
    rider = [
        tube((-0.30, 0, 0.88), (-0.12, 0, 1.40), (0.17, 0.21), S2, 8), ball((-0.08, 0, 1.62), (0.15, 0.14, 0.16), Slot.FOURTH, 5, 8),
        box((0.04, 0, 1.62), (0.08, 0.2, 0.1), G),
        both_sides(
            tube((-0.10, 0.2, 1.34), (0.12, 0.30, 1.10), (0.07, 0.06), S2, 6), tube((0.12, 0.30, 1.10), (0.40, 0.32, 1.04), (0.055, 0.045), S2, 6),
            tube((-0.28, 0.12, 0.88), (0.12, 0.22, 0.74), (0.10, 0.08), S3, 6), tube((0.12, 0.22, 0.74), (-0.10, 0.2, 0.34), (0.08, 0.06), S3, 6),
            box((-0.04, 0.2, 0.28), (0.26, 0.1, 0.1), D),
        ),
    ]  # fmt: skip
    return Body(
        "motorcycle", join([*tyres, *hubs, *machine, *rider]), (1.98, 0.74, 1.78), (((-0.95, 0.0, 0.60), -1.0),), 0.68
    )


def vehicle_bodies() -> dict[str, Body]:
    """Return every vehicle body by name."""
    shells = (_SEDAN, _HATCH, _SUV, _VAN, _ESTATE, _PICKUP)
    bodies = [_car(shell) for shell in shells]
    bodies += [_car(_SEDAN, bar=True), _bus(), _truck(), _tipper(), _ambulance(), _fire_engine(), _motorcycle()]
    return {body.name: replace(body, mesh=join([body.mesh, *_plate_holders(body)])) for body in bodies}


def _plate_holders(body: Body) -> list[Mesh]:
    """Return the dark frames in which plates hang, so that a white plate shows on white paint."""
    return [box((x - 0.006 * sign, y, z), (0.02, 0.57, 0.155), D) for (x, y, z), sign in body.plates]
