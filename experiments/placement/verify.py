"""A plan on trial: the same days lived with the cameras there are and with the plan's beside them.

An incident in the area counts where somebody calls about it in time to be judged: those are the same incidents
under both fleets, whoever notices them first. People's notice delay decides what a camera is worth and is an
assumption, so every figure is given at half and at double of it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil, isnan, nan
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from experiments.placement.plan_files import BASELINE, FLEET
from experiments.placement.plan_files import FIGURES as FIGURES_FILE
from experiments.placement.request import PlaceRequest
from experiments.placement.trial_asked import TrialAsked
from experiments.placement.zones import area_of
from experiments.request import Tell, silent
from experiments.statistics.paired import CONFIDENCE, PILOT, paired, stein_days, stein_interval
from experiments.trials.batch import Trials
from experiments.trials.changes import changed
from experiments.trials.engine import Engine, make_engine
from experiments.trials.figures import mean_s
from experiments.trials.outcome import Cases, Outcome
from experiments.trials.shelf import Shelf
from experiments.trials.tidy import plain, write_json
from experiments.trials.trial import Change, Setting, Trial
from experiments.trials.workshop import hashes_of
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from twin.city.resolve import open_city

NOTICE: Final[Mapping[str, float]] = {"as the scenario says": 1.0, "half": 0.5, "double": 2.0}
STEERS: Final = "help_visible_s"
FIGURES: Final[Mapping[str, str]] = {
    "help_visible_s": "time to help, incidents in the open, mean",
    "help_all_s": "time to help, all incidents, mean",
    "camera_first_visible_share": "first noticed by a camera, of incidents in the open",
    "camera_first_all_share": "first noticed by a camera, of all incidents",
}


@dataclass(frozen=True)
class VerifyRequest:
    """A trial as asked for.

    Attributes:
        folder: of the plan, with its fleets.
        scenario: library name or file.
        city: folder of a built city; None is the default city.
        area: whose incidents are judged, city metres.
        half_width: of the interval of the difference in time to help of incidents in the open, seconds.
        most_days: no more days than these.
        first_seed: of the first day.
        workers: lives at a time; None for all cores.
    """

    folder: Path
    scenario: str
    city: str | None
    area: shapely.Geometry
    half_width: float
    most_days: int
    first_seed: int = 1
    workers: int | None = None


def verify(request: VerifyRequest, tell: Tell = silent) -> dict[str, Any]:
    """Live days with and without the plan until the interval is as narrow as asked, or the days are used up.

    Returns:
        ``scenario``, ``title``, ``days``, ``rule`` and ``variants``: for each notice delay the ``figures``, each with
        the mean without (``first``) and with the plan (``second``), the difference and its interval.

    Raises:
        InputError: an input is wrong; finished trials are kept and serve again.
    """
    scenario = read_scenario(request.scenario)
    shapely.prepare(request.area)
    engine = make_engine("local", request.workers)
    try:
        lived = _Lived(request, scenario, engine, tell)
        rule = lived.enough()
    finally:
        engine.close()
    return {
        "scenario": scenario.name, "title": scenario.title, "days": lived.days, "rule": rule,
        "confidence": CONFIDENCE, "variants": [lived.variant(name) for name in NOTICE],
    }  # fmt: skip


def notice_changes(scenario: Scenario, factor: float) -> tuple[Change, ...]:
    """Return the changes that make people's notice delay so many times as long, in every category and script."""
    if factor == 1.0:
        return ()
    paths = [
        f"demand.{service}.categories.{name}.notice.mean_s"
        for service, demand in scenario.demand.items()
        for name in demand.categories
    ]
    paths += [f"spotlights.incidents.{row}.notice.mean_s" for row in range(len(scenario.spotlights.incidents))]
    return tuple(Change(path, f"x{factor:g}") for path in paths)


