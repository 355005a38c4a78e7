"""What is kept of a flight: ten rows a second, and its figures."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.flight.craft import CONTROL_HZ
from agents.flight.path import Course
from agents.flight.pilot import Phase, Pilot

EVERY: Final = CONTROL_HZ // 10
COLUMNS: Final = (
    "t_s", "x_m", "y_m", "height_m", "east_ms", "north_ms", "up_ms", "roll_deg", "pitch_deg", "bearing_deg",
    "rotor_1_rad_s", "rotor_2_rad_s", "rotor_3_rad_s", "rotor_4_rad_s", "power_w", "volts", "charge", "energy_wh",
    "wind_east_ms", "wind_north_ms", "wind_up_ms", "error_m", "believed_error_m", "leg",
)  # fmt: skip
"""Roll leans right, pitch noses up, bearing counts clockwise from north. ``error_m`` is the distance to the nearest
point of the path, NaN where it comes down by an emergency; ``believed_error_m`` from where the drone believes to be to
where it is."""


class Record:
    """Rows of one drone's flight as it is flown."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._rows: list[tuple[float, ...]] = []

    def note(self) -> None:
        """Add a row of this moment."""
        pilot = self._pilot
        world, state = pilot.world, pilot.state
        truth, at = world.truth[pilot.number], pilot.at_m
        falls = pilot.phase is Phase.DOWN_BY_RULE
        error = np.nan if falls else off_path_m(pilot.course, int(state["leg"]), at)
        believed = float(np.linalg.norm(state["place"] - truth[:3]))
        self._rows.append(
            (world.t_s, *at, *truth[7:10], *attitude_deg(truth[3:7]), *state["speed"], float(state["power"]),
             float(state["volts_now"]), pilot.charge, float(state["stored_j"]) / 3600, *state["wind"], error, believed,
             float(state["leg"]))
        )  # fmt: skip

    def table(self) -> dict[str, NDArray[np.float64]]:
        """Return the columns of ``COLUMNS``, each (n,) float64."""
        rows = np.array(self._rows, dtype=np.float64).reshape(-1, len(COLUMNS))
        return {name: rows[:, i] for i, name in enumerate(COLUMNS)}


def off_path_m(course: Course, leg: int, at_m: NDArray[np.float64]) -> float:
    """Return the distance from a point (3,) to the nearest point of a leg, the one before it or the one after it."""
    first = max(leg - 1, 0)
    a, b = course.points_m[first : leg + 2], course.points_m[first + 1 : leg + 3]
    a = a[: len(b)]
    line = b - a
    share = np.clip(((at_m - a) * line).sum(axis=1) / (line * line).sum(axis=1), 0.0, 1.0)
    return float(np.linalg.norm(a + share[:, None] * line - at_m, axis=1).min())


def attitude_deg(quaternion: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return roll (right wing down positive), pitch (nose up positive) and bearing (clockwise from north)."""
    x, y, z, w = quaternion
    roll = np.degrees(np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)))
    nose_down = np.degrees(np.arcsin(np.clip(2 * (w * y - z * x), -1, 1)))
    heading = np.degrees(np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))
    return float(roll), float(-nose_down), float((90.0 - heading) % 360.0)


def figures_of(pilot: Pilot, table: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    """Return the figures of a flight: how it ended, times, energies, errors, and all that was told."""
    state = pilot.state
    moved = np.hypot(np.diff(table["x_m"]), np.diff(table["y_m"])).sum()
    cruise = np.hypot(table["east_ms"], table["north_ms"]) > 1.0
    error = table["error_m"][cruise & np.isfinite(table["error_m"])]
    stored = float(state["stored_j"]) / 3600
    return {
        "drone": pilot.order.name,
        "class": pilot.order.drone.name,
        "ended": pilot.ending or "broken off",
        "duration_s": float(table["t_s"][-1]) if len(table["t_s"]) else 0.0,
        "distance_m": float(moved),
        "energy_wh": stored,
        "energy_lost_in_battery_wh": float(state["lost_j"]) / 3600,
        "energy_wh_per_km": stored / max(float(moved) / 1000, 1e-9),
        "charge_left": pilot.charge,
        "error_rms_m": float(np.sqrt(np.mean(error**2))) if len(error) else 0.0,
        "error_95_m": float(np.quantile(error, 0.95)) if len(error) else 0.0,
        "error_most_m": float(error.max(initial=0.0)),
        "top_speed_ms": float(np.hypot(table["east_ms"], table["north_ms"]).max(initial=0.0)),
        "impact_ms": pilot.impact_ms,
        "told": [{"t_s": round(told.t_s, 3), "what": told.what} for told in pilot.told],
    }
