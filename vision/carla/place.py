"""Between the city's metres and CARLA's: x east and y north here, x east and y south there, and other angles.

CARLA is left-handed: yaw grows from east over south, so that it is the bearing less 90 degrees; pitch grows upwards, as
ours does; a positive roll leans to the right, ours as it is drawn to the left. Its numbers are of single precision,
hence an origin near what is looked at.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final

_OFFSET: Final = re.compile(r'<offset\b[^>]*\bx="(?P<x>[^"]+)"[^>]*\by="(?P<y>[^"]+)"')


@dataclass(frozen=True, slots=True)
class Origin:
    """Where CARLA's zero lies in the city.

    Attributes:
        x_m, y_m: city metres.
    """

    x_m: float
    y_m: float

    @classmethod
    def of_map(cls, xodr: str) -> Origin:
        """Return the origin that a map's header states.

        Raises:
            ValueError: it states none.
        """
        found = _OFFSET.search(xodr)
        if found is None:
            raise ValueError("the map has no offset in its header")
        return cls(-float(found["x"]), -float(found["y"]))

    def there(self, x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
        """Return CARLA's x, y, z of a point of the city."""
        return x_m - self.x_m, self.y_m - y_m, z_m

    def here(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Return the point of the city at CARLA's x, y, z."""
        return self.x_m + x, self.y_m - y, z


def yaw_deg(bearing_deg: float) -> float:
    """Return the yaw, in [-180, 180), of a bearing clockwise from north.

    >>> [yaw_deg(bearing) for bearing in (0, 90, 180, 270)]
    [-90.0, 0.0, 90.0, -180.0]
    """
    return (bearing_deg - 90.0 + 180.0) % 360.0 - 180.0


def bearing_deg(yaw: float) -> float:
    """Return the bearing, in [0, 360), of a yaw."""
    return (yaw + 90.0) % 360.0


def transform(
    carla: Any, there: tuple[float, float, float], bearing: float, pitch_deg: float = 0.0, roll_deg: float = 0.0
) -> Any:
    """Return a ``carla.Transform`` from CARLA's x, y, z and our angles."""
    location = carla.Location(*map(float, there))
    return carla.Transform(location, carla.Rotation(float(pitch_deg), yaw_deg(float(bearing)), -float(roll_deg)))


def standing(
    origin: Origin,
    foot_m: tuple[float, float, float],
    bearing: float,
    roll_deg: float,
    size_m: tuple[float, float, float],
) -> tuple[float, float, float]:
    """Return CARLA's x, y, z of a body's own origin (the middle of its underside) so that it rests on the ground.

    A body on its side or roof is lifted and shifted as :func:`vision.render.cast.cast_of` does with ours.

    Args:
        origin: CARLA's zero.
        foot_m: the middle of the footprint at its lowest point, city metres.
        bearing: where the front points.
        roll_deg: about the long axis.
        size_m: length, width and height of the body as CARLA has it.
    """
    roll, b = math.radians(roll_deg), math.radians(bearing)
    left_m = -math.sin(roll) * size_m[2] / 2
    lift_m = abs(math.sin(roll)) * size_m[1] / 2 + max(0.0, -math.cos(roll) * size_m[2])
    x_m, y_m, z_m = foot_m
    return origin.there(x_m - math.cos(b) * left_m, y_m + math.sin(b) * left_m, z_m + lift_m)
