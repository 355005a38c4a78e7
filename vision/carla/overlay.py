"""Fire and smoke, which CARLA has not, laid over its picture: soft discs that what is nearer hides."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.render.effects import Puffs
from vision.render.light import Light
from vision.render.projection import NEAR_M, Lens

SOLID: Final = 0.35
"""Opacity from which a pixel shows the fire or smoke, and no longer what is behind."""
_FLAME: Final = np.array([[255.0, 236.0, 150.0], [255.0, 120.0, 20.0]])  # middle and edge of a tongue


def lay_over(
    rgb: NDArray[np.uint8], ids: NDArray[np.int32], depth_m: NDArray[np.float32], puffs: Puffs, lens: Lens, light: Light
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return picture and picture of items with flames and smoke in them, the furthest laid first.

    Args:
        rgb: (height, width, 3).
        ids: (height, width) place + 1 of the item seen, or 0.
        depth_m: (height, width) metres along the optical axis.
        puffs: flames and smoke.
        lens: the camera.
        light: of the scene; smoke is as bright as it makes it.
    """
    if not len(puffs):
        return rgb, ids
    picture, shown = rgb.astype(np.float32), ids.copy()
    pixels, away_m = lens.project(puffs.middle_m)
    for i in np.argsort(-away_m, kind="stable").tolist():
        if away_m[i] < NEAR_M or puffs.look[i, 0] > 1:
            continue
        half_px = puffs.half_m[i] * lens.focal_px / away_m[i]
        place, u, v = _patch(pixels[i], half_px, depth_m.shape)
        if not u.size:
            continue
        cover = _cover(u, v, bool(puffs.look[i, 0] < 1), float(puffs.look[i, 3]))
        cover = np.where(depth_m[place] < away_m[i], 0.0, cover)
        colour = _colour(u, v, puffs, i, light)
        picture[place] += (colour - picture[place]) * cover[..., None]
        shown[place] = np.where(cover >= SOLID, puffs.row[i] + 1, shown[place])
    return np.clip(picture, 0, 255).astype(np.uint8), shown


def _patch(
    middle: NDArray[np.float64], half: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], NDArray[np.float64], NDArray[np.float64]]:
    """Return the part of the picture under a disc, and how far right and up each pixel is, in halves."""
    low = np.clip(np.floor(middle - half).astype(int), 0, (shape[1], shape[0]))
    high = np.clip(np.ceil(middle + half).astype(int), 0, (shape[1], shape[0]))
    u = (np.arange(low[0], high[0]) + 0.5 - middle[0]) / max(half[0], 0.5)
    v = (middle[1] - np.arange(low[1], high[1]) - 0.5) / max(half[1], 0.5)
    across, up = np.meshgrid(u, v)
    return (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))), across, up


def _cover(u: NDArray[np.float64], v: NDArray[np.float64], flame: bool, strength: float) -> NDArray[np.float64]:
    """Return opacity: a flame narrows upwards, a puff is round and soft."""
    wide = np.clip((1.0 - v) / 1.6, 0.05, 1.0) if flame else 1.0
    away = np.hypot(u / wide, v)
    return np.asarray(np.clip((1.0 - away) * (3.0 if flame else 1.6), 0.0, 1.0) * strength)


def _colour(u: NDArray[np.float64], v: NDArray[np.float64], puffs: Puffs, i: int, light: Light) -> NDArray[np.float64]:
    if puffs.look[i, 0] >= 1:
        bright = np.clip(np.array(light.above) * 1.6 + np.array(light.sun) * 0.4, 0.05, 1.0)
        return np.asarray(np.sqrt(np.clip(puffs.tint[i] * bright, 0, 1)) * 255)
    outward = np.clip(np.hypot(u, v), 0.0, 1.0)[..., None]
    return np.asarray(_FLAME[0] * (1 - outward) + _FLAME[1] * outward)
