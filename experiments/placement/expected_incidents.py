"""Incidents in the open where a scenario expects them, and the chance that a camera's recogniser tells of them."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from experiments.footage.sky import SkyOver
from experiments.placement.demand import Demand
from experiments.placement.elements import Elements, by_chance
from scenarios.places import CitySpots, Spots
from scenarios.read import read_scenario
from scenarios.schema import Category
from sensors.fitted import FittedModel, load_fitted
from sensors.sightline import Floats
from twin.city import City
from twin.errors import InputError

SPREAD_M: Final = 6.0
STEPS: Final = 16
DOUBLINGS: Final = 6
EVERY_M: Final = 4.0
NARROWEST: Final = 0.5
"""Pictures are at least this share as wide as those of the fitted model, so what has less density is of no use."""


def incident_elements(city: City, demand: Demand, scenario_name: str) -> tuple[Floats, float, Elements]:
    """Return the points, the least density of use, and an element for each cell and kind of incident.

    The weight of an element is its share of all such incidents in the area; the chance that a camera covers it is that
    of an alarm while it can be seen, by the fitted model in the light of the scenario's middle.

    Raises:
        InputError: the scenario has no incident in the open that the fitted model knows.
    """
    scenario, model = read_scenario(scenario_name), load_fitted()
    zoned = scenario.start.replace(tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    light, weather = SkyOver(city, zoned, scenario.weather).light_at(scenario.duration_ms // 2)
    spots = CitySpots(city)
    weights, tables, least = [], [], []
    kinds = [
        (
            category,
            float(category.per_1000_residents_year.value * category.outdoors),
            spots.unevenness(service, d.unevenness),
        )
        for service, d in scenario.demand.items()
        for category in d.categories.values()
        if str(category.visual) in model.hazards and category.where in ("streets", "junctions", "bazaars")
    ]
    for category, rate, factor in kinds:
        weights.append(rate * _laid(spots.of(category.where), factor, demand))
        least.append(_least_px_m(category, model))
    if not kinds or not np.sum(weights):
        raise InputError(
            f"plan for the incidents of {scenario.name}", "it has none in the open that the fitted model knows"
        )
    low = min(least)
    tables = [_table(category, model, low, light, weather) for category, _, _ in kinds]
    weight = np.column_stack(weights)
    unit = f"incidents in the open of {scenario.name}, {light}"
    cover = by_chance(np.array(tables), low, STEPS, model.picture_width_px)
    return demand.xyz_m, low * NARROWEST, Elements((weight / weight.sum()).ravel(), cover, unit)


def _least_px_m(category: Category, model: FittedModel) -> float:
    fit = model.hazards[str(category.visual)]
    return fit.height_px.low / fit.target_height_m


def _table(category: Category, model: FittedModel, low: float, light: str, weather: str) -> Floats:
    """Return the chance of an alarm while the incident can be seen, at densities ``low * 2 ** (i / STEPS)``."""
    fit = model.hazards[str(category.visual)]
    px_per_m = low * 2.0 ** (np.arange(DOUBLINGS * STEPS) / STEPS)
    return fit.p_alarm(px_per_m * fit.target_height_m, light, weather, category.visible_min * 60.0)


def _laid(spots: Spots, factor: NDArray[np.float64], demand: Demand) -> Floats:
    """Return (cells,) the weight of spots laid on the cells: along each spot, then spread over a few metres."""
    grid, weight = demand.grid, spots.weight * factor[spots.mahalla]
    length_m = np.hypot(*(spots.end_m - spots.start_m).T)
    count = np.maximum(np.ceil(length_m / EVERY_M), 1).astype(np.int64)
    spot = np.repeat(np.arange(len(count)), count)
    along = (np.arange(len(spot)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[spot]
    at = spots.start_m[spot] + along[:, None] * (spots.end_m - spots.start_m)[spot]
    cells = grid.cells_of(at[:, 0], at[:, 1])
    inside = cells >= 0
    laid = np.bincount(
        cells[inside], weights=(weight / count)[spot][inside], minlength=grid.rows * grid.columns
    ).reshape(grid.rows, grid.columns)
    spread = gaussian_filter(laid, SPREAD_M / grid.cell_m, mode="constant", truncate=2.0)
    found: Floats = spread.ravel()[demand.cell]
    return found
