"""How busy streets are: by class and hour of day. All figures are assumed; peaks 07:30-09:30 and 17:00-20:00."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

LANE_OCCUPANCY: Final = {  # share of a lane's places taken at the peak
    "motorway": 0.8, "trunk": 0.8, "primary": 0.75, "secondary": 0.6, "tertiary": 0.4, "unclassified": 0.15,
    "residential": 0.08, "living_street": 0.04, "service": 0.03, "track": 0.01,
}  # fmt: skip
WALKERS_PER_KM: Final = {  # on each side (or on the way itself), both directions, at the peak
    "primary": 40.0, "secondary": 35.0, "tertiary": 25.0, "unclassified": 14.0, "residential": 10.0,
    "living_street": 12.0, "service": 6.0, "pedestrian": 70.0, "footway": 22.0, "path": 8.0, "steps": 5.0,
}  # fmt: skip
PARKED_SHARE: Final = {  # of kerb places, at night
    "tertiary": 0.06, "unclassified": 0.2, "residential": 0.3, "living_street": 0.3, "service": 0.28,
}  # fmt: skip

_MAIN_MIX: Final = (0.80, 0.07, 0.08, 0.045, 0.005)  # car, bus, truck, motorcycle, emergency
_MINOR_MIX: Final = (0.90, 0.0, 0.05, 0.045, 0.005)
_MAIN: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")

_HOURS: Final = (0.0, 1, 5, 6, 7, 7.5, 9.5, 11, 16, 17, 20, 21, 23, 24)
_TRAFFIC: Final = (0.15, 0.08, 0.08, 0.25, 0.6, 1.0, 1.0, 0.65, 0.7, 1.0, 1.0, 0.6, 0.25, 0.15)
_WALK: Final = (0.05, 0.02, 0.02, 0.15, 0.5, 0.9, 0.9, 0.6, 0.7, 1.0, 1.0, 0.7, 0.2, 0.05)
_PARKED: Final = (1.0, 1, 1, 1, 0.95, 0.8, 0.6, 0.55, 0.6, 0.7, 0.85, 0.9, 1.0, 1.0)


def mix_of(street_class: str) -> NDArray[np.float64]:
    """Return cumulative shares of car, bus, truck, motorcycle and emergency vehicle on a class of street."""
    return np.cumsum(_MAIN_MIX if street_class in _MAIN else _MINOR_MIX)


class Hours:
    """Factors by hour of day for a scenario's start, in [0, 1]."""

    def __init__(self, start: datetime) -> None:
        self._start_h = start.hour + start.minute / 60 + start.second / 3600

    def _factor(self, t_s: ArrayLike, curve: tuple[float, ...]) -> NDArray[np.float64]:
        hour = np.mod(self._start_h + np.asarray(t_s, dtype=np.float64) / 3600.0, 24.0)
        return np.interp(hour, _HOURS, curve)

    def traffic(self, t_s: ArrayLike) -> NDArray[np.float64]:
        """Return the share of the peak's traffic, ``t_s`` seconds after the start."""
        return self._factor(t_s, _TRAFFIC)

    def walking(self, t_s: ArrayLike) -> NDArray[np.float64]:
        """Return the share of the peak's people on foot."""
        return self._factor(t_s, _WALK)

    def parked(self, t_s: ArrayLike) -> NDArray[np.float64]:
        """Return the share of the night's parked cars."""
        return self._factor(t_s, _PARKED)
