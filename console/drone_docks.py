"""`twin drone docks`: where docks should be, and a fleet file with them."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from console.arguments import AsJson, City, Effort, Rates, Wind
from console.interrupted import AGAIN, goes_on
from console.progress import stages


def docks(
    city: City = None,
    docks: Annotated[int, typer.Option(help="How many, at most.")] = 20,
    drone: Annotated[str, typer.Option(help="Class of drone; twin drone classes lists them.")] = "dock_quad",
    within: Annotated[float, typer.Option(help="Seconds from the order to being above the place.")] = 120.0,
    launch: Annotated[
        float | None, typer.Option(help="Of those, seconds on the dock; default: as runs have it.")
    ] = None,
    wind: Wind = 4.0,
    hover: Annotated[float, typer.Option(help="Seconds it must be able to stay there.")] = 300.0,
    busy: Annotated[float, typer.Option(help="Share of the time that a dock's drone is away.")] = 0.0,
    scenario: Rates = "friday_evening",
    service: Annotated[list[str] | None, typer.Option(help="Whose requests count; give several. Default: all.")] = None,
    places: Annotated[int, typer.Option(help="Demand is told apart in at most so many places.")] = 1000,
    candidates: Annotated[int, typer.Option(help="Sites to choose from, at most.")] = 1200,
    effort: Effort = "usual",
    out: Annotated[Path | None, typer.Option(help="Folder of the plan; default: runs/CITY-docks.")] = None,
    as_json: AsJson = False,
) -> None:
    """Choose docks on roofs and at posts so that drones are above most expected requests in time, and home again.

    Writes docks.json, docks.geojson, docks.png and fleet.yaml, which `twin run --fleet` flies from.
    """
    from agents.drones.settings import Operations
    from experiments.docks.docks import plan_docks
    from experiments.docks.request import DocksRequest

    request = DocksRequest(
        out or Path("runs") / f"{Path(city or 'default').stem}-docks".replace(":", "-"), city, docks,
        drone, within, Operations.launch_s if launch is None else launch, wind, hover, busy, scenario,
        tuple(service or ()), places, candidates, effort, shlex.join(["twin", *sys.argv[1:]]),
    )  # fmt: skip
    with goes_on(lambda: AGAIN), stages(quiet=as_json) as tell:
        content = plan_docks(request, tell)
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(told(content, request.out)))


def told(content: dict[str, Any], out: Path) -> list[str]:
    """Return the lines that tell a plan of docks."""
    plan, demand, asked, homes = (content[name] for name in ("plan", "demand", "asked", "privacy"))
    lines = [
        f"{plan['docks']} docks of {content['candidates']['sites']:,} sites ({content['candidates']['roofs']:,} roofs, "
        f"{content['candidates']['posts']:,} posts) in {content['city']}",
        f"  in time ({asked['within_s']:g} s, wind of {asked['wind_ms']:g} m/s from any side): {plan['share']:.1%} of "
        f"{demand['requests']:.0f} expected requests, on average after {plan['arrive_mean_s'] or 0:.0f} s",
        f"  no plan of so many docks reaches more than {plan['bound']:.1%} ({plan['bound_by']} bound): at most "
        f"{plan['gap']:.2%} from the best",
        f"  as many docks by greedy with every place alike: {plan['even_share']:.1%}; all "
        f"{content['candidates']['sites']:,} sites: {demand['reached_by_all']:.1%}; below red zones: "
        f"{demand['over_red']:.1%}",
        f"  homes: {homes['overflown']:,} of {homes['dwellings']:,} flown over, {homes['passes_each']:.1f} passes each "
        "if every request got a drone; "
        + ", ".join(f"{count:,} {name}" for name, count in homes["in_view"].items())
        + " in view where it hovers",
    ]
    for row in content["docks"]:
        where = row["name"] or row["kind"]
        lines.append(
            f"  {row['id']}  {where:<28} {'roof' if row['on_roof'] else 'post'} {row['pad_m']:4.0f} m   "
            f"+{row['gain']:5.1%}   first at {row['first_there']:5.1%} of the requests"
        )
    return [*lines, f"written: {out}/fleet.yaml, docks.geojson, docks.json, docks.png"]
