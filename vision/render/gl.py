"""Footage by moderngl over EGL: without a window, on a graphics card or in software."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.city import City
from twin.scene import Look, Scene
from twin.sky import Sky
from vision.frame import Frame
from vision.render import materials
from vision.render.cast import Cast, Lamp, bodies, cast_of
from vision.render.city_mesh import city_mesh
from vision.render.effects import Puffs, glows, join_puffs, puffs_of
from vision.render.faults import apply_faults, faults_of, frame_stream
from vision.render.gl_parts import ActorPart, BeamPart, CityPart, PlatePart, PuffPart, hull_points
from vision.render.gl_programs import has_shadows, light_block, make_context, make_programs, sun_matrix
from vision.render.light import Light, light_of
from vision.render.plates import Plates, plates_of
from vision.render.projection import Lens
from vision.render.textures import HEIGHT_PX, WIDTH_PX, tile_stack
from vision.render.truth import Items, outer_boxes, truth_of
from vision.render.weather import fall

ACTOR_REACH_M: Final = 300.0
SHADOW_PX: Final = 1536
LAMP_PX: Final = 512
LAMP_SPAN_M: Final = 320.0
CELL_PX: Final = 40  # an actor's own outline is counted in a cell of this size
SHEET_CELLS: Final = 24  # cells across the outline sheet
CITIES_KEPT: Final = 8
FIRE_SOLID: Final = 0.35  # opacity from which a flame or puff counts as seen
GLOW_REACH_M: Final = 160.0


@dataclass(frozen=True)
class _Shot:
    """All that one frame is drawn from."""

    lens: Lens
    light: Light
    cast: Cast
    plates: Plates
    puffs: Puffs
    items: Items
    cells: NDArray[np.float64]


class GlRenderer:
    """Draws frames of one city with OpenGL; see :class:`vision.frame.Renderer`."""

    name = "gl"

    def __init__(self, city: City) -> None:
        self._city = city
        self._ctx = make_context()
        self._programs = make_programs(self._ctx)
        self._programs["actor"]["palette"].write(materials.palette().tobytes())
        self._actors = ActorPart(self._ctx, self._programs)
        self._plates = PlatePart(self._ctx, self._programs)
        self._puffs = PuffPart(self._ctx, self._programs)
        self._beams = BeamPart(self._ctx, self._programs)
        self._cities: OrderedDict[tuple[float, float], CityPart] = OrderedDict()
        self._screens: dict[tuple[int, int], Any] = {}
        self._block = self._ctx.buffer(reserve=2 * 64 + 9 * 16)
        self._block.bind_to_uniform_block(0)
        self._shade_of: tuple[Any, ...] = ()
        self._make_maps()

    def _make_maps(self) -> None:
        import moderngl

        ctx = self._ctx
        stack = tile_stack()
        self._tiles = ctx.texture_array((WIDTH_PX, HEIGHT_PX, len(stack)), 4, stack.tobytes())
        self._tiles.build_mipmaps()
        self._tiles.filter = moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR
        self._shadows = [ctx.depth_texture((SHADOW_PX, SHADOW_PX)) for _ in range(2)]  # still, moving
        for depth in self._shadows:
            depth.compare_func = "<="
            depth.repeat_x = depth.repeat_y = False
        self._shadow_screens = [ctx.framebuffer(depth_attachment=depth) for depth in self._shadows]
        self._lamp_map = ctx.texture((LAMP_PX, LAMP_PX), 4)
        self._lamp_map.repeat_x = self._lamp_map.repeat_y = False
        self._lamp_screen = ctx.framebuffer([self._lamp_map])
        side = CELL_PX * SHEET_CELLS
        self._sheet = ctx.framebuffer([ctx.texture((side, side), 1), ctx.texture((side, side), 1, dtype="u2")])
        corners = np.array([-1, -1, 1, -1, -1, 1, 1, 1], np.float32)
        self._backdrop = ctx.vertex_array(self._programs["sky"], [(ctx.buffer(corners.tobytes()), "2f", "in_corner")])
        maps = (*self._shadows, self._lamp_map, self._tiles, self._plates.pictures, self._puffs.noise)
        for unit, texture in enumerate(maps):
            texture.use(unit)

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int) -> Frame:
        """Return the frame; the same arguments give the same pixels on the same machine."""
        shot = self._stage(camera, scene, sky)
        city = self._city_of(camera)
        image, ids = self._draw(camera, shot, city, sky)
        self._count_outlines(shot)
        rng = frame_stream(camera, scene.t_ms, seed)
        image = fall(image, sky, float(np.mean(shot.light.horizon)), rng)
        image = apply_faults(image, faults_of(camera, sky, seed), rng)
        return Frame(camera.id, scene.t_ms, image, truth_of(ids, shot.items, scene, shot.lens), sky)

    def close(self) -> None:
        """Free the graphics context."""
        self._cities.clear()
        self._ctx.release()

    # ---- what is to be drawn

    def _stage(self, camera: Camera, scene: Scene, sky: Sky) -> _Shot:
        lens, light = Lens.of(camera), light_of(sky)
        rows = np.flatnonzero(in_view(lens, scene))
        near = scene.take(rows)
        cast = cast_of(near, lens.origin_m, light.lamps > 0 or sky.weather in ("fog", "rain", "snow"))
        soft = np.flatnonzero((near.look == Look.FIRE) | (near.look == Look.SMOKE))
        puffs = puffs_of(near, soft, lens.origin_m)
        plates = plates_of(cast, near, lens)
        items = items_of(rows, near, cast, soft, puffs, plates, lens)
        return _Shot(lens, light, cast, plates, puffs, items, outline_cells(items.full_box, lens))

    def _city_of(self, camera: Camera) -> CityPart:
        place = (camera.x_m, camera.y_m)  # all that a mesh depends on
        if place not in self._cities:
            while len(self._cities) >= CITIES_KEPT:
                self._cities.popitem(last=False)[1].release()
            self._cities[place] = CityPart(self._ctx, self._programs, city_mesh(self._city, camera))
        self._cities.move_to_end(place)
        return self._cities[place]

    # ---- drawing

    def _draw(
        self, camera: Camera, shot: _Shot, city: CityPart, sky: Sky
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        lens, light = shot.lens, shot.light
        ahead = lens.axes[2] * [1, 1, 0]
        reach = min(max(20.0, camera.range_m * 0.6), 65.0)
        middle = ahead / max(float(np.linalg.norm(ahead)), 1e-6) * reach * 0.9
        sun = sun_matrix(light.sun_way, middle, reach * 1.25)
        area = (*(middle[:2] - LAMP_SPAN_M / 2).tolist(), LAMP_SPAN_M)
        own_light = 0.55 if camera.ir and sky.light == "night" else 0.0
        self._block.write(light_block(lens, light, sun, area, own_light))
        self._load(shot, city)
        if has_shadows(light):
            self._draw_shadows(city, (id(city), light.sun_way))
        if light.lamps:
            self._draw_pools(shot, city)
        screen = self._screen(lens.width_px, lens.height_px)
        self._draw_scene(screen, shot, city)
        image = np.frombuffer(screen.read(components=3, alignment=1), np.uint8).reshape(
            lens.height_px, lens.width_px, 3
        )[::-1]
        ids = np.frombuffer(screen.read(components=1, attachment=1, alignment=1, dtype="u2"), np.uint16)
        image = np.ascontiguousarray(image)
        if own_light:
            image = np.repeat((image @ np.array([0.3, 0.59, 0.11])).astype(np.uint8)[..., None], 3, axis=2)
        return image, ids.reshape(lens.height_px, lens.width_px)[::-1]

    def _load(self, shot: _Shot, city: CityPart) -> None:
        n = len(shot.cast)
        soft_rows = {int(row): k for k, row in enumerate(_soft_items(shot))}
        ids = np.array([n + soft_rows[int(row)] + 1 for row in shot.puffs.row], np.intp).reshape(-1)
        self._actors.load(shot.cast, np.arange(n) + 1, shot.cells[:n])
        self._plates.load(shot.plates, np.arange(len(shot.items) - len(shot.plates.owner), len(shot.items)) + 1)
        puffs, cells = shot.puffs, shot.cells[ids - 1]
        if shot.light.lamps:
            shine = join_puffs([_lamp_glows(city.lamps_m, shot), _beam_glows(shot)])
            puffs = join_puffs([puffs, shine])
            ids = np.concatenate([ids, np.zeros(len(shine), np.intp)])
            cells = np.concatenate([cells, np.tile([0.0, 0.0, 0.0, 9.0], (len(shine), 1))])
        order = np.argsort(-shot.lens.project(puffs.middle_m)[1], kind="stable")
        self._puffs.load(puffs.take(order), ids[order], cells[order])

    def _draw_shadows(self, city: CityPart, key: tuple[Any, ...]) -> None:
        import moderngl

        self._ctx.enable_only(moderngl.DEPTH_TEST)
        still, moving = self._shadow_screens
        if self._shade_of != key:
            still.use()
            still.clear(depth=1.0)
            city.draw_depth()
            self._shade_of = key
        moving.use()
        moving.clear(depth=1.0)
        self._ctx.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._actors.draw("shade")

    def _draw_pools(self, shot: _Shot, city: CityPart) -> None:
        import moderngl

        self._lamp_screen.use()
        self._lamp_screen.clear()
        self._ctx.enable_only(moderngl.BLEND)
        self._ctx.blend_func = moderngl.ONE, moderngl.ONE
        self._beams.draw(
            np.concatenate([_street_pools(city.lamps_m), _driving_beams(shot.cast), _fire_pools(shot.puffs)])
        )

    def _draw_scene(self, screen: Any, shot: _Shot, city: CityPart) -> None:
        import moderngl

        ctx = self._ctx
        screen.use()
        screen.color_mask = (True,) * 4, (True,) * 4
        screen.clear(depth=1.0)
        lens = shot.lens
        right = lens.axes[0] * (lens.width_px / 2 / lens.focal_px)
        up = lens.axes[1] * (lens.height_px / 2 / lens.focal_px)
        self._programs["sky"]["right_"] = tuple(right)
        self._programs["sky"]["up_"] = tuple(up)
        ctx.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        city.draw_solid()
        self._actors.draw("colour")
        ctx.enable_only(moderngl.DEPTH_TEST)
        self._plates.draw()
        city.draw_ground(ctx)
        ctx.depth_func = "<="
        self._backdrop.render(moderngl.TRIANGLE_STRIP)
        ctx.depth_func = "<"
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

    def _count_outlines(self, shot: _Shot) -> None:
        """Fill in how many pixels each item would cover if nothing hid it, from its own cell of the outline sheet."""
        import moderngl

        self._sheet.use()
        self._sheet.clear()
        self._ctx.enable_only(moderngl.CULL_FACE)
        self._actors.draw("outline")
        self._ctx.enable_only(moderngl.NOTHING)
        self._programs["puff"]["to_cells"] = 1.0
        self._programs["puff"]["solid_from"] = FIRE_SOLID
        self._puffs.draw()
        side = SHEET_CELLS * CELL_PX
        sheet = np.frombuffer(self._sheet.read(components=1, alignment=1), np.uint8).reshape(side, side) > 0
        share = sheet.reshape(SHEET_CELLS, CELL_PX, SHEET_CELLS, CELL_PX).mean(axis=(1, 3)).ravel()
        n = min(len(shot.items) - len(shot.plates.owner), len(share))
        box = shot.items.full_box[:n]
        shot.items.area_px[:n] = share[:n] * np.prod(np.maximum(box[:, 2:] - box[:, :2], 0), axis=1)

    def _screen(self, width_px: int, height_px: int) -> Any:
        size = width_px, height_px
        if size not in self._screens:
            ctx = self._ctx
            colours = [ctx.texture(size, 4), ctx.texture(size, 1, dtype="u2")]
            self._screens[size] = ctx.framebuffer(colours, ctx.depth_texture(size))
        return self._screens[size]


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
        puffs: their pictures, ``row`` pointing into ``near``.
        plates: plates of the cast.
        lens: the camera.
    """
    n, m = len(cast), len(plates.owner)
    flat = (
        np.concatenate([plates.corner_px.min(axis=1), plates.corner_px.max(axis=1)], axis=1) if m else np.zeros((0, 4))
    )
    boxes = np.concatenate([_cast_boxes(cast, lens), _puff_boxes(soft, puffs, lens), flat])
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


