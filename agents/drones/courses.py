"""Courses: up from a dock, along a way to one stop or several, and home; and home from wherever a drone is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.drones.craft import DroneSpec
from agents.drones.plan import Leg, Plan
from agents.drones.sky_ways import Way
from agents.flight.orders import AS_FAST, FINAL_M

Floats = NDArray[np.float64]
_SHORT_M: Final = 0.1
_BRAKES: Final = 4


@dataclass(frozen=True)
class Course:
    """Legs from where a drone stands to its dock.

    Attributes:
        legs: one after another.
        stops: which of them end at a stop.
    """

    legs: list[Leg]
    stops: tuple[int, ...]


def out_and_home(
    spec: DroneSpec, ways: Sequence[Way], stays_s: Sequence[float], height_m: float, speed_ms: float, landing_ms: float
) -> Course:
    """Return the course over stops at one height.

    Args:
        spec: whose dock.
        ways: to each stop from the one before it, the last one home.
        stays_s: at each stop.
        height_m: of the whole way.
        speed_ms: asked for, over the ground.
        landing_ms: of the last metres.
    """
    legs = [Leg((spec.x_m, spec.y_m, height_m), AS_FAST)]
    stops = []
    for way, stay_s in zip(ways[:-1], stays_s, strict=True):
        legs += _along(way, height_m, speed_ms)
        legs[-1] = Leg(legs[-1].to_m, legs[-1].speed_ms, stay_s)
        stops.append(len(legs) - 1)
    legs += [*_along(ways[-1], height_m, speed_ms), *_down(spec, landing_ms)]
    return Course(legs, tuple(stops))


def homeward(spec: DroneSpec, from_m: Floats, way: Way, height_m: float, speed_ms: float, landing_ms: float) -> Course:
    """Return the course home from a place in the air, where it first climbs or sinks to the height of the way."""
    legs = []
    if abs(height_m - float(from_m[2])) > _SHORT_M:
        legs.append(Leg((float(from_m[0]), float(from_m[1]), height_m), AS_FAST))
    return Course([*legs, *_along(way, height_m, speed_ms), *_down(spec, landing_ms)], ())


def _along(way: Way, height_m: float, speed_ms: float) -> list[Leg]:
    return [Leg((x, y, height_m), speed_ms) for x, y in way.xy_m[1:].tolist()]


def _down(spec: DroneSpec, landing_ms: float) -> list[Leg]:
    low_m = spec.pad_m + FINAL_M
    return [Leg((spec.x_m, spec.y_m, low_m), AS_FAST), Leg((spec.x_m, spec.y_m, spec.pad_m), landing_ms)]


def braked(plan: Plan, now_ms: int, accel_ms2: float) -> tuple[NDArray[np.int64], Floats]:
    """Return moments (k,) and places (k, 3) of coming to a stand along a plan, from now on.

    It stops on the plan's own line, so that it leaves no way that is clear. Standing already, it is one row.
    """
    speed_ms = float(np.linalg.norm(plan.speed_ms(now_ms)))
    here = plan.at(now_ms)
    if speed_ms < _SHORT_M:
        return np.array([now_ms], dtype=np.int64), here[None]
    far = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(plan.xyz_m, axis=0), axis=1))])
    begin_m, take_s = float(np.interp(now_ms, plan.t_ms, far)), speed_ms / accel_ms2
    share = np.linspace(0.0, 1.0, _BRAKES + 1)
    at_m = np.minimum(begin_m + speed_ms * take_s * (share - share**2 / 2), _next_stand_m(plan, far, now_ms))
    t_ms = now_ms + np.rint(1000 * take_s * share).astype(np.int64)
    return t_ms, np.column_stack([np.interp(at_m, far, plan.xyz_m[:, axis]) for axis in range(3)])


def _next_stand_m(plan: Plan, far: Floats, now_ms: int) -> float:
    """Return how far along it the plan next stands."""
    stands = [reached for reached, left in zip(plan.reached_ms, plan.left_ms, strict=True) if left > reached]
    ahead = [t_ms for t_ms in [*stands, int(plan.t_ms[-1])] if t_ms >= now_ms]
    return float(np.interp(ahead[0], plan.t_ms, far))


def behind(t_ms: NDArray[np.int64], xyz_m: Floats, spent_wh: float, plan: Plan) -> Plan:
    """Return a plan with a stretch put before it, which takes ``spent_wh`` in all; the plan begins where that ends."""
    spent = spent_wh * (t_ms - t_ms[0]) / max(int(t_ms[-1] - t_ms[0]), 1)
    return Plan(
        np.concatenate([t_ms[:-1], plan.t_ms]), np.vstack([xyz_m[:-1], plan.xyz_m]),
        np.concatenate([spent[:-1], spent_wh + plan.spent_wh]), plan.reached_ms, plan.left_ms, plan.possible,
    )  # fmt: skip
