"""Bus, lorries, ambulance and fire engine."""

from __future__ import annotations

from typing import Final

import numpy as np

from vision.render.body import (
    S2,
    S3,
    Body,
    D,
    G,
    P,
    W,
    both_sides,
    boxy,
    face,
    light_bar,
    ring,
    vehicle,
    wheel,
    windows,
)  # fmt: skip
from vision.render.materials import Slot
from vision.render.mesh import Mesh, box, join, quad, skin


def _bus() -> Body:
    length, width, height = 11.6, 2.5, 3.1
    n, hw = length / 2, width / 2
    side = join(
        [windows(-n + 0.5, n - 0.9, hw + 0.008, 1.25, 2.40, 7), box((0, hw, 0.72), (length - 0.6, 0.02, 0.26), S2)]
    )
    doors = join(
        [
            windows(x - 0.6, x + 0.6, -hw - 0.02, 0.45, 2.40, 2).mirrored().moved((0, -2 * hw - 0.04, 0))
            for x in (n - 1.3, -0.6)
        ]
    )
    parts = [
        boxy([(n, hw * 0.93, 0.42, height - 0.12), (n - 0.2, hw, 0.32, height), (-n + 0.12, hw, 0.32, height),
               (-n, hw * 0.95, 0.42, height - 0.1)]),
        both_sides(side), doors,
        face(n + 0.012, -1.05, 1.05, 1.15, 2.45, G), face(n + 0.014, -0.85, 0.85, 2.55, 2.82, D),
        box((n + 0.012, 0, 2.68), (0.01, 1.1, 0.13), Slot.YELLOW),
        face(-n - 0.012, -0.95, 0.95, 1.6, 2.4, G, -1.0), face(-n - 0.012, -0.9, 0.9, 0.6, 1.2, D, -1.0),
        wheel(n - 2.4, hw - 0.01, 0.48), wheel(-n + 2.9, hw - 0.01, 0.48),
        both_sides(
            box((n - 0.02, 0.95, 0.72), (0.10, 0.36, 0.2), Slot.HEADLIGHT),
            box((-n + 0.02, 1.05, 1.0), (0.10, 0.2, 0.4), Slot.TAILLIGHT),
            box((n + 0.12, 1.28, 2.1), (0.12, 0.2, 0.4), D),
        ),
        box((0.5, 0, height + 0.08), (3.0, 1.6, 0.18), W), box((-3.2, 0, height + 0.06), (1.8, 1.5, 0.14), W),
    ]  # fmt: skip
    return vehicle("bus", parts, (length, width, height + 0.17), (n + 0.03, 0.55), (-n - 0.03, 0.75), n)


def _cab(n: float, hw: float, depth: float, height: float) -> Mesh:
    """Return a cab-over lorry cab with its nose at ``n``."""
    shell = boxy([(n, hw * 0.92, 0.55, height * 0.62), (n - 0.05, hw * 0.96, 0.45, height * 0.70),
                   (n - 0.35, hw * 0.96, 0.45, height), (n - depth, hw * 0.96, 0.45, height)])  # fmt: skip
    z0, z1 = height * 0.70, height * 0.94
    low, high = n - 0.03, n - 0.28  # along the cab's sloping front
    pane = quad((low, -hw * 0.8, z0), (low, hw * 0.8, z0), (high, hw * 0.76, z1), (high, -hw * 0.76, z1), G)
    side = windows(n - depth + 0.35, n - 0.35, hw * 0.96 + 0.01, z0, z1, 1)
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
            face(n + 0.012, -hw * 0.6, hw * 0.6, 1.0, 1.3, D),
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
            face(-n - 0.002, -0.03, 0.03, 1.05, 2.85, D, -1.0),
        ]
    )
    parts = [
        _cab(n, hw, 1.75, 2.45), cargo, box((-0.5, 0, 0.8), (6.2, 0.9, 0.3), D),
        wheel(n - 1.0, hw - 0.06, 0.45), wheel(-n + 1.5, hw - 0.02, 0.45), wheel(-n + 2.5, hw - 0.02, 0.45),
        both_sides(
            box((-n + 0.04, 0.9, 0.82), (0.1, 0.3, 0.16), Slot.TAILLIGHT),
            box((0.4, hw - 0.05, 0.75), (2.0, 0.08, 0.35), D),
        ),
        box((-n + 0.06, 0, 0.6), (0.1, width - 0.1, 0.14), D),
    ]  # fmt: skip
    return vehicle("truck", parts, (length, width, height), (n + 0.06, 0.55), (-n - 0.02, 0.62), n)


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
    return vehicle("tipper", parts, (length, width, height), (n + 0.06, 0.55), (-n - 0.02, 0.66), n)


