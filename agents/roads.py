"""Drives of teams: from where they stand, or from the next junction on their way, at the speeds of the moment."""

from __future__ import annotations

from agents.teams import Team
from agents.trip import Trip
from twin.clock import Clock
from twin.travel import Travel
from twin.travel.contract import Ints


class Roads:
    """Travel times at the present moment."""

    def __init__(self, clock: Clock, travel: Travel) -> None:
        self._clock, self.travel = clock, travel

    def cheapest(self, origin: int, goals: Ints, extra_ms: Ints) -> tuple[int, int]:
        """Return which goal takes least, the drive and ``extra_ms`` together, and the driving time; -1, -1 for none."""
        return self.travel.cheapest_from(origin, goals, extra_ms, self.travel.period_at(self._clock.now_ms))

    def reaches(self, team: Team, node: int) -> bool:
        """Return whether a team can drive to a node from where it is."""
        now = self._clock.now_ms
        return self.travel.one_to_one_ms(team.next_junction(now)[0], node, self.travel.period_at(now)) >= 0

    def drive(self, team: Team, goal: int, watched: bool = False) -> Trip:
        """Return a team's drive to a goal; it begins when its turnout is over and its next junction reached.

        ``watched`` says that others will ask where it is: its way is looked up at once, which tells the time as well.
        """
        now = self._clock.now_ms
        origin, leaves_ms = team.next_junction(now)
        lead = team.trip.on_road(now) if team.trip else None
        start_ms, period = max(leaves_ms, team.rolls_ms), self.travel.period_at(now)
        trip = Trip(self.travel, origin, goal, start_ms, period=period, lead=lead)
        trip.travel_ms = team.lay(trip) if watched else self.travel.one_to_one_ms(origin, goal, period)
        return trip
