"""Shadow maps and maps of lamplight: what stands and what moves as the sun sees it, and the light on the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vision.render.gl_actors import ActorPart
from vision.render.gl_parts import BeamPart, CityPart
from vision.render.gl_programs import has_shadows
from vision.render.night import contacts, pools, street_pools
from vision.render.shot import Shot

if TYPE_CHECKING:
    import moderngl

SHADOW_PX: Final = 1536
LAMP_PX: Final = 1024


class LightMaps:
    """Two shadow maps, of what stands and of what moves, and two maps of lamplight, of street lamps and of all."""

    def __init__(self, ctx: moderngl.Context, programs: dict[str, Any]) -> None:
        self._ctx, self._beams, self._stands_for = ctx, BeamPart(ctx, programs), None
        self.shadows = [ctx.depth_texture((SHADOW_PX, SHADOW_PX)) for _ in range(2)]  # still, moving
        for depth in self.shadows:
            depth.compare_func = "<="
            depth.repeat_x = depth.repeat_y = False
        self._shadow_screens = [ctx.framebuffer(depth_attachment=depth) for depth in self.shadows]
        self.lamps = [ctx.texture((LAMP_PX, LAMP_PX), 4) for _ in range(2)]  # of street lamps, of all
        for lamps in self.lamps:
            lamps.repeat_x = lamps.repeat_y = False
        self._lamp_screens = [ctx.framebuffer([lamps]) for lamps in self.lamps]

    def draw_still(self, shot: Shot, city: CityPart, key: Any) -> None:
        """Draw what stands, if it is not drawn yet for this place and sun and the area of the map of lamplight."""
        import moderngl

        key = key, has_shadows(shot.light), shot.light.lamps
        if self._stands_for == key:
            return
        if has_shadows(shot.light):
            self._ctx.enable_only(moderngl.DEPTH_TEST)
            self._shadow_screens[0].use()
            self._shadow_screens[0].clear(depth=1.0)
            city.draw_depth()
        self._draw_pools(0, street_pools(city.lamps_m) if shot.light.lamps else street_pools(city.lamps_m[:0]))
        self._stands_for = key

    def draw_moving(self, shot: Shot, city: CityPart, actors: ActorPart) -> None:
        """Draw the shadows and the lights of the actors loaded."""
        import moderngl

        if has_shadows(shot.light):
            self._shadow_screens[1].use()
            self._shadow_screens[1].clear(depth=1.0)
            self._ctx.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
            actors.draw("shade")
        self._draw_pools(1, pools(city.lamps_m, shot) if shot.light.lamps else contacts(shot.cast))

    def _draw_pools(self, which: int, rows: Any) -> None:
        import moderngl

        screen = self._lamp_screens[which]
        screen.use()
        screen.clear()
        screen.scissor = 1, 1, LAMP_PX - 2, LAMP_PX - 2  # beyond the map, where its edge is repeated, it is dark
        self._ctx.enable_only(moderngl.BLEND)
        self._ctx.blend_func = moderngl.ONE, moderngl.ONE
        self._beams.draw(rows)
        screen.scissor = None
