"""The drones of a fleet file as those who fly rounds, and the file with their rounds in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from experiments.docks.rounds import Dock
from scenarios.drone_file import Drones, read_drones
from scenarios.fleet_schema import FleetFile
from scenarios.schema import Scenario
from twin.checked_yaml import read_located
from twin.city import City
from twin.errors import Fault, InputError
from twin.runfolder import write_whole


def drones_in(path: Path, city: City, scenario: Scenario) -> Drones:
    """Return the drones of a fleet file that has no rounds yet.

    Raises:
        InputError: it has faults, no drones, rounds already, or drones of several classes; all at once.
    """
    asked = f"read the drones of {path.name}"
    file, lines = read_located(path, FleetFile, asked)
    start = scenario.start.replace(tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    drones, faults = read_drones(file, lines, city, scenario, start)
    if drones is None:
        faults.append(Fault("drones: there are none; `twin drone docks` writes a file with some"))
    if file.patrols:
        faults.append(Fault("patrols: it has rounds already; take them out to plan new ones", lines("patrols")))
    classes = sorted({entry.drone for entry in file.drones})
    if len(classes) > 1:
        faults.append(Fault(f"drones: rounds are planned for one class at a time, found {', '.join(classes)}"))
    if faults or drones is None:
        raise InputError(asked, faults, path)
    return drones


def class_of(drones: Drones) -> str:
    """Return the class that all of them are of."""
    return drones.specs[0].drone


def docks_of(drones: Drones) -> list[Dock]:
    """Return where each drone starts."""
    return [Dock(spec.id, spec.xy_m, spec.pad_m) for spec in drones.specs]


def with_patrols(source: Path, target: Path, patrols: Sequence[Mapping[str, Any]]) -> None:
    """Write a fleet file again, as it stands, with rounds at its end."""
    lines = [source.read_text(encoding="utf-8").rstrip("\n"), "patrols:"]
    for patrol in patrols:
        for mark, key in (("-", "name"), (" ", "drones"), (" ", "starts")):
            lines.append(f"  {mark} {key}: {json.dumps(patrol[key], ensure_ascii=False)}")
        lines.append("    points:")
        lines += [
            f"      - {{x_m: {point['x_m']:.1f}, y_m: {point['y_m']:.1f}, stay_s: {point['stay_s']:g}}}"
            for point in patrol["points"]
        ]
    write_whole(target, lambda part: part.write_text("\n".join(lines) + "\n", encoding="utf-8"))
