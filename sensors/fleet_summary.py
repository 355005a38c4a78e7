"""Everything there is to say of a fleet over a city, as one object ready for JSON; privacy always beside coverage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.cameras import CameraFleet
from sensors.capture_figures import capture_figures
from sensors.exposure import Exposure, exposure, exposure_figures, in_view_by_area
from sensors.fitted import FittedModel, load_fitted
from sensors.fleet_cells import Asked, FleetTally, Window, fleet_tally, grid_of
from sensors.fleet_figures import area_rows, ground_figures, place_rows, street_rows
from sensors.night import lamps_of
from sensors.optics import Dori, load_dori
from sensors.regions import Grid, city_stretches, stretches_of
from sensors.samples import samples_of
from sensors.sighting_odds import SEEN_FOR_S, sighting_odds
from sensors.sightline import PTZ_PRESETS
from sensors.surfaces import nearest_ground_m
from sensors.survival import survival
from twin.city import City
from twin.city.heights import HeightRaster

LEVELS: Final = ("district", "mahalla")


@dataclass(frozen=True)
class FleetSummary:
    """A fleet over a city.

    Attributes:
        figures: ready for JSON; see :func:`fleet_summary`.
        cameras: for each camera its own figures, in the fleet's order: ``cells_m2`` it sees in the city,
            ``only_m2`` that nobody else sees, ``dwellings`` in view, ``dwellings_only`` that nobody else has in view,
            ``dead_ground_m`` below it.
        found: what the figures were made from.
        homes: likewise.
    """

    figures: dict[str, Any]
    cameras: list[dict[str, Any]]
    found: FleetTally
    homes: Exposure


def fleet_summary(
    fleet: CameraFleet,
    heights: HeightRaster,
    city: City,
    dori: Dori | None = None,
    model: FittedModel | None = None,
    seen_for_s: float = SEEN_FOR_S,
    ptz_presets: int = PTZ_PRESETS,
    also: Callable[[Window], None] | None = None,
) -> FleetSummary:
    """Return what a fleet sees of a city and whom it has in view.

    Args:
        fleet: n cameras; lenses, presets and masks count.
        heights: what stands in the way; its cells are those counted.
        city: areas, named ground, homes.
        dori: edition of the classes, by default the one that ships.
        model: fitted to the recogniser, by default the one that ships.
        seen_for_s: how long what is to be noticed stays in view.
        ptz_presets: bearings a rotating camera without presets tours.
        also: called with each window of cells.

    Returns:
        ``figures`` with the ground as a whole (:func:`sensors.fleet_figures.ground_figures`), ``streets``, ``places``,
        ``districts``, ``mahallas``, ``survival`` (:func:`sensors.survival.survival`), ``optics`` (dead ground),
        ``capture`` (:func:`sensors.capture_figures.capture_figures`) and
        ``privacy`` (:func:`sensors.exposure.exposure_figures`).
    """
    dori, lamps, samples = dori or load_dori(), lamps_of(city), samples_of(city)
    grid = grid_of(heights)
    areas = {"city": (city_stretches(city, grid), 1)} | {level: _areas(city, level, grid) for level in LEVELS}
    asked = Asked(areas, samples, lamps, dori, sighting_odds(model or load_fitted(), seen_for_s), ptz_presets)
    found = fleet_tally(fleet, heights, asked, also)
    homes = exposure(fleet, heights, city, dori, lamps, ptz_presets)
    nearest_m = nearest_ground_m(fleet)
    figures = {
        **ground_figures(found),
        "streets": street_rows(found, samples),
        "places": place_rows(found, samples),
        "districts": _area_rows(found, homes, city, "district"),
        "mahallas": _area_rows(found, homes, city, "mahalla"),
        "survival": survival(found),
        "optics": _dead_ground(nearest_m),
        "capture": capture_figures(fleet, heights, city),
        "privacy": exposure_figures(homes),
    }
    cell_m2 = grid.cell_m**2
    cameras = [
        {
            "cells_m2": float(found.failures.seen[i]) * cell_m2,
            "only_m2": float(found.failures.only[i, 0]) * cell_m2,
            "dwellings": round(float(homes.by_camera[i, 0]), 1),
            "dwellings_only": round(float(homes.alone[i]), 1),
            "dead_ground_m": round(float(nearest_m[i]), 1) if np.isfinite(nearest_m[i]) else None,
        }
        for i in range(len(fleet))
    ]
    return FleetSummary(figures, cameras, found, homes)


def _areas(city: City, level: str, grid: Grid) -> tuple[Any, int]:
    shapes = _table(city, level).geometry.to_numpy()
    return stretches_of(shapes, grid), len(shapes)


def _table(city: City, level: str) -> Any:
    return city.districts if level == "district" else city.mahallas


def _area_rows(found: FleetTally, homes: Exposure, city: City, level: str) -> list[dict[str, Any]]:
    """Return the areas' figures, each with its ``dwellings`` and those ``in_view`` beside them."""
    table = _table(city, level)
    area = _area_of(city, table.geometry.to_numpy())
    dwellings = city.buildings["dwellings"].to_numpy(np.int64)
    total = np.bincount(area[area >= 0], dwellings[area >= 0], len(table))
    in_view = in_view_by_area(homes, area, len(table))
    rows = area_rows(found, level, table["name"].astype(str).to_list())
    return [
        {**row, "dwellings": int(count), "in_view": seen}
        for row, count, seen in zip(rows, total.tolist(), in_view, strict=True)
    ]


def _area_of(city: City, shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the first area each building's middle lies in, -1 for none."""
    middles = shapely.centroid(city.buildings.geometry.to_numpy())
    building, area = shapely.STRtree(shapes).query(middles, "within")
    found = np.full(len(middles), len(shapes), np.int64)
    np.minimum.at(found, building, area)
    found[found == len(shapes)] = -1
    return found


def _dead_ground(nearest_m: Any) -> dict[str, Any]:
    """Return the middle and the farthest nearest ground, and how many cameras see no ground at all."""
    sees_ground = np.isfinite(nearest_m)
    if not sees_ground.any():
        return {"dead_ground_median_m": None, "dead_ground_most_m": None, "no_ground": len(nearest_m)}
    return {
        "dead_ground_median_m": float(np.median(nearest_m[sees_ground])),
        "dead_ground_most_m": float(nearest_m[sees_ground].max()),
        "no_ground": int((~sees_ground).sum()),
    }
