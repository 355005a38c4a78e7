"""Whether a policy may do with drones what it chose, in words for its author."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.drones.board import Board
from agents.drones.craft import Craft, DroneDoing
from agents.policy_drones import Launch, Patrol, Recall
from twin.errors import unknown_name

IN_THE_AIR: Final = (DroneDoing.OUT, DroneDoing.STATION)


def fault_of(choice: object, crafts: Mapping[str, Craft], board: Board, now_ms: int) -> str:
    """Return what is wrong with a choice at this moment, "" for nothing."""
    if not isinstance(choice, Launch | Recall | Patrol):
        return f"{choice!r} is no decision about a drone; return Launch, Recall or Patrol"
    craft = crafts.get(choice.drone_id)
    if craft is None:
        return f"{choice}: {unknown_name('drone', str(choice.drone_id), list(crafts))}"
    if isinstance(choice, Recall):
        flies = craft.doing in IN_THE_AIR
        return "" if flies else f"{choice}: the drone is {craft.doing}; recall one that is out or on station"
    if not craft.is_ready(now_ms):
        return f"{choice}: the drone is not ready; choose one of view.drones.ready"
    if isinstance(choice, Patrol):
        patrol = board.round_of(choice.name)
        if patrol is None:
            due = ", ".join(round.name for round in board.rounds()) or "none"
            return f"{choice}: no such round is due; due are: {due}"
        allowed = choice.drone_id in patrol.drone_ids
        return "" if allowed else f"{choice}: that round is for {', '.join(patrol.drone_ids)}"
    posted = board.of(choice.request) if isinstance(choice.request, int) else None
    if posted is None or posted.looked or posted.sent:
        known = ", ".join(str(lookout.request) for lookout in board.lookouts(now_ms)[:20]) or "none"
        return f"{choice}: no drone is wanted there; requests to look at: {known}"
    return ""
