"""`twin drone patrol`: rounds over the gaps of the cameras, and a fleet file with them."""

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


def patrol(
    fleet: Annotated[Path, typer.Option(help="Fleet file with drones, such as `twin drone docks` writes.")],
    city: City = None,
    cameras: Annotated[Path | None, typer.Option(help="GeoJSON cameras whose gaps count; default: derived.")] = None,
    scenario: Rates = "friday_evening",
    rounds: Annotated[int, typer.Option(help="Rounds of each drone, at most.")] = 2,
    points: Annotated[int, typer.Option(help="Points of a round, at most 10.")] = 8,
    stay: Annotated[float, typer.Option(help="Seconds at each point.")] = 60.0,
    far: Annotated[float, typer.Option(help="Metres from a dock to its points, at most.")] = 2500.0,
    wind: Wind = 4.0,
    cell: Annotated[float, typer.Option(help="Side of a cell of ground, metres.")] = 6.0,
    effort: Effort = "usual",
    out: Annotated[Path | None, typer.Option(help="Folder of the plan; default: runs/FLEET-patrol.")] = None,
    as_json: AsJson = False,
) -> None:
    """Choose which gaps of the cameras drones look into, when and in what order, each flight within one charge.

    Writes patrol.json, patrol.png, fleet.yaml with the rounds in it, and patrol_cameras.geojson for `twin coverage`.
    """
    from experiments.docks.patrol import PatrolRequest, plan_patrol

    request = PatrolRequest(
        out or Path("runs") / f"{fleet.stem}-patrol", fleet, city, cameras, scenario,
        rounds, points, stay, far, wind, cell, effort, shlex.join(["twin", *sys.argv[1:]]),
    )  # fmt: skip
    with goes_on(lambda: AGAIN), stages(quiet=as_json) as tell:
        content = plan_patrol(request, tell)
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(told(content, request.out)))


def told(content: dict[str, Any], out: Path) -> list[str]:
    """Return the lines that tell rounds."""
    homes = content["privacy"]
    lines = []
    for light, plan in content["plans"].items():
        starts = [start["clock"] for start in content["starts"] if start["light"] == light]
        lines.append(
            f"{light}: {content['gaps'][light]:.1%} of the incidents in the open are expected where no camera looks; "
            f"rounds of {len(plan['rounds'])} drones at {', '.join(starts)} look down on {plan['share']:.1%}; no "
            f"choice of points on more than {plan['bound']:.1%}"
        )
        lines += [
            f"  {one['drone']:<8} {one['points']:>2} points at {one['level_m']:.0f} m, {one['takes_s'] / 60:.0f} min, "
            f"{one['spent_wh']:.0f} Wh"
            for one in plan["rounds"]
        ]
    seen = ", ".join(f"{count:,} {name}" for name, count in homes["in_view"].items())
    lines.append(f"homes: {homes['overflown']:,} of {homes['dwellings']:,} flown over; in view: {seen}")
    return [*lines, f"written: {out}/fleet.yaml, patrol.json, patrol.png, patrol_cameras.geojson"]
