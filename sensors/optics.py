"""What a camera makes of the world: where things fall in the picture, and at how many pixels a metre.

Coordinates: city metres with z above the (flat) ground; pixels with the origin at the top left corner of the picture,
u to the right, v down, the optical axis through ``(width_px / 2, height_px / 2)``. A pinhole, whose picture a lens may
distort radially (:mod:`sensors.lens`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, field_validator, model_validator

from sensors.cameras import Camera
from sensors.lens import distorted, undistorted
from twin.checked_yaml import Strict, read_checked
from twin.errors import InputError, unknown_name

Floats = NDArray[np.float64]

EDITIONS_FILE: Final = Path(__file__).parent / "data" / "editions.yaml"
DORI_CLASSES: Final = ("none", "detect", "observe", "recognise", "identify")
"""The classes of the default edition."""


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
        uv: (n, 2) px, NaN for a point that is not in front of the camera, or so far aside that the lens brings its
            light nowhere; may lie outside the picture.
        depth_m: (n,) distance along the optical axis, negative behind the camera.
    """
    points = np.asarray(xyz_m, dtype=np.float64).reshape(-1, 3)
    seen = (points - (camera.x_m, camera.y_m, camera.height_m)) @ axes(camera).T
    depth_m = seen[:, 2]
    scale = np.full(len(points), np.nan)
    np.divide(focal_px(camera), depth_m, out=scale, where=depth_m > 0)
    if camera.k1 or camera.k2:
        scale *= _stretch(np.hypot(seen[:, 0], seen[:, 1]) * scale / focal_px(camera), camera.k1, camera.k2)
    u_px, v_px = camera.width_px / 2.0 + scale * seen[:, 0], camera.height_px / 2.0 - scale * seen[:, 1]
    return np.column_stack([u_px, v_px]), depth_m


def _stretch(radius: Floats, k1: float, k2: float) -> Floats:
    """Return how many times farther out the lens puts rays at these radii."""
    falls = distorted(radius, k1, k2)
    return np.divide(falls, radius, out=np.where(np.isnan(radius), np.nan, 1.0), where=radius > 0)


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
    if camera.k1 or camera.k2:
        falls = np.hypot(right, down)
        back = np.divide(undistorted(falls, camera.k1, camera.k2), falls, out=np.ones_like(falls), where=falls > 0)
        right, down = right * back, down * back
    ray = np.stack([right, -down, np.ones_like(right)], axis=-1) @ axes(camera)
    reach = np.full(right.shape, np.nan)
    np.divide(-camera.height_m, ray[..., 2], out=reach, where=ray[..., 2] < -1e-9)
    return camera.x_m + reach * ray[..., 0], camera.y_m + reach * ray[..., 1]


def pixels_per_metre(camera: Camera, xyz_m: ArrayLike) -> Floats:
    """Return the pixel density (n,) on a target at each point (n, 3) that faces the camera squarely.

    It is the focal length over the depth along the optical axis, so it is the same all along a plane parallel to the
    picture; 0 for a point that is not in front of the camera. The lens's distortion is not in it: that moves pixels,
    by a few in a hundred, from the rim of the picture to its middle or back.
    """
    _, depth_m = project(camera, xyz_m)
    density = np.zeros(len(depth_m))
    np.divide(focal_px(camera), depth_m, out=density, where=depth_m > 0)
    return density


def pixel_height(camera: Camera, xyz_m: ArrayLike, target_height_m: float) -> Floats:
    """Return how many pixels (n,) a target of that size spans at each point when it faces the camera squarely.

    This is ``pixels_per_metre * target_height_m``, the size a fitted model's hazard is a function of. Seen from
    above, an upright target spans fewer rows than that: :func:`upright_px`.
    """
    return pixels_per_metre(camera, xyz_m) * target_height_m


def upright_px(camera: Camera, xy_m: ArrayLike, target_height_m: float) -> Floats:
    """Return how many pixels (n,) lie between foot and head of an upright target at each point (n, 2) of the ground.

    Exact: both are projected. NaN where one of them is not in front of the camera.
    """
    feet = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    foot, _ = project(camera, np.column_stack([feet, np.zeros(len(feet))]))
    head, _ = project(camera, np.column_stack([feet, np.full(len(feet), target_height_m)]))
    length: Floats = np.linalg.norm(head - foot, axis=1)
    return length


class Dori(Strict):
    """Classes of pixel density of one edition of the standard; editions differ in names and in numbers.

    Attributes:
        edition: its title.
        classes: least density on the target by class name, px/m, rising.
        left_out: classes of the edition that are not used here.
        source, verified: where the figures come from, and how far they were checked.
    """

    edition: str = Field(min_length=3)
    classes: Mapping[str, float] = Field(min_length=1)
    left_out: str
    source: str = Field(min_length=3)
    verified: str = Field(min_length=3)

    @property
    def names(self) -> tuple[str, ...]:
        """What the rows of a coverage map mean: ``none``, then the classes from the least density up."""
        return ("none", *self.classes)

    @property
    def bounds_px_m(self) -> NDArray[np.float64]:
        """(k,) least density of each class above ``none``, px/m."""
        return np.array(list(self.classes.values()))

    @field_validator("classes")
    @classmethod
    def _rises(cls, classes: Mapping[str, float]) -> Mapping[str, float]:
        bounds = list(classes.values())
        if bounds[0] <= 0 or not (np.diff(bounds) > 0).all():
            raise ValueError(f"the densities must rise from above 0, found {bounds}")
        return classes


class Editions(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    default: str
    editions: Mapping[str, Dori]

    @model_validator(mode="after")
    def _has_its_default(self) -> Editions:
        if self.default not in self.editions:
            raise ValueError(unknown_name("edition", self.default, tuple(self.editions)))
        return self


@cache
def load_editions(path: Path = EDITIONS_FILE) -> Editions:
    """Read the editions that ship with the project, or a file of one's own.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, Editions, f"read the pixel density classes {path.name}")


def load_dori(edition: str | None = None) -> Dori:
    """Return the classes of an edition, by default of the one that most plans still name.

    Raises:
        InputError: no such edition.
    """
    known = load_editions()
    name = known.default if edition is None else edition
    if name not in known.editions:
        raise InputError("use the pixel density classes", unknown_name("edition", name, tuple(known.editions)))
    return known.editions[name]


def dori_class(px_per_m: ArrayLike, dori: Dori | None = None) -> NDArray[np.uint8]:
    """Return the row of ``dori.names`` for each density: 0 none, 1 the least class, and so on up."""
    bounds = (dori or load_dori()).bounds_px_m
    return np.searchsorted(bounds, np.asarray(px_per_m, dtype=np.float64), side="right").astype(np.uint8)
