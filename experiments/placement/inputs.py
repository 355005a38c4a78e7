"""Everything a plan is made from, read and checked before anything is computed: all faults of all inputs at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import shapely

from experiments.placement.candidate_file import read_candidates
from experiments.placement.request import OF_SCENARIO, PlaceRequest
from experiments.placement.watched import WATCHED_FILE, Watched, checked_weights, load_watched
from experiments.placement.zones import Zone, area_of, read_zones, union_of
from scenarios.read import read_scenario
from sensors.cameras import CameraFleet, fleet_of, take_cameras
from sensors.candidate_mounts import mounts_in
from sensors.candidate_options import OPTIONS_FILE, CandidateOptions, load_options
from sensors.candidates import Candidates, poses
from sensors.fleet_file import read_fleet
from sensors.optics import Dori, load_dori
from twin.city import City
from twin.city.heights import HeightRaster, heights_of
from twin.city.resolve import open_city
from twin.errors import Fault, InputError

MARGIN_M = 50.0
Made = TypeVar("Made")


@dataclass(frozen=True)
class Inputs:
    """What a plan is made from.

    Attributes:
        city, area: where.
        existing: the cameras there are, all of them.
        near: those of them that can see into the area.
        candidates: poses to choose from, none of them in a forbidden zone.
        mounts: how many places they hang on.
        must_see: zones, cut to the area.
        heights: what stands there.
        options, watched, dori: prices, ground and classes of pictures.
    """

    city: City
    area: Zone
    existing: CameraFleet
    near: CameraFleet
    candidates: Candidates
    mounts: int
    must_see: list[Zone]
    heights: HeightRaster
    options: CandidateOptions
    watched: Watched
    dori: Dori


class _Faults:
    """Collects what is wrong with one input after another."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def of(self, make: Callable[[], Made]) -> Made | None:
        """Return what is made, or None with its faults taken down."""
        try:
            return make()
        except InputError as wrong:
            self.found += [Fault(f.what, f.line, f.source or wrong.source) for f in wrong.faults]
            return None


def inputs_of(request: PlaceRequest) -> Inputs:
    """Read and check everything a plan is made from.

    Raises:
        InputError: any of it is missing or wrong, or nothing remains to choose from; all faults at once.
    """
    faults = _Faults()
    faults.found += [Fault(what) for what in request.faults()]
    city = faults.of(lambda: open_city(request.city))
    if city is None:
        raise InputError("place cameras", faults.found)
    area = faults.of(lambda: area_of(city, request.area))
    options = faults.of(lambda: load_options(request.options or OPTIONS_FILE))
    watched = faults.of(lambda: load_watched(request.watched or WATCHED_FILE))
    existing = faults.of(lambda: _fleet(request.existing, city))
    forbidden = faults.of(lambda: _zones(request.forbidden, city, "forbidden zones"))
    must_see = faults.of(lambda: _zones(request.must_see, city, "must-see zones"))
    if request.objective in OF_SCENARIO:  # else no rates are taken
        faults.of(lambda: read_scenario(request.scenario))
    currency = options.currency if options is not None else ""
    own = faults.of(lambda: read_candidates(request.candidates, city, currency)) if request.candidates else None
    faults.found += _cross_faults(request, area, options, own, existing, must_see)
    if faults.found or area is None or options is None or watched is None or existing is None:
        raise InputError("place cameras", faults.found)
    shape = union_of(forbidden or [])
    candidates = _allowed(own or _generated(request, city, area, options, shape), shape)
    if not len(candidates):
        raise InputError("place cameras", f"no candidate pose is left in {area.name}: {_why_none(own, shape)}")
    mounts = len(np.unique(candidates.site))
    zones = [Zone(zone.name, zone.shape.intersection(area.shape)) for zone in must_see or []]
    near = _near(existing, area.shape)
    return Inputs(
        city, area, existing, near, candidates, mounts, zones, _heights(city, area, candidates, near), options,
        watched, load_dori(),
    )  # fmt: skip


def _fleet(path: Path | None, city: City) -> CameraFleet:
    return fleet_of([]) if path is None else read_fleet(path, city.crs, city.bounds_m, city.buildings)


