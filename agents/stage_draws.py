"""How long each stage lasts, drawn for call x stage or alarm x stage by hash, so that two policies meet the same."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.settings import CentreSettings, ResponseSettings, ServiceSettings
from twin.records import Alarm, Call, Channel
from twin.streams import happens

_STAGES = ("turnout", "handover", "nothing_found")


@dataclass(frozen=True, slots=True)
class TeamStages:
    """What a team needs where a notice sends it; ``nothing_ms`` on scene where nothing is left to do."""

    turnout_ms: int
    handover_ms: int
    nothing_ms: int


@dataclass(frozen=True, slots=True)
class CallStages:
    """How long a call is answered and processed, once an operator is free; and how long its caller waits for that."""

    answer_ms: int
    process_ms: int
    patience_ms: int
    team: TeamStages


def call_stages(settings: ResponseSettings, calls: Sequence[Call], seed: int) -> dict[int, CallStages]:
    """Return the stages of each call by its id; a false call's own ``on_scene_ms`` is what its team loses there.

    ``patience_ms`` is -1 where callers wait for ever.
    """
    centre = settings.centre
    ids = np.array([call.id for call in calls], dtype=np.int64)
    answer = centre.answer.draw_ms(seed, "call/answer", ids).tolist()
    process = centre.process.draw_ms(seed, "call/process", ids).tolist()
    panic = (centre.panic_process or centre.process).draw_ms(seed, "call/panic_process", ids).tolist()
    monitor = (centre.monitor_process or centre.process).draw_ms(seed, "call/monitor_process", ids).tolist()
    of_channel = {Channel.PANIC_BUTTON: panic, Channel.FIRE_MONITOR: monitor}
    patient = centre.patience.draw_ms(seed, "call/patience", ids).tolist() if centre.patience else [-1] * len(ids)
    stages: dict[int, CallStages] = {}
    rows_of: dict[str, list[int]] = {}
    for row, call in enumerate(calls):
        rows_of.setdefault(call.service, []).append(row)
    for service, rows in rows_of.items():
        drawn = _drawn(settings.service(service), seed, ids[rows])
        for row, *team in zip(rows, *drawn, strict=True):
            call = calls[row]
            if call.incident_id is None:
                team[2] = call.on_scene_ms
            taken = of_channel.get(call.channel, process) if skips_the_phones(centre, call) else process
            stages[call.id] = CallStages(answer[row], taken[row], patient[row], TeamStages(*team))
    return stages


def _drawn(service: ServiceSettings, seed: int, ids: np.ndarray) -> list[list[int]]:
    lengths = (service.turnout, service.handover, service.nothing_found)
    return [length.draw_ms(seed, f"call/{stage}", ids).tolist() for stage, length in zip(_STAGES, lengths, strict=True)]


def skips_the_phones(centre: CentreSettings, call: Call) -> bool:
    """Return whether a call goes to a technical centre of its own, past the operators who answer phones."""
    if call.channel is Channel.PANIC_BUTTON:
        return centre.panic_process is not None
    return call.channel is Channel.FIRE_MONITOR and centre.monitor_process is not None


@dataclass(frozen=True, slots=True)
class AlarmStages:
    """How long an alarm is looked at, what the verdict is, and what its team needs."""

    verify_ms: int
    dismissed: bool
    team: TeamStages


def alarm_ties(alarm: Alarm) -> tuple[int, ...]:
    """Return what an alarm's draws are tied to: source, camera, rule and time, so that other alarms change nothing."""
    return (*(zlib.crc32(name.encode()) for name in (alarm.source, alarm.camera_id, alarm.rule)), alarm.t_ms)


def alarm_stages(settings: ResponseSettings, alarm: Alarm, seed: int) -> AlarmStages:
    """Return the stages of an alarm."""
    ties = alarm_ties(alarm)
    chance = settings.verification.p_dismissed(alarm.rule, alarm.incident_id is not None)
    return AlarmStages(
        verify_ms=settings.verification.duration(alarm.rule).one_ms(seed, "alarm/verify", *ties),
        dismissed=bool(happens(seed, "alarm/dismissed", chance, *ties)),
        team=team_stages(settings.service(alarm.service), seed, "alarm", *ties),
    )


def team_stages(service: ServiceSettings, seed: int, what: str, *ties: int) -> TeamStages:
    """Return what one team needs, tied to the notice that sends it."""
    lengths = (service.turnout, service.handover, service.nothing_found)
    return TeamStages(
        *(
            length.one_ms(seed, f"{what}/{stage}", *ties) if length.mean_s else 0
            for stage, length in zip(_STAGES, lengths, strict=True)
        )
    )
