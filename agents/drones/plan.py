"""A planned flight: where the drone is and what it has spent at each moment, by the fitted model of its class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.flight.drone_class import DroneClass
from agents.flight.fitted import FittedFlight, flight_times
from agents.flight.missions import Missions
from twin.airspace import Flight

Floats = NDArray[np.float64]
_PIECES: Final = 3
"""Into so many pieces of even motion each gain and loss of speed is cut."""


@dataclass(frozen=True, eq=False)
class Leg:
    """A straight piece of a course.

    Attributes:
        to_m: (3,) where it leads, z above ground.
        speed_ms: asked for, over the ground.
        stay_s: standing at its end.
    """

    to_m: tuple[float, float, float]
    speed_ms: float
    stay_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Plan:
    """A flight to its end on the ground.

    Attributes:
        t_ms: (k,) moments, rising; even motion between them.
        xyz_m: (k, 3) where it is then.
        spent_wh: (k,) what it has taken out of the battery since the plan's first moment.
        reached_ms, left_ms: for each leg when it is at its end, and when it leaves there.
        possible: whether its wind lets it fly every leg.
    """

    t_ms: NDArray[np.int64]
    xyz_m: Floats
    spent_wh: Floats
    reached_ms: tuple[int, ...]
    left_ms: tuple[int, ...]
    possible: bool

    @property
    def energy_wh(self) -> float:
        """What the whole of it takes."""
        return float(self.spent_wh[-1])

    @property
    def stands_until_ms(self) -> int:
        """When it leaves its last stand in the air; its first moment where it has none."""
        stands = np.flatnonzero((np.diff(self.xyz_m, axis=0) == 0).all(axis=1))
        return int(self.t_ms[stands[-1] + 1] if len(stands) else self.t_ms[0])

    def at(self, t_ms: int) -> Floats:
        """Return where it is (3,)."""
        return np.array([np.interp(t_ms, self.t_ms, self.xyz_m[:, axis]) for axis in range(3)])

    def speed_ms(self, t_ms: int) -> Floats:
        """Return how fast it moves (3,) at a time and from then on."""
        row = int(np.searchsorted(self.t_ms, t_ms, side="right")) - 1
        if not 0 <= row < len(self.t_ms) - 1:
            return np.zeros(3)
        return np.asarray((self.xyz_m[row + 1] - self.xyz_m[row]) / (self.t_ms[row + 1] - self.t_ms[row]) * 1000.0)

    def spent_at_wh(self, t_ms: int) -> float:
        """Return what it has spent by a time."""
        return float(np.interp(t_ms, self.t_ms, self.spent_wh))

    def length_m(self, until_ms: int | None = None) -> float:
        """Return how far it flies, or how far by a time."""
        far = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.xyz_m, axis=0), axis=1))])
        return float(far[-1] if until_ms is None else np.interp(until_ms, self.t_ms, far))

    def later(self, delay_ms: int) -> Plan:
        """Return the same flight, begun later."""
        moved = (tuple(t + delay_ms for t in moments) for moments in (self.reached_ms, self.left_ms))
        return Plan(self.t_ms + delay_ms, self.xyz_m, self.spent_wh, *moved, self.possible)

    def ended(self, t_ms: int) -> Plan:
        """Return a plan that stays where this one is at a time."""
        moments, place = np.array([t_ms, t_ms + 1], dtype=np.int64), self.at(t_ms)
        return Plan(moments, np.array([place, place]), np.zeros(2), (), (), True)

    def flight(self, drone_id: str) -> Flight:
        """Return it as the timetable takes it."""
        return Flight(drone_id, self.t_ms, self.xyz_m)

    def track(self) -> list[list[float]]:
        """Return the rows of the log: ms, and decimetres of place."""
        rows = zip(self.t_ms.tolist(), self.xyz_m.tolist(), strict=True)
        return [[t, round(x, 1), round(y, 1), round(z, 1)] for t, (x, y, z) in rows]


@dataclass(frozen=True, eq=False)
class Flyer:
    """A class with its fitted model, in the air of a day.

    Attributes:
        margin: share by which plans count energy too high: the 95th percentile of the fit's errors.
    """

    drone: DroneClass
    model: FittedFlight
    density_kg_m3: float

    @property
    def margin(self) -> float:
        """See the class."""
        return self.model.unseen.energy.p95

    @property
    def full_wh(self) -> float:
        """A full battery."""
        return self.drone.battery.energy_wh.value

    def usable_wh(self, charge: float) -> float:
        """Return what a plan may count on from a charge: what is above the reserve, less the margin."""
        return max(charge - self.drone.battery.reserve.value, 0.0) * self.full_wh / (1.0 + self.margin)

    def missions(self, start_m: Floats, legs: list[Leg], wind_ms: Floats) -> Missions:
        """Return a course as a mission of the fitted model."""
        points = np.vstack([start_m, [leg.to_m for leg in legs]])
        return Missions(
            np.array([0, len(legs)], dtype=np.int64), np.diff(points, axis=0), np.array([leg.speed_ms for leg in legs]),
            np.array([leg.stay_s for leg in legs]), wind_ms[None], np.zeros(1), np.array([self.density_kg_m3]),
        )  # fmt: skip

    def plan(self, begin_ms: int, start_m: Floats, legs: list[Leg], wind_ms: Floats) -> Plan:
        """Return the plan of a course.

        Args:
            begin_ms: when it begins to move.
            start_m: (3,) where it stands then.
            legs: none shorter than a decimetre.
            wind_ms: (2,) where the air moves to.
        """
        missions = self.missions(start_m, legs, wind_ms)
        times = flight_times(missions, self.drone, self.model)
        accel = self.drone.limits.accel_ms2.value
        t_s, place, spent = [0.0], [np.asarray(start_m, dtype=np.float64)], [0.0]
        reached, left = [], []
        for i, leg in enumerate(legs):
            before_s, before_wh = t_s[-1], spent[-1]
            end_s = max(float(times.arrive_s[i]), before_s + 0.1)
            end_wh = max(float(times.spent_wh[i]), before_wh)
            for at, share in _even_pieces(end_s - before_s, float(np.linalg.norm(missions.move_m[i])), accel):
                t_s.append(before_s + at)
                place.append(place[0] + missions.move_m[:i].sum(axis=0) + share * missions.move_m[i])
                spent.append(before_wh + at / (end_s - before_s) * (end_wh - before_wh))
            reached.append(begin_ms + round(1000 * end_s))
            if leg.stay_s > 0:
                t_s.append(end_s + leg.stay_s)
                place.append(place[-1])
                spent.append(end_wh + float(times.stay_wh[i]))
            left.append(begin_ms + round(1000 * t_s[-1]))
        moments = begin_ms + np.rint(1000 * np.array(t_s)).astype(np.int64)
        return Plan(moments, np.array(place), np.array(spent), tuple(reached), tuple(left), bool(times.possible[0]))

    def stand_w(self, wind_ms: Floats) -> float:
        """Return what standing in a wind draws out of the battery."""
        there = [Leg((10.0, 0.0, 50.0), 5.0, 3600.0), Leg((20.0, 0.0, 0.0), 5.0)]
        missions = self.missions(np.array([0.0, 0.0, 50.0]), there, wind_ms)
        return float(flight_times(missions, self.drone, self.model).stay_wh[0])


def _even_pieces(span_s: float, length_m: float, accel_ms2: float) -> list[tuple[float, float]]:
    """Return moments and shares of a leg flown from standing to standing in a time, as pieces of even motion.

    The speed between gaining and losing it follows from time, length and acceleration; where they do not fit, a leg
    is flown evenly.
    """
    inside = (accel_ms2 * span_s) ** 2 - 4 * accel_ms2 * length_m
    if inside <= 0 or length_m < 1.0:
        return [(span_s, 1.0)]
    peak_ms = (accel_ms2 * span_s - math.sqrt(inside)) / 2
    gain_s = peak_ms / accel_ms2
    rows = []
    for piece in range(1, _PIECES + 1):
        at = gain_s * piece / _PIECES
        rows.append((at, 0.5 * accel_ms2 * at * at / length_m))
    between = rows if span_s - 2 * gain_s >= 0.1 else rows[:-1]
    rows += [(span_s - at, 1.0 - share) for at, share in reversed(between)]
    return [*rows, (span_s, 1.0)]
