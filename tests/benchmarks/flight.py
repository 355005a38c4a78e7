"""Drones: exact flight among buildings against bare PyBullet, errors against theory, and the fitted model's pace."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time
from typing import Any

import numpy as np

from agents.flight.closed_forms import falling_speed_ms, hover_power_w
from agents.flight.craft import FLYING, OFF
from agents.flight.drone_class import class_names, drone_class
from agents.flight.fitted import fitted_file, flight_times, load_fitted
from agents.flight.flying import Flights
from agents.flight.missions import Missions, out_and_back
from agents.flight.orders import Order, Waypoint
from agents.flight.path import Course, plan_of
from agents.flight.prisms import Buildings
from agents.flight.record import figures_of
from agents.flight.world import Air, FlightWorld
from tests.benchmarks.timing import Row, seconds
from twin.city import City

WINDY = Air((8.0, 0.0, 0.0), True)
PUBLISHED = "gym-pybullet-drones, published, no city"


def flight_rows(city: City) -> Iterator[Row]:
    """Yield the table of the issue on drones."""
    buildings = Buildings(city)
    one, ten = (exact_pace(city, buildings, n) for n in (1, 10))
    bare = "bare PyBullet, the same bodies"
    yield Row("one drone, exact, 240 Hz, among buildings", one, bare_pace(city, buildings, 1), bare,
              "x real time", "high", "15")  # fmt: skip
    yield Row("one drone, the same", one, 15.5, PUBLISHED, "x real time", "high", "15")
    yield Row("ten drones, exact, among buildings", ten, bare_pace(city, buildings, 10), bare,
              "x real time", "high", "4")  # fmt: skip
    yield Row("ten drones, the same", ten, 2.1, PUBLISHED, "x real time", "high", "4")
    yield Row("off the path, 12 m/s in 8 m/s of wind with gusts", worst_rms_m(), None, "", "m rms", target="1.5")
    yield Row("hover power off momentum theory, worst class", 100 * worst_hover(), None, "", "%", target="5")
    yield Row("terminal speed off closed form, worst class", 100 * worst_fall(), None, "", "%", target="5")
    for name in class_names():
        if not fitted_file(name).is_file():
            continue
        unseen = load_fitted(name).unseen
        yield Row(f"fitted arrival, {name}, {unseen.flights} unseen: within 3 %", 100 * unseen.arrival.within, None, "",
                  "%", "high", "100")  # fmt: skip
        yield Row(f"fitted energy, {name}: within 5 %", 100 * unseen.energy.within, 100 * unseen.energy_in_gusts.within,
                  "steady flight in the gusts each flight met", "%", "high", "100")  # fmt: skip
    yield fitted_pace(one)


def route(city: City, n: int) -> list[Order]:
    """Orders over the densest of a hundred places in the district, side by side, at 80 m and 12 m/s."""
    buildings, drone = Buildings(city), drone_class("dock_quad")
    middles = city.buildings.geometry.centroid.iloc[:: max(1, len(city.buildings) // 100)]
    x, y = max(((p.x, p.y) for p in middles), key=lambda at: len(buildings.within(*at)))
    return [
        Order(f"d{k}", drone, (x + 30.0 * k, y, 60.0), (Waypoint(x + 30.0 * k, y + 500, 80, 12),), 80.0, 12.0)
        for k in range(n)
    ]  # fmt: skip


def exact_pace(city: City, buildings: Buildings, n: int, seconds_: int = 40) -> float:
    """Simulated over CPU seconds of a world of n drones, logging and rules included."""
    flights = Flights(route(city, n), WINDY, 1, buildings)
    for _ in range(240):
        flights.step()
    begun, from_s = process_time(), flights.world.t_s
    for _ in range(240 * seconds_):
        flights.step()
    pace = (flights.world.t_s - from_s) / (process_time() - begun)
    flights.close()
    return pace


def bare_pace(city: City, buildings: Buildings, n: int, steps: int = 4800) -> float:
    """The same bodies and buildings, stepped and read, with a constant force instead of all that flying is."""
    flights = Flights(route(city, n), WINDY, 1, buildings)
    solid, world = flights.world.solid, flights.world
    solid.load_near(world.truth)
    push = np.zeros((n, 6))
    push[:, 2] = world.craft["mass"] * 9.80665
    begun = process_time()
    for _ in range(steps):
        solid.step(world.truth, push)
        solid.read(world.truth)
    pace = steps / 240 / (process_time() - begun)
    flights.close()
    return pace


def worst_rms_m() -> float:
    """A square of 250 m in all directions to the wind, three seeds, two classes."""
    square = tuple(Waypoint(x, y, 60.0, 12.0) for x, y in ((250.0, 0.0), (250.0, 250.0), (0.0, 250.0)))
    found = []
    for name in ("camera_quad", "dock_quad", "heavy_quad"):
        for seed in (1, 2, 3):
            flights = Flights([Order("d", drone_class(name), (0, 0, 0), square, 60.0, 12.0)], WINDY, seed)
            flights.fly()
            flights.close()
            found.append(figures_of(flights.pilots[0], flights.records[0].table())["error_rms_m"])
    return max(found)


def _hanging(name: str, high_m: float) -> FlightWorld:
    drone = drone_class(name)
    points = np.array([[0, 0, high_m], [0, 0, high_m + 0.2]])
    world = FlightWorld((0.0, 0.0), Air(gusts=False), 1)
    world.add("d", drone, points[0], plan_of(Course(points, np.ones(1), np.zeros(2)), drone, np.zeros(3)))
    world.state["mode"] = FLYING
    world.state["speed"] = np.sqrt(world.craft["mass"] * 9.80665 / 4 / world.craft["thrust"])[:, None]
    return world


def _lived(world: FlightWorld, seconds_: float) -> Any:
    powers = []
    for _ in range(int(seconds_ * 240)):
        world.step()
        powers.append(float(world.state["power"][0]))
    return np.array(powers)


def worst_hover() -> float:
    """Mean power of 20 s of hovering with noisy sensors against the closed form."""
    off = []
    for name in class_names():
        world = _hanging(name, 80.0)
        power = _lived(world, 30.0)[2400:].mean()
        off.append(abs(power / hover_power_w(world.craft[0], drone_class(name).rotor.figure_of_merit.value) - 1))
    return max(off)


def worst_fall() -> float:
    """Speed after 11 s of falling with rotors standing."""
    off = []
    for name in class_names():
        world = _hanging(name, 700.0)
        world.state["mode"], world.state["speed"] = OFF, 0.0
        _lived(world, 12.0)
        off.append(abs(-world.truth[0, 9] / falling_speed_ms(world.craft[0]) - 1))
    return max(off)


def many(n: int) -> Missions:
    """Random missions of five legs."""
    rng = np.random.default_rng(1)
    return out_and_back(
        rng.uniform(200, 4000, n), rng.uniform(0, 360, n), rng.uniform(40, 110, n), rng.uniform(8, 16, n),
        rng.uniform(0, 300, n), rng.uniform(-5, 5, (n, 2)), rng.uniform(0, 0.2, n), rng.uniform(1.1, 1.2, n),
    )  # fmt: skip


def fitted_pace(exact: float) -> Row:
    """Missions a second, against exact flights of the same kind at the pace just measured."""
    missions, drone, model = many(20_000), drone_class("dock_quad"), load_fitted("dock_quad")
    spent = seconds(lambda: flight_times(missions, drone, model), runs=5)
    mean_s = float(flight_times(missions, drone, model).duration_s.mean())
    return Row(
        "fitted missions of five legs", 20_000 / spent, exact / mean_s, "exact flight", "missions/s", "high", "5,000"
    )
