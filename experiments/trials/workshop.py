"""Where trials are lived: a process opens a city once, assembles each variant once, draws each day once."""

from __future__ import annotations

import gc
from functools import lru_cache
from itertools import count
from typing import Any, Final

from agents.policy_fault import PolicyFault
from experiments.columns import Columns
from experiments.life.assemble import Assembly, another_day, another_policy, assemble
from experiments.life.ground import ground_of
from experiments.life.living import make_world, sources_of
from experiments.request import silent
from experiments.theory.exact import conservation
from experiments.theory.littles_law import littles_law
from experiments.trials.cases import cases_of
from experiments.trials.changes import changed
from experiments.trials.figures import figures_of
from experiments.trials.outcome import Outcome
from experiments.trials.recogniser_part import recogniser_figure
from experiments.trials.trial import Change, Setting, Trial
from reports.norms import load_norms
from scenarios.read import read_scenario
from sensors.fitted import FITTED_FILE
from sensors.source import Report, SightingSource
from twin.errors import InputError
from twin.log import EventLog
from twin.records import Kind

_LIVED: Final = count(1)
_LIVES: Final = 16


def live(trial: Trial) -> Outcome:
    """Live one trial through, without footage; the same trial gives the same outcome in any process.

    Raises:
        InputError: an input is missing or wrong, or the policy broke its contract.
        RuntimeError: a call or an alarm did not end in exactly one way, or a queue breaks Little's law; no figure is
            made of such a life.
    """
    parts, seen = day_of(trial.setting, trial.changes, trial.seed)
    parts = another_policy(parts, trial.policy)
    log = EventLog()
    world = make_world(parts, [seen], log)
    try:
        world.run()
    except PolicyFault as fault:
        raise InputError(f"live {parts.scenario.name}, seed {trial.seed}, under {trial.policy}", str(fault)) from fault
    columns = Columns.of(log.to_table())
    log.clear()
    _tidy_up()
    if lost := [row.name for row in [*conservation([columns]), *littles_law([columns])] if row.found]:
        raise RuntimeError(f"seed {trial.seed} under {trial.policy}: {'; '.join(lost)}")
    end_ms = int(columns.t_ms[columns.rows(Kind.RUN_ENDED)[-1]])
    cases = cases_of(columns, end_ms, load_norms())
    teams = {team.id: str(team.service) for team in parts.teams}
    figures = (*figures_of(columns, cases, teams, end_ms), recogniser_figure(parts.load))
    return Outcome(_said(trial), figures, cases)


def hashes_of(setting: Setting) -> dict[str, str]:
    """Return the hashes of all inputs of a setting, its city's included.

    Raises:
        InputError: one is missing or wrong.
    """
    scenario = read_scenario(setting.scenario)
    ground = ground_of(setting.city, scenario.speed_profile, setting.fitted or FITTED_FILE)
    return setting.hashes(ground.city_hash)


def _tidy_up() -> None:
    """A world that is over hangs in cycles: what is left of some lives is looked for together, which costs little."""
    if next(_LIVED) % _LIVES == 0:
        gc.collect()


class _Seen:
    """What the cameras saw of one day, asked for once and handed to every life of that day."""

    name = "fitted"

    def __init__(self, report: Report) -> None:
        self._report = report

    def wakes_ms(self) -> list[int]:
        """The one time it wants to be asked."""
        return [0]

    def look(self, t_ms: int) -> Report:
        """What was seen."""
        return self._report


@lru_cache(maxsize=3)
def parts_of(setting: Setting, changes: tuple[Change, ...]) -> Assembly:
    """Return the parts of a variant, those of its seed 1.

    Raises:
        InputError: an input is missing or wrong.
    """
    scenario = changed(read_scenario(setting.scenario), changes)
    return assemble(setting.request(), silent, scenario)


@lru_cache(maxsize=4)
def day_of(setting: Setting, changes: tuple[Change, ...], seed: int) -> tuple[Assembly, SightingSource]:
    """Return the parts of a day under the scenario's own policy, and what its cameras saw, asked for once.

    Raises:
        InputError: an input is missing or wrong.
    """
    parts = another_day(parts_of(setting, changes), seed)
    return parts, _Seen(sources_of(parts)[0].look(0))


def _said(trial: Trial) -> dict[str, Any]:
    return {
        "scenario": trial.setting.scenario,
        "seed": trial.seed,
        "policy": trial.policy,
        "changes": [[change.path, change.value] for change in trial.changes],
    }
