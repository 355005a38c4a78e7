"""The board: requests that a drone could look at, which have one on its way, and rounds that are due."""

from __future__ import annotations

from dataclasses import dataclass

from agents.drones.chain import Chain, is_open
from agents.drones.squadron import PatrolSpec, Squadron
from agents.policy_drones import Lookout, Round
from agents.request import Request


@dataclass(eq=False, slots=True)
class Posted:
    """A request on the board.

    Attributes:
        looked: whether a drone has told of it.
        sent: whether one is on its way or looks.
        refused: how often one was kept on its dock, or did not get there.
        told: whether it was said that none can go.
    """

    request: Request
    looked: bool = False
    sent: bool = False
    refused: int = 0
    told: bool = False


class Board:
    """Keeps them.

    Args:
        squadron: its rounds, and which categories can be seen.
        chain: says where teams are.
    """

    def __init__(self, squadron: Squadron, chain: Chain) -> None:
        self._visible, self._chain = squadron.visible, chain
        self._patrols = {patrol.name: patrol for patrol in squadron.patrols}
        self._posted: dict[int, Posted] = {}
        self._due: dict[str, int] = {}

    def post(self, request: Request) -> bool:
        """Put a request on; return whether it belongs there: whether such a thing can be seen from the air."""
        if request.first.category not in self._visible:
            return False
        self._posted[request.key] = Posted(request)
        return True

    def of(self, key: int) -> Posted | None:
        """Return what is known of a request that is open and belongs here."""
        posted = self._posted.get(key)
        return posted if posted is not None and is_open(posted.request) else None

    def due(self, name: str, t_ms: int) -> None:
        """A round is due."""
        self._due[name] = t_ms

    def round_of(self, name: str) -> PatrolSpec | None:
        """Return a round that is due."""
        return self._patrols[name] if name in self._due else None

    def flown(self, name: str) -> None:
        """A round is being flown."""
        del self._due[name]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that a drone could be sent to."""
        self._clear()
        return not self._due and all(posted.looked or posted.sent for posted in self._posted.values())

    def rounds(self) -> tuple[Round, ...]:
        """Return what is due, in order of time."""
        due = sorted(self._due.items(), key=lambda item: (item[1], item[0]))
        return tuple(Round(name, t_ms, self._patrols[name].drone_ids) for name, t_ms in due)

    def awaited(self) -> tuple[int, ...]:
        """Return the requests of which a drone is about to tell."""
        self._clear()
        return tuple(key for key, posted in self._posted.items() if posted.sent and not posted.looked)

    def lookouts(self, now_ms: int) -> tuple[Lookout, ...]:
        """Return what a drone could be sent to, the most urgent first, of equals the oldest."""
        self._clear()
        found = []
        for posted in self._posted.values():
            if not posted.looked and not posted.sent:
                team_ms = self._chain.team_ms(posted.request, now_ms)
                if team_ms != 0:
                    found.append(_lookout(posted, team_ms))
        return tuple(sorted(found, key=lambda lookout: (lookout.priority, lookout.since_ms, lookout.request)))

    def _clear(self) -> None:
        closed = [key for key, posted in self._posted.items() if not is_open(posted.request)]
        for key in closed:
            del self._posted[key]


def _lookout(posted: Posted, team_ms: int) -> Lookout:
    request, first = posted.request, posted.request.first
    return Lookout(
        request.key, first.t_ms, first.service, first.category, request.priority, first.node, first.x_m, first.y_m,
        first.alarm_id is not None, team_ms, posted.refused,
    )  # fmt: skip
