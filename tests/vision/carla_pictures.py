"""Pictures of the double's world of boxes, in the bytes in which a CARLA camera sends them."""

from __future__ import annotations

import copy

import numpy as np

SENSORS = ("rgb", "instance_segmentation", "depth")
ROAD_TAG, SKY_TAG = 1, 11


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
