"""What drones do to the chain of calls, requests and teams: units asked for earlier, teams spared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.fleet import Fleet
from agents.reception import Reception
from agents.request import Request, State
from agents.response import Responses
from agents.scenes import Scenes
from agents.teams import AT_WORK, UNDER_WAY, Team
from twin.records import Ending


def is_open(request: Request) -> bool:
    """Return whether a unit of a request waits or is at work."""
    return any(unit.state is not State.CLOSED for unit in request.units)


@dataclass(frozen=True)
class Spared:
    """What an empty place spared.

    Attributes:
        units: closed without a team on scene.
        recalled: teams that turned back under way.
    """

    units: int = 0
    recalled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chain:
    """The parts of the chain that drones touch."""

    fleet: Fleet
    reception: Reception
    responses: Responses
    scenes: Scenes

    def teams_of(self, request: Request) -> list[Team]:
        """Return the teams under way to a request, or at work there."""
        return [
            team
            for team in self.fleet.teams
            if team.unit is not None and team.unit.request is request and team.doing in (UNDER_WAY | AT_WORK)
        ]

    def is_attended(self, request: Request) -> bool:
        """Return whether a team is, or was, on scene."""
        return request.served or any(team.doing in AT_WORK for team in self.teams_of(request))

    def team_ms(self, request: Request, now_ms: int) -> int:
        """Return how long the first team under way still takes, 0 where one is there, -1 where none is sent."""
        if self.is_attended(request):
            return 0
        ends = [max(team.rolls_ms, team.trip.end_ms) - now_ms for team in self.teams_of(request) if team.trip]
        return max(min(ends), 0) if ends else -1

    def may_spare(self, request: Request, whose: Literal["all", "alarms", "none"]) -> bool:
        """Return whether a drone's word is enough to close a request: nobody is there, and the rule lets it."""
        if not is_open(request) or whose == "none" or (whose == "alarms" and request.first.alarm_id is None):
            return False
        return not self.is_attended(request)

    def spare(self, request: Request) -> Spared:
        """Close a request at which a drone found nothing; teams under way turn back, units that wait get none."""
        teams = {id(team.unit): team for team in self.teams_of(request)}
        units = [unit for unit in request.units if unit.state is not State.CLOSED]
        recalled = []
        for unit in units:
            team = teams.get(id(unit))
            if team is not None:
                team.stop()
            self.reception.close(unit, Ending.FOUND_EMPTY)
            if team is not None:
                self.responses.release(team)
                recalled.append(team.id)
        return Spared(len(units), tuple(recalled))
