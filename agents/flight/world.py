"""Drones in one world: bodies that PyBullet moves, pushed by rotors, air and controller 240 times a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.flight.craft import CONTROL_HZ, CRAFT, IDLE, SENSOR_NOISE, STATE, WIND_NOISE, craft_of
from agents.flight.drone_class import DroneClass, air_density_kg_m3
from agents.flight.prisms import Buildings, Wire
from agents.flight.reference import COLUMNS, HEADING, X
from agents.flight.solid import Solid
from agents.flight.step import step_all
from twin.streams import stream

LOAD_EVERY = CONTROL_HZ // 2
FLOOR_EVERY = CONTROL_HZ // 10


@dataclass(frozen=True)
class Air:
    """The air of a flight.

    Attributes:
        wind_ms: (3,) mean wind, where the air moves to: x east, y north, z up. The same at all heights.
        gusts: whether it blows in gusts, of the strength that the mean wind at 20 feet gives them.
        temperature_c, elevation_m: give the density; the elevation is Tashkent airport's (432 m) unless said.
    """

    wind_ms: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gusts: bool = True
    temperature_c: float = 15.0
    elevation_m: float = 432.0

    @property
    def density_kg_m3(self) -> float:
        """Density of this air."""
        return air_density_kg_m3(self.temperature_c, self.elevation_m)

    @property
    def speed_ms(self) -> float:
        """Mean wind speed."""
        return float(np.hypot(*self.wind_ms[:2]))


class FlightWorld:
    """Several drones in one air, among buildings and wires; what each does is its plan.

    Args:
        origin_m: (2,) city metres that places are measured from.
        air: wind and density.
        seed: of gusts and sensors; each drone has streams of its own, by its name.
        buildings: of the city; None for open country.
        wires: what hangs.

    Raises:
        MissingPart: pybullet is not installed.
    """

    def __init__(
        self, origin_m: tuple[float, float], air: Air, seed: int, buildings: Buildings | None = None,
        wires: Sequence[Wire] = (),
    ) -> None:  # fmt: skip
        self.solid, self.air, self.seed = Solid(origin_m, buildings, wires), air, seed
        self.ticks = 0
        self.craft, self.state = np.zeros(0, CRAFT), np.zeros(0, STATE)
        self.truth, self.push, self.came_ms = np.zeros((0, 13)), np.zeros((0, 6)), np.zeros((0, 3))
        self._plans: list[NDArray[np.float64]] = []
        self._plan = np.zeros((0, COLUMNS))
        self._streams: list[tuple[np.random.Generator, np.random.Generator]] = []
        self._noise = np.zeros((CONTROL_HZ, 0, SENSOR_NOISE))
        self._gusts = np.zeros((CONTROL_HZ, 0, WIND_NOISE))

    @property
    def t_s(self) -> float:
        """Seconds since the world began."""
        return self.ticks / CONTROL_HZ

    def add(
        self, name: str, drone: DroneClass, at_m: Sequence[float], plan: NDArray[np.float64], payload_kg: float = 0.0,
        charge: float = 1.0, yaw_rad: float | None = None,
    ) -> int:  # fmt: skip
        """Add a drone that stands with its rotors turning idle; return its number.

        Args:
            name: names its streams.
            drone: its class.
            at_m: (3,) where its middle is, city metres and height.
            plan: rows of :mod:`agents.flight.reference`, in city metres.
            payload_kg: carried.
            charge: share of a full battery.
            yaw_rad: where it points; the plan's first heading where not given.
        """
        yaw = float(plan[0, HEADING]) if yaw_rad is None else yaw_rad
        row = craft_of(drone, payload_kg, self.air.density_kg_m3)
        number = self.solid.add(drone, row["mass"], row["inertia"], at_m, yaw)
        self.craft = np.append(self.craft, np.array([row], CRAFT))
        state = np.zeros(1, STATE)
        first = state[0]
        sensors = stream(self.seed, "flight sensors", name)
        spread = [drone.sensors.gnss_drift_m.value] * 2 + [drone.sensors.baro_drift_m.value]
        first["drift"] = sensors.standard_normal(3) * spread
        first["accel_bias"] = sensors.standard_normal(3) * drone.sensors.accel_bias_ms2.value
        first["mode"], first["drawn_as"] = IDLE, (1.0 - charge) * row["capacity_as"]
        first["wind_mean"] = first["wind"] = self.air.wind_ms
        first["wind_20ft"] = self.air.speed_ms if self.air.gusts else 0.0
        first["place"] = np.asarray(at_m) - [*self.solid.origin_m, 0.0]
        self.state = np.append(self.state, state)
        self.truth, self.push = np.zeros((number + 1, 13)), np.zeros((number + 1, 6))
        self.came_ms = np.zeros((number + 1, 3))
        self._streams.append((sensors, stream(self.seed, "flight gusts", name)))
        self._plans.append(np.zeros((0, COLUMNS)))
        self.fly(number, plan)
        self._noise = np.append(self._noise, np.zeros((CONTROL_HZ, 1, SENSOR_NOISE)), axis=1)
        self._gusts = np.append(self._gusts, np.zeros((CONTROL_HZ, 1, WIND_NOISE)), axis=1)
        self._draw(number)
        self.solid.read(self.truth)
        return number

    def fly(self, number: int, plan: NDArray[np.float64]) -> None:
        """Give a drone a plan, rows in city metres, which begins now."""
        moved = plan.copy()
        moved[:, X : X + 2] -= self.solid.origin_m
        self._plans[number] = moved
        self._plan = np.concatenate(self._plans)
        self.state["first"] = np.cumsum([0, *(len(part) for part in self._plans[:-1])])
        row = self.state[number]
        row["clock"], row["at"], row["last"], row["goal"] = 0.0, 0, len(moved) - 1, moved[0, X : X + 3]

    def plan_row(self, number: int) -> NDArray[np.float64]:
        """Return the row of its plan that a drone is on, local metres."""
        row = self.state[number]
        return np.asarray(self._plan[row["first"] + row["at"]])

    def step(self) -> None:
        """Let 1/240 s pass."""
        within = self.ticks % CONTROL_HZ
        if within == 0 and self.ticks:
            for number in range(len(self.state)):
                self._draw(number)
        if self.ticks % LOAD_EVERY == 0:
            self.solid.load_near(self.truth)
        if self.ticks % FLOOR_EVERY == 0:
            self._floors()
        step_all(self.craft, self.state, self.truth, self._plan, self._noise[within], self._gusts[within], self.push)
        self.came_ms[:] = self.truth[:, 7:10]
        self.solid.step(self.truth, self.push)
        self.solid.read(self.truth)
        self.ticks += 1

    def _draw(self, number: int) -> None:
        """Draw a second's noise of one drone from its own streams."""
        sensors, gusts = self._streams[number]
        self._noise[:, number] = sensors.standard_normal((CONTROL_HZ, SENSOR_NOISE))
        self._gusts[:, number] = gusts.standard_normal((CONTROL_HZ, WIND_NOISE))

    def _floors(self) -> None:
        """Note the height of what is under each drone."""
        buildings = self.solid.buildings
        if buildings is None:
            return
        east_m, north_m = self.solid.origin_m
        for row, at in zip(self.state, self.truth, strict=True):
            row["floor"] = buildings.under(at[0] + east_m, at[1] + north_m)[0]