def _cast_boxes(cast: Cast, lens: Lens) -> NDArray[np.float64]:
    if not len(cast):
        return np.zeros((0, 4))
    hulls = [hull_points(name) for name in cast.body]
    sizes = np.array([len(hull) for hull in hulls])
    points = np.concatenate(hulls)
    matrix = np.repeat(cast.matrix, sizes, axis=0)
    placed = np.einsum("nij,nj->ni", matrix[:, :, :3], points) + matrix[:, :, 3]
    return outer_boxes(*lens.project(placed), np.concatenate([[0], np.cumsum(sizes)[:-1]]))


def _puff_boxes(soft: NDArray[np.intp], puffs: Puffs, lens: Lens) -> NDArray[np.float64]:
    boxes = np.zeros((len(soft), 4))
    up = np.array([0.0, 0.0, 1.0])
    for k, row in enumerate(soft):
        own = puffs.take(np.flatnonzero(puffs.row == row))
        spread = own.half_m[:, :1] * lens.axes[0] * 0.9, own.half_m[:, 1:] * up * 0.95
        corners = np.concatenate([own.middle_m + a * spread[0] + b * spread[1] for a in (-1, 1) for b in (-1, 1)])
        boxes[k] = outer_boxes(*lens.project(corners), np.array([0]))[0]
    return boxes


