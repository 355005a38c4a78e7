"""Private cars: shells drawn from nose to tail as cross-sections, from one table of shapes, and the police car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from vision.render.body import Body, D, G, P, Point, both_sides, light_bar, ring, vehicle, wheel
from vision.render.materials import Slot
from vision.render.mesh import Mesh, box, prism, skin

Station = tuple[float, float, float, float, float, float]  # x, half width, sill, shoulder, half width of top, top


@dataclass(frozen=True)
class Shape:
    """A car's outline; places along the car are metres behind the nose, heights metres above the road.

    Attributes:
        name: of the body.
        size_m: length, width, height.
        nose: height of the bonnet's front edge.
        bonnet: height of the bonnet at the windscreen.
        cowl, roof, pillar, roof_end, deck: where the windscreen begins, the roof begins, the middle pillar stands, the
            roof ends, and the rear window ends.
        belt: height of the shoulder under the windows.
        boot: height of the boot's lid, or of the rear window's lower edge.
        sill: height of the sill.
        wheels: where the axles are.
        wheel_m: radius of a wheel.
        top: half width of the roof as a share of the car's.
        rear_pane: whether there is a third side window.
        bed: whether an open bed follows the cabin.
    """

    name: str
    size_m: Point
    nose: float
    bonnet: float
    cowl: float
    roof: float
    pillar: float
    roof_end: float
    deck: float
    belt: float
    boot: float
    sill: float
    wheels: tuple[float, float]
    wheel_m: float
    top: float = 0.68
    rear_pane: bool = False
    bed: bool = False


# Lengths, widths and heights are those of the classes one meets in Tashkent, as their makers publish them, rounded.
SHAPES: Final = (
    Shape("sedan", (4.50, 1.73, 1.48), 0.70, 0.95, 1.14, 1.90, 2.52, 3.24, 3.82, 0.92, 1.02, 0.20, (0.89, 3.53), 0.31),
    Shape("small_sedan", (4.48, 1.66, 1.39), 0.68, 0.90, 1.20, 1.86, 2.45, 3.06, 3.62, 0.88, 0.98, 0.19, (0.82, 3.34),
          0.28, 0.70),
    Shape("large_sedan", (4.92, 1.85, 1.47), 0.72, 0.98, 1.30, 2.18, 2.85, 3.50, 4.40, 0.96, 1.08, 0.19, (0.97, 3.80),
          0.34, 0.64),
    Shape("hatch", (3.65, 1.60, 1.52), 0.72, 0.98, 0.84, 1.55, 2.10, 3.05, 3.52, 0.93, 0.98, 0.20, (0.70, 3.04), 0.29),
    Shape("estate", (4.55, 1.73, 1.50), 0.70, 0.95, 1.12, 1.86, 2.48, 4.05, 4.44, 0.92, 0.98, 0.20, (0.90, 3.56), 0.31,
          0.70, rear_pane=True),
    Shape("suv", (4.65, 1.85, 1.72), 0.90, 1.12, 1.10, 1.78, 2.50, 4.05, 4.50, 1.06, 1.12, 0.32, (0.90, 3.61), 0.37,
          0.71, rear_pane=True),
    Shape("mpv", (4.65, 1.83, 1.64), 0.80, 1.06, 0.92, 1.72, 2.45, 4.20, 4.56, 1.00, 1.06, 0.22, (0.93, 3.69), 0.33,
          0.70, rear_pane=True),
    Shape("van", (3.50, 1.48, 1.88), 0.86, 0.98, 0.14, 0.66, 1.28, 3.24, 3.46, 0.99, 1.02, 0.22, (0.67, 2.51), 0.27,
          0.84, rear_pane=True),
    Shape("offroad", (4.10, 1.72, 1.82), 0.98, 1.08, 1.18, 1.50, 2.10, 3.86, 4.02, 1.08, 1.14, 0.36, (0.78, 3.12), 0.37,
          0.84, rear_pane=True),
    Shape("pickup", (4.90, 1.80, 1.74), 0.92, 1.12, 1.13, 1.75, 2.36, 2.93, 3.10, 1.06, 1.08, 0.34, (0.89, 3.89), 0.37,
          0.73, bed=True),
    Shape("liftback", (4.47, 1.75, 1.46), 0.72, 0.96, 1.10, 1.96, 2.55, 3.00, 4.20, 0.94, 1.04, 0.19, (0.87, 3.47),
          0.32, 0.66),
    Shape("micro", (3.50, 1.50, 1.50), 0.76, 1.00, 0.70, 1.30, 1.85, 3.10, 3.44, 0.93, 0.96, 0.20, (0.60, 2.94), 0.27,
          0.74),
    Shape("crossover", (4.27, 1.79, 1.64), 0.86, 1.08, 0.98, 1.72, 2.35, 3.62, 4.14, 1.04, 1.14, 0.28, (0.85, 3.42),
          0.35, 0.66),
)  # fmt: skip


def _stations(shape: Shape) -> tuple[list[Station], list[tuple[Slot, Slot]]]:
    """Return the cross-sections and, for each gap between them, what the side over the shoulder and the top are of."""
    length, width, height = shape.size_m
    n, hw, sill, belt = length / 2, width / 2, shape.sill, shape.belt
    low, high, mid = shape.nose, shape.bonnet, 0.55 * shape.nose + 0.45 * shape.bonnet
    top = shape.top * hw
    rows: list[Station] = [
        (n, 0.70 * hw, sill + 0.12, low - 0.10, 0.60 * hw, low - 0.06),
        (n - 0.05, 0.85 * hw, sill + 0.05, low - 0.04, 0.72 * hw, low + 0.02),
        (n - 0.20, 0.95 * hw, sill, low, 0.80 * hw, low + 0.07),
    ]
    gaps = [(P, P), (P, P)]
    if shape.cowl > 0.5:
        rows.append((n - 0.6 * shape.cowl, 0.985 * hw, sill, 0.4 * low + 0.6 * belt, 0.84 * hw, mid + 0.06))
        gaps.append((P, P))
    cowl = min(n - shape.cowl, n - 0.24)
    rows.append((cowl, 0.99 * hw, sill, belt - 0.03, 0.86 * hw, high))
    gaps.append((P, P))

    def glazed(at: float, side: Slot, roof: Slot, drop: float = 0.0) -> None:
        rows.append((n - at, hw, sill, belt + 0.02 * (at / length), top, height - drop))
        gaps.append((side, roof))

    glazed(shape.roof, G, G, 0.035)
    glazed(shape.pillar - 0.04, G, P)
    glazed(shape.pillar + 0.04, D, P)
    if shape.rear_pane:
        second = shape.pillar + 0.52 * (shape.roof_end - shape.pillar)
        glazed(second - 0.04, G, P)
        glazed(second + 0.04, D, P)
    glazed(shape.roof_end, G, P, 0.04)
    more = _bed(shape) if shape.bed else _tail(shape)
    return [*rows, *(row for row, _ in more)], [*gaps, *(gap for _, gap in more)]


def _tail(shape: Shape) -> list[tuple[Station, tuple[Slot, Slot]]]:
    """Return the rear window and the boot or tailgate."""
    length, width, _ = shape.size_m
    n, hw, sill, boot = length / 2, width / 2, shape.sill, shape.boot
    rows: list[tuple[Station, tuple[Slot, Slot]]] = [
        ((n - shape.deck, 0.985 * hw, sill, shape.belt + 0.02, 0.80 * hw, boot), (P, G))
    ]
    if length - shape.deck > 0.3:
        rows.append(((-n + 0.16, 0.95 * hw, sill + 0.03, boot - 0.08, 0.78 * hw, boot - 0.02), (P, P)))
    rows.append(((-n + 0.03, 0.90 * hw, sill + 0.06, boot - 0.14, 0.74 * hw, boot - 0.08), (P, P)))
    return [*rows, ((-n, 0.80 * hw, sill + 0.12, boot - 0.24, 0.68 * hw, boot - 0.20), (P, P))]


def _bed(shape: Shape) -> list[tuple[Station, tuple[Slot, Slot]]]:
    """Return the cabin's rear wall and the open bed of a pickup."""
    length, width, _ = shape.size_m
    n, hw, sill, rim = length / 2, width / 2, shape.sill, shape.boot
    return [
        ((n - shape.deck, hw, sill, rim, 0.90 * hw, rim), (P, G)),
        ((n - shape.deck - 0.04, hw, sill, rim - 0.04, 0.88 * hw, rim - 0.36), (P, P)),
        ((-n + 0.09, 0.99 * hw, sill + 0.04, rim - 0.04, 0.88 * hw, rim - 0.36), (P, D)),
        ((-n + 0.07, 0.99 * hw, sill + 0.04, rim - 0.04, 0.92 * hw, rim - 0.02), (P, P)),
        ((-n, 0.93 * hw, sill + 0.10, rim - 0.06, 0.88 * hw, rim - 0.04), (P, P)),
    ]


