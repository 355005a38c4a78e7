"""Footage by PyBullet's TinyRenderer: slow and plain, but it runs where no EGL is to be had.

It draws the same city and bodies with the same truth. What it leaves out: the camera's own light, street lamps' pools
and glows, reflections; flames and smoke are solid lumps.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.city import City
from twin.errors import MissingPart
from twin.scene import Scene
from twin.sky import Sky
from vision.frame import Frame
from vision.plate_art import draw_plate
from vision.render.cast import Cast, Lamp, bodies
from vision.render.city_mesh import CityMesh, city_mesh
from vision.render.effects import Puffs
from vision.render.faults import apply_faults, faults_of, frame_stream
from vision.render.light import Light
from vision.render.materials import Slot, palette
from vision.render.mesh import Mesh, ball, coarse
from vision.render.projection import FAR_M, NEAR_M, Lens
from vision.render.shot import Shot, take_shot
from vision.render.textures import tile_stack
from vision.render.truth import Items, truth_of
from vision.render.weather import fall

LAYER_STEP_M: Final = 0.02  # lifts each layer of the ground over the one below
CORNERS_MAX: Final = 60_000  # corners in one shape; the library refuses above 131,072
CELL_PX: Final = 48
PUFF_SOLID: Final = 0.35  # a puff is drawn from this strength on


class TinyRenderer:
    """Draws frames of one city on the processor; see :class:`vision.frame.Renderer`."""

    name = "tiny"

    def __init__(self, city: City) -> None:
        try:
            import pybullet
        except ImportError as missing:
            raise MissingPart("pybullet", "drawing footage without EGL", "footage") from missing
        self._city, self._api = city, pybullet
        self._client = pybullet.connect(pybullet.DIRECT)
        self._folder = tempfile.TemporaryDirectory(prefix="twin-tiny-")
        self._pictures: dict[bytes, int] = {}
        self._shapes: dict[tuple[Any, ...], int] = {}
        self._place: tuple[float, float] | None = None
        self._still: list[int] = []
        self._moving: list[int] = []

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int) -> Frame:
        """Return the frame; the same arguments give the same pixels on the same machine."""
        shot = take_shot(camera, scene, sky)
        self._stand(camera)
        owners = self._enter(shot)
        image, ids = self._shoot(shot, owners)
        for body in self._moving:
            self._api.removeBody(body, physicsClientId=self._client)
        self._moving = []
        _count_outlines(shot)
        rng = frame_stream(camera, scene.t_ms, seed)
        image = fall(image, sky, float(np.mean(shot.light.horizon)), rng)
        image = apply_faults(image, faults_of(camera, sky, seed), rng)
        return Frame(camera.id, scene.t_ms, image, truth_of(ids, shot.items, scene, shot.lens), sky)

    def close(self) -> None:
        """Leave the physics server and remove the pictures it read."""
        self._api.disconnect(self._client)
        self._folder.cleanup()

    # ---- the still city

    def _stand(self, camera: Camera) -> None:
        """Put up the city round a camera, if another place's stands."""
        place = (camera.x_m, camera.y_m)
        if place == self._place:
            return
        for body in self._still:
            self._api.removeBody(body, physicsClientId=self._client)
        self._still = [
            self._put(self._shape(group[:, :3], group[:, 3:6], group[:, 6:8]), self._picture(_surface(tile, rgb)))
            for tile, rgb, group in _groups(city_mesh(self._city, camera))
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
        picture = self._picture(_colour_strip(cast.colour[i], int(cast.lamps[i])))
        return self._put(self._shapes[key], picture, matrix[:, 3].tolist(), _quaternion(matrix[:, :3] / scale))

    def _put_puff(self, puffs: Puffs, i: int, light: Light) -> int:
        flame, radii = puffs.look[i, 0] < 1, _radii(puffs, i)
        key = ("puff", *np.round(radii, 2).tolist())
        if key not in self._shapes:
            mesh = ball((0, 0, 0), radii, 0, 5, 8)
            self._shapes[key] = self._shape(mesh.position_m, mesh.normal, np.full((len(mesh), 2), 0.5))
        grey = np.sqrt(puffs.tint[i]) * 255
        colour = (255, 150 + 90 * (i % 2), 20) if flame else np.clip(grey, 0, 255)
        picture = np.broadcast_to(np.asarray(colour, np.uint8), (2, 2, 3)).copy()
        return self._put(self._shapes[key], self._picture(picture), puffs.middle_m[i].tolist())

    def _put_plate(self, corner_m: NDArray[np.float64], text: str) -> int:
        middle = corner_m.mean(axis=0)
        order = [0, 3, 2, 0, 2, 1]
        uv = np.array([(0, 1), (1, 1), (1, 0), (0, 0)], float) * 0.998 + 0.001
        normal = np.cross(corner_m[3] - corner_m[0], corner_m[1] - corner_m[0])
        normal /= np.linalg.norm(normal)
        shape = self._shape((corner_m - middle)[order], np.tile(normal, (6, 1)), uv[order])
        return self._put(shape, self._picture(draw_plate(text)), middle.tolist())

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
        return _hazed(image, np.asarray(depth, np.float32).reshape(size), body < 0, shot), table[body]


def _hazed(
    image: NDArray[np.uint8], depth: NDArray[np.float32], nothing: NDArray[np.bool_], shot: Shot
) -> NDArray[np.uint8]:
    """Return the picture with the sky behind it and haze before it, from the depth picture."""
    lens, light = shot.lens, shot.light
    away = FAR_M * NEAR_M / (FAR_M - (FAR_M - NEAR_M) * np.minimum(depth, 0.9999999))
    veil = (1.0 - np.exp(-away * light.haze_per_m))[..., None]
    horizon, zenith = (
        np.sqrt(np.clip(np.array(c) * light.exposure, 0, 1)) * 255 for c in (light.horizon, light.zenith)
    )
    rise = (lens.height_px / 2 - np.arange(lens.height_px) - 0.5) / lens.focal_px
    up = np.clip(lens.axes[2][2] + lens.axes[1][2] * rise, 0.0, 0.65)[:, None] / 0.65
    sky = np.broadcast_to((horizon * (1 - up) + zenith * up)[:, None, :], image.shape)
    out = np.where(nothing[..., None], sky, image * (1 - veil) + horizon * veil)
    return np.clip(out, 0, 255).astype(np.uint8)


def _groups(mesh: CityMesh) -> list[tuple[int, tuple[float, ...], NDArray[np.float32]]]:
    """Return the still city as tile, colour (in sixteenths) and rows, none with too many corners."""
    parts = []
    for k, layer in enumerate(mesh.ground):
        lifted = layer.copy()
        lifted[:, 2] += LAYER_STEP_M * (k + 1 - len(mesh.ground))  # the top layer at 0, where actors stand
        parts.append(lifted)
    rows = np.concatenate([*parts, mesh.solid])
    key = np.column_stack([rows[:, 8], np.round(rows[:, 9:12] * 16)]).astype(np.int64)
    kinds, group = np.unique(key, axis=0, return_inverse=True)
    out = []
    for i, kind in enumerate(kinds):
        own = rows[group.ravel() == i]
        rgb = tuple((kind[1:] / 16).tolist())
        out += [(int(kind[0]), rgb, own[at : at + CORNERS_MAX]) for at in range(0, len(own), CORNERS_MAX)]
    return out


@cache
def _tiles() -> NDArray[np.uint8]:
    return tile_stack()[:, ::-1, :, :3]


def _surface(tile: int, rgb: tuple[float, ...]) -> NDArray[np.uint8]:
    """Return a tile in a colour, at a size the eye would average to at street distance."""
    import cv2

    picture = _tiles()[tile] * np.array(rgb)
    return np.ascontiguousarray(cv2.resize(picture, (64, 32), interpolation=cv2.INTER_AREA)).astype(np.uint8)


def _colour_strip(own: NDArray[np.float32], lamps: int) -> NDArray[np.uint8]:
    """Return (2, slots, 3) uint8, the colour of each slot; burning lamps are bright."""
    colours = palette() * 255
    colours[: len(own)] = own * 255
    burning = ((Lamp.HEAD, Slot.HEADLIGHT, (255, 255, 240)), (Lamp.BRAKE, Slot.TAILLIGHT, (255, 40, 30)),
               (Lamp.FLASH_A, Slot.FLASH_A, (255, 90, 80)), (Lamp.FLASH_B, Slot.FLASH_B, (110, 150, 255)))  # fmt: skip
    for lamp, slot, rgb in burning:
        if lamps & lamp:
            colours[slot] = rgb
    return np.tile(colours.astype(np.uint8), (2, 1, 1))


def _quaternion(turn: NDArray[np.float64]) -> list[float]:
    from scipy.spatial.transform import Rotation

    return [float(v) for v in Rotation.from_matrix(turn).as_quat()]


def _count_outlines(shot: Shot) -> None:
    """Fill in how many pixels each item would cover if nothing hid it, by filling its triangles in a small picture."""
    items, lens = shot.items, shot.lens
    for i in range(len(shot.cast)):
        matrix = shot.cast.matrix[i]
        mesh = _plain_body(shot.cast.body[i])
        items.area_px[i] = _filled(mesh.position_m @ matrix[:, :3].T + matrix[:, 3], items, i, lens)
    for i in np.unique(shot.puffs.row):
        own = shot.puffs.take(np.flatnonzero((shot.puffs.row == i) & (shot.puffs.look[:, 3] > PUFF_SOLID)))
        lumps = [_lump(own, k) for k in range(len(own))]
        items.area_px[i] = (
            _filled(np.concatenate([lump.position_m for lump in lumps]), items, int(i), lens) if lumps else 1.0
        )


@cache
def _plain_body(name: str) -> Mesh:
    body = bodies()[name]
    return coarse(body.mesh, 0.03 + 0.02 * max(body.size_m))


def _lump(puffs: Puffs, k: int) -> Mesh:
    return ball(puffs.middle_m[k], _radii(puffs, k), 0, 4, 6)


def _radii(puffs: Puffs, k: int) -> tuple[float, float, float]:
    half_w, half_h = (float(half) for half in puffs.half_m[k])
    return (
        (0.45 * half_w, 0.45 * half_w, half_h) if puffs.look[k, 0] < 1 else (0.7 * half_w, 0.7 * half_w, 0.7 * half_h)
    )


def _filled(place_m: NDArray[np.float64], items: Items, i: int, lens: Lens) -> float:
    import cv2

    pixels, depth = lens.project(place_m)
    low, high = items.full_box[i, :2], items.full_box[i, 2:]
    span = np.maximum(high - low, 1e-6)
    sheet = np.zeros((CELL_PX, CELL_PX), np.uint8)
    corners = np.rint((pixels - low) / span * CELL_PX - 0.5)
    ahead = (depth > NEAR_M).reshape(-1, 3).all(axis=1)
    for triangle in np.clip(corners, -4 * CELL_PX, 5 * CELL_PX).astype(np.int32).reshape(-1, 3, 2)[ahead]:
        cv2.fillConvexPoly(sheet, triangle, 1)
    return float(sheet.mean() * span.prod())
