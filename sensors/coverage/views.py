"""Where one camera can see a target of one height at all: its picture and range as a shape on the ground."""

from __future__ import annotations

import math

import numpy as np

from sensors.kernels import kernel
from sensors.sightline import Floats


@kernel
def view_edges(camera: Floats, dz_m: float, least_px_m: float, cell_m: float) -> Floats:
    """Return the half-planes (k, 3) that bound what a camera pictures at ``least_px_m`` or better.

    Each is a, b, c of a x + b y + c >= 0, x cells east and y cells north of the camera, for targets ``dz_m`` above it.
    None for a rotating camera: it looks all round.
    """
    if camera[11] > 1.0:
        return np.zeros((0, 3))
    sin_b, cos_b, sin_p, cos_p = camera[3], camera[4], camera[5], camera[6]
    focal, half_width, half_height = camera[7], camera[8], camera[9]
    depth = np.array([sin_b * cos_p * cell_m, cos_b * cos_p * cell_m, dz_m * sin_p])
    across = np.array([cos_b * cell_m, -sin_b * cell_m, 0.0])
    up = np.array([-sin_b * sin_p * cell_m, -cos_b * sin_p * cell_m, dz_m * cos_p])
    edges = np.empty((6, 3))
    edges[0] = half_width * depth - focal * across
    edges[1] = half_width * depth + focal * across
    edges[2] = half_height * depth - focal * up
    edges[3] = half_height * depth + focal * up
    edges[4] = depth
    edges[5] = -depth
    edges[5, 2] += focal / least_px_m
    return edges


@kernel
def reach_of(camera: Floats, dz_m: float, least_px_m: float) -> float:
    """Return how far, in metres, a camera can see a target at ``least_px_m`` or better: its range or less."""
    if camera[11] > 1.0 or camera[6] < 1e-3:
        return float(camera[10])
    depth = camera[7] / least_px_m
    along = (abs(dz_m * camera[5]) + depth) / camera[6]
    return float(min(camera[10], math.hypot(along, depth * camera[8] / camera[7])))
