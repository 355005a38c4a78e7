"""Footage drawn by a CARLA server: our streets, actors, sky and cameras there, its pictures and their truth here."""

from __future__ import annotations

import atexit
import contextlib
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from sensors.cameras import Camera
from twin.city import City
from twin.scene import Scene
from twin.sky import Sky
from vision.carla.eyes import Eyes
from vision.carla.ground import Ground, Square, ground_of, square_of, world_parameters
from vision.carla.houses import Cube, cubes_near, ground_cube
from vision.carla.overlay import lay_over
from vision.carla.place import Origin
from vision.carla.seen import corners_of, item_picture, measured
from vision.carla.session import CLOSING_S, CarlaFault, Session
from vision.carla.troupe import Player, Troupe
from vision.carla.weather import weather_of
from vision.frame import Frame
from vision.render.deliver import deliver, with_faults
from vision.render.faults import Faults, faults_of
from vision.render.projection import Lens
from vision.render.shot import take_shot
from vision.render.truth import Items

DELTA_S: Final = 0.05
"""Simulated seconds of one tick: CARLA wants it fixed and at most 0.1 in synchronous mode."""


@dataclass
class Stage:
    """One world on the server, and what is ours on it."""

    square: Square
    world: Any
    troupe: Troupe
    eyes: Eyes
    origin: Origin


