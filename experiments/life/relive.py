"""A recorded run lived again, byte for byte up to a moment, and from there on under another policy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from agents.policy_lookup import find_policy
from agents.world import World
from experiments.life.assemble import Assembly, assemble
from experiments.life.replay_source import ReplaySource
from experiments.life.run import Spotlit, input_hashes, request_of, write_run
from experiments.request import RunRequest, Tell, silent
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from scenarios.schema_response import InjectSpec
from twin.checked_yaml import Strict, read_located
from twin.errors import Fault, InputError, unknown_name
from twin.log import EventLog, read_events
from twin.runfolder import RunFolder


@dataclass(frozen=True, slots=True)
class ReliveRequest:
    """Which run, until when, and what is different from then on.

    Attributes:
        run: folder of the recorded run.
        until: ``18:40``, ``18:40:30``, or seconds from its start.
        out: the new run folder.
        policy: who decides from then on; None: as before.
        injects: YAML file with a list ``injects`` as a scenario has it, all of them from then on; None: none beside
            the scenario's own.
    """

    run: Path
    until: str
    out: Path
    policy: str | None = None
    injects: Path | None = None
    command: str = ""


def relive(request: ReliveRequest, tell: Tell = silent) -> RunFolder:
    """Live it again into a folder of its own; what was seen in footage is replayed, nothing is rendered.

    Raises:
        InputError: there is no such run, an input of it has changed, the moment lies outside it, or what is lived now
            is not what was recorded.
    """
    old = RunFolder.open(request.run)
    info = old.read_json(old.run_json)
    asked = f"relive {request.run}"
    again = replace(_recorded(info, asked), out=request.out, command=request.command)
    policy = find_policy(request.policy) if request.policy else None
    scenario = read_scenario(again.scenario)
    until_ms = moment_ms(request.until, scenario.start, scenario.duration_ms, asked)
    if request.injects is not None:
        scenario = with_injects(scenario, request.injects, until_ms)
    parts = assemble(replace(again, policy=info["policy"]), tell, scenario, request.injects)
    _same_inputs(info, parts, asked)
    events = read_events(old.events)
    spotlights = _replayed(old, info, parts, events)

    def live(world: World, progress: Callable[[int], None]) -> None:
        world.run(progress, until_ms=until_ms)
        same_until(events, world.log, until_ms, asked)
        if until_ms < parts.scenario.duration_ms:
            if policy is not None:
                world.change_policy(policy)
            world.run(progress)

    then = policy.name if policy else parts.policy.name
    branch = {
        "run": str(request.run), "until_s": until_ms / 1000, "clock": f"{_at(parts.start, until_ms):%H:%M:%S}",
        "policy_before": parts.policy.name, "policy": then, "injects": str(request.injects or ""),
    }  # fmt: skip
    run = write_run(parts, spotlights, tell, live, {"branch": branch, "policy": then})
    return run


def moment_ms(text: str, start: datetime, duration_ms: int, asked: str) -> int:
    """Return a moment of a run in ms from its start.

    Args:
        text: ``HH:MM`` or ``HH:MM:SS`` by the clock of the run (the first such time in it), or seconds from its start.
        start: the run's.
        duration_ms: how long it is.
        asked: what the user wanted, for the message.

    Raises:
        InputError: not such a time, or outside the run.
    """
    clock = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text)
    if clock:
        hour, minute, second = (int(part or 0) for part in clock.groups())
        of_day = (hour * 60 + minute) * 60 + second
        began = (start.hour * 60 + start.minute) * 60 + start.second
        seconds = float((of_day - began) % 86_400)
    else:
        try:
            seconds = float(text)
        except ValueError:
            raise InputError(asked, f"--until {text}: write 18:40, 18:40:30 or seconds from its start") from None
    if not 0 <= seconds * 1000 <= duration_ms:
        ends = _at(start, duration_ms)
        raise InputError(
            asked, f"--until {text}: outside the run, which is from {start:%H:%M:%S} to {ends:%H:%M:%S} "
            f"(0 to {duration_ms / 1000:g} s)"
        )  # fmt: skip
    return round(seconds * 1000)


class InjectFile(Strict):
    """A file of injects: what happens beyond the recorded run, and when."""

    injects: list[InjectSpec] = Field(min_length=1)


def with_injects(scenario: Scenario, path: Path, until_ms: int) -> Scenario:
    """Return the scenario with the injects of a file behind its own.

    Raises:
        InputError: the file is missing or wrong, an inject comes before the branch, or the scenario cannot take it.
    """
    asked = f"read the injects {path}"
    file, lines = read_located(path, InjectFile, asked)
    extra, known = file.injects, {name for demand in scenario.demand.values() for name in demand.categories}
    faults = [
        Fault(
            f"inject {row + 1} ({spec.inject}) at minute {spec.at_min:g}: before the branch at {until_ms / 60_000:g}",
            lines("injects", row, "at_min"),
        )
        for row, spec in enumerate(extra)
        if spec.at_min * 60_000 < until_ms
    ]
    faults += [
        Fault(
            f"inject {row + 1} (incident): {unknown_name('category', spec.category, sorted(known))}",
            lines("injects", row, "category"),
        )
        for row, spec in enumerate(extra)
        if spec.inject == "incident" and spec.category not in known
    ]
    if faults:
        raise InputError(asked, sorted(faults, key=lambda fault: fault.line or 0), path)
    return scenario.model_copy(update={"injects": [*scenario.injects, *extra]})


def same_until(recorded: pa.Table, log: EventLog, until_ms: int, asked: str) -> None:
    """Hold what was lived before a moment against what was recorded.

    Raises:
        InputError: an event differs; the first one is named.
    """
    was = recorded.filter(pc.less(recorded.column("t_ms"), until_ms))
    now = log.to_table()
    now = now.filter(pc.less(now.column("t_ms"), until_ms))
    if was.equals(now):
        return
    rows = zip(was.to_pylist(), now.to_pylist(), strict=False)
    first = next((i for i, (a, b) in enumerate(rows) if a != b), min(len(was), len(now)))
    shown = [str(table.slice(first, 1).to_pylist() or "nothing") for table in (was, now)]
    raise InputError(
        asked, f"event {first} differs: recorded {shown[0]}, lived now {shown[1]}. Its inputs are the same, so the "
        "program or a library is another; see «versions» and «git» in its run.json"
    )  # fmt: skip


def _recorded(info: dict[str, Any], asked: str) -> RunRequest:
    """The request as it was recorded."""
    said = info.get("request")
    if "branch" in info:
        raise InputError(asked, f"it is a branch itself; branch the run it comes from, {info['branch']['run']}")
    if not isinstance(said, dict) or "events" not in info.get("hashes", {}):
        raise InputError(asked, "its run.json does not say how it was asked for; only runs of this version can be")
    return request_of(said)


def _same_inputs(info: dict[str, Any], parts: Assembly, asked: str) -> None:
    was, now = info["hashes"], input_hashes(parts)
    faults = [
        Fault(f"the {name} is another: recorded {was[name][:12]}, found {now.get(name, 'nothing')[:12]}")
        for name in sorted(set(was) - {"events"})
        if was[name] != now.get(name)
    ]
    faults += [Fault(f"{name}: the recorded run had none") for name in sorted(set(now) - set(was))]
    if faults:
        raise InputError(asked, faults)


def _replayed(old: RunFolder, info: dict[str, Any], parts: Assembly, events: pa.Table) -> Spotlit | None:
    if not info["footage"]:
        return None
    return _Copied(ReplaySource(parts, events, pd.read_parquet(old.sightings), info["renderer"]), old)


class _Copied:
    """Replayed spotlights with the clips and scores that go with them."""

    def __init__(self, source: ReplaySource, old: RunFolder) -> None:
        self._source, self._old = source, old
        self.name, self.camera_ids, self.renderer_name = source.name, source.camera_ids, source.renderer_name
        self.wakes_ms, self.look = source.wakes_ms, source.look

    def write_into(self, run: RunFolder) -> None:
        """Copy what was filmed."""
        shutil.copytree(self._old.clips, run.clips, dirs_exist_ok=True)
        if self._old.recognition.is_file():
            shutil.copy(self._old.recognition, run.recognition)

    def finish(self) -> None:
        """Nothing is open."""


def _at(start: datetime, t_ms: int) -> datetime:
    return start + timedelta(milliseconds=t_ms)
