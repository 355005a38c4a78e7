"""People: three figures walking through eight moments of a step, and one lying on the ground."""

from __future__ import annotations

from typing import Final

import numpy as np

from vision.render.body import Body
from vision.render.materials import Slot
from vision.render.mesh import Mesh, ball, box, column, join, rotation_x, rotation_y, tube

GAIT_STEPS: Final = 8
FIGURES: Final = ("man", "woman", "robe")
HEIGHT_M: Final = 1.75
TOP, LEGS, SKIN, HAIR = Slot.PAINT, Slot.SECOND, Slot.THIRD, Slot.FOURTH


def _limb(root: tuple[float, float, float], upper_m: float, lower_m: float, radii: tuple[float, float, float],
          swing: float, bend: float, slots: tuple[int, int], tip: Mesh) -> Mesh:  # fmt: skip
    """Return a limb that hangs from ``root``, swung forward by ``swing`` and bent at its joint by ``bend`` radians."""
    lower = join([tube((0, 0, 0), (0, 0, -lower_m), radii[1:], slots[1], 7), tip.moved((0, 0, -lower_m))])
    lower = lower.turned(rotation_y(bend)).moved((0, 0, -upper_m))
    upper = tube((0, 0, 0), (0, 0, -upper_m), radii[:2], slots[0], 7)
    return join([upper, lower]).turned(rotation_y(-swing)).moved(root)


def _leg(side: float, swing: float, bend: float, cloth: int) -> Mesh:
    shoe = box((0.06, 0, -0.03), (0.27, 0.10, 0.08), Slot.DARK)
    return _limb((0, 0.095 * side, 0.86), 0.42, 0.40, (0.092, 0.068, 0.05), swing, bend, (cloth, cloth), shoe)


def _arm(side: float, swing: float, bend: float, sleeve: int) -> Mesh:
    hand = ball((0, 0, -0.05), (0.04, 0.03, 0.06), SKIN, 3, 6)
    return _limb((0, 0.225 * side, 1.40), 0.29, 0.25, (0.056, 0.046, 0.038), swing, -bend, (TOP, sleeve), hand)


def _torso(figure: str) -> list[Mesh]:
    w = 1.0 if figure == "man" else 0.88
    shirt = [
        (0.90, 0.125, 0.165, 0.0), (1.05, 0.118, 0.150 * w, 0.0), (1.20, 0.130, 0.172 * w, 0.0),
        (1.32, 0.128, 0.200 * w, 0.0), (1.41, 0.100, 0.205 * w, -0.01), (1.46, 0.062, 0.11 * w, -0.01),
        (1.49, 0.050, 0.060, 0.0),
    ]  # fmt: skip
    parts = [column(shirt, TOP)]
    if figure == "man":
        parts.append(column([(0.78, 0.10, 0.15, 0), (0.86, 0.128, 0.168, 0), (0.93, 0.128, 0.166, 0)], LEGS))
    elif figure == "woman":
        parts.append(column([(0.42, 0.19, 0.23, 0), (0.70, 0.165, 0.20, 0), (0.93, 0.13, 0.168, 0)], LEGS))
    else:
        parts.append(column([(0.08, 0.30, 0.28, 0), (0.45, 0.23, 0.23, 0), (0.93, 0.13, 0.168, 0)], TOP))
    return parts


def _head(figure: str) -> list[Mesh]:
    neck = tube((0, 0, 1.42), (0, 0, 1.54), (0.055, 0.05), SKIN, 7)
    face = ball((0.015, 0, 1.63), (0.095, 0.08, 0.12), SKIN, 6, 9)
    if figure == "robe":
        return [
            neck,
            face,
            ball((-0.02, 0, 1.635), (0.115, 0.105, 0.135), HAIR, 6, 9),
            tube((-0.03, 0, 1.35), (-0.03, 0, 1.6), (0.15, 0.09), HAIR, 9),
        ]
    hair = [ball((-0.022, 0, 1.66), (0.098, 0.09, 0.108), HAIR, 6, 9)]
    if figure == "woman":
        hair.append(ball((-0.075, 0, 1.54), (0.05, 0.085, 0.17), HAIR, 5, 8))
    return [neck, face, *hair]


def _walker(figure: str, step: int) -> Mesh:
    """Return a figure at one moment of its step; ``step`` runs over :data:`GAIT_STEPS`."""
    turn = 2 * np.pi * step / GAIT_STEPS
    swing = np.sin(turn) * {"man": 0.50, "woman": 0.36, "robe": 0.24}[figure]
    bend = 0.75 if figure != "robe" else 0.3
    lift = np.array([max(np.cos(turn), 0.0), max(-np.cos(turn), 0.0)])
    cloth = SKIN if figure == "woman" else LEGS
    limbs = [
        _leg(1, swing, 0.12 + bend * lift[0], cloth), _leg(-1, -swing, 0.12 + bend * lift[1], cloth),
        _arm(1, -0.75 * swing, 0.35, TOP), _arm(-1, 0.75 * swing, 0.35, TOP),
    ]  # fmt: skip
    whole = join([*_torso(figure), *_head(figure), *limbs])
    whole = whole.moved((0, 0, -whole.position_m[:, 2].min()))
    return Mesh(whole.position_m * (HEIGHT_M / whole.size_m[2]), whole.normal, whole.slot)


def _lying(figure: str, side: bool) -> Mesh:
    """Return a figure stretched out along x with the head to the front, on its back or on its side."""
    limbs = [
        _leg(1, 0.45 if side else 0.1, 0.9 if side else 0.05, LEGS), _leg(-1, 0.1, 0.25, LEGS),
        _arm(1, 1.2 if side else 0.2, 0.5, TOP), _arm(-1, 0.4 if side else -0.2, 0.2, TOP),
    ]  # fmt: skip
    upright = join([*_torso(figure), *_head(figure), *limbs])
    flat = upright.turned(rotation_y(np.pi / 2))
    if side:
        flat = flat.turned(rotation_x(np.pi / 2 * 0.8))
    flat = Mesh(flat.position_m * (HEIGHT_M / flat.size_m[0]), flat.normal, flat.slot)
    low, high = flat.position_m.min(axis=0), flat.position_m.max(axis=0)
    return flat.moved((-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))


def people_bodies() -> dict[str, Body]:
    """Return every figure by name: ``man_0`` ... ``robe_7`` and ``man_lying_0`` ... ``robe_lying_1``."""
    bodies = {}
    for figure in FIGURES:
        for step in range(GAIT_STEPS):
            name = f"{figure}_{step}"
            bodies[name] = Body(name, _walker(figure, step), (0.5, 0.55, HEIGHT_M))
        for pose in range(2):
            name = f"{figure}_lying_{pose}"
            bodies[name] = Body(name, _lying(figure, bool(pose)), (HEIGHT_M, 0.6, 0.35))
    return bodies
