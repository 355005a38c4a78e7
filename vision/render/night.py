"""Light and shade on the ground: pools of lamps, driving beams, contact shades below bodies; glows round lamps."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import SignalLamp
from vision.render.cast import Cast, Lamp, bodies
from vision.render.city_signals import SignalHeads
from vision.render.effects import Puffs, glows, join_puffs
from vision.render.shot import Shot

GLOW_REACH_M: Final = 160.0
SIGNAL_FACING: Final = 0.15  # cosine from which a traffic light's lamp is seen
SIGNAL_DAY_M, SIGNAL_DARK_M = 0.22, 0.34  # half the size its lamp seems to have
SIGNAL_STRENGTH: Final = 4.0  # so that the lamp is a disc and not a spark
_LAMP_BITS: Final = (SignalLamp.RED, SignalLamp.AMBER, SignalLamp.GREEN)
_LAMP_TINTS: Final = ((2.2, 0.10, 0.06), (2.2, 1.1, 0.06), (0.10, 1.9, 0.8))
POOL_PER_HEIGHT: Final = 2.25  # reach of a lamp's light on the ground, in its heights


def pools(lamps_m: NDArray[np.float64], shot: Shot) -> NDArray[np.float64]:
    """Return (n, 11) rows of light on the ground: root x, y; way x, y; half width, length, strength, kind (0 cone,
    1 disc, 2 contact shade); tint.
    """
    return np.concatenate([street_pools(lamps_m), moving_lights(shot), contacts(shot.cast)])


def contacts(cast: Cast) -> NDArray[np.float64]:
    """Return (n, 11) rows, as :func:`pools` does, of the shade below each body, where little of the sky is seen."""
    out = np.zeros((len(cast), 11))
    if not len(cast):
        return out
    size = np.array([bodies()[name].size_m[:2] for name in cast.body])
    along = cast.matrix[:, :2, 0]
    long = np.linalg.norm(cast.matrix[:, :, 0], axis=1)
    wide = np.linalg.norm(cast.matrix[:, :, 1], axis=1)
    flat = np.maximum(np.linalg.norm(along, axis=1), 1e-6)
    out[:, 0:2], out[:, 2:4] = cast.matrix[:, :2, 3], along / flat[:, None]
    out[:, 4] = np.maximum(size[:, 1] * wide / 2 * 1.25, 0.45)
    out[:, 5] = np.maximum(size[:, 0] * long / 2 * 1.12, 0.45)
    out[:, 6], out[:, 7] = np.where(size[:, 0] > 1.2, 0.75, 0.4), 2.0
    return out


def moving_lights(shot: Shot) -> NDArray[np.float64]:
    """Return (k, 11) rows, as :func:`pools` does, of the light that is not a street lamp's."""
    return np.concatenate([_driving_beams(shot.cast), _fire_pools(shot.puffs)])


