"""Whether a mission keeps to the zones of the sky: off red ones, and below what may be flown in the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.flight.orders import Order
from twin.airspace import AirSpace

SLACK_M = 0.01


def breaches(order: Order, space: AirSpace) -> Iterator[tuple[str, str]]:
    """Yield what a mission breaks: the dock, waypoint or leg of its course by name, and the words for it.

    A dock or a waypoint in a red zone, its margin included, speaks for the legs that begin or end there.

    Args:
        order: the mission.
        space: zones and rules over the city.
    """
    places = [("dock", order.home_m[:2])]
    places += [(f"waypoints.{i}", (point.x_m, point.y_m)) for i, point in enumerate(order.waypoints)]
    red = {at: space.names_at(*at) for _, at in places}
    for name, at in places:
        if red[at]:
            yield name, f"{name}: it lies in a red zone, {', '.join(red[at])}, or within its margin; nobody flies there"
    course = order.course()
    for leg, name in enumerate(course.names):
        a, b = course.points_m[leg], course.points_m[leg + 1]
        if not any(red.get((float(end[0]), float(end[1]))) for end in (a, b)):
            yield from _leg(name, a, b, space)


def _leg(name: str, a: NDArray[np.float64], b: NDArray[np.float64], space: AirSpace) -> Iterator[tuple[str, str]]:
    if shapely.intersects(space.red, shapely.linestrings([a[:2], b[:2]])):
        crossed = [zone.name for zone in space.zones if zone.colour == "red" and _near(zone.area, a, b, space)]
        yield name, f"{name} crosses a red zone, {', '.join(crossed)}, or its margin; fly round it"
        return
    most_m = space.ceiling_along_m(np.array([a[:2], b[:2]]))
    if max(a[2], b[2]) > most_m + SLACK_M:
        yield name, f"{name} is flown at {max(a[2], b[2]):.0f} m, where {most_m:g} m is the most that is allowed"


def _near(area: shapely.Geometry, a: NDArray[np.float64], b: NDArray[np.float64], space: AirSpace) -> bool:
    return bool(shapely.distance(area, shapely.linestrings([a[:2], b[:2]])) <= space.rules.red_margin_m)
