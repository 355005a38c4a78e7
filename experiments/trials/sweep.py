"""Inputs varied one at a time or together: which move a figure, and which variant is best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from math import isnan, nan
from pathlib import Path
from typing import Any

from agents.policy_lookup import find_policy
from experiments.provenance import git_commit, versions
from experiments.request import Tell, silent
from experiments.statistics.paired import CONFIDENCE, holm, mean_of, paired
from experiments.statistics.selection import kn_select
from experiments.trials.batch import Trials
from experiments.trials.changes import assumed_inputs, changed
from experiments.trials.dead_inputs import speaker_of, speakers
from experiments.trials.engine import make_engine
from experiments.trials.fleets import changes_to, check_fleets
from experiments.trials.metric_names import Metric, metrics_named
from experiments.trials.outcome import Outcome
from experiments.trials.shelf import Shelf
from experiments.trials.tidy import plain, write_days, write_json
from experiments.trials.trial import Change, Setting, Trial
from experiments.trials.workshop import hashes_of
from reports.sweep import write_sweep
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from twin.errors import Fault, InputError

POLICY = "policy"


@dataclass(frozen=True)
class SweepRequest:
    """What is varied.

    Attributes:
        vary: ``PATH=a,b,c`` each; ``policy=a,b`` varies the policy, ``fleet=a.yaml,b.yaml`` the fleet file.
        assumed: values such as ``x0.5,x2`` for every input the scenario says is assumed; "" for none.
        grid: all combinations; else one input at a time.
        policy: of every variant that does not vary it; None is the scenario's own.
        replications: days of each variant (and of the scenario as it stands).
        metrics: the first one ranks.
        indifference: a difference that matters; given, the best variant is selected by KN.
    """

    setting: Setting
    vary: tuple[str, ...]
    out: Path
    assumed: str = ""
    grid: bool = False
    policy: str | None = None
    replications: int = 20
    metrics: tuple[str, ...] = ()
    indifference: float | None = None
    first_seed: int = 1
    engine: str = "local"
    workers: int | None = None
    command: str = ""

    def __post_init__(self) -> None:
        faults = [f"--vary {text}: write PATH=a,b,c" for text in self.vary if not all(text.partition("="))]
        if not self.vary and not self.assumed:
            faults.append("nothing is varied; give --vary PATH=a,b,c or --assumed x0.5,x2")
        if self.replications < 2:
            faults.append(f"--replications {self.replications}: 2 or more would work")
        if self.indifference is not None and not self.indifference > 0:
            faults.append(f"--indifference {self.indifference}: more than 0 would work")
        if faults:
            raise InputError(f"sweep over {self.setting.scenario}", [Fault(fault) for fault in faults])


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to set the inputs."""

    changes: tuple[Change, ...]
    policy: str

    def label(self, base: str) -> str:
        """In words."""
        parts = [str(change) for change in self.changes] + ([f"policy={self.policy}"] if self.policy != base else [])
        return ", ".join(parts) or "as the scenario says"


def sweep(request: SweepRequest, tell: Tell = silent) -> dict[str, Any]:
    """Live all variants, write ``days.parquet``, ``sweep.json`` and ``report.html``, and return the second.

    Raises:
        InputError: an input is wrong, or a policy broke its contract; finished trials are kept.
    """
    metrics, scenario = metrics_named(request.metrics), read_scenario(request.setting.scenario)
    base = request.policy or scenario.policy
    variants = variants_of(request, scenario, base)
    tell("city", 0.0)
    shelf, engine = Shelf.at(request.out), make_engine(request.engine, request.workers)
    try:
        engine.open(request.setting)
        hashes = hashes_of(request.setting)
        check_fleets(request.setting, scenario, [variant.changes for variant in variants])
        lived = _Lived(request, variants, Trials(shelf, engine, hashes, tell))
        if request.indifference is None:
            lived.to(variants, request.replications)
            chosen: dict[str, Any] = {}
        else:
            chosen = _selected(lived, metrics[0], request.indifference, base)
    finally:
        engine.close()
    write_days(shelf.folder / "days.parquet", [outcome for variant in variants for outcome in lived.lives[variant]])
    content = {
        "kind": "sweep", "scenario": scenario.name, "title": scenario.title, "policy": base, "grid": request.grid,
        "days": request.replications, "first_seed": request.first_seed, "confidence": CONFIDENCE,
        "metrics": [
            {"name": m.name, "service": m.service, "words": m.words, "better_high": m.better_high} for m in metrics
        ],
        "rows": plain([row for metric in metrics for row in _rows(lived, metric, base)]),
        "left_out": left_out(request, scenario),
        "chosen": chosen, "hashes": hashes, "versions": versions(), "git": git_commit(), "command": request.command,
    }  # fmt: skip
    write_json(shelf.folder / "sweep.json", content)
    write_sweep(shelf.folder)
    return content


