"""A mission checked whole before take-off: from its file to an order that can be flown, or all its faults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from agents.flight.clearance import obstructions, roofs_between
from agents.flight.drone_class import DroneClass, drone_class
from agents.flight.fitted import FlightTimes, flight_times, load_fitted
from agents.flight.mission import Mission, Spot
from agents.flight.mission_sky import breaches
from agents.flight.missions import mission_of
from agents.flight.orders import Fence, Order, RotorStop, Waypoint
from agents.flight.path import leg_speeds
from agents.flight.prisms import Buildings, Wire
from agents.flight.spots import NoSpot, Spots
from agents.flight.world import Air
from twin.airspace import AirSpace
from twin.checked_yaml import Lines
from twin.city import City
from twin.errors import Fault, InputError

SLOWEST_MS = 1.0
"""A leg that its wind leaves less than this over the ground is none (assumed)."""
OVER_ROOFS_M = 10.0
"""The way home passes this high above the highest roof on it, unless the mission says otherwise (assumed)."""


@dataclass(frozen=True)
class Ready:
    """A mission that may take off.

    Attributes:
        order, air, wires: what is flown, in what.
        expected: times and energy by the fitted model, None without one.
        usable_wh: energy above the reserve.
        dared: obstructions that were flown at all the same.
    """

    order: Order
    air: Air
    wires: tuple[Wire, ...]
    expected: FlightTimes
    usable_wh: float
    dared: tuple[str, ...]


class MissionCheck:
    """Collects what is wrong with one mission.

    Args:
        mission: as read.
        lines: where in the file its parts stand.
        city: where it is flown.
        buildings: of that city.
        space: the zones of the sky over it.
        path: the file, for messages.
    """

    def __init__(
        self, mission: Mission, lines: Lines, city: City, buildings: Buildings, space: AirSpace, path: Path
    ) -> None:
        self._mission, self._lines, self._space, self._path = mission, lines, space, path
        self._buildings, self._spots = buildings, Spots(city)
        self._faults: list[Fault] = []
        self._asked = f"fly the mission {path}"

    def ready(self, dare: bool = False) -> Ready:
        """Return the mission as an order.

        Args:
            dare: fly even where legs pass too near to buildings or wires.

        Raises:
            InputError: it must not take off; every reason, by line.
        """
        try:
            drone = drone_class(self._mission.drone)
        except InputError as wrong:
            raise InputError(
                self._asked, [self._as_fault(fault, "drone") for fault in wrong.faults], self._path
            ) from None
        self._limits(drone)
        home, own = self._dock()
        points = self._points(drone)
        wires = self._wires()
        if home is None or points is None or wires is None:
            raise self._refused()
        order = self._order(drone, home, points)
        self._in_fence(order)
        for name, what in breaches(order, self._space):
            self._wrong(what, *_where(name))
        dared = self._clear(order, wires, own, dare)
        expected, usable = self._range(order)
        if self._faults or expected is None:
            raise self._refused()
        return Ready(order, self._air(), tuple(wires), expected, usable, dared)

    def _refused(self) -> InputError:
        return InputError(self._asked, sorted(self._faults, key=lambda fault: fault.line or 0), self._path)

    def _as_fault(self, fault: Fault, *where: str | int) -> Fault:
        return Fault(fault.what, self._lines(*where))

    def _wrong(self, what: str, *where: str | int) -> None:
        self._faults.append(Fault(what, self._lines(*where)))

    def _air(self) -> Air:
        wind = self._mission.wind
        angle = np.radians(wind.from_deg)
        blows = (-wind.speed_ms * float(np.sin(angle)), -wind.speed_ms * float(np.cos(angle)), 0.0)
        return Air(blows, wind.gusts, self._mission.temperature_c, self._mission.elevation_m)

    def _limits(self, drone: DroneClass) -> None:
        mission, limits = self._mission, drone.limits
        if mission.wind.speed_ms > limits.wind_ms.value:
            self._wrong(
                f"wind.speed_ms: {mission.wind.speed_ms:g} m/s is above the limit of {drone.name}, "
                f"{limits.wind_ms.value:g} m/s; it stays on the ground", "wind", "speed_ms",
            )  # fmt: skip
        low, high = limits.temperature_c.value
        if not low <= mission.temperature_c <= high:
            self._wrong(
                f"temperature_c: {drone.name} flies from {low:g} to {high:g} degrees, found {mission.temperature_c:g}",
                "temperature_c",
            )
        if mission.payload_kg > drone.frame.payload_max_kg.value:
            self._wrong(
                f"payload_kg: {drone.name} carries {drone.frame.payload_max_kg.value:g} kg at most, "
                f"found {mission.payload_kg:g}", "payload_kg",
            )  # fmt: skip
        if mission.charge <= drone.battery.reserve.value:
            self._wrong(
                f"charge: {mission.charge:g} of a full battery leaves nothing above the reserve of "
                f"{drone.battery.reserve.value:g}; charge it", "charge",
            )  # fmt: skip

    def _found(self, spot: Spot, *where: str | int) -> tuple[float, float] | None:
        try:
            return self._spots.find(spot)
        except NoSpot as missing:
            self._wrong(f"{'.'.join(str(part) for part in where)}: {missing}", *where)
            return None

    def _dock(self) -> tuple[tuple[float, float, float] | None, int]:
        dock = self._mission.dock
        at = self._found(dock, "dock")
        if at is None:
            return None, -1
        roof, row = self._buildings.under(*at)
        if row >= 0 and not dock.on_roof:
            self._wrong(
                f"dock: it stands inside building {row}, which is {roof:g} m high; on_roof: true would put it on top",
                "dock",
            )
            return None, -1
        if row < 0 and dock.on_roof:
            self._wrong("dock: on_roof is true, but no building stands there", "dock")
            return None, -1
        return (*at, roof), row

    def _points(self, drone: DroneClass) -> list[Waypoint] | None:
        points: list[Waypoint] = []
        for i, point in enumerate(self._mission.waypoints):
            at = self._found(point, "waypoints", i)
            if at is None:
                continue
            roof, row = self._buildings.under(*at)
            if row >= 0 and point.height_m < roof:
                self._wrong(
                    f"waypoints.{i}: {point.height_m:g} m is inside building {row}, which is {roof:g} m high",
                    "waypoints",
                    i,
                )
            if point.height_m > drone.limits.height_m.value:
                self._wrong(
                    f"waypoints.{i}: {point.height_m:g} m is above the limit of {drone.limits.height_m.value:g} m",
                    "waypoints", i,
                )  # fmt: skip
            speed = point.speed_ms or self._mission.speed_ms
            points.append(Waypoint(*at, point.height_m, speed, point.hover_s))
        return points if len(points) == len(self._mission.waypoints) else None

    def _wires(self) -> list[Wire] | None:
        wires = []
        for i, line in enumerate(self._mission.wires):
            ends = [self._found(end, "wires", i, name) for name, end in (("start", line.start), ("end", line.end))]
            if ends[0] is not None and ends[1] is not None:
                a, b = (*ends[0], line.start.height_m), (*ends[1], line.end.height_m)
                wires.append(Wire(line.name, a, b, line.sag_m))
        return wires if len(wires) == len(self._mission.wires) else None

    def _order(self, drone: DroneClass, home: tuple[float, float, float], points: list[Waypoint]) -> Order:
        mission = self._mission
        places = np.array([home[:2], *((point.x_m, point.y_m) for point in points)])
        top = mission.return_height_m
        if top is None:
            roofs = roofs_between(places, self._buildings)
            top = max(roofs + OVER_ROOFS_M if roofs else 0.0, *(point.height_m for point in points))
        if top > drone.limits.height_m.value >= max(point.height_m for point in points):
            self._wrong(
                f"return_height_m: {top:.0f} m is above the limit of {drone.limits.height_m.value:g} m; "
                "choose a way that keeps clear of high roofs, or a lower height", "return_height_m",
            )  # fmt: skip
        return Order(
            mission.name, drone, home, tuple(points), float(top), mission.speed_ms, mission.payload_kg, mission.charge,
            self._fence(), tuple(RotorStop(stop.at_s, stop.rotor - 1) for stop in mission.rotor_stops),
        )  # fmt: skip

    def _fence(self) -> Fence:
        fence = self._mission.fence
        top = fence.top_m if fence.top_m is not None else float("inf")
        if fence.corners is None:
            return Fence(None, top)
        outline = shapely.Polygon([self._spots.metres(lon, lat) for lon, lat in fence.corners])
        if not outline.is_valid:
            self._wrong("fence.corners: their outline crosses itself; give them in order round it", "fence", "corners")
        return Fence(outline, top)

    def _in_fence(self, order: Order) -> None:
        if not order.fence.holds(*order.home_m):
            self._wrong("dock: it stands outside the fence", "dock")
        for i, point in enumerate(order.waypoints):
            if not order.fence.holds(point.x_m, point.y_m, point.height_m):
                self._wrong(f"waypoints.{i}: it lies outside the fence", "waypoints", i)

    def _clear(self, order: Order, wires: list[Wire], own: int, dare: bool) -> tuple[str, ...]:
        said, course = [], order.course()
        for one in obstructions(course, self._buildings, wires, own):
            name = course.names[one.leg]
            what = f"{name} passes {one.what} ({one.top_m:g} m high) at {one.height_m:.1f} m"
            said.append(what)
            if not dare:
                self._wrong(f"{what}; fly higher or round it, or say --dare", *_where(name))
        return tuple(said)

    def _range(self, order: Order) -> tuple[FlightTimes | None, float]:
        air, drone = self._air(), order.drone
        course = order.course()
        speeds = leg_speeds(course, drone, np.asarray(air.wind_ms))
        slow = speeds < np.minimum(course.speed_ms, SLOWEST_MS)
        for name in np.array(course.names)[slow]:
            blow = f"a wind of {air.speed_ms:g} m/s that {drone.name} cannot fly against"
            self._wrong(f"{name} leads against {blow}", "wind")
        try:
            model = load_fitted(self._mission.drone)
        except InputError as missing:
            self._faults.extend(self._as_fault(fault, "drone") for fault in missing.faults)
            return None, 0.0
        expected = flight_times(mission_of(order, air.wind_ms, air.density_kg_m3), drone, model)
        usable = (order.charge - drone.battery.reserve.value) * drone.battery.energy_wh.value
        needs = float(expected.energy_wh[0])
        if not slow.any() and needs > usable > 0:
            self._wrong(
                f"beyond range: the mission takes {needs:.0f} Wh, but the battery holds {usable:.0f} Wh above its "
                f"reserve; about {usable / needs:.0%} of it could be flown", "waypoints",
            )  # fmt: skip
        return expected, usable


def _where(leg: str) -> tuple[str | int, ...]:
    """Return where in a mission's file a leg, or the end of one, comes from."""
    number = leg.removeprefix("the leg to waypoint ").removeprefix("waypoints.")
    return ("waypoints", int(number)) if number != leg else ("dock",)
