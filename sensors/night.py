"""What a camera sees at night: as far as its own infrared light carries, and ground that street lamps light."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.spatial import cKDTree

from sensors.cameras import CameraFleet
from twin.checked_yaml import Strict, read_checked
from twin.city import City
from twin.city.standing import lamp_posts_in

Floats = NDArray[np.float64]
NIGHT_FILE: Final = Path(__file__).parent / "data" / "night.yaml"


class NightFigures(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    lamp_reach_m: float = Field(gt=0)
    night_hours: float = Field(gt=0, lt=24)
    source: str


@cache
def load_night(path: Path = NIGHT_FILE) -> NightFigures:
    """Read what is assumed of the night.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, NightFigures, f"read the figures of the night {path.name}")


class Lamps:
    """Where street lamps burn, asked whether they light a point.

    Args:
        lamp_m: (k, 3) lamps, city metres, z above the ground.
        figures: how far they reach, by default the file that ships.
    """

    def __init__(self, lamp_m: Floats, figures: NightFigures | None = None) -> None:
        self._reach_m = (figures or load_night()).lamp_reach_m
        self._height_m = lamp_m[:, 2]
        self._tree = cKDTree(lamp_m[:, :2]) if len(lamp_m) else None

    def light(self, points: Floats) -> NDArray[np.bool_]:
        """Return which points (n, 3) lie in the light of the lamp nearest to them in plan, and not above it."""
        if self._tree is None or not len(points):
            return np.zeros(len(points), dtype=bool)
        away_m, nearest = self._tree.query(points[:, :2], distance_upper_bound=self._reach_m)
        lit, lamp = np.isfinite(away_m), np.asarray(nearest)
        lit[lit] = points[lit, 2] <= self._height_m[lamp[lit]]
        return np.asarray(lit, dtype=np.bool_)


def lamps_of(city: City) -> Lamps:
    """Return the lamps of a city's lamp posts."""
    return Lamps(lamp_posts_in(city).lamp_m)


def night_reach_m(fleet: CameraFleet) -> Floats:
    """Return how far (n,) each camera sees unlit ground: its infrared range, its range where none is told, or 0."""
    told = np.where(fleet.ir_range_m > 0, fleet.ir_range_m, fleet.range_m)
    return np.where(fleet.ir, np.minimum(told, fleet.range_m), 0.0)
