"""Footage by moderngl over EGL: without a window, on a graphics card or in software."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.city import City
from twin.scene import Scene
from twin.sky import Sky
from vision.frame import Frame
from vision.render import materials
from vision.render.blind import Blindness
from vision.render.deliver import deliver, with_faults
from vision.render.effects import join_puffs
from vision.render.faults import Faults, faults_of
from vision.render.gl_actors import ActorPart
from vision.render.gl_maps import LightMaps
from vision.render.gl_parts import CityPart, PlatePart, PuffPart
from vision.render.gl_programs import light_block, make_context, make_programs, sun_matrix
from vision.render.gl_still import Still, StillPictures, set_rays
from vision.render.levels import levels_of
from vision.render.night import all_glows
from vision.render.placed_mesh import mesh_for
from vision.render.projection import Lens, place_of
from vision.render.shot import Shot, take_shot
from vision.render.silhouettes import silhouette_areas
from vision.render.tally import tally
from vision.render.textures import HEIGHT_PX, WIDTH_PX, tile_stack
from vision.render.touched import touched_strips

LAMP_SPAN_M: Final = 256.0
FLYING_LAMP_SPAN_M: Final = 480.0
FLYING_SHADOWS_M: Final = 200.0
CELL_PX: Final = 32  # an actor's own outline is counted in a cell of this size
SHEET_CELLS: Final = 24  # cells across the outline sheet
CITIES_KEPT: Final = 8
_NO_CELL: Final = (0.0, 0.0, 0.0, 9.0)  # scale and shift that bring a box outside the sheet
FIRE_SOLID: Final = 0.35  # opacity from which a flame or puff counts as seen


class GlRenderer:
    """Draws frames of one city with OpenGL; see :class:`vision.frame.Renderer`."""

    name = "gl"

    def __init__(self, city: City) -> None:
        self._city, self.blindness = city, Blindness(city)
        self._ctx = make_context()
        self._programs = make_programs(self._ctx)
        for name in ("actor", "actor_far"):
            self._programs[name]["palette"].write(materials.palette().tobytes())
        self._actors = ActorPart(self._ctx, self._programs)
        self._plates = PlatePart(self._ctx, self._programs)
        self._puffs = PuffPart(self._ctx, self._programs)
        self._maps = LightMaps(self._ctx, self._programs)
        self._stills = StillPictures(self._ctx, self._programs)
        self._cities: OrderedDict[tuple[float, float], CityPart] = OrderedDict()
        self._block = self._ctx.buffer(reserve=2 * 64 + 9 * 16)
        self._block.bind_to_uniform_block(0)
        self._make_pictures()

    def _make_pictures(self) -> None:
        import moderngl

        ctx = self._ctx
        stack = tile_stack()
        self._tiles = ctx.texture_array((WIDTH_PX, HEIGHT_PX, len(stack)), 4, stack.tobytes())
        self._tiles.build_mipmaps()
        self._tiles.filter = moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR
        side = CELL_PX * SHEET_CELLS
        self._sheet = ctx.framebuffer([ctx.texture((side, side), 1), ctx.texture((side, side), 1, dtype="u2")])
        corners = np.array([-1, -1, 1, -1, -1, 1, 1, 1], np.float32)
        self._backdrop = ctx.vertex_array(self._programs["sky"], [(ctx.buffer(corners.tobytes()), "2f", "in_corner")])
        maps = (*self._maps.shadows, *self._maps.lamps, self._tiles, self._plates.pictures, self._puffs.noise)
        for unit, texture in enumerate(maps):
            texture.use(unit)

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int, faults: Faults | None = None) -> Frame:
        """Return the frame; the same arguments give the same pixels on the same machine."""
        dark = self.blindness.frame(camera, scene, sky)
        if dark is not None:
            return dark
        faults = faults or faults_of(camera, sky, seed)
        camera = with_faults(camera, faults)
        shot = take_shot(camera, scene, sky)
        with self._ctx:
            image, ids = self._draw(camera, shot, self._city_of(camera), sky)
            self._measure_puffs(shot)
        return deliver(camera, scene, sky, seed, shot, (image, ids), faults, lambda: measure_bodies(shot, ids))

    def close(self) -> None:
        """Free the graphics context."""
        with self._ctx:
            self._stills.clear()
            self._cities.clear()
        self._ctx.release()

    def _city_of(self, camera: Camera) -> CityPart:
        place = place_of(camera)  # all that a mesh depends on
        if place not in self._cities:
            while len(self._cities) >= CITIES_KEPT:
                self._cities.popitem(last=False)[1].release()
            self._cities[place] = CityPart(self._ctx, self._programs, mesh_for(self._city, camera), place)
        self._cities.move_to_end(place)
        return self._cities[place]

    # ---- drawing

    def _draw(
        self, camera: Camera, shot: Shot, city: CityPart, sky: Sky
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        lens, light = shot.lens, shot.light
        ahead = lens.axes[2] * [1, 1, 0]
        reach = min(max(20.0, camera.range_m * 0.6), FLYING_SHADOWS_M if camera.kind == "drone" else 65.0)
        middle = ahead / max(float(np.linalg.norm(ahead)), 1e-6) * reach * 0.9 + lens.eye_m * [1, 1, 0]
        sun = sun_matrix(light.sun_way, middle, reach * 1.25)
        span_m = FLYING_LAMP_SPAN_M if camera.kind == "drone" else LAMP_SPAN_M
        area = (*(middle[:2] - span_m / 2).tolist(), span_m)
        own_light = 0.55 if camera.ir and sky.light == "night" else 0.0
        block = light_block(lens, light, sun, area, own_light)
        self._block.write(block)
        self._load(shot, city)
        self._maps.draw_still(shot, city, (city.place, sun.tobytes(), area))
        self._maps.draw_moving(shot, city, self._actors)
        still = self._stills.of(
            (city.place, block, lens.width_px), lens, lambda still: self._draw_still(still, lens, city)
        )
        screen = self._stills.screen(still, lens, touched_strips(shot, still.solid))
        self._draw_moving(screen, lens)
        image = np.frombuffer(screen.read(components=3, alignment=1), np.uint8).reshape(
            lens.height_px, lens.width_px, 3
        )[::-1]
        ids = np.frombuffer(screen.read(components=1, attachment=1, alignment=1, dtype="u2"), np.uint16)
        image = np.ascontiguousarray(image)
        if own_light:
            image = np.repeat((image @ np.array([0.3, 0.59, 0.11])).astype(np.uint8)[..., None], 3, axis=2)
        return image, ids.reshape(lens.height_px, lens.width_px)[::-1]

    def _load(self, shot: Shot, city: CityPart) -> None:
        puffs, cells = shot.puffs, outline_cells(shot.items.full_box, shot.lens)
        self._actors.load(shot.cast, levels_of(shot.cast.matrix, shot.lens))
        self._plates.load(shot.plates, np.arange(len(shot.items) - len(shot.plates.owner), len(shot.items)) + 1)
        ids, puff_cells = puffs.row + 1, cells[puffs.row]
        shine = all_glows(city.lamps_m, city.signals, shot)
        puffs = join_puffs([puffs, shine])
        ids = np.concatenate([ids, np.zeros(len(shine), np.intp)])
        puff_cells = np.concatenate([puff_cells, np.tile(_NO_CELL, (len(shine), 1))])
        order = np.argsort(-shot.lens.project(puffs.middle_m)[1], kind="stable")
        self._puffs.load(puffs.take(order), ids[order], puff_cells[order])

    def _draw_still(self, still: Still, lens: Lens, city: CityPart) -> None:
        import moderngl

        ctx = self._ctx
        still.drawn.use()
        still.drawn.clear(depth=1.0)
        set_rays(self._programs["sky"], lens)
        ctx.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        city.draw_solid()
        ctx.enable_only(moderngl.DEPTH_TEST)
        city.draw_ground(ctx)
        ctx.depth_func = "<="
        self._backdrop.render(moderngl.TRIANGLE_STRIP)
        ctx.depth_func = "<"

    def _draw_moving(self, screen: Any, lens: Lens) -> None:
        import moderngl

        ctx = self._ctx
        screen.use()
        screen.color_mask = (True,) * 4, (True,) * 4
        ctx.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._actors.draw("colour")
        ctx.enable_only(moderngl.DEPTH_TEST)
        self._plates.draw()
        self._draw_puffs(screen, lens)

    def _draw_puffs(self, screen: Any, lens: Lens) -> None:
        import moderngl

        ctx, program = self._ctx, self._programs["puff"]
        program["right_"] = tuple(lens.axes[0])
        program["to_cells"] = 0.0
        screen.depth_mask = False
        ctx.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        screen.color_mask = (True,) * 4, (False,) * 4
        program["solid_from"] = -1.0
        self._puffs.draw()
        screen.color_mask = (False,) * 4, (True,) * 4
        program["solid_from"] = FIRE_SOLID
        self._puffs.draw()
        screen.color_mask = (True,) * 4, (True,) * 4
        screen.depth_mask = True

    def _measure_puffs(self, shot: Shot) -> None:
        """Fill in how many pixels each fire and smoke would cover if nothing hid it: each drawn into its own cell."""
        import moderngl

        rows = np.unique(shot.puffs.row)
        rows = rows[rows < SHEET_CELLS * SHEET_CELLS]
        if not len(rows):
            return
        self._sheet.use()
        self._sheet.clear()
        self._ctx.enable_only(moderngl.NOTHING)
        self._programs["puff"]["to_cells"] = 1.0
        self._programs["puff"]["solid_from"] = FIRE_SOLID
        self._puffs.draw()
        side = SHEET_CELLS * CELL_PX
        sheet = np.frombuffer(self._sheet.read(components=1, alignment=1), np.uint8).reshape(side, side) > 0
        share = sheet.reshape(SHEET_CELLS, CELL_PX, SHEET_CELLS, CELL_PX).mean(axis=(1, 3)).ravel()
        box = shot.items.full_box[rows]
        shot.items.area_px[rows] = share[rows] * np.prod(np.maximum(box[:, 2:] - box[:, :2], 0), axis=1)


def measure_bodies(shot: Shot, ids: NDArray[np.integer]) -> None:
    """Fill in how many pixels each body that is seen would cover if nothing hid it."""
    n = len(shot.cast)
    seen = np.flatnonzero(tally(ids, len(shot.items))[0][:n])
    shot.items.area_px[seen] = silhouette_areas(shot.cast, seen, shot.items.full_box[seen], shot.lens)


def outline_cells(boxes: NDArray[np.float64], lens: Lens) -> NDArray[np.float64]:
    """Return (n, 4) scale and shift of clip coordinates that bring each box into its own cell of the outline sheet."""
    out = np.tile(_NO_CELL, (len(boxes), 1))
    n = min(len(boxes), SHEET_CELLS * SHEET_CELLS)
    size = np.array([lens.width_px, lens.height_px])
    low = boxes[:n, :2] / size * 2 - 1
    high = boxes[:n, 2:] / size * 2 - 1
    low[:, 1], high[:, 1] = -boxes[:n, 3] / size[1] * 2 + 1, -boxes[:n, 1] / size[1] * 2 + 1
    good = np.isfinite(low).all(axis=1) & np.isfinite(high).all(axis=1) & (high - low > 1e-9).all(axis=1)
    k = np.arange(n)
    cell = np.column_stack([k % SHEET_CELLS, k // SHEET_CELLS]) * (2 / SHEET_CELLS) - 1
    scale = (2 / SHEET_CELLS) / np.where(good[:, None], high - low, 1.0)
    out[:n][good] = np.column_stack([scale, cell - low * scale])[good]
    return out
