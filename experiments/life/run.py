"""The main job: one scenario lived through once, with its footage, into one run folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pandas as pd

from agents.flight.fitted import fitted_file
from agents.world import World
from experiments.life.assemble import Assembly, assemble
from experiments.life.branches import policy_hashes, whole_paths
from experiments.life.footage_source import FootageSource
from experiments.life.layers import write_cameras, write_city_layers, write_coverage, write_posts
from experiments.life.living import Spotlights, make_world, sources_of
from experiments.life.overflown import overflown
from experiments.provenance import file_hashes, git_commit, versions
from experiments.request import RunRequest, Tell, silent
from reports.metrics import write_metrics
from reports.page import write_report
from scenarios.assumptions import assumptions
from scenarios.fleet_file import fleet_path
from sensors.fitted import FITTED_FILE
from sensors.fitted_load import FITTED_LOAD_FILE
from twin.city.store import city_hash
from twin.log import EventLog, content_hash
from twin.records import Sighting
from twin.runfolder import RunFolder, write_whole


class Spotlit(Spotlights, Protocol):
    """A source of spotlight cameras that keeps what it saw in the run's folder."""

    @property
    def renderer_name(self) -> str:
        """What draws, or drew."""
        ...

    def write_into(self, run: RunFolder) -> None:
        """Keep clips and scores in a run folder."""
        ...

    def finish(self) -> None:
        """Write what was recorded and free what is held."""
        ...


Live = Callable[[World, Callable[[int], None]], None]
"""Lives a world to its end, and tells of the simulated time."""


def run_scenario(request: RunRequest, tell: Tell = silent) -> RunFolder:
    """Run it; the folder is readable at any moment, and marked ``interrupted`` if it was.

    Raises:
        InputError: anything asked for is missing or wrong; nothing has been written then.
        KeyboardInterrupt: after what was done so far has been written.
    """
    parts = assemble(request, tell)
    footage = FootageSource.of(parts, tell) if request.footage and parts.spotlights else None
    return write_run(parts, footage, tell)


