"""Where plates hang: front and rear rectangles of every vehicle that has a plate text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import Scene
from vision.render.cast import Cast, bodies
from vision.render.projection import NEAR_M, Lens

WIDTH_M: Final = 0.52
HEIGHT_M: Final = 0.11
DRAW_FROM_PX: Final = 3.0  # plates narrower than this are not drawn


@dataclass(frozen=True)
class Plates:
    """Plates that face the camera.

    Attributes:
        owner: (n,) intp, row in the cast.
        text: n texts.
        corner_m: (n, 4, 3) float64, from top left clockwise as one reads it, relative to the lens's origin.
        corner_px: (n, 4, 2) float64.
    """

    owner: NDArray[np.intp]
    text: tuple[str, ...]
    corner_m: NDArray[np.float64]
    corner_px: NDArray[np.float64]


def plates_of(cast: Cast, scene: Scene, lens: Lens) -> Plates:
    """Return the plates that face the camera and are wide enough to be drawn."""
    hung = [(i, *plate) for i in np.flatnonzero(scene.plate[cast.row] != "") for plate in bodies()[cast.body[i]].plates]
    if not hung:
        return Plates(np.zeros(0, np.intp), (), np.zeros((0, 4, 3)), np.zeros((0, 4, 2)))
    owner = np.array([i for i, _, _ in hung], np.intp)
    corner_m = _rectangles(cast.matrix[owner], np.array([p for _, p, _ in hung]), np.array([s for _, _, s in hung]))
    pixels, depth = lens.project(corner_m)
    keep = _faces(corner_m, lens) & (depth.min(axis=1) > NEAR_M) & (np.ptp(pixels[..., 0], axis=1) >= DRAW_FROM_PX)
    text = tuple(str(t) for t in scene.plate[cast.row[owner[keep]]])
    return Plates(owner[keep], text, corner_m[keep], pixels[keep])


def _rectangles(
    matrix: NDArray[np.float64], middle: NDArray[np.float64], sign: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n, 4, 3) corners; plates keep their own size whatever the body is scaled to."""
    turn = matrix[:, :, :3] / np.linalg.norm(matrix[:, :, :3], axis=1, keepdims=True)
    forward, left, up = (turn[:, :, k] for k in range(3))
    side = sign[:, None]
    centre = np.einsum("nij,nj->ni", matrix[:, :, :3], middle) + matrix[:, :, 3] + forward * 0.012 * side
    across, rise = left * side * WIDTH_M / 2, up * HEIGHT_M / 2
    return np.stack(
        [centre - across + rise, centre + across + rise, centre + across - rise, centre - across - rise], axis=1
    )


def _faces(corner_m: NDArray[np.float64], lens: Lens) -> NDArray[np.bool_]:
    normal = np.cross(corner_m[:, 3] - corner_m[:, 0], corner_m[:, 1] - corner_m[:, 0])
    return np.asarray(np.einsum("ni,ni->n", normal, lens.eye_m - corner_m.mean(axis=1)) > 0)
