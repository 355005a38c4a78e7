"""A plan as rows over time, and where on it a drone should be now.

A plan is an array (k, 12): time; position (3); direction of flight (3), a unit vector; speed; acceleration along the
path up to the next row; leg; heading, radians counterclockwise from east; time to the next row. Between rows the speed
changes evenly, so that positions are exact.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

T, X, WAY, SPEED, ACCEL, LEG, HEADING, SPAN = 0, 1, 4, 7, 8, 9, 10, 11
COLUMNS: Final = 12
FREE_LAG_M: Final = 2.0
HOLD_LAG_M: Final = 8.0
"""A drone that lags less than the first flies by the plan's time; at the second the plan waits for it."""


@njit(cache=True)
def follow(state: Any, plan: NDArray[np.float64], ahead: NDArray[np.float64]) -> None:
    """Move the plan's time on and write goal, its velocity, and the acceleration (3,) it flies with.

    The plan waits for a drone that falls behind, as in wind stronger than it was made for.
    """
    first, i = state["first"], state["at"]
    row = plan[first + i]
    lag = 0.0
    for k in range(3):
        lag += (state["goal"][k] - state["place"][k]) * row[WAY + k]
    state["clock"] += min(max((HOLD_LAG_M - lag) / (HOLD_LAG_M - FREE_LAG_M), 0.0), 1.0) / 240.0
    while i < state["last"] and state["clock"] >= plan[first + i + 1, T]:
        i += 1
    state["at"] = i
    row = plan[first + i]
    state["leg"] = int(row[LEG])
    state["yaw_to"] = row[HEADING]
    if i == state["last"]:
        for k in range(3):
            state["goal"][k], state["goal_pace"][k], ahead[k] = row[X + k], 0.0, 0.0
        return
    u, after = state["clock"] - row[T], plan[first + i + 1]
    way = row[SPEED] * u + 0.5 * row[ACCEL] * u * u
    speed = row[SPEED] + row[ACCEL] * u
    length = row[SPEED] * row[SPAN] + 0.5 * row[ACCEL] * row[SPAN] * row[SPAN]
    part = way / length if length > 1e-9 else 0.0
    share = u / row[SPAN] if row[SPAN] > 1e-9 else 0.0
    for k in range(3):
        bend = after[WAY + k] - row[WAY + k]
        direction = row[WAY + k] + share * bend
        state["goal"][k] = row[X + k] + part * (after[X + k] - row[X + k])
        state["goal_pace"][k] = speed * direction
        ahead[k] = row[ACCEL] * direction + (speed * bend / row[SPAN] if row[SPAN] > 1e-9 else 0.0)
