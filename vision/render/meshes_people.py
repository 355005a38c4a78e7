"""People: seven figures walking through eight moments of a step, standing, and lying on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.render.body import Body, Point
from vision.render.materials import Slot
from vision.render.mesh import Floats, Mesh, ball, box, column, join, rotation_x, rotation_y, tube

GAIT_STEPS: Final = 8
STANCES: Final = 3  # at ease, a hand at the ear, arms folded or pointing
LYING_POSES: Final = 4  # on the back, on the side, face down with an arm out, curled up
HEIGHT_M: Final = 1.75
TOP, LEGS, SKIN, HAIR = Slot.PAINT, Slot.SECOND, Slot.THIRD, Slot.FOURTH
Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Dress:
    """What a figure wears and how it walks.

    Attributes:
        swing: how far a leg swings, radians.
        bend: how far a knee bends when a foot is lifted.
        waist: width of the waist against a man's.
        skirt: rings of what hangs from the hips, lowest first: height, half length, half width, middle's x.
        skirt_slot: what it is made of.
        legs: what covers the legs.
        sleeves: what covers the forearms.
        head: ``hair``, ``long`` hair, ``scarf``, ``cap`` or ``hood``.
        bag: ``""``, ``back`` or ``hand``.
    """

    swing: float
    bend: float
    waist: float
    skirt: tuple[Row, ...]
    skirt_slot: int
    legs: int
    sleeves: int
    head: str
    bag: str = ""


_HIPS: Final[tuple[Row, ...]] = ((0.78, 0.10, 0.15, 0), (0.86, 0.128, 0.168, 0), (0.93, 0.128, 0.166, 0))
_DRESSES: Final = {
    "man": _Dress(0.50, 0.75, 1.0, _HIPS, LEGS, LEGS, TOP, "hair"),
    "summer": _Dress(0.46, 0.75, 1.0, ((0.56, 0.13, 0.19, 0), *_HIPS), LEGS, SKIN, SKIN, "cap"),
    "woman": _Dress(0.36, 0.75, 0.88, ((0.42, 0.19, 0.23, 0), (0.70, 0.165, 0.20, 0), (0.93, 0.13, 0.168, 0)), LEGS,
                    SKIN, TOP, "long", "hand"),
    "jeans": _Dress(0.46, 0.75, 0.88, _HIPS, LEGS, LEGS, TOP, "long", "back"),
    "robe": _Dress(0.24, 0.30, 0.88, ((0.08, 0.30, 0.28, 0), (0.45, 0.23, 0.23, 0), (0.93, 0.13, 0.168, 0)), TOP, LEGS,
                   TOP, "scarf"),
    "coat": _Dress(0.40, 0.70, 1.08, ((0.46, 0.19, 0.23, 0), (0.75, 0.165, 0.20, 0), (0.93, 0.14, 0.178, 0)), TOP,
                   LEGS, TOP, "hood"),
    "elder": _Dress(0.34, 0.55, 1.12, ((0.34, 0.21, 0.24, 0), (0.65, 0.18, 0.21, 0), (0.93, 0.145, 0.182, 0)), TOP,
                    Slot.DARK, TOP, "cap"),
}  # fmt: skip
FIGURES: Final = tuple(_DRESSES)


@dataclass(frozen=True)
class _Pose:
    """Angles of the limbs in radians, left before right: thighs and arms forward, knees and elbows bent, arms out."""

    thighs: tuple[float, float] = (0.02, -0.02)
    knees: tuple[float, float] = (0.05, 0.05)
    arms: tuple[float, float] = (0.05, 0.05)
    elbows: tuple[float, float] = (0.2, 0.2)
    spread: tuple[float, float] = (0.06, 0.06)
    parted: tuple[float, float] = (0.03, 0.03)


_STANDING: Final = (
    _Pose(),
    _Pose(arms=(0.05, 0.55), elbows=(0.2, 2.2), spread=(0.06, 0.25)),
    _Pose(arms=(0.35, 1.25), elbows=(1.5, 0.25), parted=(0.08, 0.08)),
)
_ON_THE_GROUND: Final = (
    _Pose((0.1, 0.12), (0.1, 0.35), (0.1, 0.2), (0.2, 0.5), (0.55, 0.30), (0.16, 0.22)),
    _Pose((0.55, 0.15), (1.0, 0.3), (1.2, 0.5), (0.5, 0.3), (0.1, 0.1), (0.03, 0.03)),
    _Pose((0.05, -0.1), (0.3, 0.1), (2.4, 0.1), (0.4, 0.3), (0.5, 0.35), (0.20, 0.12)),
    _Pose((1.2, 1.0), (1.6, 1.4), (1.0, 0.8), (1.4, 1.2), (0.08, 0.08), (0.03, 0.03)),
)


def _limb(root: Point, lengths_m: tuple[float, float], radii: tuple[float, float, float], swing: float, bend: float,
          out: float, slots: tuple[int, int], tip: Mesh) -> Mesh:  # fmt: skip
    """Return a limb that hangs from ``root``, swung forward, bent at its joint and turned out to the left."""
    lower = join([tube((0, 0, 0), (0, 0, -lengths_m[1]), radii[1:], slots[1], 7), tip.moved((0, 0, -lengths_m[1]))])
    lower = lower.turned(rotation_y(bend)).moved((0, 0, -lengths_m[0]))
    upper = tube((0, 0, 0), (0, 0, -lengths_m[0]), radii[:2], slots[0], 7)
    return join([upper, lower]).turned(rotation_y(-swing)).turned(rotation_x(out)).moved(root)


def _limbs(dress: _Dress, pose: _Pose) -> list[Mesh]:
    shoe = box((0.06, 0, -0.03), (0.27, 0.10, 0.08), Slot.DARK)
    hand = ball((0, 0, -0.05), (0.04, 0.03, 0.06), SKIN, 3, 6)
    parts = []
    for k, side in enumerate((1.0, -1.0)):
        leg = _limb((0, 0.095 * side, 0.86), (0.42, 0.40), (0.092, 0.068, 0.05), pose.thighs[k], pose.knees[k],
                    pose.parted[k] * side, (dress.legs, dress.legs), shoe)  # fmt: skip
        arm = _limb((0, 0.225 * side, 1.40), (0.29, 0.25), (0.056, 0.046, 0.038), pose.arms[k], -pose.elbows[k],
                    pose.spread[k] * side, (TOP, dress.sleeves), hand)  # fmt: skip
        parts += [leg, arm]
    return parts


def _trunk(dress: _Dress) -> list[Mesh]:
    w = dress.waist
    shirt = [
        (0.90, 0.125, 0.165 * max(w, 1.0), 0.0), (1.05, 0.118 * max(w, 1.0), 0.150 * w, 0.0),
        (1.20, 0.130, 0.172 * w, 0.0), (1.32, 0.128, 0.200 * min(w, 1.04), 0.0),
        (1.41, 0.100, 0.205 * min(w, 1.04), -0.01), (1.46, 0.062, 0.11, -0.01), (1.49, 0.050, 0.060, 0.0),
    ]  # fmt: skip
    parts = [column(shirt, TOP), column(dress.skirt, dress.skirt_slot)]
    if dress.bag == "back":
        parts.append(box((-0.19, 0, 1.22), (0.16, 0.28, 0.40), HAIR))
    if dress.bag == "hand":
        parts.append(box((0.02, -0.33, 0.74), (0.30, 0.10, 0.24), Slot.DARK))
    return parts


def _head(kind: str) -> list[Mesh]:
    neck = tube((0, 0, 1.42), (0, 0, 1.54), (0.055, 0.05), SKIN, 7)
    face = ball((0.015, 0, 1.63), (0.095, 0.08, 0.12), SKIN, 6, 9)
    hair = ball((-0.022, 0, 1.66), (0.098, 0.09, 0.108), HAIR, 6, 9)
    more = {
        "hair": [hair],
        "long": [hair, ball((-0.075, 0, 1.54), (0.05, 0.085, 0.17), HAIR, 5, 8)],
        "scarf": [
            ball((-0.02, 0, 1.635), (0.115, 0.105, 0.135), HAIR, 6, 9),
            tube((-0.03, 0, 1.35), (-0.03, 0, 1.6), (0.15, 0.09), HAIR, 9),
        ],
        "cap": [hair, column([(1.69, 0.105, 0.095, -0.01), (1.77, 0.085, 0.078, -0.015)], Slot.DARK, 8)],
        "hood": [
            ball((-0.025, 0, 1.65), (0.115, 0.108, 0.13), TOP, 6, 9),
            tube((-0.03, 0, 1.42), (-0.03, 0, 1.56), (0.13, 0.10), TOP, 9),
        ],
    }[kind]
    return [neck, face, *more]


def _whole(figure: str, pose: _Pose) -> Mesh:
    dress = _DRESSES[figure]
    return join([*_trunk(dress), *_head(dress.head), *_limbs(dress, pose)])


def _upright(figure: str, pose: _Pose) -> Mesh:
    """Return a figure on its feet, at its full height."""
    whole = _whole(figure, pose)
    whole = whole.moved((0, 0, -whole.position_m[:, 2].min()))
    return Mesh(whole.position_m * (HEIGHT_M / whole.size_m[2]), whole.normal, whole.slot)


def _stride(figure: str, step: int) -> _Pose:
    """Return the pose at one moment of a step; ``step`` runs over :data:`GAIT_STEPS`."""
    dress, turn = _DRESSES[figure], 2 * np.pi * step / GAIT_STEPS
    swing = float(np.sin(turn)) * dress.swing
    lift = max(float(np.cos(turn)), 0.0), max(-float(np.cos(turn)), 0.0)
    return _Pose(
        thighs=(swing, -swing),
        knees=(0.12 + dress.bend * lift[0], 0.12 + dress.bend * lift[1]),
        arms=(-0.75 * swing, 0.75 * swing),
        elbows=(0.35, 0.35),
        spread=(0.0, 0.0),
        parted=(0.0, 0.0),
    )


def _lying(figure: str, pose: int) -> Mesh:
    """Return a figure on the ground along x with the head to the front."""
    upright = _whole(figure, _ON_THE_GROUND[pose])
    turn: Sequence[Floats] = {
        0: (rotation_y(-np.pi / 2), _about()),
        1: (rotation_y(np.pi / 2), rotation_x(np.pi / 2 * 0.85)),
        2: (rotation_y(np.pi / 2),),
        3: (rotation_y(np.pi / 2), rotation_x(-np.pi / 2 * 0.9)),
    }[pose]
    for rotation in turn:
        upright = upright.turned(rotation)
    straight = _whole(figure, _Pose()).size_m[2]  # the height it would stand at, however it is bent
    flat = Mesh(upright.position_m * (HEIGHT_M / straight), upright.normal, upright.slot)
    low, high = flat.position_m.min(axis=0), flat.position_m.max(axis=0)
    return flat.moved((-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))


def _about() -> Floats:
    """Return the half turn about the vertical, so that a head that fell backwards is to the front."""
    return np.diag([-1.0, -1.0, 1.0])


def people_bodies() -> dict[str, Body]:
    """Return every figure by name: ``man_0`` ... ``man_7``, ``man_stands_0`` ..., ``man_lying_0`` ..., and so on."""
    meshes: dict[str, Mesh] = {}
    for figure in FIGURES:
        meshes |= {f"{figure}_{step}": _upright(figure, _stride(figure, step)) for step in range(GAIT_STEPS)}
        meshes |= {f"{figure}_stands_{k}": _upright(figure, _STANDING[k]) for k in range(STANCES)}
    bodies = {name: Body(name, mesh, (0.5, 0.55, HEIGHT_M)) for name, mesh in meshes.items()}
    for figure in FIGURES:
        for pose in range(LYING_POSES):
            name = f"{figure}_lying_{pose}"
            bodies[name] = Body(name, _lying(figure, pose), (HEIGHT_M, 0.6, 0.35))
    return bodies
