"""The tidy figures of one life. Times are summed as whole milliseconds, so that they are exact on every machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import nan

import numpy as np

from experiments.columns import Columns, Ints
from experiments.trials.drone_part import DRONE_BETTER_HIGH, DRONE_METRICS, of_drones
from experiments.trials.outcome import ALL, Cases, Figure
from twin.records import Kind

MEASURES = {"response": "response_ms", "help": "help_ms"}
LEVELS = {"median": (1, 2), "p90": (9, 10)}
METRICS = {
    "response_mean_s": "first notice to first team on scene, mean",
    "response_median_s": "first notice to first team on scene, median",
    "response_p90_s": "first notice to first team on scene, 90th percentile",
    "help_mean_s": "incident to first team on scene, mean",
    "help_median_s": "incident to first team on scene, median",
    "help_p90_s": "incident to first team on scene, 90th percentile",
    "on_time_share": "share within the response norm of the service",
    "judged": "incidents judged",
    "unhelped": "incidents judged that nobody had reached by the end",
    "answer_wait_mean_s": "calls: wait for an operator, mean",
    "answer_wait_p90_s": "calls: wait for an operator, 90th percentile",
    "unanswered": "calls that rang at the end",
    "dispatch_wait_mean_s": "requests: ready until a team is sent, mean",
    "waiting_mean": "requests that wait for a team, over time",
    "waiting_end": "requests that waited at the end",
    "declined": "requests turned away by the policy",
    "moves": "teams sent to wait elsewhere",
    "false_team_min": "team minutes on calls and alarms with nothing behind them",
    "utilisation": "share of team time at work",
    "verify_wait_mean_s": "alarms: until the verdict, mean",
    "verify_wait_p90_s": "alarms: until the verdict, 90th percentile",
    "frames_late_share": "camera frames lost, or recognised later than 2 s",
    **DRONE_METRICS,
}
"""Every metric with its words."""
BETTER_HIGH = frozenset({"on_time_share", "judged"}) | DRONE_BETTER_HIGH


def figures_of(columns: Columns, cases: Cases, teams: Mapping[str, str], end_ms: int) -> tuple[Figure, ...]:
    """Return all figures of a life.

    Args:
        columns: its log.
        cases: the incidents judged.
        teams: service of each team, by name.
        end_ms: when it ended.
    """
    return (*_of_cases(cases), *_of_teams(columns, teams, end_ms), *_of_centre(columns, end_ms), *of_drones(columns))


def at_level(values_ms: Ints, level: tuple[int, int]) -> float:
    """Return the least time, in seconds, by which a share ``level[0] / level[1]`` is over; NaN for none.

    >>> at_level(np.array([1000, 3000, 2000, 9000]), (1, 2))
    2.0
    """
    n = len(values_ms)
    rank = -(-n * level[0] // level[1]) - 1
    return float(np.partition(values_ms, rank)[rank]) / 1000.0 if n else nan


def mean_s(values_ms: Ints) -> float:
    """Return the mean in seconds of whole milliseconds; NaN for none."""
    return int(values_ms.sum()) / len(values_ms) / 1000.0 if len(values_ms) else nan


def _of_cases(cases: Cases) -> Iterator[Figure]:
    services = sorted(set(cases.service.tolist()))
    for service, priority in product([ALL, *services], (0, 1, 2, 3)):
        chosen = (cases.service == service) | (service == ALL)
        mine = cases.take(chosen & ((cases.priority == priority) | (priority == 0)))
        if len(mine) or not priority:
            yield from _of_group(mine, service, priority)


def _of_group(mine: Cases, service: str, priority: int) -> Iterator[Figure]:
    for name, column in MEASURES.items():
        values: Ints = getattr(mine, column)
        yield Figure(f"{name}_mean_s", service, priority, mean_s(values))
        for word, level in LEVELS.items():
            yield Figure(f"{name}_{word}_s", service, priority, at_level(values, level))
    bound = mine.take(mine.limit_ms > 0)
    kept = int(((bound.response_ms <= bound.limit_ms) & ~bound.open).sum())
    yield Figure("on_time_share", service, priority, kept / len(bound) if len(bound) else nan)
    yield Figure("judged", service, priority, float(len(mine)))
    yield Figure("unhelped", service, priority, float(mine.open.sum()))


def _of_centre(columns: Columns, end_ms: int) -> Iterator[Figure]:
    waits = np.rint(1000 * columns.value[columns.rows(Kind.ANSWERED)]).astype(np.int64)
    yield Figure("answer_wait_mean_s", ALL, 0, mean_s(waits))
    yield Figure("answer_wait_p90_s", ALL, 0, at_level(waits, LEVELS["p90"]))
    checked = np.rint(1000 * columns.value[columns.rows(Kind.ALARM_CONFIRMED, Kind.ALARM_DISMISSED)]).astype(np.int64)
    yield Figure("verify_wait_mean_s", ALL, 0, mean_s(checked))
    yield Figure("verify_wait_p90_s", ALL, 0, at_level(checked, LEVELS["p90"]))
    ended = columns.details(columns.rows(Kind.RUN_ENDED))
    left = ended[-1] if ended else {}
    yield Figure("unanswered", ALL, 0, float(left.get("calls", nan)))
    yield Figure("waiting_end", ALL, 0, float(left.get("requests", nan)))
    waited = request_waits_ms(columns, end_ms)
    yield Figure("dispatch_wait_mean_s", ALL, 0, mean_s(waited))
    yield Figure("waiting_mean", ALL, 0, int(waited.sum()) / end_ms if end_ms else nan)
    yield Figure("declined", ALL, 0, float(len(columns.decided("decline"))))
    yield Figure("moves", ALL, 0, float(len(columns.decided("move"))))


def request_waits_ms(columns: Columns, end_ms: int) -> Ints:
    """Return how long each request waited for its first team, so far for one that waits, none for one joined."""
    ready = columns.rows(Kind.PROCESSED, Kind.ALARM_CONFIRMED)
    joined = set(_notices(columns, columns.rows(Kind.JOINED)))
    since = {
        notice: t for notice, t in zip(_notices(columns, ready), columns.t_ms[ready].tolist(), strict=True)
        if notice not in joined
    }  # fmt: skip
    sent = columns.rows(Kind.DISPATCHED)
    until: dict[tuple[int, int], int] = {}
    for notice, t in zip(_notices(columns, sent), columns.t_ms[sent].tolist(), strict=True):
        until.setdefault(notice, t)
    declined = columns.decided("decline")
    for notice, t in zip(_notices(columns, declined), columns.t_ms[declined].tolist(), strict=True):
        until.setdefault(notice, t)
    return np.array([until.get(notice, end_ms) - t for notice, t in since.items()], dtype=np.int64)


def _notices(columns: Columns, rows: Ints) -> list[tuple[int, int]]:
    return list(zip(columns.call_id[rows].tolist(), columns.alarm_id[rows].tolist(), strict=True))


def _of_teams(columns: Columns, teams: Mapping[str, str], end_ms: int) -> Iterator[Figure]:
    work = work_of_teams(columns, end_ms)
    for service in [ALL, *sorted(set(teams.values()))]:
        mine = [team for team, its in teams.items() if service in (ALL, its)]
        busy = sum(work[team][0] for team in mine if team in work)
        wasted = sum(work[team][1] for team in mine if team in work)
        yield Figure("utilisation", service, 0, busy / (end_ms * len(mine)) if mine and end_ms else nan)
        yield Figure("false_team_min", service, 0, wasted / 60_000)


def work_of_teams(columns: Columns, end_ms: int) -> dict[str, tuple[int, int]]:
    """Return for each team that was sent: ms at work, and ms lost on false requests.

    Work is from being sent until it leaves the scene or the hospital, free again; what a false request costs lasts
    until the team is back or sent elsewhere, as in the report of a run.
    """
    kinds = (Kind.DISPATCHED, Kind.ARRIVED, Kind.SCENE_CLEARED, Kind.AT_HOSPITAL, Kind.HANDED_OVER, Kind.RETURNED)
    rows = columns.rows(*kinds)
    sent = columns.is_kind(Kind.DISPATCHED)[rows].tolist()
    freed = (columns.is_kind(Kind.SCENE_CLEARED) | columns.is_kind(Kind.HANDED_OVER))[rows].tolist()
    back = columns.is_kind(Kind.RETURNED)[rows].tolist()
    shifts: defaultdict[str, _Shift] = defaultdict(_Shift)
    steps: Sequence[tuple[str, int, int, bool, bool, bool]] = list(
        zip(columns.teams(rows), columns.t_ms[rows].tolist(), columns.incident_id[rows].tolist(), sent, freed, back,
            strict=True)
    )  # fmt: skip
    for team, t_ms, incident, is_sent, is_freed, is_back in steps:
        shift = shifts[team]
        if is_sent or is_back:
            shift.close(t_ms)
        if is_sent:
            shift.since_ms, shift.false = t_ms, incident < 0
        elif not is_back:
            shift.false = shift.false and incident < 0
            shift.freed_ms = t_ms if is_freed else -1
    for shift in shifts.values():
        shift.close(end_ms)
    return {team: (shift.busy_ms, shift.wasted_ms) for team, shift in shifts.items()}


class _Shift:
    """One team's work, piece by piece."""

    def __init__(self) -> None:
        self.since_ms = self.freed_ms = -1
        self.false = False
        self.busy_ms = self.wasted_ms = 0

    def close(self, t_ms: int) -> None:
        """End the piece of work it is in: it is back, sent elsewhere, or the log ends."""
        if self.since_ms >= 0:
            self.busy_ms += (self.freed_ms if self.freed_ms >= 0 else t_ms) - self.since_ms
            self.wasted_ms += t_ms - self.since_ms if self.false else 0
        self.since_ms = self.freed_ms = -1
