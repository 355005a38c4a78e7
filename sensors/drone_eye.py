"""A drone's camera as a camera: one that hovers, or tours points in the air as a rotating camera tours its presets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sensors.cameras import Camera, Preset

PITCH_DEG: Final = -50.0
WIDTH_PX: Final = 1920
HEIGHT_PX: Final = 1080
RANGE_M: Final = 250.0
"""How a drone's camera is set for watching the ground, its picture, and how far it is counted on (all assumed)."""


def hovering(name: str, x_m: float, y_m: float, height_m: float, bearing_deg: float, hfov_deg: float) -> Camera:
    """Return the camera of a drone that hovers at a point and looks down ahead.

    Args:
        name: its id.
        x_m: city metres.
        y_m: city metres.
        height_m: above the ground.
        bearing_deg: where it looks.
        hfov_deg: of its class.
    """
    return Camera(
        name, "drone", x_m, y_m, height_m, bearing_deg % 360.0, PITCH_DEG, hfov_deg, WIDTH_PX, HEIGHT_PX, RANGE_M,
    )  # fmt: skip


def beside_m(height_m: float) -> float:
    """Return how far from the place it watches a drone hovers, so that the place is in the middle of the picture."""
    return height_m / math.tan(math.radians(-PITCH_DEG))


def touring(name: str, hfov_deg: float, stops: Sequence[Preset]) -> Camera:
    """Return the camera of a drone that stays at points in the air in turn.

    Args:
        name: its id.
        hfov_deg: of its class.
        stops: each with ``x_m``, ``y_m`` and ``height_m``; the first is where the camera is said to stand.
    """
    first = stops[0]
    assert first.x_m is not None and first.y_m is not None and first.height_m is not None
    eye = hovering(name, first.x_m, first.y_m, first.height_m, first.bearing_deg, hfov_deg)
    values = {field: getattr(eye, field) for field in eye.__dataclass_fields__} | {"presets": tuple(stops)}
    return Camera(**values)
