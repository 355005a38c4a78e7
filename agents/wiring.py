"""How the parts of a world are joined: who tells whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.call_taking import CallTaking
from agents.dispatching import Dispatching, Hands
from agents.drones.chain import Chain
from agents.drones.crew import Centre, DroneCrew
from agents.drones.squadron import Squadron
from agents.duty import Duty
from agents.endings import Endings
from agents.fleet import Fleet
from agents.hospitals import Hospitals
from agents.joining import RequestBook
from agents.overload import Load, Overload, OverloadRule
from agents.policy import Policy
from agents.reception import Reception
from agents.request import Notice
from agents.response import Responses, Told
from agents.roads import Roads
from agents.scenes import Scenes
from agents.settings import ResponseSettings
from agents.situation_centre import SituationCentre
from agents.stage_draws import TeamStages, call_stages, team_stages
from agents.teams import TeamSpec
from agents.verification import AlarmDesk
from agents.view import Known
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Call, Incident, Kind, Service
from twin.streams import stream
from twin.travel import Travel


@dataclass(frozen=True)
class Parts:
    """What a world speaks to."""

    fleet: Fleet
    centre: SituationCentre
    dispatching: Dispatching
    duty: Duty
    drones: DroneCrew | None


def wire(
    clock: Clock, log: EventLog, settings: ResponseSettings, seed: int, incidents: Mapping[int, Incident],
    calls: Sequence[Call], teams: Sequence[TeamSpec], hospitals: Sequence[int], travel: Travel, policy: Policy,
    known: Known, squadron: Squadron | None = None,
) -> Parts:  # fmt: skip
    """Make all parts and join them; they ask the policy through one dispatching, which is made last."""
    fleet, roads, endings = Fleet(teams, travel), Roads(clock, travel), Endings(clock, log)
    joined: list[Dispatching] = []

    def ask() -> None:
        joined[0].ask()

    book = RequestBook(settings.centre, settings.plans, _further_stages(settings, seed))
    duty = Duty(clock, log, settings, seed, fleet, lambda unit: joined[0].wait(unit), ask)
    overload = Overload(settings.overload, seed, _load_of(fleet, book), _Aid(clock, log, seed, fleet, duty))
    reception = Reception(clock, log, book, overload, endings, seed, ask)
    scenes = Scenes(clock, log, book, settings.plans, incidents, seed, ask)
    handover_ms = round(1000 * settings.service(Service.AMBULANCE).handover.mean_s)
    doors = Hospitals(hospitals, settings.hospitals, handover_ms)
    responses = Responses(clock, log, roads, reception, scenes, doors, Told(ask, duty.settle))
    duty.responses = responses
    hands = Hands(fleet, book, roads, reception, responses)
    joined.append(Dispatching(clock, log, hands, known, policy, stream(seed, "policy", policy.name)))
    stages = call_stages(settings, calls, seed)
    phones = CallTaking(clock, log, settings.centre, stages, incidents, endings, reception)
    alarms = AlarmDesk(clock, log, settings, seed, endings, reception)
    centre = SituationCentre(clock, log, settings.centre, book, phones, alarms, endings)
    if squadron is None:
        return Parts(fleet, centre, joined[0], duty, None)
    chain = Chain(fleet, reception, responses, scenes)
    around = Centre(chain, centre.receive, joined[0].view_of, ask)
    crew = DroneCrew(clock, log, seed, squadron, incidents, around)
    crew.take(policy)
    reception.opened, joined[0].sky = crew.desk.opened, crew.desk.sky
    return Parts(fleet, centre, joined[0], duty, crew)


def _further_stages(settings: ResponseSettings, seed: int):  # type: ignore[no-untyped-def]
    """What the further teams of a plan need, tied to the notice, the service and their number."""

    def stages_of(notice: Notice, service: str, nth: int) -> TeamStages:
        what = "call" if notice.call_id is not None else "alarm"
        return team_stages(settings.service(service), seed, f"{what}/{service}/{nth}", *notice.ties)

    return stages_of


def _load_of(fleet: Fleet, book: RequestBook):  # type: ignore[no-untyped-def]
    def load_of(service: str) -> Load:
        return Load(fleet.on_duty_of[service], fleet.free_of[service], book.waiting_of[service])

    return load_of


class _Aid:
    """Says which overload rule is in force, and calls the neighbours where one is about mutual aid."""

    def __init__(self, clock: Clock, log: EventLog, seed: int, fleet: Fleet, duty: Duty) -> None:
        self._clock, self._log, self._seed, self._fleet, self._duty = clock, log, seed, fleet, duty

    def __call__(self, rule: OverloadRule, holds: bool) -> None:
        called = self._call_in(rule) if holds and rule.does == "mutual_aid" else 0
        told = f'{{"rule": "{rule.name}", "service": "{rule.service}", "does": "{rule.does}", "called": {called}}}'
        self._log.emit(self._clock.now_ms, Kind.OVERLOAD, value=float(holds), detail=told)

    def _call_in(self, rule: OverloadRule) -> int:
        now, called = self._clock.now_ms, 0
        for team in self._fleet.teams:
            if team.spec.outside and team.service == rule.service and not team.on_duty and not team.called:
                delay_ms = rule.delay.one_ms(self._seed, f"mutual aid/{rule.name}", team.row, now)
                self._duty.summon(team, delay_ms, round(1000 * rule.stay_s))
                called += 1
        return called
