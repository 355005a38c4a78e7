"""The world that acts: one frozen day of incidents and calls, lived through by centre, policy, teams and cameras."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from agents.drones.squadron import Squadron
from agents.injects import (
    CamerasFail,
    DroneFails,
    Inject,
    NewIncident,
    PolicyChange,
    StaffChange,
    TeamBreakdown,
    told,
    with_new_incidents,
)
from agents.policy import Policy
from agents.seldom_collected import seldom_collected
from agents.settings import ResponseSettings
from agents.teams import TeamSpec
from agents.view import Known
from agents.watchdog import on_guard
from agents.wiring import wire
from sensors.source import SightingSource
from twin.clock import Clock
from twin.errors import unknown_name
from twin.log import EventLog
from twin.records import Alarm, Call, Incident, Kind, Sighting
from twin.streams import stream
from twin.travel import Travel

PROGRESS_MS: Final = 60_000


class World:
    """One run of one day.

    Attributes:
        clock: simulated time.
        fleet: the teams.
        centre: the situation centre.
        log: every event.
        sightings: what the sources saw, in the order they were asked.
        drones: the drones and their desk, None where there are none.
    """

    @seldom_collected()
    def __init__(
        self,
        travel: Travel,
        start: datetime,
        duration_ms: int,
        seed: int,
        incidents: Sequence[Incident],
        calls: Sequence[Call],
        teams: Sequence[TeamSpec],
        hospitals: Sequence[int],
        settings: ResponseSettings,
        policy: Policy,
        sources: Sequence[SightingSource] = (),
        log: EventLog | None = None,
        scenario: str = "",
        injects: Sequence[Inject] = (),
        known: Known | None = None,
        squadron: Squadron | None = None,
    ) -> None:
        """Put everything in its place; nothing happens yet.

        Args:
            travel: times and ways of the teams' driving.
            start: zoned time at 0 ms.
            duration_ms: the run ends there; what is due at that time or later is not lived.
            seed: of the hashed draws and the policy's stream.
            incidents: what happens.
            calls: who asks for help.
            teams: in the fleet's order.
            hospitals: their nodes.
            settings: of centre, services and verification.
            policy: who decides.
            sources: where camera alarms come from.
            log: where events go; a new one by default.
            scenario: its name, for the log.
            injects: what is done to the run from outside, and when.
            known: what a policy may know beside the moment: posts, districts, expected demand.
            squadron: drones, and what they fly in; None for none.

        Raises:
            ValueError: an id is not unique, a call names an incident that is not there, an inject names a team that is
                not there, or ``start`` has no zone.
        """
        self.clock, self.log = Clock(start), EventLog() if log is None else log
        self.duration_ms, self.seed, self.scenario = duration_ms, seed, scenario
        incidents, calls = with_new_incidents(incidents, calls, injects)
        self._incidents = _by_id(incidents, calls)
        known = (known or Known()).complete(teams, travel.node_count)
        parts = wire(
            self.clock,
            self.log,
            settings,
            seed,
            self._incidents,
            calls,
            teams,
            hospitals,
            travel,
            policy,
            known,
            squadron,
        )
        self.fleet, self.centre = parts.fleet, parts.centre
        self._dispatching, self._duty, self.drones = parts.dispatching, parts.duty, parts.drones
        self._failures = [inject for inject in injects if isinstance(inject, CamerasFail)]
        _check(injects, self.fleet.by_id, ("phones", "verifiers", *settings.centre.own_desks), squadron)
        self.sightings: list[Sighting] = [] if self.drones is None else self.drones.sightings
        self.clock.receive(self._visits(incidents, calls, sources, injects))
        self._begun = False

    @property
    def limit_s(self) -> float:
        """How long a policy may think about one decision, in real seconds; see :mod:`agents.watchdog`."""
        return self._dispatching.limit_s

    @limit_s.setter
    def limit_s(self, limit_s: float) -> None:
        self._dispatching.limit_s = limit_s
        if self.drones is not None:
            self.drones.desk.limit_s = limit_s

    def change_policy(self, policy: Policy) -> None:
        """Let another policy decide from now on; it gets a stream of its own name."""
        self._change_policy(PolicyChange(self.clock.now_ms, policy))

    def run(self, progress: Callable[[int], None] | None = None, until_ms: int | None = None) -> None:
        """Live the day, or go on living it; whatever ends it, the log says how it ended.

        Args:
            progress: told the simulated time every simulated minute.
            until_ms: live everything before this time and stop there, to go on with another call; None: to the end.

        Raises:
            PolicyFault: the policy broke its contract.
            KeyboardInterrupt: passed on.
        """
        until_ms = self.duration_ms if until_ms is None else min(until_ms, self.duration_ms)
        whole = False
        try:
            self._begin_once()
            with seldom_collected(), on_guard():
                while self.clock.now_ms < until_ms:
                    self.clock.run_until_ms(min((self.clock.now_ms // PROGRESS_MS + 1) * PROGRESS_MS, until_ms))
                    if progress:
                        progress(self.clock.now_ms)
            whole = True
        finally:
            if not whole or until_ms == self.duration_ms:
                self._say_end("done" if whole else "interrupted")

    def _begin_once(self) -> None:
        if not self._begun:
            self._begun = True
            begun = {"scenario": self.scenario, "seed": self.seed, "start": self.clock.start.isoformat()}
            self.log.emit(0, Kind.RUN_STARTED, detail=json.dumps(begun))
            self._duty.begin()
            self.centre.begin()
            self._dispatching.begin()
            if self.drones is not None:
                self.drones.desk.begin()
            self._dispatching.ask()

    def _say_end(self, status: str) -> None:
        waiting, now = self.centre.waiting(), self.clock.now_ms
        if self.drones is not None:
            self.drones.check(now)
        self.centre.endings.end_all()
        ended = {"status": status, "waiting": sum(waiting.values())} | waiting
        self.log.emit(now, Kind.RUN_ENDED, value=now / 1000, detail=json.dumps(ended))

    def _visits(
        self, incidents: Sequence[Incident], calls: Sequence[Call], sources: Sequence[SightingSource],
        injects: Sequence[Inject],
    ) -> list[tuple[int, Callable[[Any], None], Any]]:  # fmt: skip
        """What comes from outside: at equal times injects go before incidents, then calls, then cameras."""
        visits: list[tuple[int, Callable[[Any], None], Any]] = [(due.t_ms, self._inject, due) for due in injects]
        visits += [(incident.t_ms, self._begin, incident) for incident in incidents]
        visits += [(call.t_ms, self.centre.ring, call) for call in calls]
        visits += [(int(t_ms), self._look, source) for source in sources for t_ms in source.wakes_ms()]
        return sorted((visit for visit in visits if 0 <= visit[0] < self.duration_ms), key=itemgetter(0))

    def _begin(self, incident: Incident) -> None:
        self.log.emit(
            incident.t_ms, Kind.INCIDENT, incident.id, None, None, "", "", incident.node, float(incident.priority),
            _told(incident),
        )  # fmt: skip

    def _inject(self, inject: Inject) -> None:
        if isinstance(inject, PolicyChange):
            self._change_policy(inject)
            return
        self._say(inject)
        if isinstance(inject, TeamBreakdown):
            self._duty.break_down(self.fleet.by_id[inject.team_id], inject.repair_ms)
        elif isinstance(inject, DroneFails) and self.drones is not None:
            self.drones.emergency.strike(inject.drone_id, inject.what)
        elif isinstance(inject, StaffChange):
            self.centre.set_staff(inject.desk, inject.staff)

    def _change_policy(self, change: PolicyChange) -> None:
        self._say(change)
        self._dispatching.change(change.policy, stream(self.seed, "policy", change.policy.name))
        if self.drones is not None:
            self.drones.take(change.policy)

    def _say(self, inject: Inject) -> None:
        node = inject.incident.node if isinstance(inject, NewIncident) else -1
        team_id = getattr(inject, "team_id", "") or getattr(inject, "drone_id", "")
        self.log.emit(self.clock.now_ms, Kind.INJECT, team_id=team_id, node=node, detail=told(inject))

    def _look(self, source: SightingSource) -> None:
        report = source.look(self.clock.now_ms)
        self.sightings.extend(report.sightings)
        for alarm in report.alarms:
            if alarm.incident_id is not None and alarm.incident_id not in self._incidents:
                raise ValueError(f"the source {source.name} reports incident {alarm.incident_id}, which is not there")
            self._expect(alarm)

    def _expect(self, alarm: Alarm) -> None:
        dead = any(f.t_ms <= alarm.t_ms < f.until_ms and alarm.camera_id in f.camera_ids for f in self._failures)
        if alarm.t_ms < self.duration_ms and not dead:
            self.clock.call_at(alarm.t_ms, self.centre.receive, alarm)


def _told(incident: Incident) -> str:
    """An incident as one JSON object; categories are names of the scenario, the rest are words of ours."""
    return (
        f'{{"service": "{incident.service}", "category": {_quoted(incident.category)}, "visual": "{incident.visual}", '
        f'"scripted": {"true" if incident.scripted else "false"}, '
        f'"x_m": {float(incident.x_m)!r}, "y_m": {float(incident.y_m)!r}}}'
    )


_quoted: Final[Callable[[str], str]] = json.encoder.encode_basestring_ascii


def _by_id(incidents: Sequence[Incident], calls: Sequence[Call]) -> dict[int, Incident]:
    by_id = {incident.id: incident for incident in incidents}
    if len(by_id) < len(incidents) or len({call.id for call in calls}) < len(calls):
        raise ValueError("incidents and calls need ids of their own, but some share one")
    strange = sorted({call.incident_id for call in calls if call.incident_id is not None} - set(by_id))
    if strange:
        raise ValueError(f"calls report incidents that are not there: {strange[:10]}")
    return by_id


def _check(
    injects: Sequence[Inject], teams: dict[str, object], desks: Sequence[str], squadron: Squadron | None
) -> None:  # fmt: skip
    drones = [spec.id for spec in squadron.specs] if squadron is not None else []
    for inject in injects:
        if isinstance(inject, DroneFails) and inject.drone_id not in drones:
            raise ValueError(unknown_name("drone", inject.drone_id, drones))
        if isinstance(inject, TeamBreakdown) and inject.team_id not in teams:
            raise ValueError(unknown_name("team", inject.team_id, list(teams)))
        if isinstance(inject, StaffChange) and inject.desk not in desks:
            raise ValueError(unknown_name("desk", inject.desk, desks))
