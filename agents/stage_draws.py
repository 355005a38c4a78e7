"""How long each stage lasts, drawn for call x stage or alarm x stage by hash, so that two policies meet the same."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agents.durations import Duration
from agents.settings import CentreSettings, ResponseSettings, ServiceSettings
from twin.records import Alarm, Call, Channel
from twin.streams import happens_one

_STAGES = ("turnout", "handover", "nothing_found")


class TeamStages(NamedTuple):
    """What a team needs where a notice sends it; ``nothing_ms`` on scene where nothing is left to do."""

    turnout_ms: int
    handover_ms: int
    nothing_ms: int


class CallStages(NamedTuple):
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
    process_ms = centre.process.draw_ms(seed, "call/process", ids)
    for channel, name, own in (
        (Channel.PANIC_BUTTON, "call/panic_process", centre.panic_process),
        (Channel.FIRE_MONITOR, "call/monitor_process", centre.monitor_process),
    ):
        if own is not None:
            rows = [row for row, call in enumerate(calls) if call.channel is channel]
            process_ms[rows] = own.draw_ms(seed, name, ids[rows])
    patience = centre.patience
    columns = [
        centre.answer.draw_ms(seed, "call/answer", ids),
        process_ms,
        patience.draw_ms(seed, "call/patience", ids) if patience else np.full(len(ids), -1),
    ]
    team = map(TeamStages, *_of_teams(settings, calls, ids, seed).tolist())
    return dict(zip(ids.tolist(), map(CallStages, *(column.tolist() for column in columns), team), strict=True))


def _of_teams(settings: ResponseSettings, calls: Sequence[Call], ids: np.ndarray, seed: int) -> np.ndarray:
    """The (3, calls) stages of the teams."""
    drawn = np.zeros((len(_STAGES), len(ids)), dtype=np.int64)
    rows_of: dict[str, list[int]] = {}
    for row, call in enumerate(calls):
        rows_of.setdefault(call.service, []).append(row)
    for service, rows in rows_of.items():
        for column, stage, length in zip(drawn, _STAGES, _lengths(settings.service(service)), strict=True):
            column[rows] = length.draw_ms(seed, f"call/{stage}", ids[rows])
    false = [row for row, call in enumerate(calls) if call.incident_id is None]
    drawn[_STAGES.index("nothing_found"), false] = [calls[row].on_scene_ms for row in false]
    return drawn


def _lengths(service: ServiceSettings) -> tuple[Duration, Duration, Duration]:
    return service.turnout, service.handover, service.nothing_found


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
        dismissed=happens_one(seed, "alarm/dismissed", chance, *ties),
        team=team_stages(settings.service(alarm.service), seed, "alarm", *ties),
    )


def team_stages(service: ServiceSettings, seed: int, what: str, *ties: int) -> TeamStages:
    """Return what one team needs, tied to the notice that sends it."""
    return TeamStages(
        *(
            length.one_ms(seed, f"{what}/{stage}", *ties) if length.mean_s else 0
            for stage, length in zip(_STAGES, _lengths(service), strict=True)
        )
    )