def _hull(stations: Sequence[Station], gaps: Sequence[tuple[Slot, Slot]]) -> Mesh:
    sections = [[(x, y, z) for y, z in ring(*rest)] for x, *rest in stations]
    faces = []
    for side, top in gaps:
        half = [D, P, P, side, P if top is P else top]
        faces.append([*half, top, *half[::-1], D])
    return skin(sections, np.array(faces, np.uint8))


def _lamp(x: float, y_m: tuple[float, float], deep: tuple[float, float], z_m: tuple[float, float], slot: int) -> Mesh:
    """Return the left lamp of an end at ``x``: flush at its inner edge, drawn back at its outer one."""
    back = -1.0 if x > 0 else 1.0
    outline = [
        (x, y_m[0]), (x + back * deep[0], y_m[1]), (x + back * (deep[0] + deep[1]), y_m[1]),
        (x + back * (deep[0] + deep[1]), y_m[0]),
    ]  # fmt: skip
    return prism(outline if back < 0 else outline[::-1], z_m[0], z_m[1], slot)


def _trim(shape: Shape) -> list[Mesh]:
    """Return lamps, grille, bumpers, mirrors and handles."""
    length, width, _ = shape.size_m
    n, hw, low, boot, belt = length / 2, width / 2, shape.nose, shape.boot, shape.belt
    mirror_x, tall = n - max(shape.cowl, 0.5) - 0.22, shape.rear_pane or shape.roof_end > 0.82 * length
    lamp = low - 0.16, low - 0.03
    tail = (boot - 0.50, boot - 0.16) if tall else (boot - 0.30, boot - 0.14)
    seam = (shape.pillar + 0.14, shape.pillar - 0.72)
    return [
        both_sides(
            _lamp(n + 0.025, (0.48 * hw, 0.95 * hw), (0.10, 0.16), lamp, Slot.HEADLIGHT),
            _lamp(-n - 0.02, (0.58 * hw, 0.96 * hw), (0.07, 0.14), tail, Slot.TAILLIGHT),
            box((mirror_x, hw + 0.06, belt + 0.06), (0.10, 0.18, 0.13), P),
            *(box((n - at, hw * 0.985, belt - 0.13), (0.16, 0.02, 0.03), D) for at in seam),
            box((0.0, hw * 0.972, shape.sill + 0.12), (shape.wheels[1] - shape.wheels[0] - 0.8, 0.03, 0.05), D),
        ),
        box((n - 0.004, 0, low - 0.11), (0.03, 0.92 * hw, 0.09), D),
        box((n + 0.008, 0, low - 0.10), (0.02, 0.14, 0.07), Slot.METAL),
        box((n - 0.03, 0, shape.sill + 0.10), (0.07, 1.30 * hw, 0.12), D),
        box((-n + 0.03, 0, shape.sill + 0.10), (0.07, 1.30 * hw, 0.10), D),
    ]


