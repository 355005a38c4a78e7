"""A server walked through every call that footage makes, on the proving ground, one finding each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

import numpy as np

from twin.scene import Look
from twin.sky import Sky
from vision.carla.bodies import models
from vision.carla.check import NOON, Made, NotSo, Step
from vision.carla.eyes import Eyes
from vision.carla.ground import Ground, world_parameters
from vision.carla.houses import Cube, ground_cube
from vision.carla.images import ID_BITS
from vision.carla.place import yaw_deg
from vision.carla.renderer import DELTA_S
from vision.carla.seen import corners_of
from vision.carla.session import CLOSING_S, CarlaFault, Session
from vision.carla.troupe import Player, Troupe
from vision.carla.weather import weather_of
from vision.carla.yard import MIDDLE_M, yard_camera, yard_scene
from vision.render.cast import Lamp
from vision.render.projection import Lens

LOW_SUN: Final = Sky(90.0, 30.0, "day", "clear")
POST: Final = Cube((MIDDLE_M[0] - 40.0, MIDDLE_M[1] + 40.0, 3.0), 0.0, 6.0)
"""What throws the shadow by which the sun is found."""
SIZE_OFF: Final = 0.05
POSE_OFF_M: Final = 0.10


class ServerWalk:
    """The steps; each makes what later ones need.

    Args:
        session: the server.
        ground: the proving ground's map.
    """

    def __init__(self, session: Session, ground: Ground) -> None:
        self._session, self._ground, self._made = session, ground, Made()

    def steps(self) -> Iterator[Step]:
        """Yield the checks in their order; clearing up comes last, whatever failed."""
        yield "generate_opendrive_world", self._world
        yield "the server's map is ours", self._same_map
        yield "synchronous mode, fixed step, tick", self._in_step
        yield "blueprints of every model", self._blueprints
        yield "set_weather", self._weather
        yield "cubes as props, cast_ray", self._props
        yield "spawn, physics off, lights (apply_batch_sync)", self._actors
        yield "models are as large as known", self._sizes
        yield "actors stand where they are led", self._poses
        yield "cameras: colour, instances, depth by tick number", self._cameras
        yield "instance picture has our actors' ids", self._instances
        yield "depth picture has metres", self._depth
        yield "the sun stands where it is asked", self._sun
        yield "everything is destroyed, the server runs free", self._clear

    def give_up(self) -> None:
        """Clear up what a broken walk may have left, without a word."""
        if self._made.get("an end") is None and self._made.get("a world") is not None:
            self._session.client.set_timeout(CLOSING_S)
            with contextlib.suppress(CarlaFault, NotSo):
                self._clear()

    def _world(self) -> str:
        session = self._session
        with session.doing("make a world"):
            world = session.client.generate_opendrive_world(self._ground.xodr, world_parameters(session.carla), True)
            self._made.keep("settings before", world.get_settings())
        self._made.keep("a world", world)
        return f"{len(self._ground.xodr):,} bytes of OpenDRIVE"

    def _same_map(self) -> str:
        with self._session.doing("read the map back"):
            there = len(self._made.need("a world").get_map().get_topology())
        here = len(self._session.carla.Map("yard", self._ground.xodr).get_topology())
        if here != there:
            raise NotSo(f"it has {there} segments, ours {here}")
        return f"{there} segments"

    def _in_step(self) -> str:
        world = self._made.need("a world")
        with self._session.doing("tick"):
            settings = world.get_settings()
            settings.synchronous_mode, settings.fixed_delta_seconds = True, DELTA_S
            world.apply_settings(settings)
            kept = world.get_settings()
            first, second = (int(world.tick(self._session.address.timeout_s)) for _ in range(2))
        if not kept.synchronous_mode or abs(kept.fixed_delta_seconds - DELTA_S) > 1e-6 or second != first + 1:
            found = f"synchronous {kept.synchronous_mode}, {kept.fixed_delta_seconds} s"
            raise NotSo(f"{found}, ticks {first} and {second}")
        self._made.keep("synchronous mode", True)
        return f"{DELTA_S:g} s a tick"

    def _blueprints(self) -> str:
        with self._session.doing("read the blueprints"):
            known = {str(each.id) for each in self._made.need("a world").get_blueprint_library()}
        missing = [model.blueprint for model in models() if model.blueprint not in known]
        if missing:
            raise NotSo(f"{len(missing)} of {len(models())} are not there: {', '.join(missing[:5])}")
        return f"all {len(models())} of ours, {len(known):,} in all"

    def _weather(self) -> str:
        world, wanted = self._made.need("a world"), weather_of(self._session.carla, NOON)
        with self._session.doing("set the weather"):
            world.set_weather(wanted)
            world.tick(self._session.address.timeout_s)
            found = world.get_weather()
        if abs(found.sun_altitude_angle - wanted.sun_altitude_angle) > 0.1 or found.cloudiness != wanted.cloudiness:
            raise NotSo(f"asked for {wanted}, found {found}")
        return "as set"

    def _troupe(self) -> Troupe:
        troupe = self._made.get("a troupe")
        if troupe is None:
            self._made.need("synchronous mode")
            troupe = self._made.keep("a troupe", Troupe(self._session, self._made.need("a world"), self._ground.origin))
        return troupe  # type: ignore[no-any-return]

    def _props(self) -> str:
        troupe, world = self._troupe(), self._made.need("a world")
        if not troupe.builds:
            raise NotSo("there is no static.prop.mesh: no houses, and no ground beside roads")
        carla, (x, y, _) = self._session.carla, self._ground.origin.there(*POST.middle_m)
        troupe.build([ground_cube(MIDDLE_M), POST])
        with self._session.doing("cast a ray"):
            world.tick(self._session.address.timeout_s)
            hits = world.cast_ray(carla.Location(x, y, 50.0), carla.Location(x, y, 1.0))
        heights = [round(float(hit.location.z), 2) for hit in hits]
        if not any(abs(height - POST.side_m) < 0.1 for height in heights):
            found = f"a ray down on a cube of {POST.side_m:g} m met {heights or 'nothing'}"
            raise NotSo(f"{found}: no houses, no open ground")
        self._made.keep("cubes", True)
        return f"a ray met the cube at {POST.side_m:g} m"

    def _actors(self) -> str:
        troupe, scene = self._troupe(), yard_scene()
        lamps = np.full(len(scene), int(Lamp.HEAD | Lamp.TAIL), np.uint8)
        players = troupe.stage(scene, lamps)
        self._made.keep("actors", players)
        return ", ".join(player.model.blueprint for player in players)

    def _sizes(self) -> str:
        off = []
        players: list[Player] = self._made.need("actors")
        for player in players:
            wanted, found = np.array(player.model.size_m), np.array(player.size_m)
            share = float(np.abs(found / wanted - 1.0).max())
            if share > SIZE_OFF:
                off.append(f"{player.model.blueprint} {_metres(found)}, not {_metres(wanted)}")
        if off:
            raise NotSo("; ".join(off))
        return f"{len(players)} bounding boxes within {SIZE_OFF:.0%}"

    def _poses(self) -> str:
        players, scene, world = self._made.need("actors"), yard_scene(), self._made.need("a world")
        with self._session.doing("ask where the actors are"):
            world.tick(self._session.address.timeout_s)
            snapshot = world.get_snapshot()
            poses = [snapshot.find(player.actor_id) for player in players]
        if any(pose is None for pose in poses):
            raise NotSo(f"{sum(pose is None for pose in poses)} of {len(poses)} are not in the snapshot")
        worst_m = worst_deg = 0.0
        for row, pose in enumerate(poses):
            at = pose.get_transform()
            x_m, y_m, _ = self._ground.origin.here(at.location.x, at.location.y, at.location.z)
            worst_m = max(worst_m, float(np.hypot(*(np.array([x_m, y_m]) - scene.xyz_m[row, :2]))))
            if scene.look[row] != Look.PERSON_LYING:
                turned = at.rotation.yaw - yaw_deg(float(scene.bearing_deg[row]))
                worst_deg = max(worst_deg, abs((turned + 180.0) % 360.0 - 180.0))
            elif at.get_forward_vector().z < 0.9:
                raise NotSo(f"who lies does not: pitch {at.rotation.pitch:.0f} degrees, not 90")
        if worst_m > POSE_OFF_M or worst_deg > 1.0:
            raise NotSo(f"up to {worst_m:.2f} m and {worst_deg:.1f} degrees off")
        return f"within {worst_m * 100:.0f} cm and {worst_deg:.1f} degrees after a tick"

    def _cameras(self) -> str:
        self._made.need("synchronous mode")
        eyes = Eyes(self._session, self._made.need("a world"), self._ground.origin)
        self._made.keep("cameras", eyes)
        eyes.settle(yard_camera(), NOON)
        if self._made.get("actors") is not None:
            self._actors()
        views = eyes.look()
        if views.rgb.std() < 2.0:
            raise NotSo(f"the colour picture is one grey of {views.rgb.mean():.0f}")
        self._made.keep("pictures", views)
        return f"tick {views.frame}: 3 pictures of {views.rgb.shape[1]} x {views.rgb.shape[0]}"

    def _instances(self) -> str:
        views, players = self._made.need("pictures"), self._made.need("actors")
        seen = set(np.unique(views.actor_ids).tolist())
        ours = [player for player in players if player.actor_id % (1 << ID_BITS) in seen]
        if len(ours) < len(players):
            absent = [player.model.blueprint for player in players if player not in ours]
            raise NotSo(
                f"{len(ours)} of {len(players)} are seen; not {', '.join(absent)}: a server before 0.9.16 writes "
                "Unreal's ids, and then no actor is labelled"
            )
        return f"all {len(players)}"

    def _depth(self) -> str:
        views, players, world = self._made.need("pictures"), self._made.need("actors"), self._made.need("a world")
        lens = Lens.of(yard_camera())
        with self._session.doing("ask where the actors are"):
            snapshot = world.get_snapshot()
            poses = [snapshot.find(player.actor_id).get_transform() for player in players]
        _, depth = lens.project(corners_of(players, poses, self._ground.origin, lens))
        told = []
        for player, corners in zip(players, depth, strict=True):
            mine = views.depth_m[views.actor_ids == player.actor_id % (1 << ID_BITS)]
            if not len(mine):
                continue
            middle = float(np.median(mine))
            if not corners.min() - 0.5 <= middle <= corners.max() + 0.5:
                box = f"{corners.min():.1f} to {corners.max():.1f}"
                raise NotSo(f"{player.model.blueprint} at {middle:.1f} m, not {box}")
            told.append(f"{middle:.0f}")
        if not told:
            raise NotSo("no actor is seen")
        return f"actors at {', '.join(told)} m, each within its box"

    def _sun(self) -> str:
        """Look straight down on a cube under a low sun in the east: its shadow lies to the west."""
        self._made.need("cubes")
        eyes, troupe = self._made.need("cameras"), self._troupe()
        nobody = yard_scene().take(np.zeros(0, np.intp))
        troupe.stage(nobody, np.zeros(0, np.uint8))
        with self._session.doing("set the weather"):
            self._made.need("a world").set_weather(weather_of(self._session.carla, LOW_SUN))
        x_m, y_m, _ = POST.middle_m
        above = yard_camera(
            x_m=x_m, y_m=y_m, height_m=60.0, pitch_deg=-90.0, hfov_deg=40.0, width_px=256, height_px=256
        )
        eyes.settle(above, LOW_SUN)
        px_per_m = Lens.of(above).focal_px / above.height_m
        found = shadow_bearing_deg(eyes.look().rgb.mean(axis=2), px_per_m)
        wanted = (LOW_SUN.sun_azimuth_deg + 180.0) % 360.0
        off = (found - wanted + 180.0) % 360.0 - 180.0
        if abs(off) > 23.0:
            raise NotSo(f"a shadow points to {found:.0f} degrees, not {wanted:.0f}: the sun is {off:+.0f} degrees off")
        return f"a shadow points to {found:.0f} degrees for {wanted:.0f}"

    def _clear(self) -> str:
        eyes, troupe, world = (self._made.get(name) for name in ("cameras", "a troupe", "a world"))
        before = self._made.need("settings before")
        if eyes is not None:
            eyes.close()
        left = 0 if troupe is None else troupe.count
        if troupe is not None:
            troupe.close()
        with self._session.doing("let the server run"):
            if self._made.get("synchronous mode"):
                world.tick(self._session.address.timeout_s)
            kinds = ("vehicle.", "walker.", "sensor.camera.")
            ours = [actor for actor in world.get_actors() if str(actor.type_id).startswith(kinds)]
            world.apply_settings(before)
        self._made.keep("an end", True)
        if ours:
            raise NotSo(f"{len(ours)} actors are still there, such as {ours[0].type_id}")
        return f"{left} actors and props, 3 cameras"


def shadow_bearing_deg(grey: np.ndarray, px_per_m: float) -> float:
    """Return where the shadow of the cube in the middle of a picture from straight above points.

    Args:
        grey: (n, n) brightness, north up.
        px_per_m: of the ground.
    """
    rows, columns = np.indices(grey.shape)
    east = (columns + 0.5 - grey.shape[1] / 2) / px_per_m
    north = (grey.shape[0] / 2 - rows - 0.5) / px_per_m
    away = np.hypot(east, north)
    ring = (away > POST.side_m * 0.9) & (away < POST.side_m * 1.5)
    dark = np.clip(np.median(grey[ring]) - grey[ring], 0.0, None)
    if dark.sum() < 1.0:
        raise NotSo("nothing throws a shadow")
    return float(np.degrees(np.arctan2((dark * east[ring]).sum(), (dark * north[ring]).sum())) % 360.0)


def _metres(size: np.ndarray) -> str:
    return " x ".join(f"{value:.2f}" for value in size) + " m"
