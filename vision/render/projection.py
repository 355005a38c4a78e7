"""From metres to pixels: a pinhole with square pixels, bearing clockwise from north, pitch up positive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensors.cameras import Camera

NEAR_M, FAR_M = 0.3, 1500.0
FLYING_PLACE_M = 250.0
FLYING_REACH_M = 700.0
"""A camera that flies is drawn from places this far apart, so that the still city is not built anew for each frame; and
sees this far round them."""


def place_of(camera: Camera) -> tuple[float, float]:
    """Return the point on the ground, city metres, that everything in a camera's frames is drawn relative to.

    It is the point under the camera; for a drone the nearest of a grid of points, the same along its way.
    """
    if camera.kind != "drone":
        return camera.x_m, camera.y_m
    return round(camera.x_m / FLYING_PLACE_M) * FLYING_PLACE_M, round(camera.y_m / FLYING_PLACE_M) * FLYING_PLACE_M


@dataclass(frozen=True)
class Lens:
    """One camera as matrices; everything is relative to its place on the ground.

    Attributes:
        origin_m: (3,) float64, city metres, its place on the ground by :func:`place_of`.
        eye_m: (3,) float64, the camera relative to the origin.
        axes: (3, 3) float64, rows: right, up, forward.
        focal_px: pixels per unit of slope.
        width_px, height_px: the picture.
    """

    origin_m: NDArray[np.float64]
    eye_m: NDArray[np.float64]
    axes: NDArray[np.float64]
    focal_px: float
    width_px: int
    height_px: int

    @classmethod
    def of(cls, camera: Camera) -> Lens:
        """Return the lens of a camera."""
        b, p = np.radians(camera.bearing_deg), np.radians(camera.pitch_deg)
        forward = np.array([np.sin(b) * np.cos(p), np.cos(b) * np.cos(p), np.sin(p)])
        right = np.array([np.cos(b), -np.sin(b), 0.0])
        place_x_m, place_y_m = place_of(camera)
        focal = camera.width_px / 2 / np.tan(np.radians(camera.hfov_deg) / 2)
        return cls(
            origin_m=np.array([place_x_m, place_y_m, 0.0]),
            eye_m=np.array([camera.x_m - place_x_m, camera.y_m - place_y_m, camera.height_m]),
            axes=np.stack([right, np.cross(right, forward), forward]),
            focal_px=float(focal),
            width_px=camera.width_px,
            height_px=camera.height_px,
        )

    def project(self, local_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (..., 2) pixels, origin top left, and (...) depth in metres, of points relative to the origin.

        Points behind the camera have a negative depth and pixels without meaning.
        """
        seen = (np.asarray(local_m, float) - self.eye_m) @ self.axes.T
        depth = seen[..., 2]
        safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        x = self.width_px / 2 + self.focal_px * seen[..., 0] / safe
        y = self.height_px / 2 - self.focal_px * seen[..., 1] / safe
        return np.stack([x, y], axis=-1), depth

    @property
    def view_matrix(self) -> NDArray[np.float64]:
        """(4, 4) matrix from metres relative to the origin to the camera's axes: right, up, backwards."""
        view = np.eye(4)
        view[:3, :3] = self.axes * np.array([[1.0], [1.0], [-1.0]])
        view[:3, 3] = -view[:3, :3] @ self.eye_m
        return view

    @property
    def lens_matrix(self) -> NDArray[np.float64]:
        """(4, 4) matrix from the camera's axes to clip space."""
        lens = np.zeros((4, 4))
        lens[0, 0] = 2 * self.focal_px / self.width_px
        lens[1, 1] = 2 * self.focal_px / self.height_px
        lens[2, 2] = -(FAR_M + NEAR_M) / (FAR_M - NEAR_M)
        lens[2, 3] = -2 * FAR_M * NEAR_M / (FAR_M - NEAR_M)
        lens[3, 2] = -1.0
        return lens

    @property
    def clip_matrix(self) -> NDArray[np.float64]:
        """(4, 4) matrix from metres relative to the origin to clip space."""
        return self.lens_matrix @ self.view_matrix