class CarlaRenderer:
    """Draws frames of one city on a server; see :class:`vision.frame.Renderer`.

    What CARLA has not is told by ``without``. Its pictures of the
    same scene are alike, not equal to the bit: the engine smooths over time and rain falls as it likes.

    Args:
        city: streets and houses.
        session: the server, which this renderer has for itself until it is closed.
    """

    name = "carla"
    without: Final = (
        "plates", "crushed bodies", "facades", "trees", "street lamps", "paint but the map's", "snow that lies",
    )  # fmt: skip

    def __init__(self, city: City, session: Session) -> None:
        self._city, self._session = city, session
        self._grounds: dict[Square, Ground] = {}
        self._stage: Stage | None = None
        self._sky: Sky | None = None
        self._before: Any = None
        atexit.register(self.close)

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int, faults: Faults | None = None) -> Frame:
        """Return the frame; ``seed`` and ``faults`` are those of the camera's own faults, which we lay over the
        picture.

        Raises:
            CarlaFault: the server refused something or stopped answering; nothing of ours is left on it.
        """
        try:
            return self._rendered(camera, scene, sky, seed, faults or faults_of(camera, sky, seed))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Take everything of ours off the server and let it run freely again; a dead server is left alone."""
        atexit.unregister(self.close)
        stage, self._stage = self._stage, None
        if stage is None:
            return
        self._session.client.set_timeout(CLOSING_S)
        for clear in (stage.eyes.close, stage.troupe.close, lambda: self._let_run(stage.world)):
            with contextlib.suppress(CarlaFault):
                clear()
        self._session.client.set_timeout(self._session.address.timeout_s)

    def _rendered(self, camera: Camera, scene: Scene, sky: Sky, seed: int, faults: Faults) -> Frame:
        camera = with_faults(camera, faults)
        shot = take_shot(camera, scene, sky)
        stage = self._stage_for(camera)
        self._set_sky(stage.world, sky)
        stage.eyes.settle(pinhole_of(camera, shot.lens), sky)
        players = stage.troupe.stage(scene.take(shot.items.row[: len(shot.cast)]), shot.cast.lamps)
        views = stage.eyes.look()
        corners = corners_of(players, self._poses(stage.world, players), stage.origin, shot.lens)
        ids = item_picture(views.actor_ids, players)
        shot = replace(shot, items=measured(_without_plates(shot.items), corners, ids, views, shot.lens))
        drawn = lay_over(views.rgb, ids, views.depth_m, shot.puffs, shot.lens, shot.light)
        air = sky if sky.weather == "snow" else replace(sky, weather="clear")  # CARLA's own rain falls already
        return replace(deliver(camera, _plateless(scene), air, seed, shot, drawn, faults), sky=sky)

    def _stage_for(self, camera: Camera) -> Stage:
        square = square_of(camera)
        if self._stage is None or self._stage.square != square:
            self.close()
            atexit.register(self.close)
            self._stage = self._staged(square)
        return self._stage

    def _staged(self, square: Square) -> Stage:
        """Make the world of a square on the server, in step with us."""
        if square not in self._grounds:
            self._grounds[square] = ground_of(self._city, square)
        ground, session = self._grounds[square], self._session
        with session.doing("make the streets as a world"):
            world = session.client.generate_opendrive_world(ground.xodr, world_parameters(session.carla), True)
            self._before = world.get_settings()
            settings = world.get_settings()
            settings.synchronous_mode, settings.fixed_delta_seconds = True, DELTA_S
            troupe, eyes = Troupe(session, world, ground.origin), Eyes(session, world, ground.origin)
            stage = Stage(square, world, troupe, eyes, ground.origin)
            self._stage, self._sky = stage, None
            world.apply_settings(settings)
        self._build(stage, ground)
        return stage

    def _build(self, stage: Stage, ground: Ground) -> None:
        if not stage.troupe.builds:
            warnings.warn(
                "this CARLA server has no static.prop.mesh: no houses and no ground beside roads", stacklevel=4
            )
            return
        cube = ground_cube(ground.middle_m)
        stage.troupe.build([cube])
        if not self._is_there(stage, cube):
            warnings.warn(
                "this CARLA server has not the engine's cube among its meshes: no houses and no ground beside roads",
                stacklevel=4,
            )
            return
        cubes, left_out = cubes_near(self._city, ground.middle_m)
        stage.troupe.build(cubes)
        if left_out:
            warnings.warn(f"{left_out} houses far from the camera are left out: too many cubes", stacklevel=4)

    def _is_there(self, stage: Stage, cube: Cube) -> bool:
        """Return whether a ray from above meets a cube."""
        carla, (x, y, z) = self._session.carla, stage.origin.there(*cube.middle_m)
        top = z + cube.side_m / 2
        with self._session.doing("look for the ground"):
            stage.world.tick(self._session.address.timeout_s)
            hits = stage.world.cast_ray(carla.Location(x, y, top + 50.0), carla.Location(x, y, top - 1.0))
        return any(abs(hit.location.z - top) < 0.5 for hit in hits)

    def _set_sky(self, world: Any, sky: Sky) -> None:
        if sky != self._sky:
            with self._session.doing("set the weather"):
                world.set_weather(weather_of(self._session.carla, sky))
            self._sky = sky

    def _poses(self, world: Any, players: Sequence[Player]) -> list[Any]:
        """Return where the server has the actors at the last tick."""
        with self._session.doing("ask where the actors are"):
            snapshot = world.get_snapshot()
            found = [snapshot.find(player.actor_id) for player in players]
        for player, actor in zip(players, found, strict=True):
            if actor is None:
                raise CarlaFault(
                    f"draw with CARLA at {self._session.address}", f"{player.model.blueprint} is gone from the world"
                )
        return [actor.get_transform() for actor in found]

    def _let_run(self, world: Any) -> None:
        with self._session.doing("let the server run"):
            world.apply_settings(self._before)


def pinhole_of(camera: Camera, lens: Lens) -> Camera:
    """Return the camera as a bare pinhole in the size of the lens's picture, which its own lens may draw in from."""
    hfov_deg = math.degrees(2 * math.atan(lens.width_px / 2 / lens.focal_px))
    return replace(camera, width_px=lens.width_px, height_px=lens.height_px, hfov_deg=hfov_deg, k1=0.0, k2=0.0)


def _without_plates(items: Items) -> Items:
    """Return the items but for the plates, which CARLA's vehicles have not."""
    kept = items.owner < 0
    return Items(*(getattr(items, field.name)[kept] for field in fields(items)))


def _plateless(scene: Scene) -> Scene:
    return replace(scene, plate=np.full(len(scene), "", scene.plate.dtype))
