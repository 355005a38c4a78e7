"""All bodies as lists of triangles at several levels of detail."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.render.cast import bodies
from vision.render.mesh import coarse, unique_rows
from vision.render.projection import Lens

LEVELS_M: Final = (0.0, 0.06, 0.12, 0.2, 0.3)  # corners nearer to each other than this are drawn together
LEVEL_PX: Final = 2.0  # from where that is no more than so many pixels


@dataclass(frozen=True)
class Library:
    """All bodies in one list of corners.

    Attributes:
        corners: (c, 7) float32 places, normals and slots; or, of a plain library, (c, 3) places alone.
        indices: (k,) uint32 rows of ``corners``, three a triangle.
        spans: first index and count of indices of each body and level.
    """

    corners: NDArray[np.float32]
    indices: NDArray[np.uint32]
    spans: dict[tuple[str, int], tuple[int, int]]


@cache
def library(plain: bool) -> Library:
    """Return all bodies at all levels of detail with normals and slots, or plain: places, for shadows and outlines."""
    corners, indices, spans, base, at = [], [], {}, 0, 0
    for name, body in bodies().items():
        for level, grid_m in enumerate(LEVELS_M):
            plain_m = max(0.03 + 0.02 * max(body.size_m), grid_m)
            mesh = coarse(body.mesh, plain_m) if plain else coarse(body.mesh, grid_m) if grid_m else body.mesh
            columns = [mesh.position_m] if plain else [mesh.position_m, mesh.normal, mesh.slot]
            rows = np.column_stack(columns).astype(np.float32).round(5)
            unique, inverse = unique_rows(rows)
            corners.append(unique)
            indices.append(inverse.astype(np.uint32) + base)
            spans[name, level] = (at, len(inverse))
            base, at = base + len(unique), at + len(inverse)
    return Library(np.concatenate(corners), np.concatenate(indices), spans)


def levels_of(matrix: NDArray[np.float64], lens: Lens) -> NDArray[np.intp]:
    """Return (n,) levels of detail of bodies with (n, 3, 4) matrices: what goes is below ``LEVEL_PX`` pixels."""
    away_m = np.maximum(np.linalg.norm(matrix[:, :, 3] - lens.eye_m, axis=1), 0.1)
    allowed_m = LEVEL_PX * away_m / lens.focal_px
    return np.searchsorted(LEVELS_M, allowed_m, side="right") - 1