def on_ground(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (k, 8, 3) corners on the ground, four of them twice, round each row of :func:`pools`."""
    way = rows[:, 2:4] * rows[:, 5:6]
    across = rows[:, [3, 2]] * [1.0, -1.0] * rows[:, 4:5]
    back = np.where(rows[:, 7:8] > 0.5, -way, 0.0)
    ground = [
        rows[:, :2] + end + side for end, side in ((back, -across), (back, across), (way, across), (way, -across))
    ]
    flat = np.stack([*ground, *ground], axis=1)
    return np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=2)


def all_glows(lamps_m: NDArray[np.float64], heads: SignalHeads, shot: Shot) -> Puffs:
    """Return the glows of traffic lights; where lamps burn, of street lamps, headlights and flashing lamps too."""
    own = [_lamp_glows(lamps_m, shot), _beam_glows(shot)] if shot.light.lamps else []
    return join_puffs([*own, _signal_glows(heads, shot)])


def _signal_glows(heads: SignalHeads, shot: Shot) -> Puffs:
    """Return the lamps that burn of the traffic lights that face the camera."""
    shown = dict(zip(shot.signals.arm.tolist(), shot.signals.lamps.tolist(), strict=True))
    lamps = np.array([shown.get(arm, 0) for arm in heads.arm.tolist()], np.int64)
    way = shot.lens.eye_m - heads.lamp_m[:, 1]
    away_m = np.linalg.norm(way, axis=1)
    faces = (way[:, :2] * heads.facing).sum(axis=1) > SIGNAL_FACING * away_m
    light, lamp = np.nonzero((lamps[:, None] & np.array(_LAMP_BITS)).astype(bool) & faces[:, None])
    half_m = np.full(len(light), SIGNAL_DARK_M if shot.light.lamps else SIGNAL_DAY_M)
    strength = SIGNAL_STRENGTH * np.exp(-away_m[light] * shot.light.haze_per_m)
    return glows(heads.lamp_m[light, lamp], half_m, np.array(_LAMP_TINTS)[lamp] / shot.light.exposure, strength)


def street_pools(lamps_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pools of street lamps, as wide as the lamps are high."""
    n, reach = len(lamps_m), POOL_PER_HEIGHT * lamps_m[:, 2]
    fixed = np.tile([0.36, 1.0, 1.0, 0.80, 0.52], (n, 1))
    return np.column_stack([lamps_m[:, :2], np.zeros(n), np.ones(n), reach, reach, fixed])


def _fire_pools(puffs: Puffs) -> NDArray[np.float64]:
    fire = puffs.take(np.flatnonzero(puffs.look[:, 0] == 0))
    reach = fire.half_m[:, 1:] * 5 + 2
    fixed = np.tile([0.0, 1.0], (len(fire), 1)), np.tile([0.10, 1.0, 1.0, 0.45, 0.12], (len(fire), 1))
    return np.column_stack([fire.middle_m[:, :2], fixed[0], reach, reach, fixed[1]])


def _driving_beams(cast: Cast) -> NDArray[np.float64]:
    rows = np.flatnonzero(cast.lamps & Lamp.HEAD)
    out = np.zeros((len(rows), 11))
    for k, row in enumerate(rows):
        matrix, beam = cast.matrix[row], bodies()[cast.body[row]].beam_m or 0.0
        way = matrix[:2, 0] / max(float(np.linalg.norm(matrix[:2, 0])), 1e-9)
        root = matrix[:2, :3] @ [beam, 0, 0] + matrix[:2, 3]
        out[k] = [*root, *way, 4.5, 24.0, 0.75, 0.0, 1.0, 0.95, 0.8]
    return out


def _lamp_glows(lamps_m: NDArray[np.float64], shot: Shot) -> Puffs:
    near = lamps_m[np.linalg.norm(lamps_m - shot.lens.eye_m, axis=1) < GLOW_REACH_M]
    n = len(near)
    return glows(near, np.full(n, 0.9), np.tile([1.6, 1.25, 0.8], (n, 1)), np.full(n, 0.8))


def _beam_glows(shot: Shot) -> Puffs:
    """Return glows of burning headlights that point towards the camera, and of flashing lamps."""
    at, size, tint, strength = [], [], [], []
    for k in np.flatnonzero(shot.cast.lamps):
        body, matrix, lamps = bodies()[shot.cast.body[k]], shot.cast.matrix[k], int(shot.cast.lamps[k])
        way = shot.lens.eye_m - matrix[:, 3]
        facing = float(matrix[:, 0] @ way / np.linalg.norm(matrix[:, 0]) / max(float(np.linalg.norm(way)), 1e-9))
        if lamps & Lamp.HEAD and facing > 0.2 and body.beam_m is not None:
            side = 0.0 if body.name == "motorcycle" else body.size_m[1] * 0.36
            for y in {side, -side}:
                at.append(matrix[:, :3] @ [body.beam_m, y, min(0.7, body.size_m[2] * 0.45)] + matrix[:, 3])
                size.append(0.30 + 0.45 * facing)
                tint.append((1.8, 1.75, 1.6))
                strength.append(0.9 * facing)
        if lamps & (Lamp.FLASH_A | Lamp.FLASH_B):
            red = bool(lamps & Lamp.FLASH_A)
            at.append(matrix[:, :3] @ [0.0, 0.3 if red else -0.3, body.size_m[2] + 0.1] + matrix[:, 3])
            size.append(1.5)
            tint.append((2.0, 0.1, 0.1) if red else (0.1, 0.25, 2.2))
            strength.append(0.7)
    return glows(np.array(at).reshape(-1, 3), np.array(size), np.array(tint).reshape(-1, 3), np.array(strength))
