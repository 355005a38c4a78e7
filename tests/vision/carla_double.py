"""A CARLA server that lives in this process: the client's own data classes, a world of boxes, and pictures of it.

It stands in for what cannot be made without a server (client, world, blueprints, actors, pictures) and takes nothing
that the client would not: its commands and transforms are the client's. As on a server, actors that touch are not
spawned, those with weight fall, walkers walk on, pictures come from ticks alone, and their bytes are blue, green, red,
alpha.
"""

from __future__ import annotations

import copy
import fnmatch
import zlib
from types import SimpleNamespace

import carla as real
import numpy as np

from twin.scene import Look
from vision.carla.bodies import models

TAGS = {Look.PERSON: 12, Look.CAR: 14, Look.TRUCK: 15, Look.BUS: 16, Look.MOTORCYCLE: 18, Look.EMERGENCY: 14}
SENSORS = ("rgb", "instance_segmentation", "depth")
LENS = ("image_size_x", "image_size_y", "fov", "sensor_tick", "lens_circle_multiplier", "lens_k", "lens_kcube")
POST = ("motion_blur_intensity", "exposure_mode", "exposure_speed_up", "exposure_speed_down")
COLOURS = ("255,0,0", "0,0,255", "200,200,200")
ROAD_TAG, SKY_TAG, BARE_TAG = 1, 11, 0
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
        self.actors, self.frame, self.last_id = {}, 100, 23
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
        moment = Moment(self)
        for actor in list(self.actors.values()):
            if actor.callback is not None and not actor.type_id.endswith(self.mute or "/"):
                actor.callback(Image(actor, moment))
        return self.frame


class Attribute:
    def __init__(self, values=()):
        self.recommended_values = list(values)


class ActorBlueprint:
    def __init__(self, name, attributes):
        self.id, self._attributes, self.set_to = name, attributes, {}

    def has_attribute(self, id):
        return id in self._attributes

    def get_attribute(self, id):
        return Attribute(self._attributes[id])

    def set_attribute(self, id, value):
        if id not in self._attributes:
            raise IndexError(f"attribute {id} not found")
        assert isinstance(value, str), f"{id} must be text"
        self.set_to[id] = value

    def fresh(self):
        return ActorBlueprint(self.id, self._attributes)


class BlueprintLibrary:
    def __init__(self, blueprints):
        self._blueprints = blueprints

    def find(self, id):
        if id not in self._blueprints:
            raise IndexError(f"blueprint '{id}' not found")
        return self._blueprints[id].fresh()

    def filter(self, wildcard_pattern):
        return BlueprintLibrary({k: v for k, v in self._blueprints.items() if fnmatch.fnmatch(k, wildcard_pattern)})

    def __iter__(self):
        return iter([each.fresh() for each in self._blueprints.values()])

    def __len__(self):
        return len(self._blueprints)


def blueprints():
    made = {}
    for model in models():
        look = {"speed": (), "is_invincible": ()} if model.look == Look.PERSON else {"color": COLOURS}
        made[model.blueprint] = ActorBlueprint(model.blueprint, {"role_name": (), **look})
    for kind in SENSORS:
        name = f"sensor.camera.{kind}"
        fields = (*LENS, *(POST if kind == "rgb" else ()), "role_name")
        made[name] = ActorBlueprint(name, dict.fromkeys(fields, ()))
    made["static.prop.mesh"] = ActorBlueprint("static.prop.mesh", {"mesh_path": (), "mass": (), "scale": ()})
    return made