def outline_cells(boxes: NDArray[np.float64], lens: Lens) -> NDArray[np.float64]:
    """Return (n, 4) scale and shift of clip coordinates that bring each box into its own cell of the outline sheet."""
    out = np.tile([0.0, 0.0, 0.0, 9.0], (len(boxes), 1))  # 9: outside the sheet
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


def _soft_items(shot: _Shot) -> NDArray[np.intp]:
    """Return the rows of ``near`` that are fire or smoke, in the order of their items."""
    return np.array(sorted(set(shot.puffs.row.tolist())), np.intp)


def _street_pools(lamps_m: NDArray[np.float64]) -> NDArray[np.float64]:
    n = len(lamps_m)
    fixed = np.tile([0.0, 1.0, 15.0, 15.0, 0.42, 1.0, 1.0, 0.80, 0.52], (n, 1))
    return np.column_stack([lamps_m[:, :2], fixed])


def _fire_pools(puffs: Puffs) -> NDArray[np.float64]:
    fire = puffs.take(np.flatnonzero(puffs.look[:, 0] == 0))
    reach = fire.half_m[:, 1:] * 5 + 2
    fixed = np.tile([0.0, 1.0], (len(fire), 1)), np.tile([0.10, 1.0, 1.0, 0.45, 0.12], (len(fire), 1))
    return np.column_stack([fire.middle_m[:, :2], fixed[0], reach, reach, fixed[1]])


