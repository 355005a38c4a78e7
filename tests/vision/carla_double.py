"""A CARLA server that lives in this process: the client's own data classes, a world of boxes, and pictures of it.

It stands in for what cannot be made without a server (client, world, blueprints, actors, pictures) and takes nothing
that the client would not: its commands and transforms are the client's. As on a server, actors that touch are not
spawned, those with weight fall, walkers walk on, pictures come from ticks alone, and their bytes are blue, green, red,
alpha.
"""

from __future__ import annotations

from types import SimpleNamespace

import carla as real

from tests.vision.carla_blueprints import Actor, ActorBlueprint, BlueprintLibrary, blueprints
from tests.vision.carla_pictures import Image, Moment

TIMED_OUT = "time-out of 60000ms while waiting for the simulator, make sure the simulator is ready and connected"


class Server:
    """What the double's client talks to; tests bend it.

    Attributes:
        version: what it says it is.
        alive: whether it answers.
        dies_at_tick: the tick at which it stops answering.
        refuses: parts of names of blueprints that it does not spawn.
        mute: kind of camera that sends nothing.
        has_cube: whether the engine's cube is among its meshes.
        stolen_ticks: ticks of somebody else before each of ours.
        shadows: whether the sun throws shadows on the road.
        sun_off_deg: how far the sun stands from where it is asked to.
    """

    def __init__(self) -> None:
        self.version, self.alive, self.dies_at_tick = "0.9.16", True, None
        self.refuses, self.mute, self.has_cube, self.stolen_ticks = (), "", True, 0
        self.shadows, self.sun_off_deg = False, 0.0
        self.actors, self.listed, self.frame, self.last_id = {}, [], 100, 23
        self.settings, self.weather = real.WorldSettings(), real.WeatherParameters()
        self.xodr, self.parameters, self.worlds_made, self.spawned = "", None, 0, 0
        self.blueprints = blueprints()

    def ask(self) -> None:
        if not self.alive:
            raise RuntimeError(TIMED_OUT)

    def spawn(self, blueprint, transform):
        assert type(transform) is real.Transform
        assert isinstance(blueprint, ActorBlueprint)
        if any(part in blueprint.id for part in self.refuses):
            return 0, "Spawn failed because of invalid actor description"
        actor = Actor(self, self.last_id + 1, blueprint, transform)
        if actor.solid and any(other.solid and other.touches(actor) for other in self.actors.values()):
            return 0, "Spawn failed because of collision at spawn position"
        self.last_id += 1
        self.spawned += 1
        self.actors[actor.id] = actor
        return actor.id, ""

    def tick(self) -> int:
        self.ask()
        self.frame += 1
        if self.dies_at_tick is not None and self.frame >= self.dies_at_tick:
            self.alive = False
            self.ask()
        for actor in self.actors.values():
            actor.live(self.settings.fixed_delta_seconds or 0.05)
        self.listed = list(self.actors)
        moment = Moment(self)
        for actor in list(self.actors.values()):
            if actor.callback is not None and not actor.type_id.endswith(self.mute or "/"):
                actor.callback(Image(actor, moment))
        return self.frame


class World:
    def __init__(self, server):
        self._server = server

    def get_blueprint_library(self):
        self._server.ask()
        return BlueprintLibrary(self._server.blueprints)

    def get_settings(self):
        self._server.ask()
        kept, copy = self._server.settings, real.WorldSettings()
        copy.synchronous_mode, copy.fixed_delta_seconds = kept.synchronous_mode, kept.fixed_delta_seconds
        return copy

    def apply_settings(self, settings, seconds=0.0):
        self._server.ask()
        assert type(settings) is real.WorldSettings
        self._server.settings = settings
        return self._server.frame

    def set_weather(self, weather):
        self._server.ask()
        assert type(weather) is real.WeatherParameters
        self._server.weather = weather

    def get_weather(self):
        self._server.ask()
        return self._server.weather

    def spawn_actor(self, blueprint, transform, attach_to=None):
        self._server.ask()
        number, error = self._server.spawn(blueprint, transform)
        if error:
            raise RuntimeError(error)
        return self._server.actors[number]

    def get_actors(self, actor_ids=None):
        """By number any; else, as a client's list comes with the ticks, those there were at the last one."""
        self._server.ask()
        every = self._server.actors
        return [every[i] for i in (self._server.listed if actor_ids is None else actor_ids) if i in every]

    def tick(self, seconds=0.0):
        assert self._server.settings.synchronous_mode, "ticks are for synchronous mode"
        for _ in range(self._server.stolen_ticks):
            self._server.tick()
        frame = self._server.tick()
        return frame - self._server.stolen_ticks

    def get_snapshot(self):
        self._server.ask()
        return WorldSnapshot(self._server)

    def get_map(self):
        self._server.ask()
        return real.Map("OpenDriveMap", self._server.xodr)

    def cast_ray(self, initial_location, final_location):
        """Straight down, as it is used."""
        self._server.ask()
        hits = []
        for actor in self._server.actors.values():
            half, at = actor.bounding_box.extent, actor._pose.location
            top = at.z + half.z
            over = abs(initial_location.x - at.x) <= half.x and abs(initial_location.y - at.y) <= half.y
            if over and half.z and final_location.z <= top <= initial_location.z:
                hit = real.Location(initial_location.x, initial_location.y, top)
                hits.append(SimpleNamespace(location=hit, label=real.CityObjectLabel.Static))
        return hits


