"""`twin drone docks`: where docks should be, what no plan can exceed, and whose homes are flown over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.drones.seeing import drone_camera
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from agents.flight.drone_class import DroneClass
from experiments.docks.choose import Docks, chosen
from experiments.docks.docks_map import draw_docks
from experiments.docks.files import FIGURES, FLEET, MAP, SITES, write_docks, write_fleet_file
from experiments.docks.inputs import Demand, DroneInputs, demand_of, inputs_of
from experiments.docks.privacy import homes_concerned
from experiments.docks.reach import Asked, Reach, Trip, reach_of, trip_of
from experiments.docks.request import DocksRequest
from experiments.docks.sites import DockSites, dock_sites
from experiments.provenance import git_commit, versions
from experiments.request import Tell, silent
from experiments.trials.tidy import plain, write_json
from sensors.cameras import CameraFleet, fleet_of
from twin.city.store import city_hash
from twin.errors import InputError

LOOKS_AHEAD_M = 30.0
"""It stands over its place and looks so far ahead of it (assumed), as one who has just come does."""

__all__ = ["FIGURES", "FLEET", "MAP", "SITES", "plan_docks"]


def plan_docks(request: DocksRequest, tell: Tell = silent) -> dict[str, Any]:
    """Choose docks, write the plan into ``request.out``, and return its figures.

    Raises:
        InputError: an input is wrong, or no site reaches anything; all faults at once.
    """
    tell("city and sky", 0.0)
    inputs = inputs_of(request.city, request.drone, request.scenario, request.wind_ms, list(request.faults()))
    demand = demand_of(inputs, request.services, request.places)
    sites = dock_sites(inputs.city, inputs.ways.space, request.candidates)
    if not len(sites):
        raise InputError("plan docks", "no roof of a public building and no post stands under open sky")
    tell("who reaches what", 0.0)
    asked = Asked(request.within_s, request.launch_s, request.wind_ms, request.hover_s)
    reach = reach_of(sites, demand.xy_m, inputs.ways, inputs.drone, inputs.fitted, asked, tell)
    if not reach.arrive_s.nnz:
        raise InputError(
            "plan docks", f"no site is above any request within {request.within_s:g} s; a longer --within would work"
        )
    tell("plan and bound", 0.0)
    docks = chosen(reach, demand.weight, sites, request.docks, request.busy, request.effort)
    tell("homes", 0.0)
    trips = _trips(docks, sites, demand, inputs.ways)
    served = np.array([trip.place for trip in trips], dtype=np.int64)
    homes = homes_concerned(
        inputs.city, [trip.way for trip in trips], 2.0 * demand.weight[served], eyes_of(trips, inputs.drone)
    )
    content = plain(_content(request, inputs, demand, sites, reach, docks, homes))
    tell("files", 0.0)
    try:
        request.out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(f"write the plan to {request.out}", f"{fault.strerror}; choose another --out") from fault
    write_docks(request.out, inputs, content)
    write_fleet_file(request.out, request, inputs, content)
    draw_docks(request.out / MAP, inputs, demand, sites, docks, content)
    write_json(request.out / FIGURES, content)
    return content  # type: ignore[no-any-return]


def _trips(docks: Docks, sites: DockSites, demand: Demand, ways: SkyWays) -> list[Trip]:
    """Return the ways from the dock that is there first to each place in time."""
    found = []
    for place in np.flatnonzero(docks.nearest >= 0).tolist():
        site = int(docks.nearest[place])
        trip = trip_of(ways, site, sites.xy_m[site], place, demand.xy_m[place])
        found += [trip] if trip is not None else []
    return found


def eyes_of(trips: Sequence[Trip], drone: DroneClass) -> CameraFleet:
    """Return the drone's camera above each place it is sent to: wide as it comes, and zoomed in on the place."""
    eyes = []
    for trip in trips:
        goal, before = trip.way[-1], trip.way[-2]
        toward = goal + LOOKS_AHEAD_M * (goal - before) / max(float(np.hypot(*(goal - before))), 1e-9)
        at = np.array([*goal, trip.level_m])
        eyes += [
            drone_camera(f"above {trip.place}", at, drone.camera.hfov_deg.value, (toward[0], toward[1])),
            drone_camera(f"close on {trip.place}", at, Operations.close_hfov_deg, (goal[0], goal[1])),
        ]
    return fleet_of(eyes)


def _content(
    request: DocksRequest, inputs: DroneInputs, demand: Demand, sites: DockSites, reach: Reach, docks: Docks,
    homes: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    curve, share = docks.curve, demand.weight / demand.weight.sum()
    gains = np.diff(np.concatenate([[0.0], curve.plan.value]))
    inside = docks.nearest >= 0
    return {
        "kind": "docks",
        "city": inputs.city.name,
        "asked": {
            "docks": request.docks, "drone": request.drone, "within_s": request.within_s,
            "launch_s": request.launch_s, "wind_ms": request.wind_ms, "hover_s": request.hover_s,
            "busy": request.busy, "services": list(request.services), "scenario": inputs.scenario.name,
        },
        "candidates": {
            "sites": len(sites), "roofs": int((sites.building >= 0).sum()), "posts": int((sites.building < 0).sum()),
            "pairs": int(reach.arrive_s.nnz),
        },
        "demand": {
            "places": len(share), "requests": float(demand.weight.sum()),
            "over_red": float(share[~reach.allowed].sum()),
            "reached_by_all": float(share[np.diff(reach.arrive_s.tocsc().indptr) > 0].sum()),
        },
        "plan": {
            "docks": len(curve.plan.sites), "share": float(curve.value[-1]), "bound": float(curve.bound[-1]),
            "gap": float(curve.gap[-1]), "bound_by": curve.plan.bound_by, "even_share": docks.even_share,
            "arrive_mean_s": _mean(docks.arrive_s[inside], share[inside]),
        },
        "curve": [
            {"docks": int(n), "share": float(value), "bound": float(bound)}
            for n, value, bound in zip(curve.level, curve.value, curve.bound, strict=True)
        ],
        "docks": [
            _dock(order, int(row), float(gain), sites, docks, share)
            for order, (row, gain) in enumerate(zip(curve.plan.sites, gains, strict=True), 1)
        ],
        "privacy": homes,
        "command": request.command, "git": git_commit(), "versions": versions(),
        "hashes": {"city": city_hash(inputs.city), "class": inputs.drone.content_hash},
    }  # fmt: skip


def _dock(
    order: int, row: int, gain: float, sites: DockSites, docks: Docks, share: NDArray[np.float64]
) -> dict[str, Any]:
    mine = docks.nearest == row
    return {
        "id": f"D-{order:02d}", "order": order, "x_m": float(sites.xy_m[row, 0]), "y_m": float(sites.xy_m[row, 1]),
        "pad_m": float(sites.pad_m[row]), "on_roof": bool(sites.building[row] >= 0), "kind": str(sites.kind[row]),
        "name": str(sites.name[row]), "gain": gain, "first_there": float(share[mine].sum()),
        "arrive_mean_s": _mean(docks.arrive_s[mine], share[mine]),
    }  # fmt: skip


def _mean(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float | None:
    return float((values * weight).sum() / weight.sum()) if weight.sum() > 0 else None
