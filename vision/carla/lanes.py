"""How well CARLA's lanes lie on our streets: each waypoint of its map against the street under it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city import City
from twin.errors import InputError
from vision.carla.ground import Ground, streets_near

SPACING_M: Final = 5.0
CLOSE_M: Final = 1.0
PARALLEL: Final = float(np.cos(np.radians(10.0)))


@dataclass(frozen=True)
class LaneFit:
    """Waypoints of driving lanes outside junctions, against the streets.

    Attributes:
        waypoints: how many.
        segments: segments of the map's topology.
        lateral_m: (n,) metres to the side of where the lane should be: lane k of a two-way street lies k - 0.5 lane
            widths right of its line, the lanes of a one-way street lie evenly about it.
        along: (n,) cosine of the angle to the way that traffic goes on that side of the street.
        streets: how many streets have a waypoint, of ``driven`` there are.
        driven: drivable streets of the ground.
    """

    waypoints: int
    segments: int
    lateral_m: NDArray[np.float64]
    along: NDArray[np.float64]
    streets: int
    driven: int

    @property
    def close(self) -> float:
        """Share of waypoints within a metre of where their lane should be."""
        return float((self.lateral_m <= CLOSE_M).mean()) if self.waypoints else 0.0

    @property
    def forward(self) -> float:
        """Share of waypoints that lead the way traffic goes there, within 10 degrees."""
        return float((self.along >= PARALLEL).mean()) if self.waypoints else 0.0

    def in_words(self) -> str:
        """Return the figures as a line."""
        if not self.waypoints:
            return "no waypoint lies on a driving lane"
        middle, most = np.quantile(self.lateral_m, [0.5, 0.95])
        return (
            f"{self.waypoints:,} waypoints on {self.streets:,} of {self.driven:,} streets; to the side of where their "
            f"lane should be: median {middle:.2f} m, 95 % within {most:.2f} m; {self.close:.1%} within {CLOSE_M:g} m; "
            f"{self.forward:.1%} lead the right way"
        )


def lane_fit(city: City, ground: Ground) -> LaneFit:
    """Return how a ground's lanes lie on the city's streets.

    Args:
        city: the streets that the ground was made of.
        ground: a map of them.

    Raises:
        InputError: the client cannot read the map.
    """
    found = _laid_out(ground)
    rows = np.array(found["rows"], dtype=float).reshape(-1, 6)
    table = streets_near(city, ground.middle_m).streets
    lines = table.geometry.to_numpy()
    x_m, y_m, _ = ground.origin.here(rows[:, 0], rows[:, 1], 0.0)  # type: ignore[arg-type]
    points = shapely.points(x_m, y_m)
    near = shapely.STRtree(lines).nearest(points)
    under, oneway, lanes = lines[near], table["oneway"].to_numpy(dtype=bool)[near], table["lanes"].to_numpy(float)[near]
    right_m, ahead = _beside(under, points, rows[:, 2], -rows[:, 3])
    wanted_m = (np.abs(rows[:, 4]) - 0.5) * rows[:, 5] - np.where(oneway, lanes * rows[:, 5] / 2.0, 0.0)
    along = np.where(oneway, ahead, np.abs(ahead))
    lateral_m = np.abs(np.where(ahead < 0, -right_m, right_m) - wanted_m)
    return LaneFit(len(rows), int(found["segments"]), lateral_m, along, len(np.unique(near)), len(lines))


def _beside(
    lines: NDArray[np.object_], points: NDArray[np.object_], east: NDArray[np.float64], north: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far right of lines points lie, and the cosine between ways and the lines' own way there."""
    length = shapely.length(lines)
    at = shapely.line_locate_point(lines, points)
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(at - 0.5, 0.0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(at + 0.5, length)))
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines, at))
    way = (after - before) / np.maximum(np.linalg.norm(after - before, axis=1), 1e-9)[:, None]
    off = shapely.get_coordinates(points) - foot
    return off[:, 0] * way[:, 1] - off[:, 1] * way[:, 0], east * way[:, 0] + north * way[:, 1]


def _laid_out(ground: Ground) -> dict[str, list[list[float]]]:
    with tempfile.TemporaryDirectory(prefix="twin-carla-") as folder:
        path = Path(folder) / "map.xodr"
        path.write_text(ground.xodr, encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "vision.carla.lanes_child", str(path), str(SPACING_M)],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    answer = ended.stdout[ended.stdout.rfind("\n{") + 1 :]
    if ended.returncode != 0 or not answer.startswith("{"):
        last = " ".join(ended.stderr.split()[-20:])
        raise InputError("lay out the lanes of a map", f"carla.Map cannot read it ({last or ended.returncode})")
    found: dict[str, list[list[float]]] = json.loads(answer)
    return found
