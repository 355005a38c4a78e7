"""Whether CARLA can be drawn with: the client alone first, then a server through every call that footage makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from twin.city import City
from twin.errors import InputError
from twin.scene import Look
from twin.sky import Sky
from vision.carla.bodies import models
from vision.carla.ground import Ground
from vision.carla.lanes import lane_fit
from vision.carla.place import Origin, transform
from vision.carla.session import VERSION
from vision.carla.weather import weather_fields, weather_of

NOON: Final = Sky(180.0, 50.0, "day", "clear")
CLOSE_SHARE: Final = 0.95
"""Share of waypoints that must lie within a metre of where their lane should be."""


class NotSo(Exception):
    """A check found something else than it wanted; the text says what."""


@dataclass(frozen=True)
class Finding:
    """How one check ended.

    Attributes:
        name: what was tried.
        server: whether it needs a server.
        outcome: ``passed``, ``failed``, or ``not reached`` behind one that failed.
        told: what was found.
    """

    name: str
    server: bool
    outcome: str
    told: str


_FAULTS: Final = (
    NotSo, ImportError, RuntimeError, ValueError, LookupError, AttributeError, TypeError, AssertionError,
)  # fmt: skip
"""What a check may end with; the last ones are how a client of another release answers to what it does not know."""

Step = tuple[str, Callable[[], str]]


def walked(steps: Iterator[Step], server: bool) -> Iterator[Finding]:
    """Yield how each step ended. A step that another one needs is not reached when that one fails.

    Args:
        steps: names and what to do; each returns what it found, or raises.
        server: whether they need a server.
    """
    for name, step in steps:
        try:
            yield Finding(name, server, "passed", step())
        except _NotReached as missing:
            yield Finding(name, server, "not reached", str(missing))
        except InputError as fault:
            yield Finding(name, server, "failed", "; ".join(each.what for each in fault.faults))
        except _FAULTS as fault:
            yield Finding(name, server, "failed", " ".join(str(fault).split()) or type(fault).__name__)


class _NotReached(Exception):
    pass


class Made:
    """What earlier steps made and later ones need, by name."""

    def __init__(self) -> None:
        self._things: dict[str, Any] = {}

    def keep(self, name: str, thing: Any) -> Any:
        """Keep something for later steps."""
        self._things[name] = thing
        return thing

    def need(self, name: str) -> Any:
        """Return what an earlier step made; the step that asks is not reached where that one failed."""
        if name not in self._things:
            raise _NotReached(f"without {name}")
        return self._things[name]

    def get(self, name: str) -> Any:
        """Return what an earlier step made, or None."""
        return self._things.get(name)


def client_steps(carla: Any, city: City, make_ground: Callable[[], Ground]) -> Iterator[Step]:
    """Yield the checks that need no server.

    Args:
        carla: the module ``carla``.
        city: the city that the ground is made of.
        make_ground: makes it.
    """
    made = Made()

    def version() -> str:
        found = str(carla.Client("127.0.0.1", 1).get_client_version())
        if found != VERSION:
            raise NotSo(f"it is {found}; footage is written for {VERSION}: pip install carla=={VERSION}")
        return found

    def converter() -> str:
        ground = made.keep("a map", make_ground())
        zero = f"{ground.origin.x_m:.0f}, {ground.origin.y_m:.0f}"
        return f"{ground.xodr.count('<road ')} roads of {city.name}, zero at {zero}"

    def lanes() -> str:
        fit = lane_fit(city, made.need("a map"))
        if fit.close < CLOSE_SHARE:
            raise NotSo(fit.in_words())
        return fit.in_words()

    yield "the client's version", version
    yield "Osm2Odr makes a map, carla.Map loads it", converter
    yield "its lanes lie on our streets", lanes
    yield "places and angles go there and back", lambda: _there_and_back(carla)
    yield "a sky fits WeatherParameters", lambda: _sky_fits(carla)
    yield "commands take our numbers", lambda: _commands_fit(carla)
    yield "every class has a model", _models_fit


def _there_and_back(carla: Any) -> str:
    origin, worst_m = Origin(500_000.0, 4_560_000.0), 0.0
    rng = np.random.default_rng(1)
    for x_m, y_m, z_m in rng.uniform((500_000, 4_560_000, 0), (505_000, 4_565_000, 60), (200, 3)):
        at = transform(carla, origin.there(x_m, y_m, z_m), 30.0).location
        worst_m = max(worst_m, float(np.linalg.norm(np.array(origin.here(at.x, at.y, at.z)) - (x_m, y_m, z_m))))
    if worst_m > 0.01:
        raise NotSo(f"200 points came back up to {worst_m:.3f} m off")
    return f"200 points within 5 km came back within {worst_m * 1000:.1f} mm"


def _sky_fits(carla: Any) -> str:
    from twin.sky import WEATHERS

    for weather in WEATHERS:
        sky = Sky(215.0, 20.0, "day", weather)
        made, wanted = weather_of(carla, sky), weather_fields(sky)
        off = [name for name, value in wanted.items() if abs(getattr(made, name) - value) > 1e-4 * max(1.0, abs(value))]
        if off:
            raise NotSo(f"{weather}: {', '.join(off)} came out otherwise")
    return f"{', '.join(WEATHERS)}; snow only as cloud and mist"


def _commands_fit(carla: Any) -> str:
    command, at = carla.command, transform(carla, (1.0, 2.0, 3.0), 0.0)
    made = [
        command.ApplyTransform(7, at), command.ApplyWalkerState(7, at, 1.5), command.SetSimulatePhysics(7, False),
        command.SetVehicleLightState(7, int(carla.VehicleLightState.LowBeam)), command.DestroyActor(7),
    ]  # fmt: skip
    if any(each.actor_id != 7 for each in made):
        raise NotSo("a command lost its actor's number")
    return ", ".join(type(each).__name__ for each in made)


def _models_fit() -> str:
    counts = {look: sum(model.look == look for model in models()) for look in Look}
    wanted = (Look.PERSON, Look.CAR, Look.BUS, Look.TRUCK, Look.MOTORCYCLE, Look.EMERGENCY)
    missing = [look.name.lower() for look in wanted if not counts[look]]
    if missing:
        raise NotSo(f"none for {', '.join(missing)}")
    return ", ".join(f"{counts[look]} {look.name.lower()}" for look in wanted)
