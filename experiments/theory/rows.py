"""Each row of the theory table: what paper says, and what our chain gives on each of several seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from agents.settings import Duration
from experiments.columns import Columns
from experiments.theory.formulas import cobham_waits_s, mmc_wait_s, mmck
from experiments.theory.hypercube import solve_hypercube
from experiments.theory.lives import Bounded, Ints, live_stream, poisson_stream
from twin.records import Kind

CALLS = 1500
WARM = 150
WORK = Duration(600.0, kind="exponential")


@dataclass(frozen=True)
class Row:
    """One theorem held against lives.

    Attributes:
        name: what is compared.
        unit: of all values.
        expected: what paper says.
        values: ours, one for each seed.
        source: whose theorem.
    """

    name: str
    unit: str
    expected: float
    values: tuple[float, ...]
    source: str


def theory_rows(seeds: int, tell: Callable[[float], None] = lambda share: None) -> list[Row]:
    """Return all rows, each lived on so many seeds."""
    makers = (_mm1, _mmc, _mmck, _priorities, _many_servers, _tandem, _hypercube)
    rows: list[Row] = []
    for done, maker in enumerate(makers):
        tell(done / len(makers))
        rows += maker(range(1, seeds + 1))
    return rows


def team_waits_s(columns: Columns) -> Ints:
    """Return the wait of each call for a team in ms, from ready to sent, by call id; -1 for one turned away."""
    ready, sent = columns.rows(Kind.PROCESSED), columns.rows(Kind.DISPATCHED)
    since, until = dict(_by_call(columns, ready)), dict(_by_call(columns, sent))
    return np.array([until[i] - t if i in until else -1 for i, t in sorted(since.items())], dtype=np.int64)


def phone_waits(columns: Columns) -> Ints:
    """Return the wait of each call for an operator in ms, by call id."""
    rang, answered = (
        dict(_by_call(columns, columns.rows(Kind.CALL))),
        dict(_by_call(columns, columns.rows(Kind.ANSWERED))),
    )
    return np.array([answered[i] - t for i, t in sorted(rang.items())], dtype=np.int64)


def _by_call(columns: Columns, rows: Ints) -> zip[tuple[int, int]]:
    return zip(columns.call_id[rows].tolist(), columns.t_ms[rows].tolist(), strict=True)


def _mean_s(values_ms: Ints) -> float:
    return float(values_ms[WARM:].mean()) / 1000


def _mm1(seeds: Sequence[int]) -> list[Row]:
    return [_teams_row(seeds, 1, 0.5)]


def _mmc(seeds: Sequence[int]) -> list[Row]:
    return [_teams_row(seeds, 3, 0.65)]


def _teams_row(seeds: Sequence[int], teams: int, load: float) -> Row:
    rate = load * teams / WORK.mean_s
    values = tuple(
        _mean_s(team_waits_s(live_stream(poisson_stream(seed, [rate], CALLS, WORK, f"mmc{teams}"), [0] * teams)))
        for seed in seeds
    )
    name = f"M/M/{teams}: wait for {teams} team{'s' * (teams > 1)} at {load:.0%} load"
    return Row(name, "s", mmc_wait_s(rate, WORK.mean_s, teams), values, "Erlang 1917")


def _mmck(seeds: Sequence[int]) -> list[Row]:
    teams, places, rate = 3, 6, 0.9 * 3 / WORK.mean_s
    lost, wait_s = mmck(rate, WORK.mean_s, teams, places)
    losses, waits = [], []
    for seed in seeds:
        found = team_waits_s(
            live_stream(poisson_stream(seed, [rate], CALLS, WORK, "mmck"), [0] * teams, Bounded(places - teams))
        )
        losses.append(float((found[WARM:] < 0).mean()))
        waits.append(float(found[WARM:][found[WARM:] >= 0].mean()) / 1000)
    return [
        Row("M/M/3/6: share turned away at 90 % load", "share", lost, tuple(losses), "Kendall 1953"),
        Row("M/M/3/6: wait of those let in", "s", wait_s, tuple(waits), "Kendall 1953"),
    ]


def _priorities(seeds: Sequence[int]) -> list[Row]:
    operators, process = 2, Duration(90.0, kind="exponential")
    rates = [share * 0.7 * operators / process.mean_s for share in (0.2, 0.3, 0.5)]
    expected = cobham_waits_s(rates, process.mean_s, operators)
    values: list[list[float]] = [[], [], []]
    for seed in seeds:
        calls = poisson_stream(seed, rates, CALLS, NO_WORK, "cobham")
        waits = phone_waits(live_stream(calls, [0] * 3, operators=operators, process=process, seed=seed))
        for priority in (1, 2, 3):
            values[priority - 1].append(float(waits[WARM:][calls.priority[WARM:] == priority].mean()) / 1000)
    return [
        Row(
            f"priority queue: wait of priority {k + 1} for 2 operators at 70 % load",
            "s",
            expected[k],
            tuple(values[k]),
            "Cobham 1954",
        )
        for k in range(3)
    ]


NO_WORK = Duration(0.0, kind="constant")


def _many_servers(seeds: Sequence[int]) -> list[Row]:
    """So many teams that nobody waits: the number at work is Poisson whatever the work's distribution."""
    work, load = Duration(600.0, 1.5), 8.0
    means, spreads = [], []
    for seed in seeds:
        calls = poisson_stream(seed, [load / work.mean_s], CALLS, work, "mginf")
        columns = live_stream(calls, [0] * 60, seed=seed)
        sent, freed = columns.t_ms[columns.rows(Kind.DISPATCHED)], columns.t_ms[columns.rows(Kind.SCENE_CLEARED)]
        at_ms = np.arange(int(calls.t_ms[WARM]), int(calls.t_ms[-1]), 60_000)
        busy = np.searchsorted(sent, at_ms, side="right") - np.searchsorted(np.sort(freed), at_ms, side="right")
        means.append(float(busy.mean()))
        spreads.append(float(((busy - load) ** 2).mean()))
    return [
        Row("M/G/∞: teams at work, mean, lognormal work", "teams", load, tuple(means), "Palm 1943"),
        Row("M/G/∞: teams at work, variance", "teams²", load, tuple(spreads), "Palm 1943"),
    ]


