"""The drones of a fleet file put into the sky of a city; every fault at once, each by its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from agents.drones.air import VISIBILITY_M, DayAir, drawn_winds, steady_wind, usual_temperature_c
from agents.drones.craft import DroneSpec
from agents.drones.ranging import within_range
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from agents.drones.squadron import PatrolSpec
from agents.flight.drone_class import DroneClass, drone_class
from agents.flight.fitted import load_fitted
from agents.flight.prisms import Buildings
from scenarios.drone_schema import DronesEntry, OperationsSpec, PatrolEntry
from scenarios.fleet_schema import FleetFile
from scenarios.schema import Scenario
from twin.airspace import air_space
from twin.checked_yaml import Lines
from twin.city import City
from twin.errors import Fault, InputError, unknown_name
from twin.records import Visual

HARD: frozenset[str] = frozenset({"range", "charge", "red_zone", "way", "height"})
"""What keeps a round from ever being flown; weather and traffic are the day's."""


@dataclass(frozen=True, eq=False)
class Drones:
    """The drones of a fleet file, free of any seed.

    Attributes:
        specs: in the file's order.
        patrols: rounds, at the times of the run.
        operations: how they are worked with.
        ways: through the sky of the city.
        visible: categories of which something can be seen from the air.
    """

    specs: Sequence[DroneSpec]
    patrols: Sequence[PatrolSpec]
    operations: Operations
    ways: SkyWays
    visible: frozenset[str]
    _spec: OperationsSpec

    def air(self, scenario: Scenario, start: datetime, seed: int) -> DayAir:
        """Return the air of one day."""
        spec, weather = self._spec, scenario.weather
        if spec.wind is not None:
            winds = steady_wind(spec.wind.speed_ms, spec.wind.from_deg)
        else:
            winds = drawn_winds(seed, scenario.duration_ms, spec.mean_wind_ms)
        seen_m = spec.visibility_m if spec.visibility_m is not None else VISIBILITY_M[weather]
        warm = spec.temperature_c if spec.temperature_c is not None else usual_temperature_c(start)
        return DayAir(winds, weather, seen_m, warm, self.ways.space.rules)


def read_drones(
    file: FleetFile, lines: Lines, city: City, scenario: Scenario, start: datetime
) -> tuple[Drones | None, list[Fault]]:
    """Return the drones of a fleet file, None where it has none, and all that is wrong with them, by line.

    Wrong are: a class that is not known or has no fitted flight, a name that comes twice, a dock off the city, in a red
    zone, inside a building, or under no height that may be flown; a battery without anything above its reserve; a wind
    that a class does not fly in; a round of unknown drones, in a red zone or beyond the range of a drone that is to fly
    it.
    """
    if not file.drones:
        faults = [Fault("patrols: there are no drones to fly them", lines("patrols"))] if file.patrols else []
        return None, faults
    ways = SkyWays(city, air_space(city), file.operations.routes)
    read = _Reading(city, ways, lines, file.operations, {name for entry in file.teams for name in entry.names})
    specs = [spec for row, entry in enumerate(file.drones) for spec in read.drones(row, entry)]
    work = file.operations.operations()
    patrols = [read.patrol(row, entry, file.drones, scenario, start) for row, entry in enumerate(file.patrols)]
    read.twice([entry.name for entry in file.patrols])
    if not read.faults:
        read.ranges(specs, patrols, work, start)
    return Drones(specs, patrols, work, ways, visible_categories(scenario), file.operations), read.faults


def visible_categories(scenario: Scenario) -> frozenset[str]:
    """Return the categories of which something can be seen from the air."""
    drawn = {
        name
        for demand in scenario.demand.values()
        for name, category in demand.categories.items()
        if category.visual is not Visual.NONE and category.outdoors > 0
    }
    rules = {str(visual) for visual in Visual if visual is not Visual.NONE}
    return frozenset(drawn | rules | {script.category for script in scenario.spotlights.incidents})


