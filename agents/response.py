"""A team answers: turnout, travel, work on scene, hospital, hand-over, and back, free again from the road."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.hospitals import Hospitals
from agents.reception import Reception
from agents.request import Unit
from agents.roads import Roads
from agents.scenes import Scenes, Task
from agents.teams import UNDER_WAY, Doing, Team
from agents.trip import Trip
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Ending, Kind


@dataclass(frozen=True)
class Told:
    """Who is told what teams come to.

    Attributes:
        free: a team is free, begins to move, or comes on duty: the policy may decide.
        settled: a team has nothing to do: returns whether something else was due for it, such as the end of its shift.
    """

    free: Callable[[], None]
    settled: Callable[[Team], bool]


class Responses:
    """Carries out what was decided.

    A team on the road is sent from its next junction and needs no turnout. A patient is taken to a hospital; without
    one in reach they are handed over on the spot. A team that cannot drive back waits where it is.
    """

    def __init__(
        self, clock: Clock, log: EventLog, roads: Roads, reception: Reception, scenes: Scenes, hospitals: Hospitals,
        told: Told,
    ) -> None:  # fmt: skip
        self._clock, self._log, self._roads, self._reception = clock, log, roads, reception
        self._scenes, self._hospitals, self._told = scenes, hospitals, told

    def send(self, team: Team, unit: Unit) -> None:
        """Send a team that is free, or under way to something else, to what waits."""
        now, node = self._clock.now_ms, unit.request.first.node
        team.stop()
        if team.doing is Doing.IDLE:
            team.rolls_ms = now + unit.stages.turnout_ms
        trip = self._roads.drive(team, node)
        turnout_ms = max(0, team.rolls_ms - now)
        team.unit = unit
        team.turn_to(Doing.TURNOUT if turnout_ms else Doing.DRIVING, unit.key, trip)
        self._emit(team, Kind.DISPATCHED, node, trip.end_ms - now - turnout_ms)
        team.due = self._clock.call_after(turnout_ms, self._rolled, team, trip, turnout_ms)

    def move(self, team: Team, node: int) -> None:
        """Send a free team to wait elsewhere, where there is a way."""
        team.stop()
        team.wait_node, team.unit = node, None
        self._drive_back(team, self._roads.drive(team, node, watched=True))

    def release(self, team: Team) -> None:
        """A team has nothing more to do: it goes home, or what is due for it begins."""
        team.wait_node = team.spec.post_node
        if not self._told.settled(team):
            trip = self._roads.drive(team, team.wait_node, watched=True)
            if trip.travel_ms < 0:
                team.turn_to(Doing.IDLE)
            else:
                self._drive_back(team, trip)
        self._told.free()

    def go_home(self, team: Team) -> bool:
        """Drive to the post, not to be sent on the way; what is due begins there. False where there is no way."""
        trip = self._roads.drive(team, team.spec.post_node)
        if trip.travel_ms < 0:
            return False
        team.wait_node = trip.goal
        team.turn_to(Doing.HOME, -1, trip)
        left_ms = trip.end_ms - self._clock.now_ms
        team.due = self._clock.call_after(left_ms, self._home, team, trip.goal, left_ms)
        return True

    def _drive_back(self, team: Team, trip: Trip) -> None:
        team.turn_to(Doing.BACK, -1, trip)
        left_ms = trip.end_ms - self._clock.now_ms
        team.due = self._clock.call_after(left_ms, self._back, team, trip, left_ms)

    def _rolled(self, team: Team, trip: Trip, turnout_ms: int) -> None:
        self._emit(team, Kind.TURNED_OUT, trip.origin, turnout_ms)
        team.turn_to(Doing.DRIVING, team.key, trip)
        travel_ms = trip.end_ms - self._clock.now_ms
        team.due = self._clock.call_after(travel_ms, self._arrived, team, travel_ms)
        self._told.free()

    def _arrived(self, team: Team, travel_ms: int) -> None:
        unit = team.unit
        team.stand(Doing.ON_SCENE, unit.request.first.node, unit.key)
        self._work(team, unit, self._scenes.first_task(unit), travel_ms, False)

    def _work(self, team: Team, unit: Unit, task: Task, travel_ms: int, transport: bool) -> None:
        self._emit(team, Kind.ARRIVED, team.node, travel_ms, task)
        self._scenes.size_up(team, unit, task)
        team.due = self._clock.call_after(task.work_ms, self._cleared, team, unit, task, transport or task.transport)

    def _cleared(self, team: Team, unit: Unit, task: Task, transport: bool) -> None:
        self._emit(team, Kind.SCENE_CLEARED, team.node, task.work_ms, task)
        further = self._scenes.next_task(unit)
        if further is not None:
            self._work(team, unit, further, 0, transport)
            return
        self._reception.close(unit, Ending.SERVED)
        row, travel_ms = self._hospitals.choose(self._roads, team.node) if transport else (-1, -1)
        if row < 0:
            self.release(team)
            return
        self._hospitals.send(row)
        team.turn_to(Doing.TO_HOSPITAL, unit.key, self._roads.drive(team, int(self._hospitals.nodes[row])))
        team.due = self._clock.call_after(travel_ms, self._at_hospital, team, unit, row, travel_ms)

    def _at_hospital(self, team: Team, unit: Unit, row: int, travel_ms: int) -> None:
        team.stand(Doing.HANDOVER, int(self._hospitals.nodes[row]), unit.key)
        self._emit(team, Kind.AT_HOSPITAL, team.node, travel_ms)
        self._hospitals.desks[row].enter(unit.request.priority, self._taken_over, team, unit, row, self._clock.now_ms)

    def _taken_over(self, team: Team, unit: Unit, row: int, since_ms: int) -> None:
        team.due = self._clock.call_after(unit.stages.handover_ms, self._handed_over, team, row, since_ms)

    def _handed_over(self, team: Team, row: int, since_ms: int) -> None:
        self._emit(team, Kind.HANDED_OVER, team.node, self._clock.now_ms - since_ms)
        self._hospitals.hand_over(row)
        self.release(team)

    def _back(self, team: Team, trip: Trip, travel_ms: int) -> None:
        team.stand(Doing.IDLE, trip.goal)
        self._emit(team, Kind.RETURNED, team.node, travel_ms)
        team.unit = None
        self._told.settled(team)

    def _home(self, team: Team, node: int, travel_ms: int) -> None:
        team.stand(Doing.IDLE, node)
        self._emit(team, Kind.RETURNED, node, travel_ms)
        team.unit = None
        if not self._told.settled(team):
            self._told.free()

    def give_up(self, team: Team) -> Unit | None:
        """Stop a team where it is; return the unit it was under way to, which has to wait again, None for none."""
        left = team.unit if team.doing in UNDER_WAY else None
        team.stop()
        return left

    def _emit(self, team: Team, kind: Kind, node: int, value_ms: int, task: Task | None = None) -> None:
        unit = team.unit
        if unit is None:
            told = f'{{"service": "{team.service}", "request": null}}'
            self._log.emit(self._clock.now_ms, kind, None, None, None, team.id, "", node, value_ms / 1000, told)
            return
        first = unit.request.first
        incident_id = task.incident_id if task is not None else unit.request.incident_id
        self._log.emit(
            self._clock.now_ms, kind, incident_id, first.call_id, first.alarm_id, team.id, "", node, value_ms / 1000,
            unit.detail,
        )  # fmt: skip
