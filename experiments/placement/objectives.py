"""Objectives of a plan as elements of demand: ground by class, walks, incidents in the open, plates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from experiments.placement.demand import Demand
from experiments.placement.elements import Elements, by_class, by_walk
from experiments.placement.expected_incidents import incident_elements
from experiments.placement.plates import plate_elements
from experiments.placement.request import PlaceRequest
from experiments.placement.walks import sampled_walks
from experiments.placement.watched import Watched, checked_weights
from sensors.optics import DORI_CLASSES, Dori
from sensors.sightline import Floats
from twin.city import City
from twin.errors import InputError


@dataclass(frozen=True)
class Aim:
    """An objective made ready.

    Attributes:
        points: (m, 3) what is looked at.
        least_px_m: density below which a picture of a point is of no use.
        elements: what counts.
        class_weights: what each class of picture adds.
    """

    points: Floats
    least_px_m: float
    elements: Elements
    class_weights: Mapping[str, float]


def aim_of(
    request: PlaceRequest, city: City, area: shapely.Geometry, demand: Demand, watched: Watched, dori: Dori
) -> Aim:
    """Return the objective that is asked for.

    Raises:
        InputError: the class weights are wrong, or there is nothing to count: no walks, no incidents, no traffic.
    """
    weights = _class_weights(request, watched)
    bound = dict(zip(DORI_CLASSES[1:], dori.bounds_px_m.tolist(), strict=True))
    if request.objective in ("walks", "drives"):
        drive = request.objective == "drives"
        passed = sampled_walks(city, area, demand, watched, drive, request.walks, request.seed)
        if not passed.shape[0]:
            raise _nothing(request, "no way of 150 m or more leads through the area")
        least = bound[request.at_least]
        share = np.full(passed.shape[0], 1.0 / passed.shape[0])
        unit = f"{passed.shape[0]:,} {request.objective}"
        return Aim(demand.xyz_m, least, Elements(share, by_walk(least, passed), unit), weights)
    if request.objective == "incidents":
        points, least, elements = incident_elements(city, demand, request.scenario)
        return Aim(points, least, elements, weights)
    if request.objective == "plates":
        points, least, elements = plate_elements(city, area, request.scenario)
        return Aim(points, least, elements, weights)
    used = [name for name, weight in weights.items() if weight > 0]
    bounds = [bound[name] for name in used]
    weight = (demand.weight[:, None] * np.array([weights[name] for name in used])[None, :]).ravel()
    group = np.repeat(demand.mahalla, len(used)) if request.objective == "fair" else None
    cover = by_class(bounds, request.available if request.objective == "failures" else 1.0)
    unit = "weighted ground of the worst served tenth of the mahallas" if group is not None else "weighted ground"
    return Aim(demand.xyz_m, bounds[0], Elements(weight, cover, unit, group), weights)


def _class_weights(request: PlaceRequest, watched: Watched) -> Mapping[str, float]:
    try:
        return checked_weights(request.class_weights or watched.class_weights)
    except ValueError as fault:
        raise InputError("weigh the classes of pictures", f"--class-weight: {fault}") from None


def _nothing(request: PlaceRequest, why: str) -> InputError:
    return InputError(f"plan for {request.objective}", why)
