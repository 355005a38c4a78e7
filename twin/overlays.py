"""Closures and slow zones: laid over a city for a while, without changing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from twin.city.model import City
from twin.errors import Fault, InputError

SLOWEST: Final = 0.01
"""What a slow zone leaves of the speed at the least; what is slower is closed."""


@dataclass(frozen=True, eq=False)
class SlowZone:
    """Streets on which everybody goes slower.

    Attributes:
        factor: what is left of the speed, 0.01 to 1. Where zones overlap, the slowest holds.
        streets: rows of ``city.streets``.
        area: polygon in city metres; a street is in it when the middle of its line is. None for rows alone.
    """

    factor: float
    streets: tuple[int, ...] = ()
    area: BaseGeometry | None = None


@dataclass(frozen=True, eq=False)
class Overlay:
    """What is different for a while. Turn restrictions go on holding: a closed street lifts none.

    Attributes:
        name: such as ``"parade"``.
        closed: rows of ``city.streets`` that nobody may use, in either direction.
        slow: zones of lower speed.
        from_ms: simulated time from which it holds; None from the start.
        until_ms: simulated time from which it holds no more; None to the end.
    """

    name: str
    closed: tuple[int, ...] = ()
    slow: tuple[SlowZone, ...] = ()
    from_ms: int | None = None
    until_ms: int | None = None

    def holds_at(self, t_ms: int) -> bool:
        """Return whether it holds at a simulated time."""
        return (self.from_ms is None or self.from_ms <= t_ms) and (self.until_ms is None or t_ms < self.until_ms)


def check_overlays(city: City, overlays: Sequence[Overlay]) -> None:
    """Refuse overlays that do not fit a city.

    Raises:
        InputError: rows that are no streets, factors that are none, areas that are no polygon, windows that end before
            they begin; all of them.
    """
    faults = [Fault(f"{overlay.name}: {fault}") for overlay in overlays for fault in _faults(city, overlay)]
    if faults:
        raise InputError(f"lay {', '.join(overlay.name for overlay in overlays)} over {city.name}", faults)


def _faults(city: City, overlay: Overlay) -> list[str]:
    last = len(city.streets) - 1
    named = [*overlay.closed, *(row for zone in overlay.slow for row in zone.streets)]
    faults = [f"there is no street {row}; streets are 0 to {last}" for row in named if not 0 <= row <= last]
    for zone in overlay.slow:
        if not SLOWEST <= zone.factor <= 1.0:
            faults.append(f"a slow zone leaves {zone.factor} of the speed; give a factor of {SLOWEST} to 1")
        if zone.area is not None and (zone.area.geom_type not in ("Polygon", "MultiPolygon") or not zone.area.is_valid):
            faults.append(f"the area of a slow zone is no valid polygon but a {zone.area.geom_type}")
    if overlay.from_ms is not None and overlay.until_ms is not None and overlay.until_ms <= overlay.from_ms:
        faults.append(f"ends at {overlay.until_ms} ms, before it begins at {overlay.from_ms} ms")
    return faults


def closed_streets(city: City, overlays: Sequence[Overlay]) -> NDArray[np.bool_]:
    """Return the (streets,) mask of what the overlays close."""
    closed = np.zeros(len(city.streets), dtype=bool)
    for overlay in overlays:
        closed[list(overlay.closed)] = True
    return closed


def slowing(city: City, overlays: Sequence[Overlay]) -> NDArray[np.float64]:
    """Return the (streets,) share of the speed that the overlays leave."""
    left = np.ones(len(city.streets))
    for zone in (zone for overlay in overlays for zone in overlay.slow):
        rows = np.array(zone.streets, dtype=np.int64)
        if zone.area is not None:
            lines = city.streets.geometry.to_numpy()
            middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
            inside = shapely.contains_xy(zone.area, middle[:, 0], middle[:, 1])
            rows = np.union1d(rows, np.flatnonzero(inside))
        left[rows] = np.minimum(left[rows], zone.factor)
    return left
