"""Checks against theory and against independent implementations, as a table anyone can print."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import fsum, isnan, sqrt
from pathlib import Path

import networkx as nx
import numpy as np
from scipy import stats

from experiments.columns import Columns
from experiments.life.living import make_world
from experiments.statistics.paired import holm, mean_of, sd_of, t_quantile
from experiments.theory.exact import Exact, conservation, mexclp_enumerated, monotonicity
from experiments.theory.littles_law import littles_law
from experiments.theory.rows import Row, theory_rows
from experiments.trials.trial import Setting
from experiments.trials.workshop import day_of
from sensors.fitted import load_fitted
from sensors.fitted_load import load_fitted_load
from twin.city import City
from twin.city.resolve import open_city
from twin.log import EventLog, read_events
from twin.runfolder import RunFolder
from twin.streams import stream
from twin.streets import StreetGraph

THEORY, CALIBRATION = "theory", "calibration"
PARTS = {
    THEORY: "theory, conservation and independent implementations: whether the program is right",
    CALIBRATION: "fitted models against the recogniser: how far figures that lean on cameras can be off",
}
"""What is checked, and what it tells. A miss in the first is a fault of the program; one in the second is a limit of
the data that the shipped models were fitted on, and stays until they are fitted to more."""
CALIBRATED = 0.05
CONFIDENCE = 0.99
MISSES_HELD = 0.999
SCENARIO = "friday_evening"


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table.

    Attributes:
        name: what is compared.
        expected: the value theory or the other implementation gives.
        found: ours.
        low, high: the interval ``expected`` must lie in.
        unit: of all four.
        ok: the verdict.
        source: whose theorem, or which implementation.
        p: of the difference, adjusted by Holm over all rows that are means over seeds; None for the others.
        part: one of ``PARTS``.
    """

    name: str
    expected: float
    found: float
    low: float
    high: float
    unit: str
    ok: bool
    source: str = ""
    p: float | None = None
    part: str = THEORY


def validate(
    spec: str | None = None,
    seeds: int = 20,
    parts: Collection[str] = tuple(PARTS),
    progress: Callable[[float], None] = lambda share: None,
) -> list[Check]:
    """Run all checks of some parts.

    Args:
        spec: the city whose travel times are held against networkx; None is the default city.
        seeds: pooled in the checks on queues; those on whole runs use the flagship scenario.
        parts: of ``PARTS``.
        progress: told the share that is done.

    Raises:
        InputError: the city is none.
    """
    checks = _theory_checks(open_city(spec), seeds, progress) if THEORY in parts else []
    return checks + (_calibration_checks() if CALIBRATION in parts else [])


def validate_run(folder: Path) -> list[Check]:
    """Hold the log of a recorded run to what every run must keep: conservation, and Little's law on every queue.

    Raises:
        InputError: there is no such run.
    """
    columns = Columns.of(read_events(RunFolder.open(folder).events))
    return [_exact_check(row) for row in [*conservation([columns]), *littles_law([columns])]]


def _theory_checks(city: City, seeds: int, progress: Callable[[float], None]) -> list[Check]:
    rows = theory_rows(seeds, lambda share: progress(0.8 * share))
    checks = [*pooled_checks(rows), single_misses(rows)]
    progress(0.8)
    lives = [_evening(seed) for seed in range(1, 4)]
    exact = [*conservation(lives), *littles_law(lives), *monotonicity(range(1, seeds + 1)), *mexclp_enumerated()]
    checks += [_exact_check(row) for row in exact]
    progress(0.95)
    return [*checks, _travel_check(StreetGraph.of(city))]


def pooled_checks(rows: Sequence[Row]) -> list[Check]:
    """Hold each row's mean over seeds against paper: a paired t test, adjusted for all rows by Holm, at 1 %."""
    means = [mean_of(row.values, CONFIDENCE) for row in rows]
    adjusted = holm([_p_value(row) for row in rows])
    return [
        Check(row.name, row.expected, mean.value, mean.low, mean.high, row.unit, p >= 1 - CONFIDENCE, row.source, p)
        for row, mean, p in zip(rows, means, adjusted, strict=True)
    ]


