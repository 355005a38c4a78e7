"""How long each stage lasts, drawn for call x stage or alarm x stage by hash, so that two policies meet the same."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agents.settings import CentreSettings, ResponseSettings, ServiceSettings
from twin.records import Alarm, Call, Channel
from twin.streams import happens


@dataclass(frozen=True, slots=True)
class TeamStages:
    """What a team needs where a notice sends it; ``nothing_ms`` on scene where nothing is left to do."""

    turnout_ms: int
    handover_ms: int
    nothing_ms: int


@dataclass(frozen=True, slots=True)
class CallStages:
    """How long a call is answered and processed, once an operator is free."""

    answer_ms: int
    process_ms: int
    team: TeamStages


def call_stages(settings: ResponseSettings, calls: Sequence[Call], seed: int) -> dict[int, CallStages]:
    """Return the stages of each call by its id; a false call's own ``on_scene_ms`` is what its team loses there."""
    ids = np.array([call.id for call in calls], dtype=np.int64)
    answer = settings.centre.answer.draw_ms(seed, "call/answer", ids).tolist()
    process = settings.centre.process.draw_ms(seed, "call/process", ids).tolist()
    panic = (settings.centre.panic_process or settings.centre.process).draw_ms(seed, "call/panic_process", ids).tolist()
    stages: dict[int, CallStages] = {}
    for service in dict.fromkeys(call.service for call in calls):
        rows = [row for row, call in enumerate(calls) if call.service == service]
        for row, team in zip(rows, _team_stages(settings.service(service), seed, "call", ids[rows]), strict=True):
            own_way = skips_the_phones(settings.centre, calls[row])
            stages[calls[row].id] = CallStages(answer[row], (panic if own_way else process)[row], team)
    return stages


def skips_the_phones(centre: CentreSettings, call: Call) -> bool:
    """Return whether a call goes to the technical security centre, past the operators who answer phones."""
    return call.channel is Channel.PANIC_BUTTON and centre.panic_process is not None


@dataclass(frozen=True, slots=True)
class AlarmStages:
    """How long an alarm is looked at, what the verdict is, and what its team needs."""

    verify_ms: int
    dismissed: bool
    team: TeamStages


def alarm_stages(settings: ResponseSettings, alarm: Alarm, seed: int) -> AlarmStages:
    """Return the stages of an alarm, tied to its source, camera, rule and time: other alarms change nothing."""
    names = (zlib.crc32(name.encode()) for name in (alarm.source, alarm.camera_id, alarm.rule))
    key = (*names, alarm.t_ms)
    chance = settings.verification.p_dismissed(alarm.rule, alarm.incident_id is not None)
    return AlarmStages(
        verify_ms=int(settings.verification.duration(alarm.rule).draw_ms(seed, "alarm/verify", *key)),
        dismissed=bool(happens(seed, "alarm/dismissed", chance, *key)),
        team=_team_stages(settings.service(alarm.service), seed, "alarm", *([part] for part in key))[0],
    )


def _team_stages(service: ServiceSettings, seed: int, what: str, *ids: ArrayLike) -> list[TeamStages]:
    drawn = (
        duration.draw_ms(seed, f"{what}/{stage}", *ids).tolist()
        for stage, duration in (
            ("turnout", service.turnout),
            ("handover", service.handover),
            ("nothing_found", service.nothing_found),
        )
    )
    return [TeamStages(*row) for row in zip(*drawn, strict=True)]
