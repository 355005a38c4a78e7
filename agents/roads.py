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
        self._last: tuple[tuple[int, int, int], int] = ((-1, -1, -1), -1)

    def travel_ms(self, origin: int, goal: int) -> int:
        """Return the driving time, -1 where there is no way."""
        asked = (origin, goal, self.travel.period_at(self._clock.now_ms))
        if self._last[0] != asked:  # a decision is checked, and then carried out
            self._last = (asked, self.travel.one_to_one_ms(*asked))
        return self._last[1]

    def times_ms(self, origin: int, goals: Ints) -> Ints:
        """Return the driving times to some goals, -1 where there is no way."""
        return self.travel.one_to_many_ms(origin, goals, self.travel.period_at(self._clock.now_ms))

    def reaches(self, team: Team, node: int) -> bool:
        """Return whether a team can drive to a node from where it is."""
        return self.travel_ms(team.next_junction(self._clock.now_ms)[0], node) >= 0

    def drive(self, team: Team, goal: int) -> Trip:
        """Return a team's drive to a goal; it begins when its turnout is over and its next junction reached."""
        now = self._clock.now_ms
        origin, leaves_ms = team.next_junction(now)
        lead = team.trip.on_road(now) if team.trip else None
        start_ms, travel_ms = max(leaves_ms, team.rolls_ms), self.travel_ms(origin, goal)
        return Trip(self.travel, origin, goal, start_ms, travel_ms, self.travel.period_at(now), lead)
