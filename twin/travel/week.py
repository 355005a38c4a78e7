"""Travel times that change with the hour: one maker of answers for each period, made when first asked for."""

from __future__ import annotations

from collections.abc import Callable

from twin.streets import StreetGraph
from twin.travel.calendar import Calendar
from twin.travel.contract import Ints, Route, Travel
from twin.travel.routes import pose_on


class WeekTravel:
    """A :class:`twin.travel.contract.Travel` that hands each question to the period it is about.

    Once its periods are prepared, threads may ask at once where labels answer; searches, which keep what they found,
    are for one thread.

    Attributes:
        calendar: which period holds when.
        streets: the streets without overlays in period 0; their nodes, components and lines are those of all periods.
        period_at: the calendar's own.
    """

    def __init__(self, calendar: Calendar, streets: StreetGraph, make: Callable[[int], Travel]) -> None:
        """Wait for questions.

        Args:
            calendar: which period holds when.
            streets: the streets in period 0.
            make: makes the answers of one period; asked once for each that is needed.
        """
        self.calendar, self.streets, self.period_at = calendar, streets, calendar.period_at
        self._make = make
        self._of: dict[int, Travel] = {}
        self._asked: tuple[int, int, int] | None = None  # the last question about one trip
        self._time_ms = -1  # and its answer

    @property
    def node_count(self) -> int:
        """Nodes are 0 to ``node_count - 1``."""
        return len(self.streets.drivable)

    @property
    def period_count(self) -> int:
        """Periods are 0 to ``period_count - 1``."""
        return self.calendar.period_count

    def in_period(self, period: int) -> Travel:
        """Return what answers for one period.

        Raises:
            IndexError: there is no such period.
        """
        if period not in self._of:
            if not 0 <= period < self.period_count:
                raise IndexError(f"period {period} is not one of 0 to {self.period_count - 1}")
            self._of[period] = self._make(period)
        return self._of[period]

    def prepare(self, from_ms: int, until_ms: int) -> None:
        """Make what answers for all periods of a stretch of simulated time now, rather than when first asked."""
        for period in self.calendar.periods_between(from_ms, until_ms):
            self.in_period(period)

    def one_to_one_ms(self, origin: int, goal: int, period: int) -> int:
        """Return the time of the quickest way, -1 for none.

        The last answer is kept: who is found nearest is sent next.
        """
        asked = (origin, goal, period)
        if asked != self._asked:
            self._time_ms = self.in_period(period).one_to_one_ms(origin, goal, 0)
            self._asked = asked
        return self._time_ms

    def many_to_one_ms(self, origins: Ints, goal: int, period: int) -> Ints:
        """Return the (n,) times from each origin to one goal, -1 for none."""
        return self.in_period(period).many_to_one_ms(origins, goal, 0)

    def one_to_many_ms(self, origin: int, goals: Ints, period: int) -> Ints:
        """Return the (n,) times from one origin to each goal, -1 for none."""
        return self.in_period(period).one_to_many_ms(origin, goals, 0)

    def quickest_to(self, origins: Ints, goal: int, period: int) -> tuple[int, int]:
        """Return which origin is the quickest at one goal, of equals the first, and its time; -1, -1 for none."""
        which, time_ms = self.in_period(period).quickest_to(origins, goal, 0)
        if which >= 0:
            self._asked, self._time_ms = (int(origins[which]), goal, period), time_ms
        return which, time_ms

    def cheapest_from(self, origin: int, goals: Ints, extra_ms: Ints, period: int) -> tuple[int, int]:
        """Return which goal takes least from one origin, the time and its own ``extra_ms`` together, and the time."""
        which, time_ms = self.in_period(period).cheapest_from(origin, goals, extra_ms, 0)
        if which >= 0:
            self._asked, self._time_ms = (origin, int(goals[which]), period), time_ms
        return which, time_ms

    def lay(self, origin: int, goal: int, period: int, row: int, nodes: Ints, at_ms: Ints) -> int:
        """Write the nodes and times of :meth:`route` into one row of two tables; return how many there are."""
        return self.in_period(period).lay(origin, goal, 0, row, nodes, at_ms)

    def route(self, origin: int, goal: int, period: int) -> Route:
        """Return the quickest way itself; of equally quick ways always the same one."""
        return self.in_period(period).route(origin, goal, 0)

    def pose_on(self, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` of a vehicle on a route of any period; it stands at the end afterwards."""
        return pose_on(self.streets, route, elapsed_ms)
