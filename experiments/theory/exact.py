"""Checks that hold to the last millisecond or call on every single life, not only on average."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from scipy.sparse import csr_array

from experiments.columns import Columns
from experiments.theory.lives import live_stream, poisson_stream
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
