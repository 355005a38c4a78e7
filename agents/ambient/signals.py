"""What traffic lights show: the turns that the everyday traffic takes at junctions with lights."""

from __future__ import annotations

from typing import Final

import numpy as np

from agents.ambient.gates import SIGNAL_CYCLE_S, GateTable
from twin.scene import SignalLamp, Signals

AMBER_S: Final = 3.0  # after green, assumed; the junction clears meanwhile (CLEAR_S)
READY_S: Final = 2.0  # red and amber together before green, assumed


def signals_at(table: GateTable, t_ms: int) -> Signals:
    """Return the traffic lights of all arms of a table at a moment; elsewhere vehicles take turns without lights."""
    rows = np.flatnonzero(table.cycle_s == SIGNAL_CYCLE_S)
    arm, first = np.unique(table.key[rows] >> 4, return_index=True)  # the lanes of an arm go together
    rows = rows[first]
    green_s, cycle_s = table.green_s[rows], table.cycle_s[rows]
    since_s = np.mod(t_ms / 1000.0 - table.shift_s[rows] - table.begin_s[rows], cycle_s)
    lamps = np.select(
        [since_s < green_s, since_s < green_s + AMBER_S, since_s >= cycle_s - READY_S],
        [SignalLamp.GREEN, SignalLamp.AMBER, SignalLamp.RED | SignalLamp.AMBER],
        SignalLamp.RED,
    )
    always = green_s >= cycle_s  # nobody crosses this arm's way
    return Signals(arm, np.where(always, SignalLamp.GREEN, lamps).astype(np.uint8))
