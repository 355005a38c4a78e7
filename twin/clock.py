"""The one clock: SimPy owns time, in integer milliseconds from the scenario's start."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Final

import simpy
from simpy.events import NORMAL, URGENT, Process, Timeout

_Visit = tuple[int, float, Callable[[Any], None], Any]

_OUTSIDE: Final = (URGENT + NORMAL) / 2
_NEVER: Final[_Visit] = (1 << 62, _OUTSIDE, lambda nothing: None, None)


class Due(list[Any]):
    """A call and its arguments, held by SimPy's agenda; a third of the cost of an event with its list of callbacks.

    It looks like an event that succeeded, so that SimPy's own ``step`` can live it too. It is empty once it is
    cancelled.
    """

    __slots__ = ()
    _ok = True

    @property
    def callbacks(self) -> tuple[Callable[[Any], None], ...]:
        """What SimPy calls."""
        return (lambda _: self.happen(),)

    @callbacks.setter
    def callbacks(self, none: None) -> None:
        """SimPy empties it when it lives an event."""

    def happen(self) -> None:
        """Call it, unless it was cancelled."""
        if self:
            self[0](*self[1])

    def cancel(self) -> None:
        """Let it pass without a call."""
        self.clear()


class Clock(simpy.Environment):  # type: ignore[misc]
    """Simulated time with its zoned start: a SimPy environment that takes no delay but whole milliseconds.

    Beside its agenda it lives what comes from outside, which is known beforehand and need not be put into the agenda.

    SimPy rebuilds an exception that leaves a process from its ``args``: what is raised inside one must take exactly
    its ``args`` in its ``__init__``.

    Attributes:
        start: what the calendar shows at 0 ms, with its time zone.
        now_ms: milliseconds since the start.
    """

    _queue: list[tuple[int, float, int, Any]]  # SimPy's agenda
    _eid: Iterator[int]  # and what numbers its entries in scheduling order

    def __init__(self, start: datetime) -> None:
        """Set the clock to 0 ms.

        Raises:
            ValueError: ``start`` has no time zone.
        """
        if start.utcoffset() is None:
            raise ValueError(f"the start {start} has no time zone; give one, such as ZoneInfo('Asia/Tashkent')")
        self.start, self.now_ms = start, 0
        super().__init__(0)
        self._visits: Iterator[_Visit] = iter(())
        self._next: _Visit = _NEVER
        self._soon: list[Callable[[], None]] = []

    @property
    def _now(self) -> int:
        """SimPy's own name for ``now_ms``."""
        return self.now_ms

    @_now.setter
    def _now(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def at(self, t_ms: int) -> datetime:
        """Return what the calendar shows at a simulated time, in the zone of the start.

        Milliseconds are elapsed time, so a change to summer time between is counted as it is lived.
        """
        return (self.start.astimezone(UTC) + timedelta(milliseconds=t_ms)).astimezone(self.start.tzinfo)

    def timeout_ms(self, delay_ms: int) -> Timeout:
        """Return the SimPy event that happens ``delay_ms`` from now.

        Raises:
            TypeError: the delay is not an ``int``.
            ValueError: it is negative.
        """
        return Timeout(self, delay_ms)

    def process(self, steps: Generator[Any, Any, Any]) -> Process:
        """Start a SimPy process."""
        return Process(self, steps)

    def schedule(self, event: Any, priority: Any = NORMAL, delay: int = 0) -> None:
        """Put an event into the agenda; equal times run in scheduling order.

        Raises:
            TypeError: the delay is not an ``int``.
        """
        if type(delay) is not int:
            raise TypeError(_no_delay(delay))
        super().schedule(event, priority, delay)

    def receive(self, visits: Iterable[tuple[int, Callable[[Any], None], Any]]) -> None:
        """Let known things come from outside: when, what is called, and what it is called with; by time.

        Each is lived before the ordinary events of its time, and after what :meth:`call_at` was told of.
        """
        self._visits = ((t_ms, _OUTSIDE, call, about) for t_ms, call, about in visits)
        self._next = next(self._visits, _NEVER)

    def call_at(self, t_ms: int, call: Callable[..., None], *args: Any) -> None:
        """Call something at ``t_ms``, before the ordinary events of that time; for what comes from outside.

        Raises:
            ValueError: ``t_ms`` has passed.
        """
        if t_ms < self.now_ms:
            raise ValueError(f"{t_ms} ms has passed; it is {self.now_ms} ms")
        heappush(self._queue, (t_ms, URGENT, next(self._eid), Due((call, args))))

    def call_after(self, delay_ms: int, call: Callable[..., None], *args: Any) -> Due:
        """Call something ``delay_ms`` from now, in scheduling order among equals; returns what can be cancelled.

        Raises:
            TypeError: the delay is not an ``int``.
            ValueError: it is negative.
        """
        if type(delay_ms) is not int:
            raise TypeError(_no_delay(delay_ms))
        if delay_ms < 0:
            raise ValueError(f"the delay {delay_ms} ms is negative")
        due = Due((call, args))
        heappush(self._queue, (self.now_ms + delay_ms, NORMAL, next(self._eid), due))
        return due

    def call_soon(self, call: Callable[[], None]) -> None:
        """Call something at this same time, after all that happens at it."""
        self._soon.append(call)

    def run_until_ms(self, t_ms: int) -> None:
        """Live everything before ``t_ms`` and stand there; what is due at ``t_ms`` itself is not lived yet."""
        queue, soon = self._queue, self._soon
        while True:
            visit = self._next
            bound_ms = min(visit[0], t_ms)
            while queue:
                next_ms, _, _, due = queue[0]
                if next_ms >= bound_ms:
                    break
                if soon and next_ms > self.now_ms:
                    soon.pop(0)()
                elif type(due) is Due:
                    heappop(queue)
                    self.now_ms = next_ms
                    if due:
                        due[0](*due[1])
                else:
                    self.step()
            if soon and bound_ms > self.now_ms:
                soon.pop(0)()
                continue
            if visit[0] >= t_ms:
                break
            if queue and queue[0] < visit:  # urgent, at the same time
                self.step()
                continue
            self._next = next(self._visits, _NEVER)
            self.now_ms = visit[0]
            visit[2](visit[3])
        self.now_ms = max(self.now_ms, t_ms)


def _no_delay(delay: object) -> str:
    return f"time is counted in whole milliseconds, an int, but the delay is {delay!r}"