def _tandem(seeds: Sequence[int]) -> list[Row]:
    """Operators, then teams: the second queue is as if the first were not there (Burke, Jackson)."""
    process, operators, teams, rate = Duration(120.0, kind="exponential"), 1, 3, 0.6 * 3 / WORK.mean_s
    first, second = [], []
    for seed in seeds:
        calls = poisson_stream(seed, [rate], CALLS, WORK, "tandem")
        columns = live_stream(calls, [0] * teams, operators=operators, process=process, seed=seed)
        first.append(_mean_s(phone_waits(columns)))
        second.append(_mean_s(team_waits_s(columns)))
    return [
        Row(
            "Jackson tandem: wait for the operator",
            "s",
            mmc_wait_s(rate, process.mean_s, 1),
            tuple(first),
            "Jackson 1957",
        ),
        Row(
            "Jackson tandem: wait for a team after it",
            "s",
            mmc_wait_s(rate, WORK.mean_s, 3),
            tuple(second),
            "Jackson 1957",
        ),
    ]


def _hypercube(seeds: Sequence[int]) -> list[Row]:
    """Four teams on a line of four zones, a few ms apart: the nearest free one goes, who finds none is lost."""
    rates = np.array([0.9, 0.5, 0.7, 0.3]) / WORK.mean_s
    order = np.array([sorted(range(4), key=lambda team: (abs(team - zone), team)) for zone in range(4)])
    exact = solve_hypercube(rates, order, WORK.mean_s)
    busy: list[list[float]] = [[], [], [], []]
    lost, own = [], []
    for seed in seeds:
        calls = poisson_stream(seed, rates.tolist(), CALLS, WORK, "hypercube", by_node=True)
        columns = live_stream(calls, range(4), Bounded(0), nodes=4, apart_ms=2)
        sent = columns.rows(Kind.DISPATCHED)
        begin, end = int(calls.t_ms[WARM]), int(calls.t_ms[-1])
        team = np.array([int(name.split("-")[1]) for name in columns.teams(sent)])
        who = columns.call_id[sent]
        until = columns.t_ms[sent] + calls.work_ms[who]
        spent = np.clip(np.minimum(until, end) - np.maximum(columns.t_ms[sent], begin), 0, None)
        for k in range(4):
            busy[k].append(float(spent[team == k].sum()) / (end - begin))
        counted = who >= WARM
        lost.append(1.0 - int(counted.sum()) / (CALLS - WARM))
        own.append(float((team[counted] == calls.node[who[counted]]).sum()) / (CALLS - WARM))
    share = rates / rates.sum()
    at_home = float((share * np.array([exact.sent[z, z] for z in range(4)])).sum())
    source = "Larson 1974, the exact 2^n chain"
    return [
        *(
            Row(f"hypercube: team {k + 1} busy", "share", float(exact.busy[k]), tuple(busy[k]), source)
            for k in range(4)
        ),
        Row("hypercube: calls lost", "share", exact.lost, tuple(lost), source),
        Row("hypercube: calls served by their own zone's team", "share", at_home, tuple(own), source),
    ]