class _Lived:
    """The days lived so far under both fleets, at each notice delay."""

    def __init__(self, request: VerifyRequest, scenario: Scenario, engine: Engine, tell: Tell) -> None:
        self._request, self._policy = request, scenario.policy
        shelf = Shelf.at(request.folder / "trial")
        files = (request.folder / BASELINE, request.folder / FLEET)
        self._settings = [Setting(request.scenario, request.city, cameras=file) for file in files]
        self._trials = [Trials(shelf, engine, hashes_of(setting), tell) for setting in self._settings]
        self._changes = {name: notice_changes(scenario, factor) for name, factor in NOTICE.items()}
        for changes in self._changes.values():
            changed(scenario, changes)
        self.days = 0
        self._figures: dict[tuple[str, int], list[dict[str, float]]] = {}

    def enough(self) -> dict[str, Any]:
        """Live a pilot, then as many days as the half-width takes, or as there may be; return by which rule."""
        most, pilot = self._request.most_days, min(PILOT, self._request.most_days)
        self._to(pilot)
        first = next(iter(NOTICE))
        gaps = [gap for gap in self._gaps(first, STEERS) if not isnan(gap)]
        wanted = stein_days(gaps, self._request.half_width) if len(gaps) > 1 else most
        wanted = ceil(wanted * pilot / max(len(gaps), 1))  # days without such an incident add nothing
        self._to(min(max(wanted, pilot), most))
        return {
            "name": "stein", "metric": STEERS, "half_width": self._request.half_width, "pilot": pilot,
            "wanted": wanted, "days": self.days, "reached": wanted <= most,
        }  # fmt: skip

    def variant(self, name: str) -> dict[str, Any]:
        """Return the figures at one notice delay."""
        rows = []
        for figure, words in FIGURES.items():
            first, second = self._values(name, 0, figure), self._values(name, 1, figure)
            row = {"name": figure, "words": words, **asdict(paired(first, second))}
            gaps = [gap for gap in self._gaps(name, figure) if not isnan(gap)]
            if figure == STEERS and name == next(iter(NOTICE)) and len(gaps) >= PILOT:
                end = stein_interval(gaps, PILOT)
                row |= {"low": end.low, "high": end.high}
            rows.append(row)
        judged = [
            sum(day["judged"] for day in self._figures[name, 0]),
            sum(d["visible"] for d in self._figures[name, 0]),
        ]
        return {"notice": name, "factor": NOTICE[name], "figures": rows, "judged": judged[0], "visible": judged[1]}

    def _values(self, name: str, fleet: int, figure: str) -> list[float]:
        return [day[figure] for day in self._figures[name, fleet]]

    def _gaps(self, name: str, figure: str) -> list[float]:
        return [b - a for a, b in zip(self._values(name, 0, figure), self._values(name, 1, figure), strict=True)]

    def _to(self, days: int) -> None:
        """Live variant after variant, so that a worker assembles each but once."""
        seeds = range(self._request.first_seed, self._request.first_seed + days)
        for name, changes in self._changes.items():
            for fleet, (setting, trials) in enumerate(zip(self._settings, self._trials, strict=True)):
                wanted = [Trial(setting, seed, self._policy, changes) for seed in seeds]
                found = trials.live(wanted)
                self._figures[name, fleet] = [self._judged(found[trial]) for trial in wanted]
        self.days = days

    def _judged(self, outcome: Outcome) -> dict[str, float]:
        return judged(outcome.cases, self._request.area)


def judged(cases: Cases, area: shapely.Geometry) -> dict[str, float]:
    """Return the figures of one life, over the incidents of an area that somebody calls about in time.

    Incidents scripted before spotlight cameras are left out: those cameras are in every fleet.
    """
    mine = cases.take(cases.called & ~cases.scripted & shapely.contains_xy(area, cases.x_m, cases.y_m))
    seen = mine.take(mine.visible)
    return {
        "help_visible_s": mean_s(seen.help_ms), "help_all_s": mean_s(mine.help_ms),
        "camera_first_visible_share": _share(seen.by_camera), "camera_first_all_share": _share(mine.by_camera),
        "judged": float(len(mine)), "visible": float(len(seen)),
    }  # fmt: skip


def _share(which: Sequence[bool] | np.ndarray[Any, Any]) -> float:
    return float(np.mean(which)) if len(which) else nan


def put_on_trial(request: PlaceRequest, asked: TrialAsked, content: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Live days with and without a plan that was made; put what is found beside its figures, in its folder too."""
    if asked.scenario is None:
        return content
    tell("city of the trial", 0.0)
    shape = area_of(open_city(request.city), request.area).shape
    trial = verify(
        VerifyRequest(
            request.out, asked.scenario, request.city, shape, asked.half_width, asked.most_days,
            first_seed=request.seed, workers=asked.workers,
        ), tell,
    )  # fmt: skip
    whole = {**content, "trial": plain(trial)}
    write_json(request.out / FIGURES_FILE, whole)
    return whole
