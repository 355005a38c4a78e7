"""The still city in a camera's picture, kept from frame to frame, and how what moves changes the light on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from vision.render.projection import Lens
from vision.render.touched import TILE_PX

if TYPE_CHECKING:
    import moderngl

KEPT: Final = 4
FIRST_UNIT: Final = 7  # texture units of a still picture's layers
LAYERS: Final = ("still_light", "still_albedo", "still_depth")


class Still:
    """One camera's picture of what stands, as layers: what relit.frag.glsl needs to change the light on it.

    Attributes:
        layers: of the sizes and in the order of :data:`LAYERS`.
        drawn: takes the layers in; programs ``city``, ``ground`` and ``sky`` draw into it.
        clean: the picture and its depth without anything that moves.
        solid: (rows, columns) which tiles of it show something that stands.
    """

    def __init__(self, ctx: moderngl.Context, size: tuple[int, int]) -> None:
        self.size = size
        colours = [ctx.texture(size, 4, dtype="f2"), ctx.texture(size, 4)]
        depth = ctx.depth_texture(size)
        depth.compare_func = ""
        self._picture = ctx.texture(size, 4)
        self.layers = [*colours, depth]
        self.drawn = ctx.framebuffer(colours, depth)
        self.clean = ctx.framebuffer([self._picture], depth)
        self.solid = np.zeros((0, 0), np.bool_)

    def note_solids(self) -> None:
        """Take down which tiles show something that stands."""
        width, height = self.size
        albedo = np.frombuffer(self.drawn.read(components=4, attachment=1, alignment=1), np.uint8)
        kind = albedo.reshape(height, width, 4)[::-1, :, 3]
        stands = (kind > 0) & (kind < 127)
        room = np.zeros((-(-height // TILE_PX) * TILE_PX, -(-width // TILE_PX) * TILE_PX), np.bool_)
        room[:height, :width] = stands
        self.solid = room.reshape(len(room) // TILE_PX, TILE_PX, -1, TILE_PX).any(axis=(1, 3))

    def release(self) -> None:
        """Free the textures."""
        for thing in (self.drawn, self.clean, self._picture, *self.layers):
            thing.release()


class StillPictures:
    """The pictures of the cameras asked last."""

    def __init__(self, ctx: moderngl.Context, programs: dict[str, Any]) -> None:
        self._ctx, self._program = ctx, programs["relit"]
        self._kept: OrderedDict[Any, Still] = OrderedDict()
        self._screens: dict[tuple[int, int], tuple[Any, Any, Any]] = {}
        self._edges = ctx.buffer(reserve=1, dynamic=True)
        self._array: Any = None

    def of(self, key: Any, lens: Lens, draw: Callable[[Still], None]) -> Still:
        """Return the still city in a camera's picture.

        Args:
            key: all that it hangs on.
            lens: the camera.
            draw: draws it, if it is not kept.
        """
        if key not in self._kept:
            still = self._kept[key] = self._room((lens.width_px, lens.height_px))
            draw(still)
            still.note_solids()
            self._relight(still, still.clean, lens, None)
        self._kept.move_to_end(key)
        return self._kept[key]

    def screen(self, still: Still, lens: Lens, strips: NDArray[np.float32]) -> Any:
        """Return a screen of picture and ids with the still city on it, lit anew in (k, 4) strips."""
        screen, under, ids = self._screen(still.size)
        ids.clear()
        self._ctx.copy_framebuffer(under, still.clean)
        self._relight(still, screen, lens, strips)
        return screen

    def clear(self) -> None:
        """Forget all pictures."""
        while self._kept:
            self._kept.popitem()[1].release()

    def _room(self, size: tuple[int, int]) -> Still:
        if len(self._kept) < KEPT:
            return Still(self._ctx, size)
        oldest = self._kept.popitem(last=False)[1]
        if oldest.size == size:
            return oldest
        oldest.release()
        return Still(self._ctx, size)

    def _screen(self, size: tuple[int, int]) -> tuple[Any, Any, Any]:
        """Return three screens of one size that share their layers: all, picture and depth, ids."""
        if size not in self._screens:
            ctx = self._ctx
            colour, ids, depth = ctx.texture(size, 4), ctx.texture(size, 1, dtype="u2"), ctx.depth_texture(size)
            both = ctx.framebuffer([colour, ids], depth), ctx.framebuffer([colour], depth), ctx.framebuffer([ids])
            self._screens[size] = both
        return self._screens[size]

    def _relight(self, still: Still, screen: Any, lens: Lens, strips: NDArray[np.float32] | None) -> None:
        """Draw strips of a still picture; all of it, without anything that moves, where they are None."""
        import moderngl

        self._program["moves"] = strips is not None
        rows = np.array([[-1, -1, 1, 1]], np.float32) if strips is None else strips
        if not len(rows):
            return
        if rows.nbytes > self._edges.size or self._array is None:
            self._edges.orphan(rows.nbytes)
            self._array = self._ctx.vertex_array(self._program, [(self._edges, "4f/i", "in_edges")])
        self._edges.write(rows.tobytes())
        for unit, layer in enumerate(still.layers, FIRST_UNIT):
            layer.use(unit)
        set_rays(self._program, lens)
        screen.use()
        self._ctx.enable_only(moderngl.NOTHING)
        screen.depth_mask = False
        self._array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(rows))
        screen.depth_mask = True


def set_rays(program: Any, lens: Lens) -> None:
    """Tell a program how far the edges of the picture are from its middle, at one metre's depth."""
    program["right_"] = tuple(lens.axes[0] * (lens.width_px / 2 / lens.focal_px))
    program["up_"] = tuple(lens.axes[1] * (lens.height_px / 2 / lens.focal_px))
