"""Fire and smoke as soft pictures that turn to the camera; glows of lamps in the dark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import Look, Scene
from twin.streams import draw_unit

FLAMES: Final = 9
PUFFS: Final = 18
_WIND: Final = np.array([0.35, 0.15])


@dataclass(frozen=True)
class Puffs:
    """Soft pictures; ``n`` may be 0.

    Attributes:
        row: (n,) intp, the item it belongs to, or -1 for a glow.
        middle_m: (n, 3) float64, relative to the lens's origin.
        half_m: (n, 2) float64, half width and half height.
        look: (n, 4) float64: kind (0 flame, 1 smoke, 2 glow), seed, age in [0, 1), strength.
        tint: (n, 3) float64 linear colour.
    """

    row: NDArray[np.intp]
    middle_m: NDArray[np.float64]
    half_m: NDArray[np.float64]
    look: NDArray[np.float64]
    tint: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: NDArray[np.intp]) -> Puffs:
        """Return some of them, in that order."""
        return Puffs(self.row[rows], self.middle_m[rows], self.half_m[rows], self.look[rows], self.tint[rows])


def join_puffs(parts: list[Puffs]) -> Puffs:
    """Return all parts as one."""
    none = Puffs(np.zeros(0, np.intp), np.zeros((0, 3)), np.zeros((0, 2)), np.zeros((0, 4)), np.zeros((0, 3)))
    every = [none, *parts]
    names = ("row", "middle_m", "half_m", "look", "tint")
    return Puffs(*(np.concatenate([getattr(part, name) for part in every]) for name in names))


def puffs_of(scene: Scene, rows: NDArray[np.intp], origin_m: NDArray[np.float64], first_item: int) -> Puffs:
    """Return the flames and smoke of the given rows of the scene, which are items from ``first_item`` on."""
    makers = {Look.FIRE: _fire, Look.SMOKE: _smoke}
    parts = [makers[Look(scene.look[row])](scene, int(row), scene.xyz_m[row] - origin_m) for row in rows]
    named = [replace(part, row=np.full(len(part), first_item + k)) for k, part in enumerate(parts)]
    return join_puffs(named)


def _fire(scene: Scene, row: int, at: NDArray[np.float64]) -> Puffs:
    """Return tongues of flame over the actor's footprint, the middle ones highest."""
    length, width, height = scene.size_m[row]
    luck = draw_unit(0, "flame", int(scene.variant[row]), np.arange(FLAMES)[:, None], np.arange(4)[None, :])
    b = np.radians(scene.bearing_deg[row])
    along, across = (luck[:, 0] - 0.5) * length * 0.7, (luck[:, 1] - 0.5) * width * 0.7
    away = np.hypot(along / max(length, 0.1), across / max(width, 0.1)) * 2
    pulse = 0.9 + 0.1 * np.sin(2 * np.pi * (scene.phase[row] * 2 + luck[:, 2]))
    half_h = height / 2 * (1.0 - 0.55 * away) * (0.7 + 0.3 * luck[:, 3]) * pulse
    half_w = np.maximum(0.30 * max(length, width), half_h * 0.45)
    middle = np.column_stack(
        [at[0] + along * np.sin(b) + across * np.cos(b), at[1] + along * np.cos(b) - across * np.sin(b), at[2] + half_h]
    )
    look = np.column_stack([np.zeros(FLAMES), luck[:, 2], np.full(FLAMES, scene.phase[row]), np.ones(FLAMES)])
    return Puffs(
        np.full(FLAMES, row),
        middle,
        np.column_stack([np.broadcast_to(half_w, FLAMES), half_h]),
        look,
        np.ones((FLAMES, 3)),
    )


def _smoke(scene: Scene, row: int, at: NDArray[np.float64]) -> Puffs:
    """Return puffs that rise, widen, drift with the wind and thin out."""
    length, width, height = scene.size_m[row]
    k = np.arange(PUFFS)
    luck = draw_unit(0, "puff", int(scene.variant[row]), k[:, None], np.arange(4)[None, :])
    age = (scene.phase[row] + k / PUFFS) % 1.0
    wide = max(length, width) / 2
    radius = wide * (0.35 + 0.75 * age) * (0.8 + 0.4 * luck[:, 0])
    rise = height * age * 0.92 + radius * 0.3
    drift = _WIND[None, :] * (rise * (0.5 + age))[:, None] + (luck[:, 1:3] - 0.5) * wide * 0.6
    middle = np.column_stack([at[0] + drift[:, 0], at[1] + drift[:, 1], at[2] + rise])
    strength = 0.85 * np.minimum(age * 6, 1.0) * (1.0 - age) ** 0.7
    grey = 0.10 + 0.35 * age[:, None] + 0.1 * float(draw_unit(0, "soot", int(scene.variant[row])))
    look = np.column_stack([np.ones(PUFFS), luck[:, 3], age, strength])
    return Puffs(
        np.full(PUFFS, row),
        middle,
        np.column_stack([radius, radius * 0.9]),
        look,
        np.broadcast_to(grey, (PUFFS, 3)).copy(),
    )


def glows(
    at_m: NDArray[np.float64], half_m: NDArray[np.float64], tint: NDArray[np.float64], strength: NDArray[np.float64]
) -> Puffs:
    """Return the glows around burning lamps."""
    n = len(at_m)
    look = np.column_stack([np.full(n, 2.0), np.zeros(n), np.zeros(n), strength])
    return Puffs(np.full(n, -1), at_m, np.column_stack([half_m, half_m]), look, tint)
