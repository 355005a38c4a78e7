"""Whether a policy may do what it chose, in words for its author."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agents.fleet import Fleet
from agents.joining import RequestBook
from agents.policy import Decline, Dispatch, Hold, Move, Redispatch
from agents.request import State
from agents.teams import FREE, UNDER_WAY, Team
from twin.errors import unknown_name

Reaches = Callable[[Team, int], bool]
"""Whether a team can drive to a node from where it is."""

_DECISIONS: Final = (Dispatch, Redispatch, Move, Hold, Decline)
_ABOUT_A_REQUEST: Final = (Hold, Decline)
_NO_WAY: Final = "{}: the team has no way to node {}"


def fault_of(choice: object, fleet: Fleet, book: RequestBook, reaches: Reaches) -> str:
    """Return what is wrong with a choice at this moment, "" for nothing."""
    if not isinstance(choice, _DECISIONS):
        return f"{choice!r} is no decision; return Dispatch, Redispatch, Move, Hold or Decline"
    if isinstance(choice, _ABOUT_A_REQUEST):
        return _fault_of_key(choice.key, book)
    team = fleet.by_id.get(choice.team_id)
    if team is None:
        return f"{choice}: {unknown_name('team', str(choice.team_id), list(fleet.by_id))}"
    if isinstance(choice, Move):
        return _fault_of_move(choice, team, fleet, reaches)
    return _fault_of_key(choice.key, book) or _fault_of_sending(choice, team, book, reaches)


def _fault_of_key(key: object, book: RequestBook) -> str:
    unit = book.by_key.get(key) if isinstance(key, int) else None
    if unit is None or unit.state is not State.WAITING:
        known = ", ".join(str(waiting.key) for waiting in book.waiting[:20]) or "none"
        return f"no request {key!r} is waiting; waiting are: {known}"
    return ""


def _fault_of_sending(choice: Dispatch | Redispatch, team: Team, book: RequestBook, reaches: Reaches) -> str:
    unit = book.by_key[choice.key]
    fitting = UNDER_WAY if isinstance(choice, Redispatch) else FREE
    if team.doing not in fitting:
        may = "under way" if isinstance(choice, Redispatch) else "free"
        return f"{choice}: the team is {team.doing}; choose one that is {may}"
    if team.service != unit.service:
        return f"{choice}: a {team.service} team for a {unit.service} request"
    kinds, node = unit.need.kinds, unit.request.first.node
    if kinds and team.spec.kind not in kinds:
        return f"{choice}: a team of the kind {team.spec.kind!r}, but it takes {' or '.join(kinds)}"
    return "" if reaches(team, node) else _NO_WAY.format(choice, node)


def _fault_of_move(choice: Move, team: Team, fleet: Fleet, reaches: Reaches) -> str:
    if team.doing not in FREE:
        return f"{choice}: the team is {team.doing}; move one that is free"
    nodes = fleet.travel.node_count
    if not isinstance(choice.node, int) or not 0 <= choice.node < nodes:
        return f"{choice}: nodes are whole numbers from 0 to {nodes - 1}"
    return "" if reaches(team, choice.node) else _NO_WAY.format(choice, choice.node)
