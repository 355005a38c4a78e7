"""What the TinyRenderer is given and what is made of what it gives back: surfaces, colours, haze, outlines."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.render.cast import Lamp
from vision.render.city_mesh import CityMesh
from vision.render.effects import Puffs
from vision.render.materials import Slot, palette
from vision.render.mesh import Mesh, ball
from vision.render.projection import FAR_M, NEAR_M, Lens
from vision.render.shot import Shot
from vision.render.silhouettes import silhouette_areas
from vision.render.textures import tile_stack
from vision.render.truth import Items

LAYER_STEP_M: Final = 0.02  # lifts each layer of the ground over the one below
CORNERS_MAX: Final = 60_000  # corners in one shape; the library refuses above 131,072
CELL_PX: Final = 48
PUFF_SOLID: Final = 0.35  # a puff is drawn from this strength on


def hazed(
    image: NDArray[np.uint8], depth: NDArray[np.float32], nothing: NDArray[np.bool_], shot: Shot
) -> NDArray[np.uint8]:
    """Return the picture with the sky behind it and haze before it, from the depth picture."""
    lens, light = shot.lens, shot.light
    away = FAR_M * NEAR_M / (FAR_M - (FAR_M - NEAR_M) * np.minimum(depth, 0.9999999))
    veil = (1.0 - np.exp(-away * light.haze_per_m))[..., None]
    horizon, zenith = (
        np.sqrt(np.clip(np.array(c) * light.exposure, 0, 1)) * 255 for c in (light.horizon, light.zenith)
    )
    rise = (lens.height_px / 2 - np.arange(lens.height_px) - 0.5) / lens.focal_px
    up = np.clip(lens.axes[2][2] + lens.axes[1][2] * rise, 0.0, 0.65)[:, None] / 0.65
    sky = np.broadcast_to((horizon * (1 - up) + zenith * up)[:, None, :], image.shape)
    out = np.where(nothing[..., None], sky, image * (1 - veil) + horizon * veil)
    return np.clip(out, 0, 255).astype(np.uint8)


def groups_of(mesh: CityMesh) -> list[tuple[int, tuple[float, ...], NDArray[np.float32]]]:
    """Return the still city as tile, colour (in sixteenths) and rows, none with too many corners."""
    parts = []
    for k, layer in enumerate(mesh.ground):
        lifted = layer.copy()
        lifted[:, 2] += LAYER_STEP_M * (k + 1 - len(mesh.ground))  # the top layer at 0, where actors stand
        parts.append(lifted)
    rows = np.concatenate([*parts, mesh.solid])
    key = np.column_stack([rows[:, 8], np.round(rows[:, 9:12] * 16)]).astype(np.int64)
    kinds, group = np.unique(key, axis=0, return_inverse=True)
    out = []
    for i, kind in enumerate(kinds):
        own = rows[group.ravel() == i]
        rgb = tuple((kind[1:] / 16).tolist())
        out += [(int(kind[0]), rgb, own[at : at + CORNERS_MAX]) for at in range(0, len(own), CORNERS_MAX)]
    return out


@cache
def _tiles() -> NDArray[np.uint8]:
    return tile_stack()[:, ::-1, :, :3]


def surface(tile: int, rgb: tuple[float, ...]) -> NDArray[np.uint8]:
    """Return a tile in a colour, at a size the eye would average to at street distance."""
    import cv2

    picture = _tiles()[tile] * np.array(rgb)
    return np.ascontiguousarray(cv2.resize(picture, (64, 32), interpolation=cv2.INTER_AREA)).astype(np.uint8)


def colour_strip(own: NDArray[np.float32], lamps: int) -> NDArray[np.uint8]:
    """Return (2, slots, 3) uint8, the colour of each slot; burning lamps are bright."""
    colours = palette() * 255
    colours[: len(own)] = own * 255
    burning = ((Lamp.HEAD, Slot.HEADLIGHT, (255, 255, 240)), (Lamp.BRAKE, Slot.TAILLIGHT, (255, 40, 30)),
               (Lamp.FLASH_A, Slot.FLASH_A, (255, 90, 80)), (Lamp.FLASH_B, Slot.FLASH_B, (110, 150, 255)))  # fmt: skip
    for lamp, slot, rgb in burning:
        if lamps & lamp:
            colours[slot] = rgb
    return np.tile(colours.astype(np.uint8), (2, 1, 1))


def count_outlines(shot: Shot) -> None:
    """Fill in how many pixels each item would cover if nothing hid it, by filling its triangles in a small picture."""
    items, lens, n = shot.items, shot.lens, len(shot.cast)
    items.area_px[:n] = silhouette_areas(shot.cast, np.arange(n), items.full_box[:n], lens)
    for i in np.unique(shot.puffs.row):
        own = shot.puffs.take(np.flatnonzero((shot.puffs.row == i) & (shot.puffs.look[:, 3] > PUFF_SOLID)))
        lumps = [_lump(own, k) for k in range(len(own))]
        items.area_px[i] = (
            _filled(np.concatenate([lump.position_m for lump in lumps]), items, int(i), lens) if lumps else 1.0
        )


def _lump(puffs: Puffs, k: int) -> Mesh:
    return ball(puffs.middle_m[k], lump_radii(puffs, k), 0, 4, 6)


def lump_radii(puffs: Puffs, k: int) -> tuple[float, float, float]:
    """Return the radii of the solid lump that stands for one flame or puff."""
    half_w, half_h = (float(half) for half in puffs.half_m[k])
    return (
        (0.45 * half_w, 0.45 * half_w, half_h) if puffs.look[k, 0] < 1 else (0.7 * half_w, 0.7 * half_w, 0.7 * half_h)
    )


def _filled(place_m: NDArray[np.float64], items: Items, i: int, lens: Lens) -> float:
    import cv2

    pixels, depth = lens.project(place_m)
    low, high = items.full_box[i, :2], items.full_box[i, 2:]
    span = np.maximum(high - low, 1e-6)
    sheet = np.zeros((CELL_PX, CELL_PX), np.uint8)
    corners = np.rint((pixels - low) / span * CELL_PX - 0.5)
    ahead = (depth > NEAR_M).reshape(-1, 3).all(axis=1)
    for triangle in np.clip(corners, -4 * CELL_PX, 5 * CELL_PX).astype(np.int32).reshape(-1, 3, 2)[ahead]:
        cv2.fillConvexPoly(sheet, triangle, 1)
    return float(sheet.mean() * span.prod())
