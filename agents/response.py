"""A team answers: turnout, travel, work on scene, hospital, hand-over, and back, free again from the road."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import simpy

from agents.joining import Request, RequestBook
from agents.teams import Doing, Fleet, Team
from agents.trip import Trip
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Incident, Kind

Steps = Generator[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work on scene."""

    incident_id: int | None
    work_ms: int
    transport: bool


class Responses:
    """Carries out what was decided.

    A team on the road is sent from its next junction and needs no turnout. A team that finds another team of its
    service at work on the incident, or nothing at all, is held up for ``nothing_found``. A patient is taken to the
    hospital that is nearest by travel time, of equals the first; without a hospital in reach they are handed over on
    the spot. A team that cannot drive back waits where it is.
    """

    def __init__(
        self, clock: Clock, log: EventLog, fleet: Fleet, book: RequestBook, incidents: Mapping[int, Incident],
        hospitals: Sequence[int], freed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock, self._log, self._fleet, self._book = clock, log, fleet, book
        self._incidents, self._hospitals, self._freed = incidents, hospitals, freed
        self._attended: set[tuple[int, str]] = set()

    def travel_ms(self, origin: int, goal: int) -> int:
        """Return the driving time, -1 where there is no way."""
        return self._fleet.travel.one_to_one_ms(origin, goal, self._fleet.travel.period_at(self._clock.now_ms))

    def reaches(self, team: Team, node: int) -> bool:
        """Return whether a team can drive to a node from where it is."""
        return self.travel_ms(team.next_junction(self._clock.now_ms)[0], node) >= 0

    def send(self, team: Team, request: Request) -> None:
        """Send a team that is free, or under way to something else, to a request."""
        now = self._clock.now_ms
        self._stop(team)
        if team.doing is Doing.IDLE:
            team.rolls_ms = now + request.first.stages.turnout_ms
        trip = self._drive(team, request.first.node)
        turnout_ms = max(0, team.rolls_ms - now)
        team.turn_to(Doing.TURNOUT if turnout_ms else Doing.DRIVING, request.key, trip)
        self._book.serve(request)
        self._emit(team, request, Kind.DISPATCHED, request.first.node, trip.end_ms - now - turnout_ms)
        team.process = self._clock.process(self._respond(team, request, turnout_ms))

    def move(self, team: Team, node: int) -> None:
        """Send a free team to wait elsewhere, where there is a way."""
        self._stop(team)
        team.wait_node = node
        team.turn_to(Doing.BACK, -1, self._drive(team, node))
        team.process = self._clock.process(self._wait_at(team, None))

    def _stop(self, team: Team) -> None:
        if team.doing in (Doing.BACK, Doing.TURNOUT, Doing.DRIVING):
            team.process.interrupt()

    def _drive(self, team: Team, goal: int) -> Trip:
        """From where it stands, or from the next junction on its way."""
        now = self._clock.now_ms
        origin, leaves_ms = team.next_junction(now)
        lead = team.trip.on_road(now) if team.trip else None
        period = self._fleet.travel.period_at(now)
        start_ms, travel_ms = max(leaves_ms, team.rolls_ms), self.travel_ms(origin, goal)
        return Trip(self._fleet.travel, origin, goal, start_ms, travel_ms, period, lead)

    def _respond(self, team: Team, request: Request, turnout_ms: int) -> Steps:
        try:
            yield self._clock.timeout_ms(turnout_ms)
            self._emit(team, request, Kind.TURNED_OUT, team.trip.origin, turnout_ms)
            team.turn_to(Doing.DRIVING, request.key, team.trip)
            travel_ms = team.trip.end_ms - self._clock.now_ms
            yield self._clock.timeout_ms(travel_ms)
        except simpy.Interrupt:
            return
        team.stand(Doing.ON_SCENE, request.first.node, request.key)
        transport = yield from self._work(team, request, travel_ms)
        if transport:
            yield from self._to_hospital(team, request)
        yield from self._go_home(team, request)

    def _work(self, team: Team, request: Request, travel_ms: int) -> Steps:
        """Work on each incident of the request in turn; return whether somebody is to be taken to hospital."""
        transport = False
        for task in self._tasks(request):
            self._emit(team, request, Kind.ARRIVED, team.node, travel_ms, task)
            yield self._clock.timeout_ms(task.work_ms)
            self._emit(team, request, Kind.SCENE_CLEARED, team.node, task.work_ms, task)
            transport, travel_ms = transport or task.transport, 0
        self._book.close(request)
        return transport

    def _tasks(self, request: Request) -> Iterator[Task]:
        """What is to be done there, looked up anew after each task; at least one, if only to find nothing."""
        task = self._next_task(request) or Task(request.incident_id, request.first.stages.nothing_ms, False)
        while task:
            yield task
            task = self._next_task(request)

    def _next_task(self, request: Request) -> Task | None:
        service = str(request.first.service)
        for incident_id in request.incident_ids:
            if (incident_id, service) not in self._attended:
                self._attended.add((incident_id, service))
                incident = self._incidents[incident_id]
                return Task(incident_id, incident.on_scene_ms, incident.transport and incident.service == service)
        return None

    def _to_hospital(self, team: Team, request: Request) -> Steps:
        reach = [(self.travel_ms(team.node, h), row) for row, h in enumerate(self._hospitals)]
        reach = [pair for pair in reach if pair[0] >= 0]
        if not reach:
            return
        travel_ms, row = min(reach)
        hospital = self._hospitals[row]
        team.turn_to(Doing.TO_HOSPITAL, request.key, self._drive(team, hospital))
        yield self._clock.timeout_ms(travel_ms)
        team.stand(Doing.HANDOVER, hospital, request.key)
        self._emit(team, request, Kind.AT_HOSPITAL, hospital, travel_ms)
        handover_ms = request.first.stages.handover_ms
        yield self._clock.timeout_ms(handover_ms)
        self._emit(team, request, Kind.HANDED_OVER, hospital, handover_ms)

    def _go_home(self, team: Team, request: Request) -> Steps:
        team.wait_node = team.spec.post_node
        trip = self._drive(team, team.wait_node)
        self._freed()
        if trip.travel_ms < 0:
            team.turn_to(Doing.IDLE)
            return
        team.turn_to(Doing.BACK, -1, trip)
        yield from self._wait_at(team, request)

    def _wait_at(self, team: Team, request: Request | None) -> Steps:
        """Drive on to where it waits; free on the way."""
        travel_ms = team.trip.end_ms - self._clock.now_ms
        try:
            yield self._clock.timeout_ms(travel_ms)
        except simpy.Interrupt:
            return
        team.stand(Doing.IDLE, team.trip.goal)
        self._emit(team, request, Kind.RETURNED, team.node, travel_ms)

    def _emit(
        self, team: Team, request: Request | None, kind: Kind, node: int, value_ms: int, task: Task | None = None
    ) -> None:
        first = request.first if request else None
        self._log.emit(
            self._clock.now_ms,
            kind,
            incident_id=told.incident_id if (told := task or request) else None,
            call_id=first.call_id if first else None,
            alarm_id=first.alarm_id if first else None,
            team_id=team.spec.id,
            node=node,
            value=value_ms / 1000,
            detail=request.detail if request else json.dumps({"service": str(team.spec.service), "request": None}),
        )
