"""A plan as files: cameras as GeoJSON in the order of choice, figures as JSON, maps as arrays for the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.placement.choose import Chosen
from experiments.placement.demand import Demand
from experiments.placement.inputs import Inputs
from experiments.placement.judged import Seen
from sensors.cameras import CameraFleet, fleet_of, join_fleets, take_cameras
from sensors.candidate_options import MOUNTS
from sensors.default_fleet import nearest_centre
from sensors.fleet_file import write_fleet
from twin.runfolder import write_whole

PLAN, FLEET, BASELINE, FIGURES, MAPS = "plan.geojson", "fleet.geojson", "baseline.geojson", "plan.json", "maps.npz"


def cameras_of(chosen: Chosen, inputs: Inputs) -> CameraFleet:
    """Return the chosen cameras in the order of choice, each reporting to the nearest data centre.

    Their ids count from ``plan-001``, past ids that existing cameras have; those of a candidates' file are kept.
    """
    fleet = take_cameras(inputs.candidates.fleet, chosen.rows)
    taken = set(map(str, inputs.existing.id))
    wide = max(3, len(str(len(fleet))))
    fresh = (name for n in range(1, len(fleet) + len(taken) + 1) if (name := f"plan-{n:0{wide}d}") not in taken)
    generated = all(str(name).startswith("new-") for name in fleet.id)
    names = [next(fresh) for _ in range(len(fleet))] if generated else [str(name) for name in fleet.id]
    values = {name: getattr(fleet, name) for name in fleet.__dataclass_fields__}
    values["id"] = np.array(names, dtype=np.str_)
    centre = nearest_centre(inputs.city, fleet.x_m, fleet.y_m)
    values["data_centre"] = np.where(fleet.data_centre == "", centre, fleet.data_centre).astype(np.str_)
    return CameraFleet(**values)


def with_existing(inputs: Inputs, cameras: CameraFleet) -> CameraFleet:
    """Return all existing cameras and the new ones."""
    return join_fleets(inputs.existing, [cameras[i] for i in range(len(cameras))])


def phase_of(order: int, phases: tuple[int, ...]) -> int:
    """Return the phase, from 1, in which the camera of that order, from 1, is bought.

    >>> [phase_of(order, (2, 4)) for order in (1, 2, 3, 4, 5)]
    [1, 1, 2, 2, 3]
    """
    return 1 + sum(order > phase for phase in phases)


def write_cameras(
    out: Path, chosen: Chosen, inputs: Inputs, cameras: CameraFleet, phases: tuple[int, ...], note: str
) -> None:
    """Write the plan, all cameras together, and the baseline a trial is held against."""
    gains = np.diff(np.concatenate([[0.0], chosen.plan.value]))
    mounts = inputs.candidates.family[chosen.rows].tolist()
    beside = [
        {
            "phase": phase_of(order, phases), "order": order, "gain": round(float(gain), 9), "price": round(price, 2),
            "mount": MOUNTS[row] if row >= 0 else "",
        }
        for order, (gain, price, row) in enumerate(
            zip(gains, inputs.candidates.price[chosen.rows].tolist(), mounts, strict=True), 1
        )
    ]  # fmt: skip
    write_fleet(cameras, out / PLAN, inputs.city.crs, note, beside)
    write_fleet(with_existing(inputs, cameras), out / FLEET, inputs.city.crs, "existing cameras and the plan's")
    none = "no camera at all: what the plan is held against where no existing cameras are named"
    write_fleet(inputs.existing if len(inputs.existing) else fleet_of([]), out / BASELINE, inputs.city.crs, none)


def write_maps(out: Path, inputs: Inputs, demand: Demand, before: Seen, after: Seen, cameras: CameraFleet) -> None:
    """Write what the page draws: the demand grid before and after, borders, cameras."""
    grid = demand.grid
    layers = {}
    for word, seen in (("before", before), ("after", after)):
        layer = np.full(grid.rows * grid.columns, 255, dtype=np.uint8)
        layer[demand.cell] = seen.best
        layers[word] = layer.reshape(grid.rows, grid.columns)
    high = _roofs(inputs, demand)
    border = [np.asarray(ring.coords)[:, :2] for part in _parts(inputs.area.shape) for ring in [part.exterior]]
    arrays: dict[str, Any] = {
        **layers, "roofs": np.packbits(high, axis=1), "columns": np.array([grid.columns]),
        "frame": np.array([grid.cell_m, grid.west_m, grid.north_m]),
        "border": np.concatenate(border), "border_sizes": np.array([len(ring) for ring in border]),
        "near_xy_m": np.column_stack([inputs.near.x_m, inputs.near.y_m]),
        "plan_xy_m": np.column_stack([cameras.x_m, cameras.y_m]),
        "plan_bearing_deg": cameras.bearing_deg, "plan_hfov_deg": cameras.hfov_deg, "plan_range_m": cameras.range_m,
    }  # fmt: skip
    write_whole(out / MAPS, lambda part: _saved(part, arrays))


def _saved(part: Path, arrays: dict[str, Any]) -> None:
    with part.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _roofs(inputs: Inputs, demand: Demand) -> np.ndarray[Any, Any]:
    """Return (rows, columns) which cells of the demand's grid have a roof over their middle."""
    grid = demand.grid
    found = np.zeros((grid.rows, grid.columns), dtype=bool)
    column = np.arange(grid.columns)
    for row in range(grid.rows):
        x_m, y_m = grid.middles(np.full(grid.columns, row), column)
        found[row] = inputs.heights.at(x_m, y_m) > 2.5  # walls of yards are lower
    return found


def _parts(shape: Any) -> list[Any]:
    return list(shape.geoms) if hasattr(shape, "geoms") else [shape]
