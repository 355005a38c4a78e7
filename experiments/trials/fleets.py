"""Fleet files as values of an input that is varied: where they are looked for, and whether they fit the city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from experiments.life.ground import ground_of
from experiments.trials.changes import changed
from experiments.trials.trial import Change, Setting
from scenarios.fleet_file import read_fleet_file
from scenarios.read import scenario_path
from scenarios.schema import Scenario
from sensors.fitted import FITTED_FILE
from twin.errors import Fault, InputError
from twin.streets import StreetGraph

FLEET: Final = "fleet"


def changes_to(values: Sequence[tuple[str, str]], setting: Setting) -> dict[tuple[str, str], Change]:
    """Return the change for each path and value.

    A fleet file is looked for where the command is given, then beside the scenario.

    Raises:
        InputError: fleet files that are not there, all of them.
    """
    homes = (Path.cwd(), scenario_path(setting.scenario).parent)
    files = {
        value: next((str((home / value).resolve()) for home in homes if (home / value).is_file()), "")
        for path, value in values
        if path == FLEET
    }
    if missing := [value for value, file in files.items() if not file]:
        where = f"looked for in {homes[0]} and beside the scenario"
        raise InputError("vary the fleet", [Fault(f"{value}: no such file; {where}") for value in missing])
    return {(path, value): Change(path, value, files[value] if path == FLEET else "") for path, value in values}


def check_fleets(setting: Setting, scenario: Scenario, variants: Sequence[Sequence[Change]]) -> None:
    """Read every fleet file that is varied before anything is lived, since a fault in the last would show late.

    Raises:
        InputError: one has faults or does not fit the city; those of all files, each with its file and line.
    """
    named = {change.file: change for changes in variants for change in changes if change.file}
    ground = ground_of(setting.city, scenario.speed_profile, setting.fitted or FITTED_FILE)
    if ground.region is not None:
        return
    faults: list[Fault] = []
    for file, change in named.items():
        try:
            read_fleet_file(Path(file), ground.city, cast(StreetGraph, ground.graph), changed(scenario, [change]))
        except InputError as fault:
            faults += [replace(one, source=one.source or Path(file)) for one in fault.faults]
    if faults:
        raise InputError("vary the fleet", faults)
