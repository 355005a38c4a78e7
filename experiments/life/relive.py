"""A recorded run lived again, byte for byte up to a moment, and from there on under another policy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
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
from experiments.life.branches import Branch, branches_of, changed_files, rule, whole_paths
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
    again, lineage = replace(_recorded(info, asked), out=request.out, command=request.command), branches_of(info)
    if request.policy:
        find_policy(request.policy)
    scenario = read_scenario(again.scenario)
    until_ms = moment_ms(request.until, scenario.start, scenario.duration_ms, asked)
    earlier = [inject for branch in lineage for inject in branch.injects]
    scenario = scenario.model_copy(update={"injects": [*scenario.injects, *earlier]})
    extra: Sequence[InjectSpec] = ()
    if request.injects is not None:
        extra = read_injects(request.injects, scenario, until_ms)
        scenario = scenario.model_copy(update={"injects": [*scenario.injects, *extra]})
    origins = [len(earlier), *([request.injects] if request.injects else [])]
    parts = assemble(again, tell, scenario, origins)
    _same_inputs(info, parts, asked)
    events = read_events(old.events)
    new = Branch(until_ms, whole_paths(request.policy) if request.policy else "", tuple(extra))
    course = _Course(rule(lineage, new), parts.policy.name, until_ms)

    def live(world: World, progress: Callable[[int], None]) -> None:
        course.live(world, progress, lambda: same_until(events, world.log, until_ms, asked))

    told = {
        "run": str(request.run), "until_s": until_ms / 1000, "clock": f"{_at(parts.start, until_ms):%H:%M:%S}",
        "policy_before": course.before, "policy": course.after, "injects": str(request.injects or ""),
    }  # fmt: skip
    about = {"branch": told, "branches": [branch.as_json() for branch in course.branches], "policy": course.after}
    return write_run(parts, _replayed(old, info, parts, events), tell, live, about)


class _Course:
    """Who decides when, in a run with all its branches.

    Attributes:
        branches: in order of time, the new one among them.
        before, after: names of the policies that decide up to the new branch, and from it on.
    """

    def __init__(self, branches: Sequence[Branch], first: str, until_ms: int) -> None:
        self.branches, self._until_ms = branches, until_ms
        named = [(branch.until_ms, find_policy(branch.policy)) for branch in branches if branch.policy]
        self._changes = named
        self.before = next((policy.name for t_ms, policy in reversed(named) if t_ms < until_ms), first)
        self.after = next((policy.name for t_ms, policy in reversed(named) if t_ms <= until_ms), first)

    def live(self, world: World, progress: Callable[[int], None], check: Callable[[], None]) -> None:
        """Live the run; ``check`` is asked when all before the new branch has been lived."""
        checked = False
        for t_ms, policy in self._changes:
            if t_ms >= self._until_ms and not checked:
                world.run(progress, until_ms=self._until_ms)
                check()
                checked = True
            world.run(progress, until_ms=t_ms)
            if t_ms < world.duration_ms:
                world.change_policy(policy)
        if not checked:
            world.run(progress, until_ms=self._until_ms)
            check()
        if self._until_ms < world.duration_ms:
            world.run(progress)


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


def read_injects(path: Path, scenario: Scenario, until_ms: int) -> list[InjectSpec]:
    """Return the injects of a file, for a branch of a run of a scenario.

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
    return extra


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
    if "branch" in info and "branches" not in info:
        told = f"it is a branch of an older version; branch the run that it comes from, {info['branch']['run']}"
        raise InputError(asked, told)
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
    faults += changed_files(info)
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
