"""What candidates and existing cameras see of what counts: the problem a plan solves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from experiments.placement.elements import by_class, csr_of, missed_by
from experiments.placement.grid import Grid
from experiments.placement.inputs import Inputs
from experiments.placement.objectives import Aim
from experiments.placement.privacy import dwellings_of_poses
from experiments.placement.request import PlaceRequest
from sensors.coverage import TARGET_M
from sensors.optics import DORI_CLASSES
from sensors.sightline import Floats
from sensors.visibility import visibility
from twin.cover import CoverProblem, Limit
from twin.errors import Fault, InputError

MUST_CELL_M: Final = 2.0


@dataclass(frozen=True)
class Sight:
    """A cover problem with what belongs to it.

    Attributes:
        cover: (poses, elements) of the candidates.
        missed: (elements,) what existing cameras leave uncovered.
        must: (poses, must-see cells) seen at ``detect`` or better, and (cells,) which existing cameras see already;
            None where there are no must-see zones.
        dwellings: (poses,) in view of each, where they cost or are limited; else None.
    """

    cover: csr_array
    missed: Floats
    must: tuple[csr_array, NDArray[np.bool_]] | None
    dwellings: Floats | None


def sight_of(request: PlaceRequest, inputs: Inputs, aim: Aim) -> Sight:
    """Work out who sees what.

    Raises:
        InputError: a must-see zone that no candidate and no existing camera sees; all of them at once.
    """
    fleet = inputs.candidates.fleet
    must = _must_see(inputs) if inputs.must_see else None
    seen = visibility(fleet, inputs.heights, aim.points, least_px_m=aim.least_px_m)
    cover = aim.elements.cover(fleet, seen)
    del seen
    there = visibility(inputs.near, inputs.heights, aim.points, least_px_m=aim.least_px_m)
    missed = missed_by(aim.elements.cover(inputs.near, there))
    dwellings = None
    if request.privacy_cost or request.privacy_limit is not None:
        least = float(inputs.dori.bounds_px_m[DORI_CLASSES.index(request.privacy_class) - 1])
        dwellings = dwellings_of_poses(fleet, inputs.city, inputs.heights, least)
    return Sight(cover, missed, must, dwellings)


def problem_of(request: PlaceRequest, inputs: Inputs, aim: Aim, sight: Sight, must: Sequence[int] = ()) -> CoverProblem:
    """State the problem in the form of the solver; money counts where it is given, else cameras do.

    Raises:
        InputError: cameras, money and dwellings are limited together: two of them would work.
    """
    limits = []
    if request.money is not None and request.budget is not None:
        limits.append(Limit(np.ones(len(inputs.candidates)), float(request.budget), "cameras"))
    if request.privacy_limit is not None and sight.dwellings is not None:
        limits.append(Limit(sight.dwellings, float(request.privacy_limit), "dwellings in view"))
    if len(limits) > 1:
        raise InputError("place cameras", "--budget, --money and --privacy-limit together; two of them would work")
    cost = None
    if request.privacy_cost and sight.dwellings is not None:
        cost = sight.dwellings * (request.privacy_cost / 100.0 / 1000.0)
    return CoverProblem(
        sight.cover, aim.elements.weight, price=inputs.candidates.price, group=inputs.candidates.site,
        most_in_group=request.on_one_mount, cost=cost, missed=sight.missed, limit=limits[0] if limits else None,
        must=must,
    )  # fmt: skip


def must_problem(request: PlaceRequest, inputs: Inputs, sight: Sight) -> CoverProblem | None:
    """State the problem of seeing the must-see zones alone; None where nothing of them is left to see."""
    if sight.must is None or sight.must[1].all():
        return None
    cover, seen = sight.must
    return CoverProblem(
        cover, np.ones(cover.shape[1]), price=inputs.candidates.price, group=inputs.candidates.site,
        most_in_group=request.on_one_mount, missed=(~seen).astype(np.float64),
    )  # fmt: skip


def _must_see(inputs: Inputs) -> tuple[csr_array, NDArray[np.bool_]]:
    """Return who sees the cells of must-see zones, and which of them existing cameras see."""
    covers, seen, faults = [], [], []
    bound = by_class([float(inputs.dori.bounds_px_m[0])])
    for zone in inputs.must_see:
        points = _open_cells(inputs, zone.shape)
        found = visibility(
            inputs.candidates.fleet, inputs.heights, points, least_px_m=float(inputs.dori.bounds_px_m[0])
        )
        there = visibility(inputs.near, inputs.heights, points, least_px_m=float(inputs.dori.bounds_px_m[0]))
        own = bound(inputs.candidates.fleet, found)
        already = np.bincount(there.point, minlength=len(points)) > 0
        if not len(points):
            faults.append(Fault(f"--must-see: {zone.name} has no open ground in {inputs.area.name}"))
        elif not own.nnz and not already.any():
            faults.append(
                Fault(
                    f"--must-see: no candidate and no existing camera sees any of {zone.name}; it may lie in a "
                    "forbidden zone or behind walls: a smaller forbidden zone or further candidates would work"
                )
            )
        covers.append(own)
        seen.append(already)
    if faults:
        raise InputError("place cameras", faults)
    joined = hstack([csr_of(c.indptr, c.indices, np.ones(c.nnz, np.uint8), c.shape) for c in covers], format="csr")
    return csr_array(joined), np.concatenate(seen)


def _open_cells(inputs: Inputs, shape: object) -> Floats:
    """Return the (n, 3) middles of the open cells of a zone, 1.5 m up."""
    grid = Grid.over(shape, MUST_CELL_M)  # type: ignore[arg-type]
    row, column = np.nonzero(grid.inside(shape))  # type: ignore[arg-type]
    x_m, y_m = grid.middles(row, column)
    open_air = inputs.heights.at(x_m, y_m) <= TARGET_M
    return np.column_stack([x_m, y_m, np.full(len(x_m), TARGET_M)])[open_air]
