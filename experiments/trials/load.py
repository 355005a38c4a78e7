"""A ramp that raises calls and camera alarms until something gives way, and says what it was and at how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isnan, nan
from pathlib import Path
from typing import Any

from experiments.provenance import git_commit, versions
from experiments.request import Tell, silent
from experiments.statistics.paired import mean_of
from experiments.trials import recogniser_part
from experiments.trials.batch import Trials
from experiments.trials.engine import make_engine
from experiments.trials.metric_names import Metric
from experiments.trials.outcome import Outcome
from experiments.trials.shelf import Shelf
from experiments.trials.tidy import plain, write_days, write_json
from experiments.trials.trial import Change, Setting, Trial
from experiments.trials.workshop import hashes_of
from reports.load import write_load
from reports.norms import load_norms
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from sensors.fitted_load import load_fitted_load
from twin.errors import Fault, InputError

RAISED = ("calls", "alarms", "both")
LEVELS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
HALVINGS = 3
ON_TIME = 0.9
VERIFY_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What a part of the response must keep.

    Attributes:
        part: ``operators``, ``teams``, ``verifiers`` or ``recogniser``.
        metric: by which it is judged.
        limit: the value at which it gives way.
        high: whether more than that is too much; else less.
        source: of the limit.
    """

    part: str
    metric: str
    limit: float
    high: bool
    source: str

    def strain(self, value: float) -> float:
        """Return how much of the limit is used: 1 at the limit, more beyond it.

        >>> Limit("teams", "on_time_share", 0.9, False, "").strain(0.8)
        2.0
        """
        if isnan(value):
            return nan
        return value / self.limit if self.high else round((1 - value) / (1 - self.limit), 9)


def limits() -> tuple[Limit, ...]:
    """Return the limits: norms where there are any, else assumed."""
    answer = next(norm for norm in load_norms().norms if norm.id == "nena_sta_020_15s")
    return (
        Limit(
            "operators", "answer_wait_p90_s", answer.limit_s, True, f"{answer.issuer} {answer.edition}: {answer.name}"
        ),
        Limit("teams", "on_time_share", ON_TIME, False, "9 in 10 within their response norm (the share is assumed)"),
        Limit("verifiers", "verify_wait_p90_s", VERIFY_LIMIT_S, True, "9 in 10 alarms checked in 5 minutes (assumed)"),
        Limit("recogniser", recogniser_part.METRIC, recogniser_part.LATE_SHARE, True, recogniser_part.SOURCE),
    )


@dataclass(frozen=True)
class LoadRequest:
    """What is raised.

    Attributes:
        raised: ``calls`` (incidents and the calls about them), ``alarms`` (false camera alarms, and the cameras that
            share the recogniser servers) or ``both``.
        policy: None is the scenario's own.
        replications: days at each level.
        cameras_per_server: of a recogniser server at the scenario's own load; None: as the scenario says.
    """

    setting: Setting
    out: Path
    raised: str = "both"
    policy: str | None = None
    replications: int = 10
    first_seed: int = 1
    engine: str = "local"
    workers: int | None = None
    command: str = ""
    cameras_per_server: int | None = None

    def __post_init__(self) -> None:
        faults = []
        if self.raised not in RAISED:
            faults.append(Fault(f"--raise {self.raised}: known: {', '.join(RAISED)}"))
        if self.replications < 2:
            faults.append(Fault(f"--replications {self.replications}: 2 or more would work"))
        if self.setting.calls is not None and self.raised != "alarms":
            faults.append(Fault(f"--raise {self.raised}: the calls of a log are as many as they are; raise alarms"))
        if faults:
            raise InputError(f"load {self.setting.scenario}", faults)


def load(request: LoadRequest, tell: Tell = silent) -> dict[str, Any]:
    """Raise the load, write ``days.parquet``, ``load.json`` and ``report.html``, and return the second.

    Raises:
        InputError: an input is wrong, or a policy broke its contract; finished trials are kept.
    """
    scenario = read_scenario(request.setting.scenario)
    shelf, ramp = Shelf.at(request.out), _Ramp(request, scenario)
    tell("city", 0.0)
    engine = make_engine(request.engine, request.workers)
    try:
        engine.open(request.setting)
        hashes = hashes_of(request.setting)
        ramp.climb(Trials(shelf, engine, hashes, tell))
    finally:
        engine.close()
    write_days(shelf.folder / "days.parquet", [o for factor in sorted(ramp.lives) for o in ramp.lives[factor]])
    content = {
        "kind": "load", "scenario": scenario.name, "title": scenario.title, "raised": request.raised,
        "policy": request.policy or scenario.policy, "days": request.replications, "first_seed": request.first_seed,
        "limits": [asdict(limit) for limit in limits()], "levels": plain(ramp.table()), "knee": plain(ramp.knee()),
        "recogniser": recogniser_part.recogniser_sentence(
            scenario, request.cameras_per_server, request.raised, load_fitted_load()
        ),
        "hashes": hashes,
        "versions": versions(), "git": git_commit(), "command": request.command,
    }  # fmt: skip
    write_json(shelf.folder / "load.json", content)
    write_load(shelf.folder)
    return content


