"""Whether a plate or a face can be read where it is: pixels across it, the angle it is seen under, and its motion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from sensors.cameras import Camera
from sensors.optics import in_picture, project
from twin.checked_yaml import Strict, read_checked

Floats = NDArray[np.float64]

CAPTURE_FILE: Final = Path(__file__).parent / "data" / "capture.yaml"


class _Conditions(Strict):
    width_m: float = Field(gt=0)
    height_m: float = Field(gt=0)
    least_px: float = Field(gt=0)
    most_horizontal_deg: float = Field(gt=0, le=90)
    most_vertical_deg: float = Field(gt=0, le=90)
    most_blur_px: float = Field(gt=0)
    exposure_s: float = Field(gt=0)
    source: str = Field(min_length=3)


class PlateConditions(_Conditions):
    """What a plate's picture needs; ``least_px`` across ``width_m``."""


class FaceConditions(_Conditions):
    """What a face's picture needs; ``least_px`` across ``width_m`` and ``least_eyes_px`` across ``eyes_m``."""

    eyes_m: float = Field(gt=0)
    least_eyes_px: float = Field(gt=0)


class Capture(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    plate: PlateConditions
    face: FaceConditions


@cache
def load_capture(path: Path = CAPTURE_FILE) -> Capture:
    """Read the conditions that ship with the project, or a file of one's own.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, Capture, f"read the capture conditions {path.name}")


@dataclass(frozen=True)
class Captured:
    """What a camera gets of n plates or faces; nothing that stands in between is asked for.

    Attributes:
        readable: (n,) every condition holds.
        px: (n,) pixels across the plate, or across the face.
        horizontal_deg, vertical_deg: (n,) angle of incidence, in plan and above.
        blur_px: (n,) how far it moves in the picture while the shutter is open.
    """

    readable: NDArray[np.bool_]
    px: Floats
    horizontal_deg: Floats
    vertical_deg: Floats
    blur_px: Floats


def plate_readable(
    camera: Camera,
    x_m: ArrayLike,
    y_m: ArrayLike,
    heading_deg: ArrayLike,
    speed_kmh: ArrayLike = 0.0,
    exposure_s: float | None = None,
    conditions: PlateConditions | None = None,
) -> Captured:
    """Return whether the plates of vehicles can be read: the front one of a vehicle that comes, the rear one of others.

    Args:
        camera: who looks.
        x_m: (n,) city metres of the plates, or one; so are the others.
        y_m: the same, northward.
        heading_deg: where each vehicle drives to, clockwise from north.
        speed_kmh: how fast.
        exposure_s: how long the shutter is open, by default as the conditions say.
        conditions: by default those that ship.
    """
    needs = conditions or load_capture().plate
    at, heading, speed = _spread(x_m, y_m, needs.height_m, heading_deg, speed_kmh)
    ahead = _direction(heading)
    to_camera = np.array([camera.x_m, camera.y_m]) - at[:, :2]
    comes = (to_camera * ahead).sum(axis=1) >= 0
    outward = np.where(comes[:, None], ahead, -ahead)
    return _captured(camera, at, outward, ahead * (speed / 3.6)[:, None], exposure_s, needs)


def face_capturable(
    camera: Camera,
    x_m: ArrayLike,
    y_m: ArrayLike,
    facing_deg: ArrayLike,
    speed_kmh: ArrayLike = 5.0,
    exposure_s: float | None = None,
    conditions: FaceConditions | None = None,
) -> Captured:
    """Return whether faces can be recognised of people who look and walk where they face.

    Args:
        camera: who looks.
        x_m: (n,) city metres of the people, or one; so are the others.
        y_m: the same, northward.
        facing_deg: where each looks, clockwise from north.
        speed_kmh: how fast each walks that way.
        exposure_s: how long the shutter is open, by default as the conditions say.
        conditions: by default those that ship.
    """
    needs = conditions or load_capture().face
    at, facing, speed = _spread(x_m, y_m, needs.height_m, facing_deg, speed_kmh)
    ahead = _direction(facing)
    got = _captured(camera, at, ahead, ahead * (speed / 3.6)[:, None], exposure_s, needs)
    apart = got.px * needs.eyes_m / needs.width_m
    return Captured(got.readable & (apart >= needs.least_eyes_px), got.px, got.horizontal_deg, got.vertical_deg,
                    got.blur_px)  # fmt: skip


def _spread(
    x_m: ArrayLike, y_m: ArrayLike, height_m: float, heading_deg: ArrayLike, speed_kmh: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    x, y, heading, speed = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (x_m, y_m, heading_deg, speed_kmh))
    )
    return np.column_stack([x, y, np.full(len(x), height_m)]), heading, speed


def _direction(bearing_deg: Floats) -> Floats:
    return np.column_stack([np.sin(np.radians(bearing_deg)), np.cos(np.radians(bearing_deg))])


def _captured(
    camera: Camera, at: Floats, outward: Floats, velocity_ms: Floats, exposure_s: float | None, needs: _Conditions
) -> Captured:
    half = 0.5 * needs.width_m * np.column_stack([outward[:, 1], -outward[:, 0], np.zeros(len(at))])
    px = _apart(camera, at - half, at + half)
    moved = np.column_stack([velocity_ms, np.zeros(len(at))]) * (needs.exposure_s if exposure_s is None else exposure_s)
    blur_px = _apart(camera, at, at + moved)
    way = np.array([camera.x_m, camera.y_m, camera.height_m]) - at
    far = np.hypot(way[:, 0], way[:, 1])
    ahead, aside = (way[:, :2] * outward).sum(axis=1), way[:, 0] * outward[:, 1] - way[:, 1] * outward[:, 0]
    horizontal_deg = np.degrees(np.abs(np.arctan2(aside, ahead)))
    vertical_deg = np.degrees(np.abs(np.arctan2(way[:, 2], far)))
    with np.errstate(invalid="ignore"):
        enough = (px >= needs.least_px) & (blur_px <= needs.most_blur_px)
    angles = (horizontal_deg <= needs.most_horizontal_deg) & (vertical_deg <= needs.most_vertical_deg)
    inside = in_picture(camera, at - half) & in_picture(camera, at + half) & (far <= camera.range_m)
    return Captured(enough & angles & inside, px, horizontal_deg, vertical_deg, blur_px)


def _apart(camera: Camera, one: Floats, other: Floats) -> Floats:
    length: Floats = np.linalg.norm(project(camera, one)[0] - project(camera, other)[0], axis=1)
    return length
