"""Footage by PyBullet's TinyRenderer: slow and plain, but it runs where no EGL is to be had.

It draws the same city and bodies with the same truth. What it leaves out: the camera's own light, street lamps' pools
and glows, reflections; flames and smoke are solid lumps.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.city import City
from twin.errors import MissingPart
from twin.scene import Scene
from twin.sky import Sky
from vision.frame import Frame
from vision.plate_art import draw_plate
from vision.render.blind import Blindness
from vision.render.cast import Cast, bodies
from vision.render.deliver import deliver, with_faults
from vision.render.effects import Puffs
from vision.render.faults import Faults, faults_of
from vision.render.light import Light
from vision.render.materials import Slot
from vision.render.mesh import ball
from vision.render.placed_mesh import mesh_for
from vision.render.plates import HEIGHT_M, WIDTH_M
from vision.render.projection import place_of
from vision.render.shot import Shot, take_shot
from vision.render.tiny_parts import (
    PUFF_SOLID,
    colour_strip,
    count_outlines,
    groups_of,
    hazed,
    lump_radii,
    surface,
)  # fmt: skip


class TinyRenderer:
    """Draws frames of one city on the processor; see :class:`vision.frame.Renderer`."""

    name = "tiny"

    def __init__(self, city: City) -> None:
        try:
            import pybullet
        except ImportError as missing:
            raise MissingPart("pybullet", "drawing footage without EGL", "footage") from missing
        self._city, self._api, self.blindness = city, pybullet, Blindness(city)
        self._client = pybullet.connect(pybullet.DIRECT)
        self._folder = tempfile.TemporaryDirectory(prefix="twin-tiny-")
        self._pictures: dict[bytes, int] = {}
        self._shapes: dict[tuple[Any, ...], int] = {}
        self._place: tuple[float, float] | None = None
        self._still: list[int] = []
        self._moving: list[int] = []

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int, faults: Faults | None = None) -> Frame:
        """Return the frame; the same arguments give the same pixels on the same machine."""
        dark = self.blindness.frame(camera, scene, sky)
        if dark is not None:
            return dark
        faults = faults or faults_of(camera, sky, seed)
        camera = with_faults(camera, faults)
        shot = take_shot(camera, scene, sky)
        self._stand(camera)
        owners = self._enter(shot)
        image, ids = self._shoot(shot, owners)
        for body in self._moving:
            self._api.removeBody(body, physicsClientId=self._client)
        self._moving = []
        count_outlines(shot)
        return deliver(camera, scene, sky, seed, shot, (image, ids), faults)

    def close(self) -> None:
        """Leave the physics server and remove the pictures it read."""
        self._api.disconnect(self._client)
        self._folder.cleanup()

    # ---- the still city

    def _stand(self, camera: Camera) -> None:
        """Put up the city round a camera, if another place's stands."""
        place = place_of(camera)
        if place == self._place:
            return
        for body in self._still:
            self._api.removeBody(body, physicsClientId=self._client)
        self._still = [
            self._put(self._shape(group[:, :3], group[:, 3:6], group[:, 6:8]), self._picture(surface(tile, rgb)))
            for tile, rgb, group in groups_of(mesh_for(self._city, camera))
        ]
        self._place = place

    def _shape(self, place: NDArray[Any], normal: NDArray[Any], uv: NDArray[Any]) -> int:
        return int(
            self._api.createVisualShape(
                self._api.GEOM_MESH,
                vertices=place.tolist(),
                indices=list(range(len(place))),
                normals=normal.tolist(),
                uvs=uv.tolist(),
                physicsClientId=self._client,
            )
        )

    def _put(
        self, shape: int, picture: int, at: Sequence[float] = (0, 0, 0), turn: Sequence[float] = (0, 0, 0, 1)
    ) -> int:
        body = int(
            self._api.createMultiBody(
                baseVisualShapeIndex=shape, basePosition=at, baseOrientation=turn, physicsClientId=self._client
            )
        )
        self._api.changeVisualShape(body, -1, textureUniqueId=picture, physicsClientId=self._client)
        return body

    def _picture(self, rgb: NDArray[np.uint8]) -> int:
        """Return the library's number of a picture; it reads them from files."""
        key = rgb.tobytes()
        if key not in self._pictures:
            import cv2

            path = Path(self._folder.name) / f"{len(self._pictures)}.png"
            cv2.imwrite(str(path), rgb[..., ::-1])
            self._pictures[key] = int(self._api.loadTexture(str(path), physicsClientId=self._client))
        return self._pictures[key]

    # ---- actors

    def _enter(self, shot: Shot) -> dict[int, int]:
        """Put the actors on; return the item of each body of the physics server."""
        cast, owners = shot.cast, {}
        for i in range(len(cast)):
            owners[self._put_actor(cast, i)] = i
        for i in np.flatnonzero((shot.puffs.look[:, 0] < 2) & (shot.puffs.look[:, 3] > PUFF_SOLID)):
            owners[self._put_puff(shot.puffs, int(i), shot.light)] = int(shot.puffs.row[i])
        first = len(shot.items) - len(shot.plates.owner)
        for k, text in enumerate(shot.plates.text):
            owners[self._put_plate(shot.plates.corner_m[k], text)] = first + k
        self._moving = list(owners)
        return owners

    def _put_actor(self, cast: Cast, i: int) -> int:
        matrix = cast.matrix[i]
        scale = np.linalg.norm(matrix[:, :3], axis=0)
        key = (cast.body[i], *np.round(scale, 3).tolist())
        if key not in self._shapes:
            mesh = bodies()[cast.body[i]].mesh
            normal = mesh.normal / scale
            normal /= np.linalg.norm(normal, axis=1, keepdims=True)
            uv = np.column_stack([(mesh.slot + 0.5) / len(Slot), np.full(len(mesh), 0.5)])
            self._shapes[key] = self._shape(mesh.position_m * scale, normal, uv)
        picture = self._picture(colour_strip(cast.colour[i], int(cast.lamps[i])))
        return self._put(self._shapes[key], picture, matrix[:, 3].tolist(), _quaternion(matrix[:, :3] / scale))

    def _put_puff(self, puffs: Puffs, i: int, light: Light) -> int:
        flame, radii = puffs.look[i, 0] < 1, lump_radii(puffs, i)
        key = ("puff", *np.round(radii, 2).tolist())
        if key not in self._shapes:
            mesh = ball((0, 0, 0), radii, 0, 5, 8)
            self._shapes[key] = self._shape(mesh.position_m, mesh.normal, np.full((len(mesh), 2), 0.5))
        grey = np.sqrt(puffs.tint[i]) * 255
        colour = (255, 150 + 90 * (i % 2), 20) if flame else np.clip(grey, 0, 255)
        picture = np.broadcast_to(np.asarray(colour, np.uint8), (2, 2, 3)).copy()
        return self._put(self._shapes[key], self._picture(picture), puffs.middle_m[i].tolist())

    def _put_plate(self, corner_m: NDArray[np.float64], text: str) -> int:
        across, rise = corner_m[1] - corner_m[0], corner_m[0] - corner_m[3]
        across, rise = across / np.linalg.norm(across), rise / np.linalg.norm(rise)
        if ("plate",) not in self._shapes:
            corners = np.array([(-1, 0, 1), (1, 0, 1), (1, 0, -1), (-1, 0, -1)]) * [WIDTH_M / 2, 0, HEIGHT_M / 2]
            uv = np.array([(0, 1), (1, 1), (1, 0), (0, 0)]) * 0.998 + 0.001
            order = [0, 3, 2, 0, 2, 1]
            self._shapes[("plate",)] = self._shape(corners[order], np.tile([0.0, -1.0, 0.0], (6, 1)), uv[order])
        turn = np.stack([across, np.cross(rise, across), rise], axis=1)
        middle = corner_m.mean(axis=0).tolist()
        return self._put(self._shapes[("plate",)], self._picture(draw_plate(text)), middle, _quaternion(turn))

    # ---- the picture

    def _shoot(self, shot: Shot, owners: dict[int, int]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        lens, light = shot.lens, shot.light
        sun, sky = float(np.mean(light.sun)), float(np.mean(light.above))
        _, _, rgba, depth, seen = self._api.getCameraImage(
            lens.width_px,
            lens.height_px,
            lens.view_matrix.T.ravel().tolist(),
            lens.lens_matrix.T.ravel().tolist(),
            lightDirection=(np.array(light.sun_way) * 100).tolist(),
            lightColor=[1.0, 1.0, 1.0],
            lightAmbientCoeff=float(np.clip(sky * 1.15 + 0.30 * light.lamps, 0.08, 0.8)),
            lightDiffuseCoeff=float(np.clip(sun * 0.45, 0.02, 0.7)),
            lightSpecularCoeff=0.05,
            shadow=int(sun > 0.1),
            renderer=self._api.ER_TINY_RENDERER,
            physicsClientId=self._client,
        )
        size = lens.height_px, lens.width_px
        image = np.asarray(rgba, np.uint8).reshape(*size, 4)[..., :3]
        body = np.asarray(seen, np.int64).reshape(size)
        table = np.zeros(
            max([*owners, *self._still, 0]) + 2, np.int32
        )  # the last place: nothing, which the library calls -1
        table[list(owners)] = np.array(list(owners.values()), np.int32) + 1
        return hazed(image, np.asarray(depth, np.float32).reshape(size), body < 0, shot), table[body]


def _quaternion(turn: NDArray[np.float64]) -> list[float]:
    from scipy.spatial.transform import Rotation

    return [float(v) for v in Rotation.from_matrix(turn).as_quat()]
