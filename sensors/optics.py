"""What a pinhole camera makes of the world: where things fall in the picture, and at how many pixels a metre.

Coordinates: city metres with z above the (flat) ground; pixels with the origin at the top left corner of the picture,
u to the right, v down, the optical axis through ``(width_px / 2, height_px / 2)``. No lens distortion.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator

from sensors.cameras import Camera
from twin.checked_yaml import Strict, read_checked

Floats = NDArray[np.float64]

DORI_FILE: Final = Path(__file__).parent / "data" / "dori.yaml"
DORI_CLASSES: Final = ("none", "detect", "observe", "recognise", "identify")


def focal_px(camera: Camera) -> float:
    """Return the focal length in pixels: half the width over the tangent of half the field of view.

    A picture 1920 px wide over 90 degrees has a focal length of 960 px.
    """
    return camera.width_px / (2.0 * math.tan(math.radians(camera.hfov_deg) / 2.0))


def axes(camera: Camera) -> Floats:
    """Return the camera's (3, 3) rotation, rows right, up and forward in city axes (east, north, up)."""
    bearing, pitch = math.radians(camera.bearing_deg), math.radians(camera.pitch_deg)
    sin_b, cos_b, sin_p, cos_p = math.sin(bearing), math.cos(bearing), math.sin(pitch), math.cos(pitch)
    return np.array(
        [[cos_b, -sin_b, 0.0], [-sin_b * sin_p, -cos_b * sin_p, cos_p], [sin_b * cos_p, cos_b * cos_p, sin_p]]
    )


def project(camera: Camera, xyz_m: ArrayLike) -> tuple[Floats, Floats]:
    """Return where points fall in the picture and how deep they lie.

    Args:
        camera: who looks.
        xyz_m: (n, 3) city metres, z above the ground.

    Returns:
        uv: (n, 2) px, NaN for a point that is not in front of the camera; may lie outside the picture.
        depth_m: (n,) distance along the optical axis, negative behind the camera.
    """
    points = np.asarray(xyz_m, dtype=np.float64).reshape(-1, 3)
    seen = (points - (camera.x_m, camera.y_m, camera.height_m)) @ axes(camera).T
    depth_m = seen[:, 2]
    scale = np.full(len(points), np.nan)
    np.divide(focal_px(camera), depth_m, out=scale, where=depth_m > 0)
    u_px, v_px = camera.width_px / 2.0 + scale * seen[:, 0], camera.height_px / 2.0 - scale * seen[:, 1]
    return np.column_stack([u_px, v_px]), depth_m


def in_picture(camera: Camera, xyz_m: ArrayLike) -> NDArray[np.bool_]:
    """Return which points (n, 3) fall inside the picture; buildings are not asked."""
    uv, _ = project(camera, xyz_m)
    with np.errstate(invalid="ignore"):
        inside = (uv >= 0) & (uv <= (camera.width_px, camera.height_px))
    return np.asarray(inside.all(axis=1), dtype=np.bool_)


def pixel_to_ground(camera: Camera, u_px: ArrayLike, v_px: ArrayLike) -> tuple[Floats, Floats]:
    """Return the point of the flat ground behind each pixel; NaN at and above the horizon.

    Args:
        camera: who looks.
        u_px: pixels from the left, scalar or array.
        v_px: pixels from the top, broadcast against ``u_px``.

    Returns:
        x_m, y_m: city metres, in the broadcast shape.
    """
    right, down = np.broadcast_arrays(
        (np.asarray(u_px, dtype=np.float64) - camera.width_px / 2.0) / focal_px(camera),
        (np.asarray(v_px, dtype=np.float64) - camera.height_px / 2.0) / focal_px(camera),
    )
    ray = np.stack([right, -down, np.ones_like(right)], axis=-1) @ axes(camera)
    reach = np.full(right.shape, np.nan)
    np.divide(-camera.height_m, ray[..., 2], out=reach, where=ray[..., 2] < -1e-9)
    return camera.x_m + reach * ray[..., 0], camera.y_m + reach * ray[..., 1]


def pixels_per_metre(camera: Camera, xyz_m: ArrayLike) -> Floats:
    """Return the pixel density (n,) on a target at each point (n, 3) that faces the camera squarely.

    It is the focal length over the depth along the optical axis, so it is the same all along a plane parallel to the
    picture; 0 for a point that is not in front of the camera.
    """
    _, depth_m = project(camera, xyz_m)
    density = np.zeros(len(depth_m))
    np.divide(focal_px(camera), depth_m, out=density, where=depth_m > 0)
    return density


def pixel_height(camera: Camera, xyz_m: ArrayLike, target_height_m: float) -> Floats:
    """Return how many pixels (n,) a target of that size spans at each point when it faces the camera squarely.

    This is ``pixels_per_metre * target_height_m``, the size a fitted model's hazard is a function of. Seen from
    above, an upright target spans fewer rows than that, by the cosine of the angle it is looked down at.
    """
    return pixels_per_metre(camera, xyz_m) * target_height_m


class Dori(Strict):
    """The least pixel densities of one edition of the standard, px/m, ascending."""

    edition: str = Field(min_length=3)
    as_of: str
    source: str = Field(min_length=3)
    verified: str = Field(min_length=3)
    detect_px_m: float = Field(gt=0)
    observe_px_m: float = Field(gt=0)
    recognise_px_m: float = Field(gt=0)
    identify_px_m: float = Field(gt=0)

    @property
    def bounds_px_m(self) -> Floats:
        """(4,) the four bounds, in the order of the classes above ``none``."""
        return np.array([self.detect_px_m, self.observe_px_m, self.recognise_px_m, self.identify_px_m])

    @model_validator(mode="after")
    def _ascends(self) -> Dori:
        if not (np.diff(self.bounds_px_m) > 0).all():
            raise ValueError("the four densities must rise from detect to identify")
        return self


@cache
def load_dori(path: Path = DORI_FILE) -> Dori:
    """Read the densities that ship with the project, or another edition's.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, Dori, f"read the pixel density classes {path.name}")


def dori_class(px_per_m: ArrayLike, dori: Dori | None = None) -> NDArray[np.uint8]:
    """Return the row of ``DORI_CLASSES`` for each density: 0 none, 1 detect, ... 4 identify."""
    bounds = (dori or load_dori()).bounds_px_m
    return np.searchsorted(bounds, np.asarray(px_per_m, dtype=np.float64), side="right").astype(np.uint8)