class _Ramp:
    """Levels as they are lived."""

    def __init__(self, request: LoadRequest, scenario: Scenario) -> None:
        self._request, self._scenario = request, scenario
        self.lives: dict[float, list[Outcome]] = {}

    def climb(self, trials: Trials) -> None:
        """Live level after level until a limit is missed, then halve the step before it."""
        below, above = 0.0, 0.0
        for factor in LEVELS:
            self._live(factor, trials)
            if self._missed(factor):
                above = factor
                break
            below = factor
        if not above or not below:
            return
        for _ in range(HALVINGS):
            middle = round((below + above) / 2, 4)
            self._live(middle, trials)
            below, above = (below, middle) if self._missed(middle) else (middle, above)

    def table(self) -> list[dict[str, Any]]:
        """Each level with each limit's figure, its interval and the strain."""
        rows = []
        for factor in sorted(self.lives):
            found: dict[str, Any] = {}
            for limit in limits():
                mean = mean_of(self._values(factor, limit))
                found[limit.part] = asdict(mean) | {"strain": limit.strain(mean.value)}
            busy = mean_of(self._of(factor, Metric("utilisation")))
            rows.append({"factor": factor, "parts": found, "utilisation": asdict(busy)})
        return rows

    def knee(self) -> dict[str, Any]:
        """Which limit is missed at the lowest load, interpolated between the levels about it; {} where none is."""
        crossed = []
        table = self.table()
        for limit in limits():
            for before, after in zip([None, *table], table, strict=False):
                strain = after["parts"][limit.part]["strain"]
                if strain > 1:
                    crossed.append((_crossing(before, after, limit.part), limit))
                    break
        if not crossed:
            return {}
        factor, limit = min(crossed, key=lambda pair: (pair[0], pair[1].part))
        others = [{"part": other.part, "factor": at} for at, other in sorted(crossed, key=lambda pair: pair[0])]
        return {"part": limit.part, "factor": factor, "metric": limit.metric, "source": limit.source, "all": others}

    def _live(self, factor: float, trials: Trials) -> None:
        request = self._request
        seeds = range(request.first_seed, request.first_seed + request.replications)
        policy, changes = request.policy or self._scenario.policy, self._changes(factor)
        wanted = [Trial(request.setting, seed, policy, changes) for seed in seeds]
        self.lives[factor] = list(trials.live(wanted).values())

    def _changes(self, factor: float) -> tuple[Change, ...]:
        request, scenario = self._request, self._scenario
        changes = recogniser_part.limited(request.cameras_per_server)
        if factor == 1.0:
            return changes
        if request.raised != "calls" and recogniser_part.is_limited(scenario, request.cameras_per_server):
            changes += (recogniser_part.more_streams(factor),)
        if request.raised != "calls":
            changes += more_false_alarms(scenario, factor)
        return changes if request.raised == "alarms" else (*changes, *self._more_calls(factor))

    def _more_calls(self, factor: float) -> tuple[Change, ...]:
        return tuple(
            Change(f"demand.{service}.categories.{name}.per_1000_residents_year", f"x{factor:g}")
            for service, demand in self._scenario.demand.items()
            for name in demand.categories
        )

    def _missed(self, factor: float) -> bool:
        return any(limit.strain(mean_of(self._values(factor, limit)).value) > 1 for limit in limits())

    def _values(self, factor: float, limit: Limit) -> list[float]:
        return self._of(factor, Metric(limit.metric))

    def _of(self, factor: float, metric: Metric) -> list[float]:
        return [life.table().get(metric.key, nan) for life in self.lives[factor]]


def more_false_alarms(scenario: Scenario, factor: float) -> tuple[Change, ...]:
    """Return what makes the scenario's every rate of false alarms so many times as high."""
    return tuple(Change(f"cameras.false_alarms.{name}.value", f"x{factor:g}") for name in scenario.cameras.false_alarms)


def _crossing(before: Mapping[str, Any] | None, after: Mapping[str, Any], part: str) -> float:
    high: float = after["factor"]
    if before is None:
        return high
    low, a, b = before["factor"], before["parts"][part]["strain"], after["parts"][part]["strain"]
    return high if isnan(a) or b <= a else float(low + (high - low) * (1 - a) / (b - a))