def _car(shape: Shape, marks: Sequence[Mesh] = ()) -> Body:
    length, width, _ = shape.size_m
    n = length / 2
    parts = [
        _hull(*_stations(shape)),
        *(wheel(n - at, width / 2 - 0.005, shape.wheel_m) for at in shape.wheels),
        *_trim(shape),
        *marks,
    ]
    front = (n + 0.025, min(shape.nose - 0.24, shape.sill + 0.24))
    rear = (-n - 0.02, shape.boot - 0.34 if shape.boot - shape.sill > 0.72 else shape.boot - 0.28)
    return vehicle(shape.name, parts, shape.size_m, front, rear, n)


def _police_marks(shape: Shape) -> list[Mesh]:
    hw = shape.size_m[1] / 2
    band = box((-0.3, hw * 0.985, 0.66), (2.7, 0.035, 0.20), Slot.GREEN)
    lower = box((-0.3, hw * 0.985, 0.50), (2.7, 0.035, 0.08), Slot.BLUE)
    bonnet = box((1.45, 0, shape.bonnet - 0.05), (0.5, 1.1, 0.02), Slot.GREEN)
    return [both_sides(band, lower), bonnet, light_bar(0.0, shape.size_m[2] - 0.02, 1.15)]


def car_bodies() -> list[Body]:
    """Return the private bodies and the police car."""
    patrol = replace(SHAPES[0], name="police")
    return [*(_car(shape) for shape in SHAPES), _car(patrol, _police_marks(patrol))]
