"""The truth of CARLA's pictures: which actor each pixel shows, boxes, and how much of each actor can be seen.

How many pixels an actor would have if nothing hid it is not to be had from a server, so it is inferred. Within the
outline of its bounding box its own pixels are counted, those that show something nearer (by the depth picture), and
those that show something further: the gaps beside it. The share of gaps says how much of the outline it fills, and as
much of what is hidden or beyond the frame is counted as its own. Where little of it shows, the share leans on its
class's usual one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from twin.errors import MissingPart
from twin.scene import Look
from vision.carla.eyes import Views
from vision.carla.images import ID_BITS
from vision.carla.place import Origin
from vision.carla.troupe import Player
from vision.render.projection import NEAR_M, Lens
from vision.render.truth import Items, outer_boxes

USUAL_FILL: Final = {
    Look.PERSON: 0.7, Look.PERSON_LYING: 0.6, Look.CAR: 0.75, Look.BUS: 0.85, Look.TRUCK: 0.8, Look.MOTORCYCLE: 0.55,
    Look.EMERGENCY: 0.8,
}  # fmt: skip
"""Share of its box's outline that an actor fills (assumed); weighs as much as :data:`USUAL_PX` pixels seen."""
USUAL_PX: Final = 30.0
APART_M: Final = 0.1
"""How far before the box something must be to hide what is in it."""

_SIGNS: Final = np.array([(a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], dtype=float)


def corners_of(players: Sequence[Player], poses: Sequence[Any], origin: Origin, lens: Lens) -> NDArray[np.float64]:
    """Return (n, 8, 3) corners of bounding boxes relative to the lens's origin.

    Args:
        players: n actors.
        poses: their n ``carla.Transform`` at the tick of the picture.
        origin: CARLA's zero in the city.
        lens: the camera.
    """
    corners = np.zeros((len(players), 8, 3))
    for i, (player, pose) in enumerate(zip(players, poses, strict=True)):
        matrix = np.array(pose.get_matrix())
        own = np.array(player.box_middle_m) + _SIGNS * player.box_half_m
        corners[i] = own @ matrix[:3, :3].T + matrix[:3, 3]
    corners[..., 0] += origin.x_m
    corners[..., 1] = origin.y_m - corners[..., 1]
    return corners - lens.origin_m


def item_picture(actor_ids: NDArray[np.int32], players: Sequence[Player]) -> NDArray[np.int32]:
    """Return (height, width): 0 where none of ours is seen, else the player's place + 1."""
    table = np.zeros((1 << ID_BITS) + 1, np.int32)
    for place, player in enumerate(players):
        table[player.actor_id % (1 << ID_BITS)] = place + 1
    return np.asarray(table[actor_ids])  # -1, no actor, is the last place


def measured(items: Items, corners: NDArray[np.float64], ids: NDArray[np.int32], views: Views, lens: Lens) -> Items:
    """Return the items with boxes and areas of the first n of them as CARLA draws them.

    Args:
        items: items whose first n are players.
        corners: (n, 8, 3) of :func:`corners_of`.
        ids: the picture of items.
        views: what was seen.
        lens: the camera.
    """
    n = len(corners)
    box, area = items.full_box.copy(), items.area_px.copy()
    if n:
        pixels, depth = lens.project(corners.reshape(-1, 3))
        box[:n] = outer_boxes(pixels, depth, np.arange(0, 8 * n, 8))
        shown = np.bincount(ids.ravel(), minlength=n + 1)[1 : n + 1]
        for i in np.flatnonzero(shown).tolist():
            outline = pixels.reshape(n, 8, 2)[i][depth.reshape(n, 8)[i] > NEAR_M]
            if len(outline) >= 3:
                area[i] = shown[i] + _hidden_px(outline, corners[i], i + 1, items.cls[i], ids, views.depth_m, lens)
    return replace(items, full_box=box, area_px=area)


def _hidden_px(
    outline: NDArray[np.float64], corners: NDArray[np.float64], own: int, cls: int, ids: NDArray[np.int32],
    depth_m: NDArray[np.float32], lens: Lens,
) -> float:  # fmt: skip
    """Return how many more pixels an actor would have if nothing hid it, nor the picture's edge.

    Args:
        outline: (k, 2) pixels of its box's corners before the camera.
        corners: (8, 3) all corners, metres relative to the lens's origin.
        own: its number in the picture of items.
        cls: its class.
        ids: the picture of items.
        depth_m: metres along the optical axis.
        lens: the camera.
    """
    hull = outline[ConvexHull(outline).vertices]
    place, inside = _filled(hull, ids.shape)
    here, away = ids[place][inside], depth_m[place][inside]
    enter, leave = _through(corners, place, inside, lens)
    others = (here != own) & (here > 0) & (away < leave)
    hidden_by = (here != own) & ((away < enter - APART_M) | others)
    mine, hidden = int((here == own).sum()), int(hidden_by.sum())
    gaps = len(here) - mine - hidden
    outside = max(0.0, _area(hull) - len(here))
    fill = (mine + USUAL_FILL[Look(cls)] * USUAL_PX) / (mine + gaps + USUAL_PX)
    return fill * (hidden + outside)


def _through(
    corners: NDArray[np.float64], place: tuple[slice, slice], inside: NDArray[np.bool_], lens: Lens
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the depths, metres along the optical axis, at which the rays of pixels enter a box and leave it."""
    rows, columns = np.nonzero(inside)
    u = (columns + place[1].start + 0.5 - lens.width_px / 2) / lens.focal_px
    v = (lens.height_px / 2 - rows - place[0].start - 0.5) / lens.focal_px
    rays = np.column_stack([u, v, np.ones(len(u))]) @ lens.axes
    edges = corners[[4, 2, 1]] - corners[0]
    length = np.linalg.norm(edges, axis=1)
    axes, half = edges / np.maximum(length, 1e-9)[:, None], length / 2
    start, way = (lens.eye_m - corners.mean(axis=0)) @ axes.T, rays @ axes.T
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (-half - start) / way, (half - start) / way
    return np.fmin(one, other).max(axis=1), np.fmax(one, other).min(axis=1)


def _filled(hull: NDArray[np.float64], shape: tuple[int, ...]) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """Return the part of the picture that holds an outline, and which of its pixels are within."""
    try:
        import cv2
    except ImportError as missing:
        raise MissingPart("opencv-python", "the truth of CARLA's footage", "footage") from missing
    low = np.clip(np.floor(hull.min(axis=0)).astype(int), 0, (shape[1], shape[0]))
    high = np.clip(np.ceil(hull.max(axis=0)).astype(int), 0, (shape[1], shape[0]))
    place = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    mask = np.zeros((max(0, high[1] - low[1]), max(0, high[0] - low[0])), np.uint8)
    if mask.size:
        local = np.clip((hull - low - 0.5) * 16, -1e6, 1e6).round().astype(np.int32)
        cv2.fillConvexPoly(mask, local, 1, cv2.LINE_8, 4)
    return place, mask > 0


def _area(hull: NDArray[np.float64]) -> float:
    x, y = hull[:, 0], hull[:, 1]
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)
