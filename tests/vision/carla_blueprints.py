"""Blueprints and actors of the double's world, as a CARLA client has them."""

from __future__ import annotations

import fnmatch
import zlib

import carla as real
import numpy as np

from tests.vision.carla_pictures import SENSORS
from twin.scene import Look
from vision.carla.bodies import models

TAGS = {Look.PERSON: 12, Look.CAR: 14, Look.TRUCK: 15, Look.BUS: 16, Look.MOTORCYCLE: 18, Look.EMERGENCY: 14}
BARE_TAG = 0
LENS = ("image_size_x", "image_size_y", "fov", "sensor_tick", "lens_circle_multiplier", "lens_k", "lens_kcube")
POST = ("motion_blur_intensity", "exposure_mode", "exposure_speed_up", "exposure_speed_down")
COLOURS = ("255,0,0", "0,0,255", "200,200,200")


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