def variants_of(request: SweepRequest, scenario: Scenario, base: str) -> list[Variant]:
    """Return the variants, the scenario as it stands first; every one is checked.

    Raises:
        InputError: an input or policy is not known, a value is not allowed, or a file speaks in an input's place, so
            that varying it would change nothing.
    """
    axes = [(path, values.split(",")) for path, _, values in (text.partition("=") for text in request.vary)]
    there, told = speakers(request.setting, scenario), []
    for path, _ in axes:
        if speaker := speaker_of(path, there):
            told.append(Fault(f"--vary {path} would change nothing: {speaker.what}; {speaker.instead}"))
    if told:
        raise InputError(f"sweep over {request.setting.scenario}", told)
    dead = left_out(request, scenario)
    assumed = [path for path in assumed_inputs(scenario) if path not in dead] if request.assumed else []
    axes += [(path, request.assumed.split(",")) for path in assumed]
    made = changes_to([(path, value.strip()) for path, values in axes for value in values], request.setting)
    ways = [[(path, value.strip()) for value in values] for path, values in axes]
    chosen = product(*ways) if request.grid else ((one,) for way in ways for one in way)
    variants = list(dict.fromkeys([Variant((), base), *(_variant(one, made, base) for one in chosen)]))
    faults: list[Fault] = []
    for variant in variants:
        try:
            changed(scenario, variant.changes)
            find_policy(variant.policy)
        except InputError as fault:
            faults += [f for f in fault.faults if f not in faults]
    if faults:
        raise InputError(f"sweep over {request.setting.scenario}", faults)
    return variants


def left_out(request: SweepRequest, scenario: Scenario) -> list[str]:
    """Return the assumed inputs that ``assumed`` leaves out, since a file speaks in their place."""
    there = speakers(request.setting, scenario)
    return [path for path in assumed_inputs(scenario) if request.assumed and speaker_of(path, there)]


def _variant(chosen: Sequence[tuple[str, str]], made: Mapping[tuple[str, str], Change], base: str) -> Variant:
    changes = tuple(made[one] for one in chosen if one[0] != POLICY)
    return Variant(changes, next((value for path, value in chosen if path == POLICY), base))


class _Lived:
    """The days of each variant."""

    def __init__(self, request: SweepRequest, variants: Sequence[Variant], trials: Trials) -> None:
        self._request, self._trials = request, trials
        self.variants = variants
        self.lives: dict[Variant, list[Outcome]] = {variant: [] for variant in variants}

    def to(self, variants: Sequence[Variant], days: int) -> None:
        """Live variants up to a number of days."""
        seeds = range(self._request.first_seed, self._request.first_seed + days)
        wanted = {v: [Trial(self._request.setting, seed, v.policy, v.changes) for seed in seeds] for v in variants}
        found = self._trials.live([trial for trials in wanted.values() for trial in trials])
        for variant, trials in wanted.items():
            self.lives[variant] = [found[trial] for trial in trials]

    def values(self, variant: Variant, metric: Metric) -> list[float]:
        """A figure on each day."""
        return [outcome.table().get(metric.key, nan) for outcome in self.lives[variant]]


def _rows(lived: _Lived, metric: Metric, base: str) -> list[dict[str, Any]]:
    first, *others = lived.variants
    own = lived.values(first, metric)
    rows = [{"label": first.label(base), "metric": metric.name, "service": metric.service, **asdict(mean_of(own))}]
    gaps = []
    for variant in others:
        values = lived.values(variant, metric)
        days = min(len(own), len(values))
        gaps.append(paired(own[:days], values[:days]))
        paths = [change.path for change in variant.changes] + ([POLICY] if variant.policy != base else [])
        says = [change.value for change in variant.changes] + ([variant.policy] if variant.policy != base else [])
        rows.append(
            {
                "label": variant.label(base), "metric": metric.name, "service": metric.service,
                "path": ", ".join(paths), "says": ", ".join(says), **asdict(mean_of(values)),
                "difference": asdict(gaps[-1]),
            }
        )  # fmt: skip
    for row, p in zip(rows[1:], holm([gap.p for gap in gaps]), strict=True):
        row["p_holm"] = p
    return rows


def _selected(lived: _Lived, metric: Metric, indifference: float, base: str) -> dict[str, Any]:
    def values(rows: Sequence[int], days: int) -> list[list[float]]:
        lived.to([lived.variants[row] for row in rows], days)
        found = [lived.values(lived.variants[row], metric) for row in rows]
        if any(isnan(value) for row in found for value in row):
            raise InputError(f"select by {metric}", "some days have no such figure; choose another metric")
        return found

    found = kn_select(values, len(lived.variants), indifference, metric.better_high)
    labels = [variant.label(base) for variant in lived.variants]
    return {
        "metric": str(metric), "indifference": indifference, "best": labels[found.best], "sure": found.sure,
        "out_at": [{"label": label, "days": days} for label, days in zip(labels, found.out_at, strict=True)],
    }  # fmt: skip