def write_run(
    parts: Assembly,
    footage: Spotlit | None,
    tell: Tell,
    live: Live = World.run,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> RunFolder:
    """Live assembled parts into their run folder.

    Args:
        parts: of the run; ``parts.request.out`` is the folder.
        footage: the spotlight cameras, where they are not left to the fitted model.
        tell: told of progress.
        live: how the world is lived.
        about: what ``run.json`` says beside.
    """
    log = EventLog()
    world = make_world(parts, sources_of(parts, footage), log)
    run = RunFolder.create(parts.request.out)
    status = "interrupted"
    try:
        _write_run_json(run, parts, footage, "running", "", about)
        _write_layers(run, parts, tell)
        if footage is not None:
            footage.write_into(run)
        tell("simulation", 0.0)
        live(world, _Keeper(run, log, parts.scenario.duration_ms, tell))
        status = "done"
    finally:
        log.write(run.events)
        _write_sightings(run, world.sightings)
        homes = overflown(log.to_table(), parts.city)
        if homes:
            run.write_json(run.drones, homes)
        if footage is not None:
            footage.finish()
        _write_run_json(run, parts, footage, status, content_hash(log.to_table()), about)
        tell("report", 0.0)
        write_metrics(run)
        write_report(run)
    tell("report", 1.0)
    return run


def input_hashes(parts: Assembly) -> dict[str, str]:
    """Return the SHA-256 of every input of a run."""
    request = parts.request
    files = {
        "scenario": parts.scenario_file, "cameras": request.cameras, "calls": request.calls,
        "fleet": fleet_path(request.fleet, parts.scenario, parts.scenario_file),
        "fitted": request.fitted or FITTED_FILE,
        "fitted_load": FITTED_LOAD_FILE if parts.load is not None else None,
        **{f"fitted_{name}": fitted_file(name) for name in drone_classes(parts)},
    }  # fmt: skip
    hashes = file_hashes(files) | policy_hashes(whole_paths(request.policy or parts.scenario.policy))
    return hashes | {"city": city_hash(parts.city), "weights": parts.model.weights_sha256}


def drone_classes(parts: Assembly) -> list[str]:
    """Return the classes of the run's drones, in order of the alphabet."""
    return sorted({spec.drone for spec in parts.drones.specs}) if parts.drones is not None else []


def said_of(request: RunRequest) -> dict[str, Any]:
    """Return a request as ``run.json`` keeps it, so that :func:`request_of` makes it again from any folder."""
    said = dataclasses.asdict(request)
    found = {name: str(Path(value).resolve()) if isinstance(value, Path) else value for name, value in said.items()}
    if request.policy is not None:
        found["policy"] = whole_paths(request.policy)
    for name in ("scenario", "city"):
        if found[name] and Path(found[name]).exists():
            found[name] = str(Path(found[name]).resolve())
    return found


def request_of(said: Mapping[str, Any]) -> RunRequest:
    """Return the request that :func:`said_of` wrote down."""
    paths = {
        name: Path(said[name]) for name in ("out", "cameras", "calls", "weights", "fitted", "fleet") if said.get(name)
    }
    return RunRequest(**{**said, **paths})


class _Keeper:
    """Tells of progress, and puts the log on disk at every tenth of the run, so that a kill loses little."""

    def __init__(self, run: RunFolder, log: EventLog, duration_ms: int, tell: Tell) -> None:
        self._run, self._log, self._duration_ms, self._tell = run, log, duration_ms, tell
        self._kept = 0

    def __call__(self, t_ms: int) -> None:
        tenths = 10 * t_ms // self._duration_ms
        if tenths > self._kept:
            self._kept = tenths
            self._log.write(self._run.events)
        self._tell("simulation", t_ms / self._duration_ms)


def _write_layers(run: RunFolder, parts: Assembly, tell: Tell) -> None:
    tell("maps", 0.0)
    write_city_layers(run, parts.city)
    write_cameras(run, parts.fleet, [spotlight.camera.id for spotlight in parts.spotlights], parts.city.crs)
    write_posts(run, parts.city, parts.teams)
    tell("coverage", 0.0)
    write_coverage(run, parts.city, parts.fleet, parts.heights)


def _write_sightings(run: RunFolder, sightings: list[Sighting]) -> None:
    columns = [field.name for field in dataclasses.fields(Sighting)]
    table = pd.DataFrame([dataclasses.astuple(sighting) for sighting in sightings], columns=columns)
    table = table.astype({"incident_id": "Int64", "t_ms": "int64", "track_id": "int64"})
    write_whole(run.sightings, table.to_parquet)


def _write_run_json(
    run: RunFolder, parts: Assembly, footage: Spotlit | None, status: str, events_hash: str, about: Mapping[str, Any]
) -> None:
    request, city, scenario = parts.request, parts.city, parts.scenario
    hashes = input_hashes(parts)
    content = {
        "status": status,
        "scenario": scenario.name,
        "title": scenario.title,
        "about": scenario.about,
        "city": {
            "name": city.name,
            "real": city.manifest.get("real", ""),
            "synthetic": city.manifest.get("synthetic", ""),
            "residents": city.residents,
            "hash": hashes["city"],
        },
        "seed": request.seed,
        "start": parts.start.isoformat(),
        "duration_s": scenario.duration_ms / 1000,
        "weather": scenario.weather,
        "policy": parts.policy.name,
        "cameras": len(parts.fleet),
        "teams": len(parts.teams),
        **({"drones": len(parts.drones.specs)} if parts.drones is not None else {}),
        "versions": versions(),
        "git": git_commit(),
        "hashes": hashes | ({"events": events_hash} if events_hash else {}),
        "assumptions": [*parts.derived, *assumptions(scenario)],
        "command": request.command,
        "request": said_of(request),
        "footage": footage is not None,
        "renderer": footage.renderer_name if footage is not None else "",
    }
    run.write_json(run.run_json, content | dict(about))
