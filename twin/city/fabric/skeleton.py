"""The main streets: what the frame knows, moved by a seed where it knows little, and district streets between them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from shapely.geometry import Point

from twin.city.fabric.divide import divide, longest_piece
from twin.city.fabric.frame import Frame, KnownStreet
from twin.city.fabric.names import NameGiver
from twin.city.fabric.plan import XY, Plan
from twin.city.fabric.ways import COLLECTOR, DISTRICT, Way, avenue
from twin.streams import stream

SHORTEST_CUT_M = 120.0


def lay_skeleton(frame: Frame, seed: int, names: NameGiver) -> tuple[Plan, list[int]]:
    """Return the plan with avenues and district streets, and its superblocks."""
    rim = COLLECTOR.named(names.street())
    ring = [*frame.outline, frame.outline[0]]
    plan = Plan(frame.outline, [_rim(frame, a, b, rim, names) for a, b in pairwise(ring)])
    for number, street in enumerate(frame.streets):
        rng = stream(seed, "city", "course", str(number))
        _lay(plan, moved(street, rng), _way_of(street, names))
    rng = stream(seed, "city", "superblocks")

    def way_of(area_m2: float) -> Way:
        return (DISTRICT if area_m2 > 1.3e6 else COLLECTOR).named(names.street())

    target = float(frame.figures["superblock_ha"]) * 1e4
    blocks = [
        part
        for face in sorted(plan.faces)
        for part in divide(plan, face, rng, target_m2=target, way_of=way_of, bend=0.05, skew=0.12, snap_m=70.0)
    ]
    return plan, blocks


def moved(street: KnownStreet, rng: np.random.Generator) -> list[XY]:
    """Return the course moved sideways, the whole and each point, by ``shift_m`` at most."""
    reach = street.shift_m / 2
    shifts = rng.uniform(-reach, reach, 2) + rng.uniform(-reach, reach, (len(street.course), 2))
    points = [(x + float(dx), y + float(dy)) for (x, y), (dx, dy) in zip(street.course, shifts, strict=True)]
    return rounded(points) if street.shift_m else points


def rounded(line: list[XY]) -> list[XY]:
    """Return a line with its corners cut once (Chaikin, 1974); the ends stay."""
    cut: list[XY] = [line[0]]
    for (x1, y1), (x2, y2) in pairwise(line):
        cut += [(0.75 * x1 + 0.25 * x2, 0.75 * y1 + 0.25 * y2), (0.25 * x1 + 0.75 * x2, 0.25 * y1 + 0.75 * y2)]
    return [*cut, line[-1]]


def _rim(frame: Frame, a: XY, b: XY, usual: Way, names: NameGiver) -> Way | None:
    if a in frame.canal and b in frame.canal:
        return None
    return _way_of(frame.border, names) if {a, b} <= set(frame.border.course) else usual


def _way_of(street: KnownStreet, names: NameGiver) -> Way:
    name = street.name or names.street()
    inferred = "lanes,width_m" if street.quality == "good" else "all"
    if street.street_class == "primary":
        return avenue(name, street.lanes, street.speed_kmh, inferred)
    return DISTRICT.named(name)


def _lay(plan: Plan, course: list[XY], way: Way) -> None:
    """Cut every face that the course crosses."""
    todo = sorted(plan.faces)
    while todo:
        face = todo.pop(0)
        piece = longest_piece(plan.polygon(face), course)
        if piece is None or _length(piece) < SHORTEST_CUT_M or not _spans(plan, face, piece):
            continue
        halves = plan.cut(face, piece, way, snap_m=60.0)
        if halves:
            todo.extend(halves)


def _spans(plan: Plan, face: int, piece: list[XY]) -> bool:
    """Return whether a piece runs from side to side of a face, and does not end inside it."""
    rim = plan.polygon(face).exterior
    return bool(max(rim.distance(Point(end)) for end in (piece[0], piece[-1])) < 1.0)


def _length(line: list[XY]) -> float:
    return float(np.hypot(*np.diff(np.array(line), axis=0).T).sum())