class Actor:
    """A vehicle, walker, prop or sensor of the double's world."""

    def __init__(self, server, number, blueprint, transform):
        self._server, self.id, self.type_id = server, number, blueprint.id
        self.attributes = dict(blueprint.set_to)
        self._pose, self._weight, self._speed, self.lights, self.callback = transform, True, 0.0, 0, None
        self._model = next((model for model in models() if model.blueprint == blueprint.id), None)
        self.bounding_box = self._box()

    def _box(self):
        if self.type_id == "static.prop.mesh":
            there = self._server.has_cube and self.attributes["mesh_path"] == "/Engine/BasicShapes/Cube.Cube"
            half = float(self.attributes["scale"]) / 2 if there else 0.0
            return real.BoundingBox(real.Location(), real.Vector3D(half, half, half))
        if self._model is None:
            return real.BoundingBox(real.Location(), real.Vector3D())
        length, width, height = self._model.size_m
        raised = 0.0 if self.walks else height / 2
        return real.BoundingBox(real.Location(0.0, 0.0, raised), real.Vector3D(length / 2, width / 2, height / 2))

    @property
    def grey(self):
        return 60.0 + zlib.crc32((self.type_id + self.attributes.get("color", "")).encode()) % 150

    @property
    def walks(self):
        return self.type_id.startswith("walker.")

    @property
    def solid(self):
        return self._model is not None

    @property
    def tag(self):
        return TAGS[self._model.look] if self._model else BARE_TAG

    def parts(self):
        """Return what it looks like, as boxes (middle, half size) in its own metres: a car has a cabin on its body."""
        box = self.bounding_box
        middle = np.array([box.location.x, box.location.y, box.location.z])
        half = np.array([box.extent.x, box.extent.y, box.extent.z])
        if self._model is None or self._model.look not in (Look.CAR, Look.EMERGENCY, Look.MOTORCYCLE):
            return [(middle, half)]
        low, high = half * [1.0, 1.0, 0.6], half * [0.55, 0.9, 0.4]
        return [(middle * [1, 1, 0.6], low), (middle * [1, 1, 1.6], high)]

    def touches(self, other):
        reach = sum(np.hypot(each.bounding_box.extent.x, each.bounding_box.extent.y) for each in (self, other))
        return self._pose.location.distance(other._pose.location) < reach

    def live(self, delta_s):
        """Walk on, or fall for want of a ground under what has weight and wheels."""
        ahead = self._pose.get_forward_vector()
        if self.walks and self._speed:
            step = real.Vector3D(ahead.x * self._speed * delta_s, ahead.y * self._speed * delta_s, 0.0)
            self._pose = real.Transform(self._pose.location + step, self._pose.rotation)
        if self.type_id.startswith("vehicle.") and self._weight:
            self._pose = real.Transform(self._pose.location - real.Vector3D(z=1.0), self._pose.rotation)

    def get_transform(self):
        self._server.ask()
        return self._pose

    def set_transform(self, transform):
        self._server.ask()
        assert type(transform) is real.Transform
        self._pose = transform

    def listen(self, callback):
        self._server.ask()
        self.callback = callback

    def stop(self):
        self._server.ask()
        self.callback = None

    def destroy(self):
        self._server.ask()
        return self._server.actors.pop(self.id, None) is not None


class Moment:
    """What stands where at one tick; drawn when somebody looks."""

    def __init__(self, server):
        self.frame, self.weather, self.shadows, self.sun_off_deg = (
            server.frame, server.weather, server.shadows, server.sun_off_deg,
        )  # fmt: skip
        self.actors, self.drawn = [copy.copy(actor) for actor in server.actors.values()], {}


class Image:
    """A picture as a camera sends it."""

    def __init__(self, sensor, moment):
        fields = sensor.attributes
        self.width, self.height = int(fields["image_size_x"]), int(fields["image_size_y"])
        self.fov, self.frame, self.transform = float(fields["fov"]), moment.frame, sensor._pose
        self._moment, self._kind = moment, sensor.type_id.rpartition(".")[2]

    @property
    def raw_data(self):
        key = (self.width, self.height, self.fov, *np.ravel(self.transform.get_matrix()))
        if key not in self._moment.drawn:
            self._moment.drawn[key] = draw(self._moment, self.transform, self.width, self.height, self.fov)
        return self._moment.drawn[key][SENSORS.index(self._kind)].tobytes()


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
        self._server.ask()
        every = self._server.actors
        return list(every.values()) if actor_ids is None else [every[i] for i in actor_ids if i in every]

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


# ---- pictures