def single_misses(rows: Sequence[Row]) -> Check:
    """Count seeds that miss on their own, and allow what a binomial allows with 99.9 %.

    A seed misses where it lies outside the 99 % interval about paper that the other seeds' scatter about it gives.
    """
    missed = total = 0
    for row in rows:
        gaps = [value - row.expected for value in row.values]
        for i, gap in enumerate(gaps):
            others = gaps[:i] + gaps[i + 1 :]
            scatter = sqrt(fsum(other**2 for other in others) / len(others))
            missed += abs(gap) > t_quantile(CONFIDENCE, len(others)) * scatter
            total += 1
    allowed = float(stats.binom.ppf(MISSES_HELD, total, 1 - CONFIDENCE))
    name = f"single seeds outside their own 99 % interval, of {total}"
    return Check(
        name,
        total * (1 - CONFIDENCE),
        float(missed),
        0.0,
        allowed,
        "seeds",
        bool(missed <= allowed),
        "binomial, 99.9 %",
    )


def _p_value(row: Row) -> float:
    mean, sd, n = mean_of(row.values).value, sd_of(row.values), len(row.values)
    if isnan(sd) or not sd:
        return 1.0 if mean == row.expected else 0.0
    return float(2 * stats.t.sf(abs(mean - row.expected) / (sd / sqrt(n)), n - 1))


def _exact_check(row: Exact) -> Check:
    name = f"{row.name}, of {row.of:,}"
    return Check(name, 0.0, row.found, row.found, row.found, row.unit, row.found == 0.0, row.source)


def _evening(seed: int) -> Columns:
    """The log of one flagship evening in the default city."""
    parts, seen = day_of(Setting(SCENARIO), (), seed)
    log = EventLog()
    make_world(parts, [seen], log).run()
    return Columns.of(log.to_table())


def _travel_check(graph: StreetGraph) -> Check:
    """Travel times of 20 random nodes to all others against networkx, in ms, turn restrictions kept."""
    peer, states = nx.DiGraph(), graph.states
    for state in range(len(states.node)):
        for arc in states.arc[states.first[state] : states.first[state + 1]].tolist():
            head, cost_ms = int(states.arrival[arc]), int(graph.arc_ms[arc])
            if not peer.has_edge(state, head) or peer[state][head]["cost_ms"] > cost_ms:
                peer.add_edge(state, head, cost_ms=cost_ms)
    nodes = np.flatnonzero(graph.main_component)
    worst = 0
    for node in stream(0, "validate", "travel").choice(nodes, 20).tolist():
        least: dict[int, int] = {}
        for state, ms in nx.single_source_dijkstra_path_length(peer, node, weight="cost_ms").items():
            least[int(states.node[state])] = min(ms, least.get(int(states.node[state]), ms))
        ours = graph.times_from_ms(node)
        gaps = [abs(int(ours[there]) - ms) for there, ms in least.items()]
        worst = max(worst, *gaps, abs(int((ours >= 0).sum()) - len(least)))
    return _exact_check(Exact("travel times less networkx's, worst origin", "ms", float(worst), 20, "networkx"))


def _calibration_checks() -> list[Check]:
    """Shares detected, and shares of frames lost: fitted less recogniser, on footage that was not used for the fit."""
    model, load = load_fitted(), load_fitted_load()
    errors: dict[str, tuple[float, str]] = {}
    for name, fit in [*sorted(model.hazards.items()), ("plates", model.plate)]:
        told = f"{fit.check.encounters} encounters on streets it was not fitted on"
        noise = f"{told}; a true model would have {fit.check.error_by_chance:.3f}"
        errors[f"camera model, {name}: calibration error"] = (fit.check.error, noise)
        errors[f"camera model, {name}: share detected per camera, off by"] = (fit.check.share_gap, told)
    errors["load model: share of frames lost, mean error"] = (load.held_out_error, "loads it was not fitted on")
    return [
        Check(what, 0.0, error, 0.0, CALIBRATED, "share", error <= CALIBRATED, source, part=CALIBRATION)
        for what, (error, source) in errors.items()
    ]
