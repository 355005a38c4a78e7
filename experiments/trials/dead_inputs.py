"""Inputs that a file given beside the scenario speaks in the place of: varying them would change nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from experiments.trials.trial import Setting
from scenarios.fleet_file import fleet_path
from scenarios.read import scenario_path
from scenarios.schema import Scenario
from twin.region import is_region

_BY_TEAMS = re.compile(r"teams\.\w+\.(per_100k_residents|posts|posts_per_100k_residents|kinds|shifts)(\.|$)")
_BY_CALLS = re.compile(
    r"surges(\.|$)|demand\.\w+\.(hours|weekdays|months|unevenness|false_calls|false_on_scene)(\.|$)"
    r"|demand\.\w+\.categories\.\w+\.(per_1000_residents_year|where|notice|callers|near_repeat)(\.|$)"
)
_BY_REGION = re.compile(
    _BY_TEAMS.pattern + r"|cameras\.(per_street_km|at_most)(\.|$)|(surges|injects|spotlights)(\.|$)"
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A file that speaks in the place of some inputs.

    Attributes:
        what: it is, and does.
        instead: what to do instead of varying them.
        paths: the inputs it speaks in the place of.
    """

    what: str
    instead: str
    paths: re.Pattern[str]


def speakers(setting: Setting, scenario: Scenario) -> list[Speaker]:
    """Return the files of a setting that speak in the place of inputs of its scenario."""
    found = []
    path = fleet_path(setting.fleet, scenario, scenario_path(setting.scenario))
    if path is not None:
        where = "--fleet" if setting.fleet is not None else "«fleet:» in the scenario"
        what = f"the fleet file {path.name} names the teams, their posts and shifts"
        instead = f"leave {where} out to have teams by residents, or vary the file itself: --vary fleet=A.yaml,B.yaml"
        found.append(Speaker(what, instead if setting.fleet is None else f"{instead} without --fleet", _BY_TEAMS))
    if setting.fleet is not None:
        found.append(Speaker("--fleet names the fleet", "leave --fleet out", re.compile(r"fleet$")))
    if setting.calls is not None:
        what = f"the calls of the log {setting.calls.name} are as many as they are, where and when they are"
        instead = (
            "leave --calls out to have them drawn by rates; of a log's incidents on_scene, transport, injured and "
            "second_alarm can be varied, and --calls-mode bootstrap draws its hours anew"
        )
        found.append(Speaker(what, instead, _BY_CALLS))
    if setting.city is not None and is_region(Path(setting.city)):
        what = "the region names its teams in posts.csv and has no streets"
        found.append(Speaker(what, "leave --region out, or give a region with other tables", _BY_REGION))
    return found


def speaker_of(path: str, there: list[Speaker]) -> Speaker | None:
    """Return who speaks in the place of an input, None where a change of it shows."""
    return next((speaker for speaker in there if speaker.paths.match(path)), None)