def draw(moment, pose, width, height, fov):
    """Return (colour, instances, depth), each (height, width, 4) bytes, of the boxes of all actors and a level road."""
    focal = width / 2 / np.tan(np.radians(fov) / 2)
    across = (np.arange(width) + 0.5 - width / 2) / focal
    up = (height / 2 - np.arange(height) - 0.5) / focal
    rays = np.stack(np.broadcast_arrays(1.0, across[None, :], up[:, None]), axis=-1)
    camera = np.array(pose.get_matrix())
    falling = rays @ camera[2, :3]
    depth = np.where(falling < 0, -camera[2, 3] / np.minimum(falling, -1e-9), np.inf)
    depth[depth > 900.0] = np.inf
    number = np.where(np.isfinite(depth), next((a.id for a in moment.actors if a.solid), 0), 0)
    tag = np.where(np.isfinite(depth), ROAD_TAG, SKY_TAG)
    grey = np.where(np.isfinite(depth), 90.0, 190.0)
    for actor in moment.actors:
        for middle, half in actor.parts() if actor.bounding_box.extent.x > 0 else ():
            _box(actor, middle, half, camera, rays, focal, (depth, number, tag, grey))
    if moment.shadows:
        _shade(moment, camera, rays, (depth, tag, grey))
    day = np.clip((moment.weather.sun_altitude_angle + 6.0) / 14.0, 0.05, 1.0)
    colour = np.repeat((grey * day)[..., None], 4, axis=2)
    instances = np.stack([number >> 8 & 255, number & 255, tag, np.full(tag.shape, 255)], axis=-1)
    whole = np.clip(np.where(np.isfinite(depth), depth, 1000.0) / 1000.0, 0, 1) * (2**24 - 1)
    whole = np.round(whole).astype(np.int64)
    far = np.stack([whole >> 16 & 255, whole >> 8 & 255, whole & 255, np.full(tag.shape, 255)], axis=-1)
    return [each.astype(np.uint8) for each in (colour, instances, far)]


def _box(actor, middle, half, camera, rays, focal, layers):
    body = np.array(actor._pose.get_matrix())
    centre = body[:3, :3] @ middle + body[:3, 3]
    place = _window(centre, body, half, camera, rays.shape, focal)
    if place is None:
        return
    start = (camera[:3, 3] - centre) @ body[:3, :3]
    way = rays[place] @ (camera[:3, :3].T @ body[:3, :3])
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (-half - start) / way, (half - start) / way
    near = np.fmin(first, second).max(axis=-1)
    far = np.fmax(first, second).min(axis=-1)
    depth, number, tag, grey = (layer[place] for layer in layers)
    hit = (near <= far) & (near > 0.01) & (near < depth)
    depth[hit], number[hit], tag[hit] = near[hit], actor.id, actor.tag
    grey[hit] = actor.grey


def _shade(moment, camera, rays, layers):
    """Darken road from which a box stands before the sun; azimuth 0 is north, where y falls, and grows over east."""
    depth, tag, grey = layers
    sun, off = moment.weather, moment.sun_off_deg
    azimuth, altitude = np.radians(sun.sun_azimuth_angle + off), np.radians(sun.sun_altitude_angle)
    way = np.array([np.sin(azimuth) * np.cos(altitude), -np.cos(azimuth) * np.cos(altitude), np.sin(altitude)])
    points = camera[:3, 3] + (rays * np.where(np.isfinite(depth), depth, 0.0)[..., None]) @ camera[:3, :3].T
    for actor in moment.actors:
        half = actor.bounding_box.extent
        if not 0 < half.x < 100:
            continue
        body, half = np.array(actor._pose.get_matrix()), np.array([half.x, half.y, half.z])
        start, turned = (points - body[:3, 3]) @ body[:3, :3], way @ body[:3, :3]
        first, second = (-half - start) / turned, (half - start) / turned
        near, far = np.fmin(first, second).max(axis=-1), np.fmax(first, second).min(axis=-1)
        grey[(near <= far) & (near > 0.01) & (tag == ROAD_TAG)] = 30.0


def _window(centre, body, half, camera, shape, focal):
    """Return the part of the picture a box can be in, or None; all of it where the box reaches behind the camera."""
    signs = np.array([(a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)])
    seen = ((signs * half) @ body[:3, :3].T + centre - camera[:3, 3]) @ camera[:3, :3]
    if (seen[:, 0] < 0.05).all():
        return None
    if (seen[:, 0] < 0.05).any():
        return slice(0, shape[0]), slice(0, shape[1])
    x = shape[1] / 2 + focal * seen[:, 1] / seen[:, 0]
    y = shape[0] / 2 - focal * seen[:, 2] / seen[:, 0]
    left, right = np.clip([x.min() - 1, x.max() + 2], 0, shape[1]).astype(int)
    top, low = np.clip([y.min() - 1, y.max() + 2], 0, shape[0]).astype(int)
    return None if left >= right or top >= low else (slice(top, low), slice(left, right))
