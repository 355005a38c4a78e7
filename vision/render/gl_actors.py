"""All bodies on the graphics side, at several levels of detail, and the actors of a frame drawn with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from vision.render.cast import Cast, bodies
from vision.render.mesh import coarse, unique_rows
from vision.render.projection import Lens

if TYPE_CHECKING:
    import moderngl

ACTORS_MAX: Final = 2000
LEVELS_M: Final = (0.0, 0.06, 0.12, 0.2, 0.3)  # corners nearer to each other than this are drawn together
LEVEL_PX: Final = 2.0  # from where that is no more than so many pixels
FAR_LEVEL: Final = 2  # from this level on a body is shaded at its corners
SHADE_LEVEL: Final = 3  # shadows need no more detail than this level's
_INSTANCE: Final = 26  # floats an actor: three rows of its matrix, four colours, lamps, id


@dataclass(frozen=True)
class _Library:
    """All bodies in one list of corners, and the first index and count of indices of each body and level."""

    corners: NDArray[np.float32]
    indices: NDArray[np.uint32]
    spans: dict[tuple[str, int], tuple[int, int]]


@cache
def _library(plain: bool) -> _Library:
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
    return _Library(np.concatenate(corners), np.concatenate(indices), spans)


def levels_of(matrix: NDArray[np.float64], lens: Lens) -> NDArray[np.intp]:
    """Return (n,) levels of detail of bodies with (n, 3, 4) matrices: what goes is below ``LEVEL_PX`` pixels."""
    away_m = np.maximum(np.linalg.norm(matrix[:, :, 3] - lens.eye_m, axis=1), 0.1)
    allowed_m = LEVEL_PX * away_m / lens.focal_px
    return np.searchsorted(LEVELS_M, allowed_m, side="right") - 1


class ActorPart:
    """All actors, drawn in one call: instances ordered by body and level of detail, one indirect command for each."""

    def __init__(self, ctx: moderngl.Context, programs: dict[str, Any]) -> None:
        corners, index = _upload(ctx, _library(False))
        places, place_index = _upload(ctx, _library(True))
        self._instances = ctx.buffer(reserve=ACTORS_MAX * _INSTANCE * 4)
        self._cells = ctx.buffer(reserve=ACTORS_MAX * 16)
        most = len(bodies()) * len(LEVELS_M)
        self._commands = {what: ctx.buffer(reserve=most * 20) for what in ("colour", "shade", "outline")}
        own = (corners, "3f 3f 1f", "in_place", "in_normal", "in_slot")
        place = (places, "3f", "in_place")
        rows = (self._instances, "4f 4f 4f 56x/i", "in_row0", "in_row1", "in_row2")
        every = (self._instances, "4f 4f 4f 3f 3f 3f 3f 1f 1f/i", "in_row0", "in_row1", "in_row2",
                 "in_paint", "in_second", "in_third", "in_fourth", "in_lamps", "in_id")  # fmt: skip
        self._colour = ctx.vertex_array(programs["actor"], [own, every], index)
        self._far = ctx.vertex_array(programs["actor_far"], [own, every], index)
        self._shade = ctx.vertex_array(programs["depth_actor"], [place, rows], place_index)
        self._outline = ctx.vertex_array(
            programs["outline"], [place, rows, (self._cells, "4f/i", "in_cell")], place_index
        )
        self._used = self._near = 0

    def load(self, cast: Cast, rows: NDArray[np.intp], levels: NDArray[np.intp], cells: NDArray[np.float64]) -> None:
        """Upload rows of the cast; a row's id is its place in the cast + 1.

        Args:
            cast: actors with bodies.
            rows: (k,) which of them.
            levels: (k,) their levels of detail.
            cells: (k, 4) their cells of the outline sheet.
        """
        kinds = np.array(cast.body)[rows]
        order = np.lexsort([kinds, levels])
        rows, groups = rows[order], list(zip(levels[order].tolist(), kinds[order].tolist(), strict=True))
        starts = [k for k, group in enumerate(groups) if k == 0 or group != groups[k - 1]]
        self._used, self._near = len(starts), sum(groups[k][0] < FAR_LEVEL for k in starts)
        if not self._used:
            return
        data = np.empty((len(rows), _INSTANCE), np.float32)
        data[:, :12] = cast.matrix[rows].reshape(-1, 12)
        data[:, 12:24] = cast.colour[rows].reshape(-1, 12)
        data[:, 24] = cast.lamps[rows]
        data[:, 25] = rows + 1
        self._instances.write(data.tobytes())
        self._cells.write(cells[order].astype(np.float32).tobytes())
        counts = np.diff([*starts, len(rows)]).tolist()
        for what, buffer in self._commands.items():
            least = SHADE_LEVEL if what == "shade" else 0
            spans = [_library(what != "colour").spans[groups[k][1], max(groups[k][0], least)] for k in starts]
            commands = [(n, count, at, 0, first) for (at, n), count, first in zip(spans, counts, starts, strict=True)]
            buffer.write(np.array(commands, np.uint32).tobytes())

    def draw(self, what: str) -> None:
        """Draw the loaded cast: ``colour``, ``shade`` (into the shadow map) or ``outline``."""
        spans = {
            "colour": [(self._colour, 0, self._near), (self._far, self._near, self._used)],
            "shade": [(self._shade, 0, self._used)],
            "outline": [(self._outline, 0, self._used)],
        }[what]
        for array, first, end in spans:
            if end > first:
                array.render_indirect(self._commands[what], count=end - first, first=first)


def _upload(ctx: moderngl.Context, library: _Library) -> tuple[moderngl.Buffer, moderngl.Buffer]:
    return ctx.buffer(library.corners.tobytes()), ctx.buffer(library.indices.tobytes())
