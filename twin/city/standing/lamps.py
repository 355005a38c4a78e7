"""Lamp posts along the streets; where they stand depends on the city alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.city.model import City
from twin.city.squares import Floats, Ints
from twin.city.standing.beside import spots_beside
from twin.city.standing.clear import Carriageways, Footprints, Window, buildings_near, streets_near, within

STEP_M: Final = 28.0
FIRST_M: Final = 14.0
OFFSET_M: Final = 0.8
CLEAR_M: Final = 0.3
LAMP_HEIGHT_M: Final = 8.0
HIGH_LAMP_M: Final = 11.0
WIDE_STREET_M: Final = 9.0
ARM: Final = 0.2
"""The arm reaches over the street by a fifth of the post's height. All figures assumed."""

REACH_M: Final = 60.0


@dataclass(frozen=True, eq=False)
class LampPosts:
    """Lamp posts, in the order of their streets.

    Attributes:
        foot_m: (n, 2) where they stand.
        lamp_m: (n, 3) where their lamps burn, at the end of the arm.
        street: (n,) row of the street each lights.
    """

    foot_m: Floats
    lamp_m: Floats
    street: Ints

    def __len__(self) -> int:
        return len(self.foot_m)


def lamp_posts_in(city: City, window: Window | None = None) -> LampPosts:
    """Return the lamp posts of a city that stand in a window (west, south, east, north in metres; None: all).

    One stands every 28 m beside each drivable street, by turns on either side: 8 m high, 11 m beside streets wider
    than 9 m. None stands on a carriageway, in a building, on a bridge or in a tunnel.
    """
    streets = streets_near(city, window, REACH_M)
    drive = streets["drive"].to_numpy()
    lit = streets[drive & (streets["structure"].to_numpy() == "")]
    width_m = lit["width_m"].to_numpy(np.float64)
    start_m = np.minimum(FIRST_M, lit.geometry.length.to_numpy() / 2.0)
    spots = spots_beside(lit, STEP_M, start_m, width_m / 2.0 + OFFSET_M)
    spots = spots.where(within(spots.xy_m, window))
    clear = Carriageways.of(streets[drive]).clear(spots.xy_m, -spots.inward, CLEAR_M)
    clear &= Footprints.of(buildings_near(city, window, REACH_M)).clear(spots.xy_m, CLEAR_M)
    spots = spots.where(clear)
    wide = width_m[np.searchsorted(lit.index.to_numpy(), spots.street)] > WIDE_STREET_M
    high_m = np.where(wide, HIGH_LAMP_M, LAMP_HEIGHT_M)
    lamp = np.column_stack([spots.xy_m + spots.inward * (ARM * high_m)[:, None], high_m])
    return LampPosts(spots.xy_m, lamp, spots.street)
