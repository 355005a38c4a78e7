"""What one frame is drawn from, whoever draws it: camera, light, actors in view, and their boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.scene import Look, Scene, Signals
from twin.sky import Sky
from vision.render.cast import Cast, cast_of
from vision.render.effects import Puffs, puffs_of
from vision.render.light import Light, light_of
from vision.render.plates import Plates, plates_of
from vision.render.projection import Lens
from vision.render.silhouettes import body_boxes
from vision.render.truth import Items, outer_boxes
from vision.render.warp import roomy

ACTOR_REACH_M: Final = 300.0
ACTORS_MOST: Final = 500


@dataclass(frozen=True)
class Shot:
    """All that one frame is drawn from.

    Attributes:
        lens: the camera as matrices.
        light: the light.
        cast: actors in view that have a body; their items come first.
        puffs: flames and smoke in view; ``row`` is the item they belong to.
        plates: plates that face the camera; their items come last.
        items: everything that can have a row in the truth; areas are filled in by the renderer.
        signals: what the traffic lights show.
    """

    lens: Lens
    light: Light
    cast: Cast
    puffs: Puffs
    plates: Plates
    items: Items
    signals: Signals


def take_shot(camera: Camera, scene: Scene, sky: Sky) -> Shot:
    """Return what is in view of a camera."""
    lens, light = roomy(Lens.of(camera), camera), light_of(sky)
    rows = _nearest(np.flatnonzero(in_view(lens, scene)), scene, lens)
    near = scene.take(rows)
    cast = cast_of(near, lens.origin_m, light.lamps > 0 or sky.weather in ("fog", "rain", "snow"))
    soft = np.flatnonzero((near.look == Look.FIRE) | (near.look == Look.SMOKE))
    puffs = puffs_of(near, soft, lens.origin_m, first_item=len(cast))
    plates = plates_of(cast, near, lens)
    items = items_of(rows, near, cast, soft, puffs, plates, lens)
    return Shot(lens, light, cast, puffs, plates, items, scene.signals)


def _nearest(rows: NDArray[np.intp], scene: Scene, lens: Lens) -> NDArray[np.intp]:
    """Return at most :data:`ACTORS_MOST` rows, the nearest ones, in their order."""
    away = np.linalg.norm(scene.xyz_m[rows] - lens.origin_m - lens.eye_m, axis=1)
    return rows[np.sort(np.argsort(away, kind="stable")[:ACTORS_MOST])]


def in_view(lens: Lens, scene: Scene) -> NDArray[np.bool_]:
    """Return (n,) whether an actor's bounding ball touches the view, within :data:`ACTOR_REACH_M`."""
    radius = np.linalg.norm(scene.size_m, axis=1) * 0.75 + 0.5
    middle = scene.xyz_m + scene.size_m * [0, 0, 0.5] - lens.origin_m - lens.eye_m
    seen = middle @ lens.axes.T
    tall, wide = lens.height_px / 2 / lens.focal_px, lens.width_px / 2 / lens.focal_px
    inside = seen[:, 2] + radius > 0.3
    for axis, slope in ((0, wide), (1, tall)):
        inside &= np.abs(seen[:, axis]) <= slope * seen[:, 2] + radius * np.sqrt(1 + slope * slope)
    return inside & (np.linalg.norm(middle, axis=1) < ACTOR_REACH_M)


def items_of(
    rows: NDArray[np.intp], near: Scene, cast: Cast, soft: NDArray[np.intp], puffs: Puffs, plates: Plates, lens: Lens
) -> Items:
    """Return the items of a shot: the cast, then fires and smoke, then plates.

    Args:
        rows: (k,) rows of the whole scene that are near.
        near: those rows as a scene.
        cast: the actors among them that have a body.
        soft: rows of ``near`` that are fire or smoke.
        puffs: their pictures.
        plates: plates of the cast.
        lens: the camera.
    """
    n, m = len(cast), len(plates.owner)
    flat = (
        np.concatenate([plates.corner_px.min(axis=1), plates.corner_px.max(axis=1)], axis=1) if m else np.zeros((0, 4))
    )
    boxes = np.concatenate([body_boxes(cast, lens), _puff_boxes(len(soft), n, puffs, lens), flat])
    corners = np.full((n + len(soft) + m, 4, 2), np.nan)
    corners[n + len(soft) :] = plates.corner_px
    area = np.ones(len(corners))
    if m:
        x, y = plates.corner_px[..., 0], plates.corner_px[..., 1]
        area[n + len(soft) :] = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1))
    owner = np.full(len(corners), -1, np.intp)
    owner[n + len(soft) :] = plates.owner
    local = np.concatenate([cast.row, soft, cast.row[plates.owner]]).astype(np.intp)
    cls = near.look[local].astype(np.uint8)
    cls[n + len(soft) :] = Look.PLATE
    return Items(cls, rows[local], boxes, area, owner, corners)


def _puff_boxes(count: int, first_item: int, puffs: Puffs, lens: Lens) -> NDArray[np.float64]:
    boxes = np.zeros((count, 4))
    up = np.array([0.0, 0.0, 1.0])
    for k in range(count):
        own = puffs.take(np.flatnonzero(puffs.row == first_item + k))
        spread = own.half_m[:, :1] * lens.axes[0] * 0.9, own.half_m[:, 1:] * up * 0.95
        corners = np.concatenate([own.middle_m + a * spread[0] + b * spread[1] for a in (-1, 1) for b in (-1, 1)])
        boxes[k] = outer_boxes(*lens.project(corners), np.array([0]))[0]
    return boxes
