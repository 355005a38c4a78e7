"""Checks that hold to the last millisecond or call on every single life, not only on average."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from scipy.sparse import csr_array

from experiments.columns import Columns
from experiments.theory.lives import Ints, live_stream, poisson_stream
from experiments.theory.rows import WORK, team_waits_s
from twin.cover import CoverProblem, best
from twin.records import Kind
from twin.streams import stream


@dataclass(frozen=True, slots=True)
class Exact:
    """A count or a gap that must be zero.

    Attributes:
        name: what was counted.
        unit: of it.
        found: how much there was.
        of: among how many.
        source: why it must be zero.
    """

    name: str
    unit: str
    found: float
    of: int
    source: str


def conservation(lives: Sequence[Columns]) -> list[Exact]:
    """Count calls and alarms that did not end in exactly one way."""
    rows = []
    for kind, what in ((Kind.CALL, "calls"), (Kind.ALARM, "alarms")):
        wrong = total = 0
        for columns in lives:
            ids = columns.call_id if kind is Kind.CALL else columns.alarm_id
            begun, ended = columns.rows(kind), columns.rows(Kind.ENDED)
            endings = Counter(ids[ended][ids[ended] >= 0].tolist())
            names = set(ids[begun].tolist())
            wrong += sum(endings[name] != 1 for name in names) + len(set(endings) - names)
            total += len(begun)
        rows.append(Exact(f"conservation: {what} not ended in exactly one way", what, wrong, total, "no call is lost"))
    return rows


def littles_law(lives: Sequence[Columns]) -> list[Exact]:
    """Hold the area under each queue's length against the waits that the log itself states, over whole lives.

    ``L = lambda W`` (Little, Operations Research 9, 1961) as it holds on a path: the integral of the length is the sum
    of the waits, those not over counted to the end. Lengths come from when things came and went, waits from the value
    of the event that ends them.
    """
    phones = sum(_phones_gap(columns) for columns in lives)
    alarms = sum(_alarms_gap(columns) for columns in lives)
    scenes = sum(_scenes_gap(columns) for columns in lives)
    count = len(lives)
    source = "Little 1961"
    return [
        Exact("Little's law: calls that ring, area less waits", "s", phones, count, source),
        Exact("Little's law: alarms that are checked, area less waits", "s", alarms, count, source),
        Exact("Little's law: teams on scene, area less work", "s", scenes, count, source),
    ]


def monotonicity(seeds: Sequence[int], calls: int = 600) -> list[Exact]:
    """Count calls that wait longer with a team more: none may, first come first served (Kiefer and Wolfowitz 1955)."""
    worse = total = 0
    for seed in seeds:
        day = poisson_stream(seed, [0.9 * 2 / WORK.mean_s], calls, WORK, "monotone")
        fewer, more = (team_waits_s(live_stream(day, [0] * teams)) for teams in (2, 3))
        worse += int((more > fewer).sum())
        total += calls
    source = "Kiefer and Wolfowitz 1955"
    return [Exact("monotonicity: calls that wait longer with a team more", "calls", worse, total, source)]


def mexclp_enumerated(cases: int = 20) -> list[Exact]:
    """Hold the best expected cover (Daskin 1983) of small made-up cases against all plans there are."""
    worst = 0.0
    for case in range(cases):
        rng = stream(case, "theory", "mexclp")
        reach = (rng.random((5, 8)) < 0.4).astype(float)
        weight, busy, teams = rng.random(8), float(rng.uniform(0.1, 0.6)), 3
        plans = combinations_with_replacement(range(5), teams)
        most = max(_expected_cover(reach, weight, busy, plan) for plan in plans)
        found = best(CoverProblem(csr_array(reach * (1.0 - busy)), weight, most_at_site=teams), k=teams)
        ours = _expected_cover(reach, weight, busy, found.sites.tolist())
        worst = max(worst, abs(most - ours), abs(most - found.total))
    return [
        Exact(
            "MEXCLP: best plan less the best of all plans, worst case", "cover", round(worst, 9), cases, "enumeration"
        )
    ]


def _expected_cover(reach: np.ndarray, weight: np.ndarray, busy: float, plan: Sequence[int]) -> float:
    """Daskin's objective: demand in reach of m teams counts ``1 - busy**m``."""
    in_reach = reach[list(plan)].sum(axis=0)
    return float((weight * (1 - busy**in_reach)).sum())


def _phones_gap(columns: Columns) -> float:
    rang, answered = columns.rows(Kind.CALL), columns.rows(Kind.ANSWERED)
    who = np.isin(columns.call_id[rang], columns.call_id[answered])
    return _gap(columns.t_ms[rang[who]], columns.t_ms[answered], columns.value[answered])


def _alarms_gap(columns: Columns) -> float:
    came, told = columns.rows(Kind.ALARM), columns.rows(Kind.ALARM_CONFIRMED, Kind.ALARM_DISMISSED)
    who = np.isin(columns.alarm_id[came], columns.alarm_id[told])
    return _gap(columns.t_ms[came[who]], columns.t_ms[told], columns.value[told])


def _scenes_gap(columns: Columns) -> float:
    arrived, cleared = columns.rows(Kind.ARRIVED), columns.rows(Kind.SCENE_CLEARED)
    left: Counter[str] = Counter(columns.teams(cleared))
    kept = []
    for row, team in zip(arrived.tolist(), columns.teams(arrived), strict=True):
        left[team] -= 1
        kept += [row] if left[team] >= 0 else []
    return _gap(columns.t_ms[kept], columns.t_ms[cleared], columns.value[cleared])


def _gap(came_ms: Ints, went_ms: Ints, stated_s: np.ndarray) -> float:
    """Area under the length, by steps in time, less the stated waits, in seconds."""
    times = np.concatenate([came_ms, went_ms])
    step = np.concatenate([np.ones(len(came_ms), np.int64), -np.ones(len(went_ms), np.int64)])
    order = np.argsort(times, kind="stable")
    area = int((np.cumsum(step[order])[:-1] * np.diff(times[order])).sum()) if len(times) else 0
    return abs(area - int(np.rint(1000 * stated_s).sum())) / 1000