class WorldSnapshot:
    def __init__(self, server):
        self.frame = server.frame
        self._poses = {actor.id: actor._pose for actor in server.actors.values()}

    def find(self, actor_id):
        pose = self._poses.get(actor_id)
        return None if pose is None else ActorSnapshot(actor_id, pose)


class ActorSnapshot:
    def __init__(self, id, pose):
        self.id, self._pose = id, pose

    def get_transform(self):
        return self._pose


class Response:
    def __init__(self, actor_id, error):
        self.actor_id, self.error = actor_id, error

    def has_error(self):
        return bool(self.error)


class SpawnActor:
    """The one command whose real one wants a real blueprint."""

    def __init__(self, blueprint, transform):
        assert isinstance(blueprint, ActorBlueprint)
        assert type(transform) is real.Transform
        self.blueprint, self.transform, self.after = blueprint, transform, []

    def then(self, command):
        self.after.append(command)
        return self


class Client:
    def __init__(self, server, host, port):
        assert isinstance(host, str)
        assert isinstance(port, int)
        self._server, self.timeout_s = server, 5.0

    def set_timeout(self, seconds):
        self.timeout_s = float(seconds)

    def get_client_version(self):
        return "0.9.16"

    def get_server_version(self):
        self._server.ask()
        return self._server.version

    def get_world(self):
        self._server.ask()
        return World(self._server)

    def generate_opendrive_world(self, opendrive, parameters=None, reset_settings=True):
        self._server.ask()
        assert type(parameters) is real.OpendriveGenerationParameters
        assert opendrive.startswith("<?xml")
        server = self._server
        server.xodr, server.parameters, server.actors = opendrive, parameters, {}
        server.worlds_made += 1
        if reset_settings:
            server.settings = real.WorldSettings()
        return World(server)

    def apply_batch_sync(self, commands, do_tick=False):
        self._server.ask()
        assert isinstance(commands, list)
        return [Response(*self._done(command)) for command in commands]

    def _done(self, command, number=None):
        real_command, actors = real.command, self._server.actors
        if isinstance(command, SpawnActor):
            number, error = self._server.spawn(command.blueprint, command.transform)
            for more in command.after if not error else ():
                self._done(more, number)
            return number, error
        number = number or command.actor_id
        if number not in actors:
            return number, f"unable to find actor {number}"
        actor = actors[number]
        if isinstance(command, real_command.DestroyActor):
            del actors[number]
        elif isinstance(command, real_command.SetSimulatePhysics):
            actor._weight = command.enabled
        elif isinstance(command, real_command.SetVehicleLightState):
            actor.lights = int(command.light_state)
        elif isinstance(command, real_command.ApplyWalkerState):
            assert actor.walks
            up = real.Vector3D(z=actor.bounding_box.extent.z)
            actor._pose = real.Transform(command.transform.location + up, command.transform.rotation)
            actor._speed = command.speed
        else:
            assert isinstance(command, real_command.ApplyTransform), command
            actor._pose = command.transform
            actor._speed = 0.0
        return number, ""


_DATA = (
    "BoundingBox", "Location", "Map", "OpendriveGenerationParameters", "Osm2Odr", "Osm2OdrSettings", "Rotation",
    "Transform", "Vector3D", "VehicleLightState", "WeatherParameters", "WorldSettings", "CityObjectLabel",
)  # fmt: skip


def double_of(server):
    """Return what stands in for the module ``carla``, all of it real but for what needs a server."""
    names = {name: getattr(real, name) for name in _DATA}
    kept = {name: getattr(real.command, name) for name in dir(real.command) if not name.startswith("_")}
    command = SimpleNamespace(**(kept | {"SpawnActor": SpawnActor}))
    return SimpleNamespace(**names, command=command, Client=lambda host, port: Client(server, host, port))