@dataclass
class _Reading:
    """Finds docks and rounds, and keeps what is wrong with them."""

    city: City
    ways: SkyWays
    lines: Lines
    operations: OperationsSpec
    names: set[str]
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._buildings = Buildings(self.city)

    def drones(self, row: int, entry: DronesEntry) -> list[DroneSpec]:
        """An entry's drones; [] with faults where they cannot be."""
        twice = [name for name in entry.names if name in self.names]
        if twice:
            self._drone_fault(row, "id", f"{twice[0]}: there is a team or a drone of that name already")
        self.names |= set(entry.names)
        drone = self._class(row, entry)
        docks = [(name, *at) for name, *at in self._docks(row, entry)]
        pads = [(name, x, y, self._pad_m(row, entry, x, y, drone)) for name, x, y in docks]
        if drone is None or not pads or any(pad is None for *_, pad in pads):
            return []
        full_s = 60 * entry.full_charge_min
        return [
            DroneSpec(name, *pads[i % len(pads)], entry.drone, entry.charge, full_s)  # type: ignore[arg-type]
            for i, name in enumerate(entry.names)
        ]

    def _class(self, row: int, entry: DronesEntry) -> DroneClass | None:
        try:
            drone = drone_class(entry.drone)
            load_fitted(entry.drone)
        except InputError as wrong:
            for fault in wrong.faults:
                self._drone_fault(row, "class", f"{entry.id}: {fault.what}")
            return None
        reserve = drone.battery.reserve.value
        if entry.charge <= reserve:
            told = f"{entry.charge:g} of a full battery leaves nothing above the reserve of {reserve:g}"
            self._drone_fault(row, "charge", f"{entry.id}: {told}; charge it")
        wind = self.operations.wind
        if wind is not None and wind.speed_ms > drone.limits.wind_ms.value:
            told = f"a wind of {wind.speed_ms:g} m/s is above the limit of {drone.name}, {drone.limits.wind_ms.value:g}"
            self.faults.append(Fault(f"{entry.id}: {told} m/s", self.lines("operations", "wind", "speed_ms")))
        return drone

    def _docks(self, row: int, entry: DronesEntry) -> list[tuple[str, float, float]]:
        try:
            at = [(round(x_m, 2), round(y_m, 2)) for x_m, y_m in entry.dock.stands(self.city)]
        except LookupError as missing:
            self._drone_fault(row, "dock", f"{entry.id}: {missing}")
            return []
        if entry.dock.kind is None:
            return [(entry.id, *one) for one in at]
        return [(f"{entry.id}/{number + 1}", *one) for number, one in enumerate(at)]

    def _pad_m(self, row: int, entry: DronesEntry, x_m: float, y_m: float, drone: DroneClass | None) -> float | None:
        """The height of a dock's surface, None with a fault where no drone may stand or take off."""
        where = self._wrong_place(x_m, y_m)
        if where:
            self._drone_fault(row, "dock", f"{entry.id}: its dock {where}")
            return None
        roof_m, building = self._buildings.under(x_m, y_m)
        if building >= 0 and not entry.on_roof:
            told = (
                f"its dock stands inside building {building}, which is {roof_m:g} m high; on_roof: true puts it on top"
            )
            self._drone_fault(row, "dock", f"{entry.id}: {told}")
            return None
        way = self.ways.way(np.array([x_m, y_m]), np.array([x_m, y_m]))
        most_m = drone.limits.height_m.value if drone is not None else np.inf
        if way is None or not any(height <= most_m for height in way.heights_m):
            told = f"the roofs round its dock are too high for what may be flown there; its own is {roof_m:g} m"
            self._drone_fault(row, "dock", f"{entry.id}: {told}")
            return None
        return roof_m

    def _wrong_place(self, x_m: float, y_m: float) -> str:
        west, south, east, north = self.city.bounds_m
        if not (west <= x_m <= east and south <= y_m <= north):
            return f"lies outside the city, which spans x {west:.0f} to {east:.0f}, y {south:.0f} to {north:.0f}"
        if not self.ways.is_free(x_m, y_m):
            return f"lies in a red zone: {', '.join(self.ways.space.names_at(x_m, y_m)) or 'its margin'}"
        return ""

    def patrol(
        self, row: int, entry: PatrolEntry, drones: Sequence[DronesEntry], scenario: Scenario, start: datetime
    ) -> PatrolSpec:
        """A round, with the drones of entries and names, at the times of the run."""
        named = {drone.id: drone.names for drone in drones} | {name: [name] for drone in drones for name in drone.names}
        for number, name in enumerate(entry.drones):
            if name not in named:
                told = unknown_name("drone", name, sorted(named))
                self.faults.append(Fault(f"{entry.name}: {told}", self.lines("patrols", row, "drones", number)))
        points = []
        for number, point in enumerate(entry.points):
            x_m, y_m = point.in_city(self.city)
            at = round(x_m, 2), round(y_m, 2)
            where = self._wrong_place(*at)
            if where:
                line = self.lines("patrols", row, "points", number)
                self.faults.append(Fault(f"{entry.name}: point {number + 1} {where}", line))
            points.append((*at, point.stay_s))
        ids = tuple(dict.fromkeys(one for name in entry.drones for one in named.get(name, ())))
        return PatrolSpec(entry.name, ids, _moments(entry.starts, start, scenario.duration_ms), tuple(points))

    def twice(self, names: Sequence[str]) -> None:
        """Rounds need names of their own."""
        for row, name in enumerate(names):
            if name in names[:row]:
                self.faults.append(Fault(f"{name}: there is such a round already", self.lines("patrols", row, "name")))

    def ranges(
        self, specs: Sequence[DroneSpec], patrols: Sequence[PatrolSpec], work: Operations, start: datetime
    ) -> None:
        """Each round is within the range of each drone that is to fly it, fully charged and in still air."""
        warm = self.operations.temperature_c
        warm = usual_temperature_c(start) if warm is None else warm
        calm = DayAir(steady_wind(0.0, 0.0), "clear", np.inf, warm, self.ways.space.rules)
        by_id: Mapping[str, DroneSpec] = {spec.id: spec for spec in specs}
        for row, patrol in enumerate(patrols):
            docks = {(by_id[name].dock, by_id[name].drone): by_id[name] for name in patrol.drone_ids}
            for spec in docks.values():
                why = within_range(spec, patrol, self.ways, calm, work)
                if why is not None and why.reason in HARD:
                    told = f"{patrol.name}: {spec.id} cannot fly it: {why.told}"
                    self.faults.append(Fault(told, self.lines("patrols", row, "points")))

    def _drone_fault(self, row: int, key: str, what: str) -> None:
        self.faults.append(Fault(what, self.lines("drones", row, key)))


def _moments(starts: Sequence[str], start: datetime, duration_ms: int) -> tuple[int, ...]:
    """Times of day as simulated times, each day of the run."""
    found = []
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while (day - start) / timedelta(milliseconds=1) < duration_ms:
        for time in starts:
            hour, minute = map(int, time.split(":"))
            t_ms = round((day.replace(hour=hour, minute=minute) - start) / timedelta(milliseconds=1))
            found += [t_ms] if 0 <= t_ms < duration_ms else []
        day += timedelta(days=1)
    return tuple(sorted(set(found)))