_AMBULANCE: Final = (  # rows of x, half width, sill, shoulder, half width of the top, top
    (2.75, 0.75, 0.42, 0.80, 0.66, 0.92),
    (2.62, 0.92, 0.34, 1.00, 0.78, 1.08),
    (1.95, 0.98, 0.32, 1.14, 0.84, 1.28),
    (1.25, 1.00, 0.32, 1.16, 0.80, 2.28),
    (0.55, 1.00, 0.32, 1.20, 0.86, 2.50),
    (0.45, 1.00, 0.32, 1.20, 0.86, 2.50),
    (-2.55, 1.00, 0.34, 1.20, 0.86, 2.50),
    (-2.75, 0.96, 0.42, 1.20, 0.82, 2.40),
)


def _ambulance() -> Body:
    length, width, height = 5.5, 2.0, 2.55
    n, hw = length / 2, width / 2
    sections = [[(x, y, z) for y, z in ring(*rest)] for x, *rest in _AMBULANCE]
    glass = [(P, P, P), (P, P, P), (G, G, G), (G, P, P), (P, P, P), (P, P, P), (P, P, P)]  # side, edge, top
    faces = [[D, P, P, side, edge, top, edge, side, P, P, D, D] for side, edge, top in glass]
    shell = skin(sections, np.array(faces, np.uint8))
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
            box((n - 0.1, 0.72, 0.86), (0.2, 0.3, 0.22), Slot.HEADLIGHT),
            box((-n + 0.05, 0.88, 1.1), (0.12, 0.14, 0.5), Slot.TAILLIGHT),
            box((1.62, hw + 0.1, 1.35), (0.12, 0.2, 0.3), D), face(-n - 0.005, 0.08, 0.7, 1.5, 2.05, G, -1.0),
        ),
        box((n - 0.02, 0, 0.84), (0.1, 0.8, 0.2), D), box((2.3, 0, 1.19), (0.5, 0.9, 0.03), Slot.RED),
        face(-n - 0.006, -0.85, 0.85, 0.9, 1.2, Slot.RED, -1.0),
    ]  # fmt: skip
    return vehicle("ambulance", parts, (length, width, height + 0.09), (n + 0.04, 0.55), (-n - 0.02, 0.6), n)


def _fire_engine() -> Body:
    length, width, height = 8.0, 2.5, 3.1
    n, hw = length / 2, width / 2
    rungs = [box((x, 0, 3.0), (0.06, 0.55, 0.05), Slot.METAL) for x in np.arange(-3.8, 1.2, 0.45)]
    rails = both_sides(box((-1.3, 0.3, 3.0), (5.2, 0.07, 0.09), Slot.METAL))
    side = [
        box((-1.5, hw, 1.55), (4.8, 0.02, 0.16), W),
        *(box((x, hw + 0.004, 2.1), (1.35, 0.02, 0.8), Slot.METAL) for x in (-3.1, -1.6)),
        box((0.35, hw, 1.1), (1.2, 0.02, 0.5), D),
        windows(0.1, 1.5, hw + 0.012, 1.75, 2.5, 2),
    ]
    parts = [
        _cab(n, hw, 2.0, 2.75),
        boxy([(2.0, hw, 0.5, 2.85), (-n + 0.05, hw, 0.5, 2.85), (-n, hw * 0.97, 0.55, 2.8)]),
        both_sides(*side), *rungs, rails, light_bar(n - 1.1, 2.72, 1.7),
        wheel(n - 1.4, hw - 0.02, 0.5), wheel(-n + 2.0, hw - 0.01, 0.5),
        both_sides(box((-n + 0.02, 1.05, 1.0), (0.1, 0.18, 0.4), Slot.TAILLIGHT)),
        face(-n - 0.01, -0.9, 0.9, 1.2, 2.5, Slot.METAL, -1.0), box((n - 0.06, 0, 0.62), (0.3, width, 0.26), W),
    ]  # fmt: skip
    return vehicle("fire_engine", parts, (length, width, height), (n + 0.14, 0.6), (-n - 0.03, 0.75), n)


def large_bodies() -> list[Body]:
    """Return the large bodies."""
    return [_bus(), _truck(), _tipper(), _ambulance(), _fire_engine()]
