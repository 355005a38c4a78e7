"""Ways through the sky of a city: around red zones or along streets, and the heights that may be flown along them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from twin.airspace import AirSpace, AirWays, Corners, Roofs, StreetWays, levels_m
from twin.city import City

Floats = NDArray[np.float64]
NEAR_M: Final = 0.2


@dataclass(frozen=True, eq=False)
class Way:
    """A way on the level.

    Attributes:
        xy_m: (k, 2) from start to goal; one point alone where both are the same.
        heights_m: at which it may be flown, lowest first; none where a roof stands too high.
    """

    xy_m: Floats
    heights_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """How long it is."""
        return float(np.linalg.norm(np.diff(self.xy_m, axis=0), axis=1).sum())

    def reversed(self) -> Way:
        """Return the same way flown back."""
        return Way(self.xy_m[::-1], self.heights_m)


class SkyWays:
    """Finds ways; what belongs to a dock is kept.

    Args:
        city: whose roofs and streets.
        space: zones and rules.
        routes: ``straight`` or ``streets``.
    """

    def __init__(self, city: City, space: AirSpace, routes: Literal["straight", "streets"] = "straight") -> None:
        self.space = space
        self._air, self._roofs = AirWays(space), Roofs(city)
        self._streets = StreetWays(city, space) if routes == "streets" else None
        self._kept: dict[tuple[float, float], Corners] = {}
        self._last: tuple[tuple[float, float], Corners] = (np.nan, np.nan), Corners(*(np.zeros(0),) * 3)

    def is_free(self, x_m: float, y_m: float) -> bool:
        """Return whether a drone may be over a point."""
        return self._air.is_free(x_m, y_m)

    def keep(self, x_m: float, y_m: float) -> None:
        """Keep what a point sees, which many ways begin or end at.

        Raises:
            ValueError: it is in a red zone.
        """
        self._kept[x_m, y_m] = self._air.corners(x_m, y_m)

    def way(self, start_m: Floats, goal_m: Floats) -> Way | None:
        """Return the way from (2,) to (2,), None where red zones shut an end in or hold it."""
        return self.ways_to([start_m], goal_m)[0]

    def ways_to(self, starts: Sequence[Floats], goal_m: Floats) -> list[Way | None]:
        """Return the ways from some places (2,) to one."""
        if not self.is_free(*goal_m):
            return [None] * len(starts)
        clear = self._air.are_clear(np.array(starts), goal_m) if self._streets is None else np.zeros(len(starts), bool)
        found = []
        for start_m, straight in zip(starts, clear, strict=True):
            xy = np.array([start_m, goal_m]) if straight else self._found(start_m, goal_m)
            if xy is not None and np.linalg.norm(goal_m - start_m) < NEAR_M:
                xy = np.asarray(start_m)[None]
            found.append(None if xy is None else Way(xy, self._heights(xy)))
        return found

    def _found(self, start_m: Floats, goal_m: Floats) -> Floats | None:
        if not self.is_free(*start_m):
            return None
        if self._streets is not None:
            return _thinned(self._streets.way(start_m, goal_m))
        return _thinned(self._air.way(self._corners(start_m), self._corners(goal_m)))

    def _corners(self, at_m: Floats) -> Corners:
        at = float(at_m[0]), float(at_m[1])
        if at in self._kept:
            return self._kept[at]
        if at != self._last[0]:  # many docks ask for the way to one place
            self._last = at, self._air.corners(*at)
        return self._last[1]

    def _heights(self, xy: Floats) -> tuple[float, ...]:
        whole = np.repeat(xy, 2, axis=0) if len(xy) == 1 else xy
        heights = levels_m(self.space, self._roofs, whole)
        if self._streets is None:
            return tuple(heights)
        least_m = self.space.rules.street_height_m
        return tuple(height for height in heights if height >= least_m)


def _thinned(xy: Floats | None) -> Floats | None:
    """Without points that hardly differ from the one before."""
    if xy is None:
        return None
    kept = [0]
    for i in range(1, len(xy)):
        if np.linalg.norm(xy[i] - xy[kept[-1]]) >= NEAR_M or i == len(xy) - 1:
            kept.append(i)
    return xy[kept]