def _zones(path: Path | None, city: City, what: str) -> list[Zone]:
    return [] if path is None else read_zones(path, city, f"read the {what} {path.name}")


def _cross_faults(
    request: PlaceRequest, area: Zone | None, options: CandidateOptions | None, own: Candidates | None,
    existing: CameraFleet | None, must_see: list[Zone] | None,
) -> list[Fault]:  # fmt: skip
    """What is wrong between inputs that are each right by themselves."""
    found = []
    if request.class_weights:
        try:
            checked_weights(request.class_weights)
        except ValueError as wrong:
            found.append(Fault(f"--class-weight: {wrong}"))
    if own is not None or (options is not None and request.candidates is None):
        cheapest = float(own.price.min()) if own is not None else options.cheapest if options is not None else 0.0
        if request.money is not None and request.money < cheapest:
            money = options.currency if options is not None else ""
            found.append(
                Fault(f"--money {request.money:g}: the cheapest camera costs {cheapest:g} {money}; at least that works")
            )
    if own is not None and existing is not None:
        taken = sorted(set(map(str, own.fleet.id)) & set(map(str, existing.id)))
        found += [Fault(f"candidate {name!r}: an existing camera has that id; each needs its own") for name in taken]
    if area is not None:
        found += [
            Fault(f"--must-see: {zone.name} lies outside {area.name}; a zone within the area of the plan was wanted")
            for zone in must_see or []
            if not zone.shape.intersects(area.shape)
        ]
    return found


def _generated(
    request: PlaceRequest, city: City, area: Zone, options: CandidateOptions, forbidden: shapely.Geometry | None
) -> Candidates:
    ground = area.shape if forbidden is None else area.shape.difference(forbidden)
    return poses(mounts_in(city, ground, options), options, request.poses, request.seed)


def _allowed(candidates: Candidates, forbidden: shapely.Geometry | None) -> Candidates:
    """Return those outside forbidden zones."""
    if forbidden is None or not len(candidates):
        return candidates
    shapely.prepare(forbidden)
    return candidates.take(~shapely.contains_xy(forbidden, candidates.fleet.x_m, candidates.fleet.y_m))


def _why_none(own: Candidates | None, forbidden: shapely.Geometry | None) -> str:
    if own is not None:
        return f"all {len(own)} candidates of the file hang in forbidden zones"
    zones = " outside the forbidden zones" if forbidden is not None else ""
    return f"no street, wall or gate of it{zones} has a place for a camera; a larger area would work"


def _near(existing: CameraFleet, area: shapely.Geometry) -> CameraFleet:
    """Return the cameras within their range of an area."""
    if not len(existing):
        return existing
    far = shapely.distance(area, shapely.points(existing.x_m, existing.y_m))
    return take_cameras(existing, far <= existing.range_m)


def _heights(city: City, area: Zone, candidates: Candidates, near: CameraFleet) -> HeightRaster:
    """Return the heights at 1 m around the area, as far as any of the cameras stands or sees."""
    west, south, east, north = area.shape.bounds
    for fleet in (candidates.fleet, near):
        if len(fleet):
            far = fleet.range_m
            west, south = min(west, float((fleet.x_m - far).min())), min(south, float((fleet.y_m - far).min()))
            east, north = max(east, float((fleet.x_m + far).max())), max(north, float((fleet.y_m + far).max()))
    window = (west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M)
    return cropped(heights_of(city, 1.0, window), window)


def cropped(heights: HeightRaster, window: tuple[float, float, float, float]) -> HeightRaster:
    """Return the part of a raster within a window of west, south, east, north, as a view."""
    west, south, east, north = window
    rows, columns = heights.height_dm.shape
    top = int(np.clip((heights.north_m - north) // heights.cell_m, 0, rows))
    bottom = int(np.clip(-((south - heights.north_m) // heights.cell_m), top, rows))
    left = int(np.clip((west - heights.west_m) // heights.cell_m, 0, columns))
    right = int(np.clip(-((heights.west_m - east) // heights.cell_m), left, columns))
    return HeightRaster(
        heights.cell_m, heights.west_m + left * heights.cell_m, heights.north_m - top * heights.cell_m,
        heights.height_dm[top:bottom, left:right],
    )  # fmt: skip
