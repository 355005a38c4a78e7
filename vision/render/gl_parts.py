"""What the renderer draws, as buffers on the graphics side: the still city, actors, plates, puffs, pools of light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.streams import stream
from vision.plate_art import draw_plate
from vision.render.city_mesh import CityMesh
from vision.render.effects import Puffs
from vision.render.mesh import unique_rows
from vision.render.plates import Plates

if TYPE_CHECKING:
    import moderngl

PLATE_LAYERS: Final = 96
PUFFS_MAX: Final = 4000


class CityPart:
    """The still city of one camera on the graphics side."""

    def __init__(
        self, ctx: moderngl.Context, programs: dict[str, Any], mesh: CityMesh, place: tuple[float, float]
    ) -> None:
        self._ground = [_StillArray(ctx, programs, layer, ground=True) for layer in mesh.ground]
        self._solid = _StillArray(ctx, programs, mesh.solid)
        self.lamps_m, self.signals, self.place = mesh.lamps_m, mesh.signals, place

    def draw_ground(self, ctx: moderngl.Context) -> None:
        """Draw what is flat, the top layer first and each lower one pushed away a little: no pixel is shaded twice."""
        for k, layer in enumerate(reversed(self._ground)):
            ctx.polygon_offset = 0.5 * k, 4.0 * k
            layer.draw()
        ctx.polygon_offset = 0.0, 0.0

    def draw_solid(self) -> None:
        """Draw what stands."""
        self._solid.draw()

    def draw_depth(self) -> None:
        """Draw what stands into the shadow map."""
        self._solid.draw_depth()

    def release(self) -> None:
        """Free the buffers."""
        for array in (*self._ground, self._solid):
            array.release()


class _StillArray:
    """One list of triangles of the still city; corners that are the same are kept once."""

    def __init__(
        self, ctx: moderngl.Context, programs: dict[str, Any], rows: NDArray[np.float32], ground: bool = False
    ) -> None:
        self._count = len(rows)
        if not self._count:
            return
        unique, inverse = unique_rows(rows)
        names: tuple[str, ...] = ("in_place", "in_normal", "in_uv", "in_tile", "in_rgb", "in_number")
        self._corners = ctx.buffer(unique.tobytes())
        self._index = ctx.buffer(inverse.astype(np.uint32).tobytes())
        form = "3f 3f 2f 1f 3f 1f"
        if ground:
            names, form = ("in_place", "in_uv", "in_tile", "in_rgb"), "3f 12x 2f 1f 3f 4x"
        self._colour = ctx.vertex_array(
            programs["ground" if ground else "city"], [(self._corners, form, *names)], self._index
        )
        self._depth = ctx.vertex_array(programs["depth_city"], [(self._corners, "3f 40x", "in_place")], self._index)

    def draw(self) -> None:
        if self._count:
            self._colour.render()

    def draw_depth(self) -> None:
        if self._count:
            self._depth.render()

    def release(self) -> None:
        if self._count:
            for thing in (self._colour, self._depth, self._corners, self._index):
                thing.release()


class PlatePart:
    """Plates and their pictures; the pictures used last stay on the graphics side."""

    def __init__(self, ctx: moderngl.Context, programs: dict[str, Any]) -> None:
        height, width = draw_plate("00A000AA").shape[:2]
        self._size = width, height
        self.pictures = ctx.texture_array((width, height, PLATE_LAYERS), 3, alignment=1)
        self.pictures.repeat_x = self.pictures.repeat_y = False
        self._layer: dict[str, int] = {}
        self._instances = ctx.buffer(reserve=PLATE_LAYERS * 11 * 4)
        names = ("in_corner", "in_across", "in_down", "in_layer", "in_id")
        self._array = ctx.vertex_array(programs["plate"], [(self._instances, "3f 3f 3f 1f 1f/i", *names)])
        self._used = 0

    def load(self, plates: Plates, ids: NDArray[np.intp]) -> None:
        """Upload the plates; where there are more than pictures fit, the widest ones."""
        wide = np.ptp(plates.corner_px[..., 0], axis=1)
        rows = np.argsort(-wide, kind="stable")[:PLATE_LAYERS]
        layers = self._layers([plates.text[row] for row in rows])
        corner = plates.corner_m[rows]
        data = np.column_stack(
            [corner[:, 0], corner[:, 1] - corner[:, 0], corner[:, 3] - corner[:, 0], layers, ids[rows]]
        )
        self._used = len(rows)
        if self._used:
            self._instances.write(data.astype(np.float32).tobytes())

    def _layers(self, texts: list[str]) -> NDArray[np.float64]:
        wanted = set(texts)
        for text in texts:
            if text not in self._layer:
                layer = self._free_layer(wanted)
                self._layer[text] = layer
                self.pictures.write(draw_plate(text).tobytes(), viewport=(0, 0, layer, *self._size, 1))
            self._layer[text] = self._layer.pop(text)  # youngest last
        return np.array([self._layer[text] for text in texts], float)

    def _free_layer(self, wanted: set[str]) -> int:
        if len(self._layer) < PLATE_LAYERS:
            return len(self._layer)
        oldest = next(text for text in self._layer if text not in wanted)
        return self._layer.pop(oldest)

    def draw(self) -> None:
        """Draw the loaded plates."""
        if self._used:
            import moderngl

            self._array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=self._used)


class PuffPart:
    """Flames, smoke and glows."""

    def __init__(self, ctx: moderngl.Context, programs: dict[str, Any]) -> None:
        self._instances = ctx.buffer(reserve=PUFFS_MAX * 17 * 4)
        names = ("in_middle", "in_half", "in_look", "in_tint", "in_id", "in_cell")
        self._array = ctx.vertex_array(programs["puff"], [(self._instances, "3f 2f 4f 3f 1f 4f/i", *names)])
        self.noise = ctx.texture((128, 128), 1, _soft_noise().tobytes())
        self._used = 0

    def load(self, puffs: Puffs, ids: NDArray[np.intp], cells: NDArray[np.float64]) -> None:
        """Upload puffs, already ordered from far to near."""
        self._used = min(len(puffs), PUFFS_MAX)
        if self._used:
            data = np.column_stack([puffs.middle_m, puffs.half_m, puffs.look, puffs.tint, ids, cells])[-self._used :]
            self._instances.write(data.astype(np.float32).tobytes())

    def draw(self) -> None:
        """Draw the loaded puffs."""
        if self._used:
            import moderngl

            self._array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=self._used)


def _soft_noise() -> NDArray[np.uint8]:
    """Return (128, 128) uint8 noise of several sizes that repeats without a seam."""
    from scipy.ndimage import gaussian_filter

    rng, total = stream(0, "noise"), np.zeros((128, 128))
    for sigma in (2.0, 4.0, 8.0):
        layer = gaussian_filter(rng.normal(size=(128, 128)), sigma, mode="wrap")
        total += layer / layer.std()
    total = (total - total.mean()) / total.std()
    return np.clip(total * 45 + 128, 0, 255).astype(np.uint8)


class BeamPart:
    """Pools of light on the ground, seen from above: street lamps and driving beams."""

    def __init__(self, ctx: moderngl.Context, programs: dict[str, Any], limit: int = 4000) -> None:
        self._limit = limit
        self._instances = ctx.buffer(reserve=limit * 11 * 4)
        names = ("in_root", "in_way", "in_look", "in_tint")
        self._array = ctx.vertex_array(programs["beam"], [(self._instances, "2f 2f 4f 3f/i", *names)])

    def draw(self, beams: NDArray[np.float64]) -> None:
        """Draw (n, 11) rows: root, way, half width, length, strength, kind (0 cone, 1 disc), tint."""
        used = beams[: self._limit]
        if len(used):
            import moderngl

            self._instances.write(used.astype(np.float32).tobytes())
            self._array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(used))