def _driving_beams(cast: Cast) -> NDArray[np.float64]:
    rows = np.flatnonzero(cast.lamps & Lamp.HEAD)
    out = np.zeros((len(rows), 11))
    for k, row in enumerate(rows):
        matrix, beam = cast.matrix[row], bodies()[cast.body[row]].beam_m or 0.0
        way = matrix[:2, 0] / max(float(np.linalg.norm(matrix[:2, 0])), 1e-9)
        root = matrix[:2, :3] @ [beam, 0, 0] + matrix[:2, 3]
        out[k] = [*root, *way, 4.5, 24.0, 0.75, 0.0, 1.0, 0.95, 0.8]
    return out


def _lamp_glows(lamps_m: NDArray[np.float64], shot: _Shot) -> Puffs:
    near = lamps_m[np.linalg.norm(lamps_m - shot.lens.eye_m, axis=1) < GLOW_REACH_M]
    n = len(near)
    return glows(near, np.full(n, 0.9), np.tile([1.6, 1.25, 0.8], (n, 1)), np.full(n, 0.8))


def _beam_glows(shot: _Shot) -> Puffs:
    """Return glows of burning headlights that point towards the camera, and of flashing lamps."""
    at, size, tint, strength = [], [], [], []
    for k in np.flatnonzero(shot.cast.lamps):
        body, matrix, lamps = bodies()[shot.cast.body[k]], shot.cast.matrix[k], int(shot.cast.lamps[k])
        way = shot.lens.eye_m - matrix[:, 3]
        facing = float(matrix[:, 0] @ way / np.linalg.norm(matrix[:, 0]) / max(float(np.linalg.norm(way)), 1e-9))
        if lamps & Lamp.HEAD and facing > 0.2 and body.beam_m is not None:
            side = 0.0 if body.name == "motorcycle" else body.size_m[1] * 0.36
            for y in {side, -side}:
                at.append(matrix[:, :3] @ [body.beam_m, y, min(0.7, body.size_m[2] * 0.45)] + matrix[:, 3])
                size.append(0.30 + 0.45 * facing)
                tint.append((1.8, 1.75, 1.6))
                strength.append(0.9 * facing)
        if lamps & (Lamp.FLASH_A | Lamp.FLASH_B):
            red = bool(lamps & Lamp.FLASH_A)
            at.append(matrix[:, :3] @ [0.0, 0.3 if red else -0.3, body.size_m[2] + 0.1] + matrix[:, 3])
            size.append(1.5)
            tint.append((2.0, 0.1, 0.1) if red else (0.1, 0.25, 2.2))
            strength.append(0.7)
    return glows(np.array(at).reshape(-1, 3), np.array(size), np.array(tint).reshape(-1, 3), np.array(strength))
