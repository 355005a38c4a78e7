"""`twin place`: where to hang cameras, what it buys, and how far from the best plan that can be."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.arguments import AsJson, CityNamed, Effort, Rates, Seed, Workers
from console.interrupted import AGAIN, goes_on
from console.progress import stages

if TYPE_CHECKING:
    from experiments.placement.request import PlaceRequest
    from experiments.placement.trial_asked import TrialAsked
    from experiments.request import Tell

File = Path | None
Weights = Annotated[list[str] | None, typer.Option(help="What a class adds, such as recognise=0.5; give several.")]


def place(
    city: CityNamed,
    budget: Annotated[int | None, typer.Option(help="Cameras at most.")] = None,
    money: Annotated[float | None, typer.Option(help="What they may cost together.")] = None,
    area: Annotated[
        str | None, typer.Option(help="District, mahalla or polygon file; default: the whole city.")
    ] = None,
    existing: Annotated[File, typer.Option(help="GeoJSON of the cameras there are.")] = None,
    objective: Annotated[
        str, typer.Option(help="coverage, failures, walks, drives, incidents, plates or fair.")
    ] = "coverage",
    phases: Annotated[str, typer.Option(help="Numbers of cameras such as 50,100,200; plans within plans.")] = "",
    candidates: Annotated[File, typer.Option(help="GeoJSON of poses with prices; default: generated.")] = None,
    options: Annotated[File, typer.Option(help="Mounts, cameras and prices, YAML; default: those shipped.")] = None,
    watched: Annotated[File, typer.Option(help="Ground and its weights, YAML; default: those shipped.")] = None,
    forbidden: Annotated[File, typer.Option(help="GeoJSON polygons where no camera may hang.")] = None,
    must_see: Annotated[File, typer.Option(help="GeoJSON polygons that are seen before all else.")] = None,
    class_weight: Weights = None,
    at_least: Annotated[str, typer.Option(help="Class that counts for walks and drives.")] = "observe",
    available: Annotated[float, typer.Option(help="Share of the time a camera works, for failures.")] = 0.95,
    privacy_cost: Annotated[float, typer.Option(help="Percent of all, off for 1,000 dwellings in view.")] = 0.0,
    privacy_limit: Annotated[int | None, typer.Option(help="Dwellings in view of the new cameras, at most.")] = None,
    privacy_class: Annotated[str, typer.Option(help="Class from which a dwelling is in view.")] = "recognise",
    cell: Annotated[float, typer.Option(help="Side of a cell of demand, metres.")] = 2.0,
    poses: Annotated[int, typer.Option(help="Candidate poses at most.")] = 200_000,
    on_one_mount: Annotated[int, typer.Option(help="Cameras at most on one mount.")] = 3,
    walks: Annotated[int, typer.Option(help="Walks or drives sampled.")] = 4000,
    effort: Effort = "usual",
    scenario: Rates = "friday_evening",
    verify: Annotated[str | None, typer.Option(help="Scenario lived with and without the plan.")] = None,
    half_width: Annotated[float, typer.Option(help="With --verify: days until ± so many seconds.")] = 10.0,
    most_days: Annotated[int, typer.Option(help="With --verify: days at most.")] = 200,
    workers: Workers = None,
    seed: Seed = 1,
    out: Annotated[File, typer.Option(help="Folder of the plan; default: runs/AREA-place.")] = None,
    as_json: AsJson = False,
) -> None:
    """Choose cameras for an area: a plan, what no plan can exceed, and the dwellings newly in view.

    With --verify a scenario is lived with and without the plan; --half-width, --most-days and --workers are about that.
    """
    from experiments.placement.request import PlaceRequest
    from experiments.placement.trial_asked import TrialAsked

    words = _Words()
    trial = TrialAsked(verify, half_width, most_days, workers)
    request = PlaceRequest(
        out=out or Path("runs") / f"{_word(area or city)}-place", city=None if city == "default" else city,
        budget=budget, money=money, area=area, existing=existing, candidates=candidates, options=options,
        watched=watched, forbidden=forbidden, must_see=must_see, objective=objective, phases=words.phases(phases),
        class_weights=words.weights(class_weight or []), at_least=at_least, available=available,
        privacy_cost=privacy_cost, privacy_limit=privacy_limit, privacy_class=privacy_class, cell_m=cell, poses=poses,
        on_one_mount=on_one_mount, walks=walks, effort=effort, seed=seed, scenario=scenario,
        command=shlex.join(["twin", *sys.argv[1:]]), unread=(*words.faults, *trial.faults()),
    )  # fmt: skip
    with goes_on(lambda: _kept(request.out)), stages(quiet=as_json) as tell:
        content = _made(request, trial, tell)
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
    else:
        from console.place_table import told

        typer.echo("\n".join(told(content, request.out)))


def _made(request: PlaceRequest, trial: TrialAsked, tell: Tell) -> dict[str, Any]:
    from experiments.placement.place import place as placed
    from reports.placement import write_placement

    content = placed(request, tell)
    tell("page", 0.0)
    write_placement(request.out)
    if trial.scenario is not None:
        from experiments.placement.verify import put_on_trial

        content = put_on_trial(request, trial, content, tell)
        write_placement(request.out)
    return content


def _kept(out: Path) -> str:
    """Return what an interrupted plan leaves, and how to go on."""
    if not (out / "plan.json").is_file():
        return AGAIN
    lives = len(list((out / "trial" / "trials").glob("*.parquet")))
    return f"the plan is in {out}, with {lives:,} finished lives of its trial; the same command goes on from there"


def _word(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in Path(name).stem.lower()).strip("_")


class _Words:
    """Reads options that are written as words, and notes those that cannot be read."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def phases(self, text: str) -> tuple[int, ...]:
        """Read ``50,100,200``."""
        try:
            return tuple(int(part) for part in text.split(",") if part.strip())
        except ValueError:
            self.faults.append(f"--phases {text}: whole numbers with commas between would work, such as 50,100,200")
            return ()

    def weights(self, texts: list[str]) -> dict[str, float]:
        """Read ``recognise=0.5``, one in each text."""
        found = {}
        for text in texts:
            name, _, value = text.partition("=")
            try:
                found[name.strip()] = float(value)
            except ValueError:
                self.faults.append(f"--class-weight {text}: NAME=NUMBER would work, such as recognise=0.5")
        return found
