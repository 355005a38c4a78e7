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
    owner, text, corners = [], [], []
    for i, (row, name) in enumerate(zip(cast.row, cast.body, strict=True)):
        if not scene.plate[row]:
            continue
        for middle, sign in bodies()[name].plates:
            rectangle = _rectangle(cast.matrix[i], np.array(middle), sign)
            if _faces(rectangle, lens):
                owner.append(i)
                text.append(str(scene.plate[row]))
                corners.append(rectangle)
    corner_m = np.array(corners).reshape(-1, 4, 3)
    pixels, depth = lens.project(corner_m)
    keep = (
        (depth.min(axis=1, initial=np.inf) > NEAR_M) & (np.ptp(pixels[..., 0], axis=1) >= DRAW_FROM_PX)
        if len(owner)
        else []
    )
    at = np.flatnonzero(keep)
    return Plates(np.array(owner, np.intp)[at], tuple(text[k] for k in at), corner_m[at], pixels[at])


def _rectangle(matrix: NDArray[np.float64], middle: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    """Return (4, 3) corners; the plate keeps its own size whatever the body is scaled to."""
    turn = matrix[:, :3] / np.linalg.norm(matrix[:, :3], axis=0)
    centre = matrix[:, :3] @ middle + matrix[:, 3] + turn[:, 0] * 0.012 * sign
    rightwards, up = turn[:, 1] * sign * WIDTH_M / 2, turn[:, 2] * HEIGHT_M / 2
    return np.stack(
        [centre - rightwards + up, centre + rightwards + up, centre + rightwards - up, centre - rightwards - up]
    )


def _faces(rectangle: NDArray[np.float64], lens: Lens) -> bool:
    normal = np.cross(rectangle[3] - rectangle[0], rectangle[1] - rectangle[0])
    return float(normal @ (lens.eye_m - rectangle.mean(axis=0))) > 0
