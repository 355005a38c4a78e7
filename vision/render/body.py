"""A body ready to be drawn, and the parts that all vehicles have: wheels, panes, light bars, plates."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.render.materials import Slot
from vision.render.mesh import Mesh, box, disc, join, quad, skin, tube

Point = tuple[float, float, float]
P, S2, S3, G, D, W = Slot.PAINT, Slot.SECOND, Slot.THIRD, Slot.GLASS, Slot.DARK, Slot.WHITE
PLATE_FRAME_M: Final = (0.02, 0.57, 0.155)


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


def vehicle(name: str, parts: Sequence[Mesh], size_m: Point, front: tuple[float, float] | None,
            rear: tuple[float, float], beam_m: float) -> Body:  # fmt: skip
    """Return a vehicle with its plates' dark frames, so that a white plate shows on white paint.

    Args:
        name: unique.
        parts: of its mesh.
        size_m: natural length, width, height.
        front: x and z of the front plate's middle, or None.
        rear: the same of the rear plate.
        beam_m: where the headlights are along x.
    """
    ends = [] if front is None else [((front[0], 0.0, front[1]), 1.0)]
    plates = (*ends, ((rear[0], 0.0, rear[1]), -1.0))
    frames = [box((x - 0.006 * sign, y, z), PLATE_FRAME_M, D) for (x, y, z), sign in plates]
    return Body(name, join([*parts, *frames]), size_m, plates, beam_m)


def ring(hw: float, sill: float, shoulder: float, top_hw: float, top: float) -> list[tuple[float, float]]:
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


def windows(x0: float, x1: float, y: float, z0: float, z1: float, panes: int, gap: float = 0.09) -> Mesh:
    """Return a row of panes on the left side, looking along +y."""
    edges = np.linspace(x0, x1, panes + 1)
    return join(
        [
            quad((b - gap / 2, y, z0), (a + gap / 2, y, z0), (a + gap / 2, y, z1), (b - gap / 2, y, z1), G)
            for a, b in itertools.pairwise(edges)
        ]
    )


def boxy(stations: Sequence[tuple[float, float, float, float]], slot: int = P) -> Mesh:
    """Return a body with soft edges from rows of x, half width, underside and top."""

    def around(hw: float, low: float, high: float) -> list[tuple[float, float]]:
        left = [(hw * 0.94, low), (hw, low + 0.12), (hw, high - 0.22), (hw * 0.97, high - 0.08), (hw * 0.82, high)]
        return [*left, *[(-y, z) for y, z in left[::-1]], left[0]]

    sections = [[(x, y, z) for y, z in around(hw, low, high)] for x, hw, low, high in stations]
    return skin(sections, np.full((len(stations) - 1, 10), slot, np.uint8))


def face(x: float, y0: float, y1: float, z0: float, z1: float, slot: int, sign: float = 1.0) -> Mesh:
    """Return an upright rectangle across the vehicle at ``x``, looking forwards or, with sign -1, backwards."""
    a, b = (y0, y1) if sign > 0 else (y1, y0)
    return quad((x, a, z0), (x, b, z0), (x, b, z1), (x, a, z1), slot)
