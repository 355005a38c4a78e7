"""A desk: people who take what comes, the most urgent first, of equals in the order of arrival."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any


class Turn:
    """A place in a desk's queue.

    Attributes:
        begun: whether somebody has taken it.
    """

    __slots__ = ("args", "begin", "begun", "gone")

    def __init__(self, begin: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.begin, self.args, self.begun, self.gone = begin, args, False, False


class Desk:
    """Some people, as many as its staff at the time; one at work when the staff shrinks finishes first.

    Attributes:
        staff: how many are there.
        busy: how many are at work.
    """

    def __init__(self, staff: int) -> None:
        self.staff, self.busy = staff, 0
        self._queue: list[tuple[int, int, Turn]] = []
        self._arrivals = 0

    def enter(self, priority: int, begin: Callable[..., None], *args: Any) -> Turn:
        """Wait for somebody; ``begin`` is called as soon as one is free, perhaps at once."""
        turn = Turn(begin, args)
        if self.busy < self.staff and not self._queue:
            self._take(turn)
        else:
            heappush(self._queue, (priority, self._arrivals, turn))
            self._arrivals += 1
            self._call_next()
        return turn

    def leave(self, turn: Turn) -> bool:
        """Give a place up; return False where somebody has taken it already."""
        turn.gone = not turn.begun
        return turn.gone

    def done(self) -> None:
        """Somebody has finished."""
        self.busy -= 1
        self._call_next()

    def set_staff(self, staff: int) -> None:
        """Change how many are there."""
        self.staff = staff
        self._call_next()

    def _call_next(self) -> None:
        while self._queue and self.busy < self.staff:
            turn = heappop(self._queue)[2]
            if not turn.gone:
                self._take(turn)

    def _take(self, turn: Turn) -> None:
        self.busy += 1
        turn.begun = True
        turn.begin(*turn.args)
