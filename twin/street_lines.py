"""Where on the ground a vehicle is when it has driven some share of a street."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from twin.city.model import City


class StreetLines:
    """The lines of a city's streets, ready to be followed."""

    def __init__(self, city: City) -> None:
        self._lines: NDArray[np.object_] = city.streets.geometry.to_numpy()

    def line(self, street: int, forward: bool) -> NDArray[np.float64]:
        """Return the (points, 2) line of a street in metres, turned round if it is driven against."""
        line: NDArray[np.float64] = shapely.get_coordinates(self._lines[street])
        return line if forward else line[::-1]

    def pose(
        self, streets: Sequence[int], forward: Sequence[bool], at_ms: ArrayLike, elapsed_ms: int
    ) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` (clockwise from north) of a vehicle on a way of at least one street.

        The speed is even on each street; the wait at a signal is spread over the street before it. Before the start
        it stands at the start, afterwards at the end.

        Args:
            streets: (k,) rows driven one after the other.
            forward: (k,) whether along the line.
            at_ms: (k + 1,) time at the start, and at the end of each street.
            elapsed_ms: time since the start.
        """
        times = np.asarray(at_ms)
        leg = int(np.clip(np.searchsorted(times, elapsed_ms, side="right") - 1, 0, len(streets) - 1))
        share = np.clip((elapsed_ms - times[leg]) / (times[leg + 1] - times[leg]), 0.0, 1.0)
        return _pose_on(self.line(int(streets[leg]), bool(forward[leg])), float(share))

    def along(self, streets: Sequence[int], forward: Sequence[bool]) -> NDArray[np.float64]:
        """Return the (points, 2) line of streets driven one after the other."""
        parts = [self.line(street, ahead) for street, ahead in zip(streets, forward, strict=True)]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _pose_on(line: NDArray[np.float64], share: float) -> tuple[float, float, float]:
    steps: NDArray[Any] = np.diff(line, axis=0)
    step_m = np.hypot(steps[:, 0], steps[:, 1])
    at_m = np.concatenate([[0.0], np.cumsum(step_m)])
    along_m = share * at_m[-1]
    i = int(np.clip(np.searchsorted(at_m, along_m, side="right") - 1, 0, len(steps) - 1))
    x_m, y_m = line[i] + steps[i] * min(1.0, (along_m - at_m[i]) / max(step_m[i], 1e-9))
    return float(x_m), float(y_m), float(np.degrees(np.arctan2(steps[i, 0], steps[i, 1])) % 360.0)
