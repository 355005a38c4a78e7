"""Whose homes drones pass over: dwellings within a margin of the ways they fly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.model import City

BESIDE_M: Final = 25.0
"""A home this near to the line under a way counts as flown over (assumed; the margin of :class:`Roofs`)."""

Floats = NDArray[np.float64]


class HomesBelow:
    """The dwellings of a city, found by the ways over them.

    Args:
        city: its buildings with dwellings.

    Attributes:
        dwellings: in the whole city.
    """

    def __init__(self, city: City) -> None:
        count = city.buildings["dwellings"].to_numpy(np.int64)
        homes = np.flatnonzero(count > 0)
        self._count = count[homes]
        self._tree = shapely.STRtree(city.buildings.geometry.to_numpy()[homes])
        self.dwellings = int(count.sum())

    def under(self, ways: Sequence[Floats], times: Floats | None = None) -> Floats:
        """Return (b,) how often the ways (k, 2) pass over each building with dwellings.

        Args:
            ways: over the ground.
            times: (n,) how often each is flown; once where not given.
        """
        often = np.ones(len(ways)) if times is None else times
        lines = [shapely.LineString(way) if len(way) > 1 else shapely.Point(way[0]) for way in ways]
        found = np.zeros(len(self._count))
        if lines:
            way, home = self._tree.query(np.array(lines, dtype=object), "dwithin", distance=BESIDE_M)
            np.add.at(found, home, often[way])
        return found

    def overflown(self, passes: Floats) -> dict[str, float]:
        """Return what passes (b,) over buildings mean for those who live there.

        Returns:
            ``overflown``: dwellings passed over; ``passes_each``: how often each of those, on average;
            ``dwellings``: in the city.
        """
        touched = int(self._count[passes > 0].sum())
        each = float((self._count * passes).sum() / touched) if touched else 0.0
        return {"overflown": touched, "passes_each": each, "dwellings": self.dwellings}
