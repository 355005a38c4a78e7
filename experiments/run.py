"""The main job: one scenario lived through once, with its footage, into one run folder."""

from __future__ import annotations

import dataclasses

import pandas as pd

from experiments.assemble import Assembly, assemble
from experiments.footage_source import FootageSource
from experiments.layers import write_cameras, write_city_layers, write_coverage_map, write_posts
from experiments.living import make_world, sources_of
from experiments.provenance import file_hashes, git_commit, versions
from experiments.request import RunRequest, Tell, silent
from reports.metrics import write_metrics
from reports.page import write_report
from scenarios.assumptions import assumptions
from sensors.coverage import coverage
from sensors.coverage_summary import coverage_summary
from sensors.fitted import FITTED_FILE
from twin.city.store import city_hash
from twin.log import EventLog, content_hash
from twin.records import Sighting
from twin.runfolder import RunFolder, write_whole


def run_scenario(request: RunRequest, tell: Tell = silent) -> RunFolder:
    """Run it; the folder is readable at any moment, and marked ``interrupted`` if it was.

    Raises:
        InputError: anything asked for is missing or wrong; nothing has been written then.
        KeyboardInterrupt: after what was done so far has been written.
    """
    parts = assemble(request, tell)
    footage = FootageSource.of(parts, tell) if request.footage and parts.spotlights else None
    log = EventLog()
    world = make_world(parts, sources_of(parts, footage), log)
    run = RunFolder.create(request.out)
    status = "interrupted"
    try:
        _write_run_json(run, parts, footage, "running", "")
        _write_layers(run, parts, tell)
        if footage is not None:
            footage.write_into(run)
        world.run(_Keeper(run, log, parts.scenario.duration_ms, tell))
        status = "done"
    finally:
        log.write(run.events)
        _write_sightings(run, world.sightings)
        if footage is not None:
            footage.finish()
        _write_run_json(run, parts, footage, status, content_hash(log.to_table()))
        tell("report", 0.0)
        write_metrics(run)
        write_report(run)
    tell("report", 1.0)
    return run


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
    seen = coverage(parts.fleet, parts.heights)
    write_coverage_map(run, seen)
    run.write_json(run.coverage, coverage_summary(seen, parts.city, len(parts.fleet)))


def _write_sightings(run: RunFolder, sightings: list[Sighting]) -> None:
    columns = [field.name for field in dataclasses.fields(Sighting)]
    table = pd.DataFrame([dataclasses.astuple(sighting) for sighting in sightings], columns=columns)
    table = table.astype({"incident_id": "Int64", "t_ms": "int64", "track_id": "int64"})
    write_whole(run.sightings, table.to_parquet)


def _write_run_json(
    run: RunFolder, parts: Assembly, footage: FootageSource | None, status: str, events_hash: str
) -> None:
    request, city, scenario = parts.request, parts.city, parts.scenario
    files = {"scenario": parts.scenario_file, "cameras": request.cameras, "fitted": request.fitted or FITTED_FILE}
    hashes = file_hashes(files) | {"city": city_hash(city), "weights": parts.model.weights_sha256}
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
        "versions": versions(),
        "git": git_commit(),
        "hashes": hashes | ({"events": events_hash} if events_hash else {}),
        "assumptions": [*parts.derived, *assumptions(scenario)],
        "command": request.command,
        "footage": footage is not None,
        "renderer": footage.renderer_name if footage is not None else "",
    }
    run.write_json(run.run_json, content)
