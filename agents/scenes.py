"""What teams find on scene: how long each works there, and what the first one asks for beyond what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from agents.joining import RequestBook
from agents.plans import Need, Plans
from agents.request import Request, State, Unit
from agents.teams import Team
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Incident, Kind, Service


class Task(NamedTuple):
    """One piece of work on scene."""

    incident_id: int | None
    work_ms: int
    transport: bool


class Scenes:
    """The incidents as those on scene meet them.

    An incident is worked on by as many teams of each service as its own plan asks for, whichever request sent them;
    any further one finds it attended, and is held up for ``nothing_found`` like one that finds nothing at all. Several
    incidents taken for one request are worked on in turn.

    Args:
        ask: lets the policy decide.
    """

    def __init__(
        self, clock: Clock, log: EventLog, book: RequestBook, plans: Plans, incidents: Mapping[int, Incident],
        seed: int, ask: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock, self._log, self._book, self._plans = clock, log, book, plans
        self._incidents, self._seed, self._ask = incidents, seed, ask
        self._wanting: dict[tuple[int, str], int] = {}  # how many more teams of a service an incident takes
        self._takes: dict[tuple[str, str, bool, bool, str], tuple[Need | None, int]] = {}

    def first_task(self, unit: Unit) -> Task:
        """Return what is to be done there, if only to find nothing."""
        task = self.next_task(unit)
        return task or Task(unit.request.incident_id, unit.stages.nothing_ms, transport=False)

    def next_task(self, unit: Unit) -> Task | None:
        """Return what is left to be done for one team, looked up anew after each task; None for nothing."""
        for incident_id in unit.request.incident_ids:
            mine = (incident_id, unit.service)
            more = self._wanting.get(mine)
            if more == 0:
                continue
            incident = self._incidents[incident_id]
            need, wanted = self._wanted(incident, unit.service)
            more = wanted if more is None else more
            if more:
                self._wanting[mine] = more - 1
                first = more == wanted
                return Task(incident_id, self._work_ms(incident, need), first and _carries(incident, unit.service))
        return None

    def size_up(self, team: Team, unit: Unit, task: Task) -> None:
        """The first team on scene sees what is missing, and asks for it."""
        incident = self._incidents.get(task.incident_id) if task.incident_id is not None else None
        if incident is None or not (incident.injured or incident.level > 1):
            return
        after_ms = min(task.work_ms, round(1000 * self._plans.size_up_s))
        self._clock.call_after(after_ms, self._ask_for_more, team, unit, incident)

    def _ask_for_more(self, team: Team, unit: Unit, incident: Incident) -> None:
        if unit.state is not State.CLOSED:
            self.report(team.id, team.node, unit.request, incident)

    def report(self, by: str, node: int, request: Request, incident: Incident) -> list[str]:
        """Somebody who sees an incident asks for the rest of its plan; return the parts that had not been asked for."""
        needs = self._plans.of(incident.service, incident.category)
        seen = {"injured": incident.injured, "second_alarm": incident.level > 1}
        return [
            what for what, there in seen.items() if there and self._escalate(by, node, request, incident, what, needs)
        ]

    def _escalate(
        self, by: str, node: int, request: Request, incident: Incident, what: str, needs: tuple[Need, ...]
    ) -> bool:
        now = self._clock.now_ms
        added = self._book.escalate(request, what, needs, now)
        if added:
            self._log.emit(
                now, Kind.ESCALATED, incident.id, request.first.call_id, request.first.alarm_id, by, "",
                node, float(len(added)), f'{{"what": "{what}", "request": {request.key}}}',
            )  # fmt: skip
            self._ask()
        return bool(added)

    def _wanted(self, incident: Incident, service: str) -> tuple[Need | None, int]:
        """The line of the plan that says how many teams of a service an incident really takes, and how many."""
        like = (incident.service, incident.category, incident.injured, incident.level > 1, service)
        takes = self._takes.get(like)
        if takes is None:
            takes = self._takes[like] = self._read_plan(incident, service)
        return takes

    def _read_plan(self, incident: Incident, service: str) -> tuple[Need | None, int]:
        found, wanted = None, int(incident.service == service)
        mine = 0
        for need in self._plans.of(incident.service, incident.category):
            if need.service == service and _applies(need, incident):
                found, mine = found or need, mine + need.count
        return found, max(wanted, mine)

    def _work_ms(self, incident: Incident, need: Need | None) -> int:
        if need is None or need.on_scene is None:
            return incident.on_scene_ms
        return need.on_scene.one_ms(self._seed, f"on_scene/support/{need.service}", incident.id)


def _applies(need: Need, incident: Incident) -> bool:
    if need.when == "always":
        return True
    return incident.injured if need.when == "injured" else incident.level > 1


def _carries(incident: Incident, service: str) -> bool:
    """Whether a service's first team takes somebody to hospital."""
    if incident.service == service:
        return incident.transport
    return service == Service.AMBULANCE and incident.injured
