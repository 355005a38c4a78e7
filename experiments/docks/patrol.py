"""`twin drone patrol`: which gaps of the cameras drones look into, when and in what order, within one charge each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from agents.drones.settings import Operations
from experiments.docks.dock_file import class_of, docks_of, drones_in, with_patrols
from experiments.docks.gaps import Gaps, gaps_of
from experiments.docks.inputs import inputs_of
from experiments.docks.lookouts import Lookouts, lookouts_over, touring_camera
from experiments.docks.patrol_map import draw_patrol
from experiments.docks.privacy import homes_concerned
from experiments.docks.request import common_faults
from experiments.docks.rounds import MOST_POINTS, Flying, Rounds, rounds_of
from experiments.docks.when import Start, starts_of
from experiments.provenance import file_hashes, git_commit, versions
from experiments.request import Tell, silent
from experiments.trials.tidy import plain, write_json
from scenarios.read import read_scenario
from sensors.cameras import CameraFleet, fleet_of
from sensors.default_fleet import DEFAULT_CAMERAS, cameras_for, default_fleet
from sensors.fleet_file import read_fleet, write_fleet
from twin.city import City
from twin.city.heights import heights_of
from twin.city.resolve import open_city
from twin.city.store import city_hash
from twin.errors import Fault, InputError

FIGURES: Final = "patrol.json"
FLEET: Final = "fleet.yaml"
CAMERAS: Final = "patrol_cameras.geojson"
MAP: Final = "patrol.png"
LONGEST_S: Final = 1500.0
"""Added to a full charge between two rounds of one drone: about what one takes (assumed)."""
LIGHTS: Final = {"day": "by day", "night": "at night"}


@dataclass(frozen=True)
class PatrolRequest:
    """Rounds as asked for.

    Attributes:
        out: folder of the plan.
        fleet: a fleet file with drones; each drone of it flies rounds from its dock.
        city: as :func:`twin.city.resolve.open_city` takes it.
        cameras: GeoJSON of the cameras whose gaps they are; None is the default fleet, as a run derives it.
        scenario: its hours, its light, and where it expects incidents in the open.
        rounds: for each drone, at most.
        points: looked down from on one round, at most.
        stay_s: at each.
        far_m: of a point from its dock, at most.
        wind_ms: in which the drone must come home with its reserve, from whatever side it blows.
        cell_m: side of a cell of ground.
        effort: one of ``twin.cover.EFFORTS``.
        command: how the user asked.
    """

    out: Path
    fleet: Path
    city: str | None = None
    cameras: Path | None = None
    scenario: str = "friday_evening"
    rounds: int = 2
    points: int = 8
    stay_s: float = 60.0
    far_m: float = 2500.0
    wind_ms: float = 4.0
    cell_m: float = 6.0
    effort: str = "usual"
    command: str = ""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with it by itself."""
        if not 1 <= self.rounds <= 12:
            yield f"--rounds {self.rounds}: 1 to 12 would work"
        if not 1 <= self.points <= MOST_POINTS:
            yield f"--points {self.points}: 1 to {MOST_POINTS} would work"
        if not 1 <= self.stay_s <= 1800:
            yield f"--stay {self.stay_s:g}: 1 to 1800 s would work"
        if not 100 <= self.far_m <= 20_000:
            yield f"--far {self.far_m:g}: 100 to 20000 m would work"
        if not 2 <= self.cell_m <= 50:
            yield f"--cell {self.cell_m:g}: 2 to 50 m would work"
        yield from common_faults(self.wind_ms, self.effort)


