"""Policies on trial: the same days lived under each, differences with intervals, and one page that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil, isnan, nan
from pathlib import Path
from typing import Any

from agents.policy_lookup import find_policy
from experiments.provenance import git_commit, versions
from experiments.request import Tell, silent
from experiments.statistics.paired import CONFIDENCE, PILOT, holm, mean_of, paired, stein_days, stein_interval
from experiments.statistics.pooled import pooled_percentile
from experiments.trials.batch import Trials
from experiments.trials.bounds import bounds_of
from experiments.trials.engine import make_engine
from experiments.trials.metric_names import Metric, metrics_named
from experiments.trials.outcome import Outcome
from experiments.trials.shelf import Shelf
from experiments.trials.tidy import plain, write_days, write_json
from experiments.trials.trial import Setting, Trial
from experiments.trials.workshop import hashes_of
from reports.comparison import write_comparison
from scenarios.assumptions import assumptions
from scenarios.read import read_scenario
from twin.errors import Fault, InputError

MOST_DAYS = 100_000
LEVELS = {"median": 0.5, "90th percentile": 0.9}
CURVE_POINTS = 80


@dataclass(frozen=True)
class CompareRequest:
    """Which policies, over how many days.

    Attributes:
        policies: two or more specs; the others are held against the first.
        replications: days; None with ``half_width`` (then it is chosen).
        half_width: of the interval of the difference in the first metric, in its unit; None: not asked.
        metrics: names, see :mod:`experiments.trials.metric_names`; the first one steers the number of days.
        out: folder of the experiment; one that holds finished trials of it goes on.
        first_seed: of the first day.
    """

    setting: Setting
    policies: tuple[str, ...]
    out: Path
    replications: int | None = None
    half_width: float | None = None
    metrics: tuple[str, ...] = ()
    first_seed: int = 1
    engine: str = "local"
    workers: int | None = None
    command: str = ""

    def __post_init__(self) -> None:
        faults = []
        if len(self.policies) < 2 or len(set(self.policies)) < len(self.policies):
            faults.append("--policy: two or more different policies are compared; found " + ", ".join(self.policies))
        if self.replications is not None and self.replications < 2:
            faults.append(f"--replications {self.replications}: 2 or more would work; a single day has no interval")
        if self.half_width is not None and not self.half_width > 0:
            faults.append(f"--half-width {self.half_width}: more than 0 would work")
        if self.replications is None and self.half_width is None:
            faults.append("give --replications N, or --half-width for as many days as that takes")
        if faults:
            raise InputError(f"compare policies on {self.setting.scenario}", [Fault(fault) for fault in faults])


def compare(request: CompareRequest, tell: Tell = silent) -> dict[str, Any]:
    """Live the days, write ``days.parquet``, ``comparison.json`` and ``report.html``, and return the second.

    Raises:
        InputError: an input is wrong, or a policy broke its contract; finished trials are kept.
        MissingPart: Ray was asked for and is not installed.
    """
    metrics = metrics_named(request.metrics)
    for policy in request.policies:
        find_policy(policy)
    scenario = read_scenario(request.setting.scenario)
    tell("city", 0.0)
    shelf = Shelf.at(request.out)
    engine = make_engine(request.engine, request.workers)
    try:
        engine.open(request.setting)
        hashes = hashes_of(request.setting)
        lived = _Lived(request, Trials(shelf, engine, hashes, tell))
        rule = lived.enough(metrics[0])
        seeds = range(request.first_seed, request.first_seed + lived.days)
        bounds = bounds_of(request.setting, seeds, lived.by_policy, engine, tell)
    finally:
        engine.close()
    tell("statistics", 0.0)
    write_days(shelf.folder / "days.parquet", lived.outcomes())
    content = {
        "kind": "compare",
        "scenario": scenario.name,
        "title": scenario.title,
        "about": scenario.about,
        "policies": list(request.policies),
        "days": lived.days,
        "first_seed": request.first_seed,
        "rule": rule,
        "confidence": CONFIDENCE,
        **_results(lived, metrics, rule),
        **plain(bounds),
        "assumptions": assumptions(scenario),
        "hashes": hashes,
        "versions": versions(),
        "git": git_commit(),
        "command": request.command,
    }
    write_json(shelf.folder / "comparison.json", content)
    write_comparison(shelf.folder)
    tell("statistics", 1.0)
    return content


class _Lived:
    """The days of a comparison as they come in."""

    def __init__(self, request: CompareRequest, trials: Trials) -> None:
        self.request, self._trials = request, trials
        self.days = 0
        self.by_policy: dict[str, list[Outcome]] = {policy: [] for policy in request.policies}
        self._figures: dict[str, list[dict[tuple[str, str, int], float]]] = {}

    def enough(self, metric: Metric) -> dict[str, Any]:
        """Live as many days as are asked for, or as the half-width takes; return by which rule."""
        request = self.request
        if request.half_width is None:
            self._to(request.replications or 0)
            return {"name": "fixed", "days": self.days}
        pilot = max(PILOT, min(request.replications or PILOT, 50))
        self._to(pilot)
        wanted = max(stein_days(self._gaps(metric, other), request.half_width) for other in request.policies[1:])
        limit = request.replications if request.replications and request.replications > pilot else MOST_DAYS
        self._to(min(wanted, limit))
        return {
            "name": "stein", "metric": str(metric), "half_width": request.half_width, "pilot": pilot,
            "wanted": wanted, "days": self.days, "reached": wanted <= limit,
        }  # fmt: skip

    def outcomes(self) -> list[Outcome]:
        """All of them, by policy, then by day."""
        return [outcome for policy in self.request.policies for outcome in self.by_policy[policy]]

    def values(self, policy: str, metric: Metric) -> list[float]:
        """A figure on each day, NaN where the day has none."""
        return [day.get(metric.key, nan) for day in self._figures[policy]]

    def _gaps(self, metric: Metric, other: str) -> list[float]:
        first, second = self.values(self.request.policies[0], metric), self.values(other, metric)
        gaps = [b - a for a, b in zip(first, second, strict=True)]
        known = [gap for gap in gaps if not isnan(gap)]
        if len(known) < 2:
            raise InputError(
                f"choose the number of days by {metric}", f"{len(known)} of {len(gaps)} days have it; choose another"
            )
        return known

    def _to(self, days: int) -> None:
        seeds = range(self.request.first_seed, self.request.first_seed + days)
        wanted = [Trial(self.request.setting, seed, policy) for seed in seeds for policy in self.request.policies]
        found = self._trials.live(wanted)
        for policy in self.request.policies:
            lives = [found[Trial(self.request.setting, seed, policy)] for seed in seeds]
            self.by_policy[policy], self._figures[policy] = lives, [life.table() for life in lives]
        self.days = days


def _results(lived: _Lived, metrics: Sequence[Metric], rule: Mapping[str, Any]) -> dict[str, Any]:
    base, *others = lived.request.policies
    everything = [Metric(*key) for key in _keys(lived)]
    headline = [_difference(lived, base, other, metric) for metric in metrics for other in others]
    for row, adjusted in zip(headline, holm([row["p"] for row in headline]), strict=True):
        row["p_holm"] = adjusted
    return {
        "headline": plain(headline),
        "levels": plain([_level(lived, metric) for metric in everything]),
        "differences": plain([_difference(lived, base, other, m) for m in everything for other in others]),
        "pooled": plain([row for other in others for row in _pooled(lived, base, other)]),
        "curves": plain([_curve(lived, base, other, metrics[0], rule) for other in others]),
    }


def _keys(lived: _Lived) -> list[tuple[str, str, int]]:
    """All figures any life has, in the order of the first that has them."""
    return list({(f.metric, f.service, f.priority): None for o in lived.outcomes() for f in o.figures})


def _level(lived: _Lived, metric: Metric) -> dict[str, Any]:
    means = {policy: asdict(mean_of(lived.values(policy, metric))) for policy in lived.request.policies}
    return {"metric": metric.name, "service": metric.service, "priority": metric.priority, "policies": means}


def _difference(lived: _Lived, base: str, other: str, metric: Metric) -> dict[str, Any]:
    found = paired(lived.values(base, metric), lived.values(other, metric))
    return {
        "metric": metric.name, "service": metric.service, "priority": metric.priority, "words": metric.words,
        "better_high": metric.better_high, "base": base, "policy": other, **asdict(found),
    }  # fmt: skip


def _pooled(lived: _Lived, base: str, other: str) -> list[dict[str, Any]]:
    services = sorted({str(name) for outcome in lived.outcomes() for name in outcome.cases.service})
    rows = []
    for service in ["all", *services]:
        days = [
            [
                outcome.cases.response_ms[(outcome.cases.service == service) | (service == "all")]
                for outcome in lived.by_policy[policy]
            ]
            for policy in (base, other)
        ]
        for word, share in LEVELS.items():
            found = pooled_percentile(days[0], days[1], share)
            rows.append({"service": service, "level": word, "base": base, "policy": other, **asdict(found)})
    return rows


def _curve(lived: _Lived, base: str, other: str, metric: Metric, rule: Mapping[str, Any]) -> dict[str, Any]:
    """How the difference and its interval settled, day by day."""
    first, second = lived.values(base, metric), lived.values(other, metric)
    step = max(1, ceil(lived.days / CURVE_POINTS))
    points = []
    for n in [*range(2, lived.days, step), lived.days]:
        found = paired(first[:n], second[:n])
        points.append({"days": n, "value": found.value, "low": found.low, "high": found.high})
    end = {}
    if rule["name"] == "stein":
        gaps = [b - a for a, b in zip(first, second, strict=True) if not (isnan(a) or isnan(b))]
        end = asdict(stein_interval(gaps, min(int(rule["pilot"]), len(gaps))))
    return {"policy": other, "metric": metric.name, "words": metric.words, "points": points, "stein": end}
