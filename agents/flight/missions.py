"""Many missions as arrays: what the fitted model evaluates thousands of in a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.flight.orders import Order
from agents.flight.path import Course


@dataclass(frozen=True)
class Missions:
    """n missions with k legs in all, each mission's legs one after another.

    Attributes:
        first: (n + 1,) int64, where each mission's legs begin; the last is k.
        move_m: (k, 3) from a leg's start to its end: east, north, up.
        speed_ms: (k,) asked for, over the ground; more than the class can fly is as fast as it can.
        hold_s: (k,) standing at its end.
        wind_ms: (n, 2) mean wind, where the air moves to.
        payload_kg: (n,).
        density_kg_m3: (n,) of the air.
    """

    first: NDArray[np.int64]
    move_m: NDArray[np.float64]
    speed_ms: NDArray[np.float64]
    hold_s: NDArray[np.float64]
    wind_ms: NDArray[np.float64]
    payload_kg: NDArray[np.float64]
    density_kg_m3: NDArray[np.float64]

    def __post_init__(self) -> None:
        n, k = len(self.first) - 1, len(self.move_m)
        wanted = {
            "move_m": (k, 3), "speed_ms": (k,), "hold_s": (k,), "wind_ms": (n, 2), "payload_kg": (n,),
            "density_kg_m3": (n,),
        }  # fmt: skip
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must have shape {shape}, but has {getattr(self, name).shape}")
        if n < 0 or self.first[0] != 0 or self.first[-1] != k or (np.diff(self.first) < 1).any():
            raise ValueError("first must rise from 0 to the number of legs, at least one leg to a mission")

    def __len__(self) -> int:
        return len(self.first) - 1


def missions_of(
    courses: Sequence[Course], wind_ms: NDArray[np.float64], payload_kg: NDArray[np.float64],
    density_kg_m3: NDArray[np.float64],
) -> Missions:  # fmt: skip
    """Return courses as missions, one for each row of the other arrays."""
    legs = [len(course.speed_ms) for course in courses]
    return Missions(
        first=np.concatenate([[0], np.cumsum(legs)]).astype(np.int64),
        move_m=np.concatenate([np.diff(course.points_m, axis=0) for course in courses]),
        speed_ms=np.concatenate([course.speed_ms for course in courses]),
        hold_s=np.concatenate([course.hold_s[1:] for course in courses]),
        wind_ms=np.asarray(wind_ms, dtype=np.float64).reshape(len(courses), -1)[:, :2].copy(),
        payload_kg=np.asarray(payload_kg, dtype=np.float64),
        density_kg_m3=np.asarray(density_kg_m3, dtype=np.float64),
    )


def mission_of(order: Order, wind_ms: Sequence[float], density_kg_m3: float) -> Missions:
    """Return one order as a mission."""
    return missions_of(
        [order.course()], np.array([wind_ms[:2]]), np.array([order.payload_kg]), np.array([density_kg_m3])
    )


def out_and_back(
    distance_m: NDArray[np.float64], bearing_deg: NDArray[np.float64], height_m: NDArray[np.float64],
    speed_ms: NDArray[np.float64], hover_s: NDArray[np.float64], wind_ms: NDArray[np.float64],
    payload_kg: NDArray[np.float64], density_kg_m3: NDArray[np.float64], final_m: float = 3.0,
) -> Missions:  # fmt: skip
    """Return missions of five legs: up, there, back, down, and the slow end of it; a drone first at a scene is one.

    Args:
        distance_m: (n,) to where it hovers.
        bearing_deg: (n,) clockwise from north.
        height_m: (n,) of the flight over its dock.
        speed_ms: (n,) over the ground.
        hover_s: (n,) at the place.
        wind_ms: (n, 2) where the air moves to.
        payload_kg: (n,).
        density_kg_m3: (n,).
        final_m: height from which it lands slowly.
    """
    n = len(distance_m)
    way = np.column_stack([np.sin(np.radians(bearing_deg)), np.cos(np.radians(bearing_deg))]) * distance_m[:, None]
    move = np.zeros((n, 5, 3))
    move[:, 0, 2], move[:, 1, :2], move[:, 2, :2] = height_m, way, -way
    move[:, 3, 2], move[:, 4, 2] = -(height_m - final_m), -final_m
    speed = np.full((n, 5), 99.0)
    speed[:, 1] = speed[:, 2] = speed_ms
    speed[:, 4] = 0.8
    hold = np.zeros((n, 5))
    hold[:, 1] = hover_s
    return Missions(
        np.arange(n + 1, dtype=np.int64) * 5, move.reshape(-1, 3), speed.ravel(), hold.ravel(), wind_ms, payload_kg,
        density_kg_m3,
    )  # fmt: skip
