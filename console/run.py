"""`twin run`: the main job."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from console.arguments import (
    AsJson,
    Calls,
    CallsMode,
    Cameras,
    City,
    Fleet,
    Policy,
    Region,
    Renderer,
    Seed,
    Weights,
    ground_asked,
)
from console.interrupted import goes_on
from console.progress import stages
from experiments.request import RunRequest, Tell
from twin.errors import InputError
from twin.runfolder import RunFolder, refuse_taken


def run(
    scenario: Annotated[str | None, typer.Argument(help="Library name (friday_evening) or a YAML file.")] = None,
    city: City = None,
    region: Region = None,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="New folder for the run; default: runs/SCENARIO-TIME.")] = None,
    policy: Policy = None,
    cameras: Cameras = None,
    calls: Calls = None,
    calls_mode: CallsMode = "replay",
    fleet: Fleet = None,
    no_footage: Annotated[bool, typer.Option("--no-footage", help="Render nothing; all cameras are fitted.")] = False,
    weights: Weights = None,
    renderer: Renderer = "auto",
    relive: Annotated[Path | None, typer.Option(help="Live this recorded run again, up to --until.")] = None,
    until: Annotated[str | None, typer.Option(help="18:40, 18:40:30, or seconds from its start.")] = None,
    injects: Annotated[Path | None, typer.Option(help="With --relive: YAML of injects from --until on.")] = None,
    as_json: AsJson = False,
) -> None:
    """Live one scenario through, with its footage, and write the run folder and its report.

    With --relive and --until a recorded run is repeated byte for byte up to that moment, and goes on from there, under
    another --policy if one is given.
    """
    if relive is not None or until is not None:
        own = (
            ("SCENARIO", scenario), ("--city", city), ("--region", region), ("--cameras", cameras), ("--calls", calls),
            ("--fleet", fleet),
        )  # fmt: skip
        given = [name for name, value in own if value]
        _relive(relive, until, out, policy, injects, given, as_json)
        return
    if injects is not None:
        raise InputError("run", "--injects goes with --relive RUN --until T; a scenario has injects of its own")
    if scenario is None:
        raise InputError("run", "name a scenario, such as friday_evening; or give --relive RUN --until T")
    request = RunRequest(
        scenario=scenario,
        out=out or _fresh(scenario),
        city=ground_asked(city, region),
        seed=seed,
        policy=policy,
        footage=not no_footage,
        cameras=cameras,
        weights=weights,
        renderer=renderer,
        calls=calls,
        calls_mode=calls_mode,  # type: ignore[arg-type]
        fleet=fleet,
        command=shlex.join(["twin", *sys.argv[1:]]),
    )
    from experiments.life.run import run_scenario

    _lived(request.out, lambda tell: run_scenario(request, tell), as_json)


def _relive(
    run: Path | None, until: str | None, out: Path | None, policy: str | None, injects: Path | None,
    given: list[str], as_json: bool,
) -> None:  # fmt: skip
    if run is None or until is None:
        raise InputError("relive a run", "give both --relive RUN and --until T, such as --until 18:40")
    if given:
        raise InputError(f"relive {run}", f"{', '.join(given)}: a recorded run has its own; leave it out")
    from experiments.life.relive import ReliveRequest, relive

    target = out or _fresh(f"{run.name}-branch")
    request = ReliveRequest(run, until, target, policy, injects, shlex.join(["twin", *sys.argv[1:]]))
    _lived(target, lambda tell: relive(request, tell), as_json)


def _lived(out: Path, live: Callable[[Tell], RunFolder], as_json: bool) -> None:
    """Live a run with its progress on screen, and print its figures."""
    from agents.policy_fault import PolicyFault
    from reports.terminal import summary_lines

    refuse_taken(out, f"write the run to {out}")
    try:
        with goes_on(lambda: _kept(out)), stages(quiet=as_json) as tell:
            folder = live(tell)
    except PolicyFault:
        typer.echo(f"twin: what was lived until the policy failed lies in {out}", err=True)
        raise
    if as_json:
        typer.echo(json.dumps(folder.read_json(folder.metrics), ensure_ascii=False))
    else:
        typer.echo("\n".join(summary_lines(folder)))


def _kept(out: Path) -> str:
    if not out.exists():
        return "nothing was written yet, and the same command begins again"
    return f"what was lived until then lies in {out}, its report too; the whole run again needs another --out"


def _fresh(scenario: str) -> Path:
    return Path("runs") / f"{Path(scenario).stem}-{datetime.now():%Y%m%d-%H%M%S}"
