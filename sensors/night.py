"""What a camera sees at night: as far as its own infrared light carries, and ground that street lamps light."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field
from scipy.spatial import cKDTree

from sensors.cameras import CameraFleet
from twin.checked_yaml import Strict, read_checked
from twin.city import City

Floats = NDArray[np.float64]
NIGHT_FILE: Final = Path(__file__).parent / "data" / "night.yaml"
EVERY_M: Final = 28.0
BESIDE_M: Final = 0.8


class NightFigures(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    lamp_reach_m: float = Field(gt=0)
    lamp_height_m: float = Field(gt=0)
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
    """Where street lamps stand, asked whether they light a point.

    Args:
        xy_m: (k, 2) feet of the lamps, city metres.
        figures: how far they reach, by default the file that ships.
    """

    def __init__(self, xy_m: Floats, figures: NightFigures | None = None) -> None:
        self._figures = figures or load_night()
        self._tree = cKDTree(xy_m) if len(xy_m) else None

    def light(self, points: Floats) -> NDArray[np.bool_]:
        """Return which points (n, 2) or (n, 3) lie in their light; with a height, not above the lamps."""
        if self._tree is None or not len(points):
            return np.zeros(len(points), dtype=bool)
        away_m, _ = self._tree.query(points[:, :2], distance_upper_bound=self._figures.lamp_reach_m)
        lit: NDArray[np.bool_] = np.isfinite(away_m)
        return lit if points.shape[1] == 2 else lit & (points[:, 2] <= self._figures.lamp_height_m)


def lamps_of(city: City) -> Lamps:
    """Return a city's street lamps: one every 28 m beside each street that is driven, now left, now right."""
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    lines, length_m = streets.geometry.to_numpy(), streets["length_m"].to_numpy(np.float64)
    first_m = np.minimum(EVERY_M / 2.0, length_m / 2.0)
    counts = np.maximum(np.ceil((length_m - first_m) / EVERY_M), 1).astype(np.int64)
    street = np.repeat(np.arange(len(streets)), counts)
    step = np.arange(len(street)) - np.repeat(np.cumsum(counts) - counts, counts)
    at_m = np.minimum(first_m[street] + EVERY_M * step, length_m[street])
    aside = np.where(step % 2, 1.0, -1.0) * (streets["width_m"].to_numpy(np.float64)[street] / 2.0 + BESIDE_M)
    return Lamps(_beside(lines[street], at_m, aside))


def _beside(lines: NDArray[Any], at_m: Floats, aside_m: Floats) -> Floats:
    """Return the points (n, 2) at that length along each line and that far to its left."""
    back, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m + d)) for d in (-0.5, 0.5))
    along = ahead - back
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    beside: Floats = (back + ahead) / 2.0 + np.column_stack([-along[:, 1], along[:, 0]]) * aside_m[:, None]
    return beside


def night_reach_m(fleet: CameraFleet) -> Floats:
    """Return how far (n,) each camera sees unlit ground: its infrared range, its range where none is told, or 0."""
    told = np.where(fleet.ir_range_m > 0, fleet.ir_range_m, fleet.range_m)
    return np.where(fleet.ir, np.minimum(told, fleet.range_m), 0.0)