def plan_patrol(request: PatrolRequest, tell: Tell = silent) -> dict[str, Any]:
    """Choose rounds, write them into ``request.out``, and return their figures.

    Raises:
        InputError: an input is wrong, or there is nothing to look into; all faults at once.
    """
    tell("city, sky and drones", 0.0)
    found = [Fault(what) for what in request.faults()]
    if found:
        raise InputError("plan rounds", found)
    city, scenario = open_city(request.city), read_scenario(request.scenario)
    drones = drones_in(request.fleet, city, scenario)
    inputs = inputs_of(request.city, class_of(drones), request.scenario, request.wind_ms, [])
    docks, drone = docks_of(drones), inputs.drone
    cameras, heights = _cameras(request.cameras, city), heights_of(city)
    tell("gaps", 0.0)
    gaps = gaps_of(city, heights, cameras, request.scenario, request.cell_m)
    tell("what shows from where", 0.0)
    hfov_deg = drone.camera.hfov_deg.value
    lookouts = lookouts_over(city, inputs.ways, heights, gaps.xyz_m, hfov_deg)
    starts = starts_of(scenario, city, request.rounds, max(spec.full_charge_s for spec in drones.specs) + LONGEST_S)
    tell("rounds", 0.0)
    flying = Flying(inputs.ways, drone, inputs.fitted, request.wind_ms, request.stay_s, request.points, request.far_m)
    plans = {
        light: rounds_of(lookouts, gaps.weight * gaps.open_to[light], docks, flying, request.effort)
        for light in LIGHTS
        if any(start.light == light for start in starts)
    }
    if not any(plan.rounds for plan in plans.values()):
        raise InputError("plan rounds", f"no gap shows from within {request.far_m:g} m of a dock")
    tell("homes", 0.0)
    eyes = _eyes(plans, lookouts, request.stay_s, hfov_deg)
    homes = _homes(city, plans, starts, eyes)
    content = plain(_content(request, city, gaps, lookouts, plans, starts, homes))
    tell("files", 0.0)
    try:
        request.out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(f"write the rounds to {request.out}", f"{fault.strerror}; choose another --out") from fault
    with_patrols(request.fleet, request.out / FLEET, _entries(plans, lookouts, starts, request.stay_s))
    write_fleet(eyes, request.out / CAMERAS, city.crs, "drones on their rounds: points in the air, four sides at each")
    draw_patrol(request.out / MAP, inputs, gaps, lookouts, plans, docks, content)
    write_json(request.out / FIGURES, content)
    return content  # type: ignore[no-any-return]


def _cameras(path: Path | None, city: City) -> CameraFleet:
    if path is None:
        return default_fleet(city, min(cameras_for(city), DEFAULT_CAMERAS), seed=0)
    return read_fleet(path, city.crs, city.bounds_m, city.buildings)


def _eyes(plans: dict[str, Rounds], lookouts: Lookouts, stay_s: float, hfov_deg: float) -> CameraFleet:
    return fleet_of(
        [
            touring_camera(
                f"{one.dock.id} {LIGHTS[light]}", at_level(lookouts, one.points, one.level_m), stay_s, hfov_deg
            )
            for light, plan in plans.items()
            for one in plan.rounds
        ]
    )


def at_level(lookouts: Lookouts, points: Any, level_m: float) -> Any:
    """Return (k, 3) the points of a round at the height it is flown at."""
    return np.column_stack([lookouts.xyz_m[points, :2], np.full(len(points), level_m)])


def _homes(city: City, plans: dict[str, Rounds], starts: Sequence[Start], eyes: CameraFleet) -> dict[str, Any]:
    flown = [(one.way, light) for light, plan in plans.items() for one in plan.rounds]
    times = np.array([sum(start.light == light for start in starts) for _, light in flown], dtype=np.float64)
    return homes_concerned(city, [way for way, _ in flown], times, eyes)


def _entries(
    plans: dict[str, Rounds], lookouts: Lookouts, starts: Sequence[Start], stay_s: float
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rounds as a fleet file has them."""
    return [
        {
            "name": f"gaps of {one.dock.id} {LIGHTS[light]}", "drones": [one.dock.id],
            "starts": [start.clock for start in starts if start.light == light],
            "points": [
                {"x_m": round(float(x), 1), "y_m": round(float(y), 1), "stay_s": stay_s}
                for x, y in lookouts.xyz_m[one.points, :2]
            ],
        }
        for light, plan in plans.items()
        for one in plan.rounds
    ]  # fmt: skip


def _content(
    request: PatrolRequest, city: City, gaps: Gaps, lookouts: Lookouts, plans: dict[str, Rounds],
    starts: Sequence[Start], homes: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    return {
        "kind": "patrol",
        "city": city.name,
        "asked": {
            "scenario": request.scenario, "rounds": request.rounds, "points": request.points, "stay_s": request.stay_s,
            "far_m": request.far_m, "wind_ms": request.wind_ms, "cell_m": request.cell_m,
            "patrol_reach_m": Operations.patrol_reach_m,
        },
        "gaps": {light: gaps.share(light) for light in LIGHTS},
        "lookouts": len(lookouts),
        "starts": [{"clock": s.clock, "light": s.light, "incidents_h": s.incidents_h} for s in starts],
        "plans": {
            light: {
                "share": plan.share, "bound": plan.bound, "gap": 0.0 if not plan.bound else 1 - plan.share / plan.bound,
                "rounds": [
                    {
                        "drone": one.dock.id, "points": len(one.points), "level_m": one.level_m, "takes_s": one.takes_s,
                        "spent_wh": one.spent_wh,
                    }
                    for one in plan.rounds
                ],
            }
            for light, plan in plans.items()
        },
        "privacy": homes,
        "command": request.command, "git": git_commit(), "versions": versions(),
        "hashes": file_hashes({"fleet": request.fleet, "cameras": request.cameras}) | {"city": city_hash(city)},
    }  # fmt: skip
