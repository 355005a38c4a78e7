"""The actors of a frame on the graphics side, at several levels of detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from vision.render.cast import Cast, bodies
from vision.render.levels import LEVELS_M, Library, library

if TYPE_CHECKING:
    import moderngl

ACTORS_MAX: Final = 2000
FAR_LEVEL: Final = 2  # from this level on a body is shaded at its corners
SHADE_LEVEL: Final = 3  # shadows need no more detail than this level's
_INSTANCE: Final = 26  # floats an actor: three rows of its matrix, four colours, lamps, id


class ActorPart:
    """All actors, drawn in one call: instances ordered by body and level of detail, one indirect command for each."""

    def __init__(self, ctx: moderngl.Context, programs: dict[str, Any]) -> None:
        corners, index = _upload(ctx, library(False))
        places, place_index = _upload(ctx, library(True))
        self._instances = ctx.buffer(reserve=ACTORS_MAX * _INSTANCE * 4)
        most = len(bodies()) * len(LEVELS_M)
        self._commands = {what: ctx.buffer(reserve=most * 20) for what in ("colour", "shade")}
        own = (corners, "3f 3f 1f", "in_place", "in_normal", "in_slot")
        place = (places, "3f", "in_place")
        rows = (self._instances, "4f 4f 4f 56x/i", "in_row0", "in_row1", "in_row2")
        every = (self._instances, "4f 4f 4f 3f 3f 3f 3f 1f 1f/i", "in_row0", "in_row1", "in_row2",
                 "in_paint", "in_second", "in_third", "in_fourth", "in_lamps", "in_id")  # fmt: skip
        self._colour = ctx.vertex_array(programs["actor"], [own, every], index)
        self._far = ctx.vertex_array(programs["actor_far"], [own, every], index)
        self._shade = ctx.vertex_array(programs["depth_actor"], [place, rows], place_index)
        self._used = self._near = 0

    def load(self, cast: Cast, levels: NDArray[np.intp]) -> None:
        """Upload the cast; an actor's id is its place in it + 1.

        Args:
            cast: n actors with bodies.
            levels: (n,) their levels of detail.
        """
        kinds = np.array(cast.body)
        rows = np.lexsort([kinds, levels])
        groups = list(zip(levels[rows].tolist(), kinds[rows].tolist(), strict=True))
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
        counts = np.diff([*starts, len(rows)]).tolist()
        for what, buffer in self._commands.items():
            least = SHADE_LEVEL if what == "shade" else 0
            spans = [library(what == "shade").spans[groups[k][1], max(groups[k][0], least)] for k in starts]
            commands = [(n, count, at, 0, first) for (at, n), count, first in zip(spans, counts, starts, strict=True)]
            buffer.write(np.array(commands, np.uint32).tobytes())

    def draw(self, what: str) -> None:
        """Draw the loaded cast: ``colour``, or ``shade`` (into the shadow map)."""
        spans = {
            "colour": [(self._colour, 0, self._near), (self._far, self._near, self._used)],
            "shade": [(self._shade, 0, self._used)],
        }[what]
        for array, first, end in spans:
            if end > first:
                array.render_indirect(self._commands[what], count=end - first, first=first)


def _upload(ctx: moderngl.Context, library: Library) -> tuple[moderngl.Buffer, moderngl.Buffer]:
    return ctx.buffer(library.corners.tobytes()), ctx.buffer(library.indices.tobytes())
