"""The figures of a coverage map: ground by class, streets by class, and, always beside them, dwellings in view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from sensors.coverage import CoverageMap, is_open
from sensors.exposure import dwellings_in_view
from sensors.kernels import parallel_kernel
from sensors.regions import Grid, city_stretches
from sensors.samples import along_streets
from sensors.sightline import Heights_dm
from twin.city import City
from twin.city.model import STREET_CLASSES


def coverage_summary(bands: Iterable[CoverageMap], city: City, cameras: int | None = None) -> dict[str, Any]:
    """Return the figures of a map, ready for JSON; every class holds the better ones too.

    Args:
        bands: the map, whole or in bands, each asked for once the last was added up.
        city: its borders, streets and dwellings.
        cameras: the number to state, by default the map's own.

    Returns:
        ``classes`` (best first: ``name``, ``px_per_m``, ``km2``, ``share_open``), ``open_km2`` (open ground inside
        the city's districts), ``cameras``, ``edition`` of the classes, ``streets`` (by street class: ``km`` and
        ``share`` of that length by class name), ``privacy`` (``dwellings`` in all, ``in_view`` by class name).
    """
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    points, weight, street = along_streets(streets)
    best, counts = np.zeros(len(points), dtype=np.uint8), np.zeros(1, dtype=np.int64)
    inside: NDArray[np.int64] | None = None
    for seen in bands:
        inside = inside_city(city, seen) if inside is None else inside
        counts = counts + count_open(seen, inside)
        best = np.maximum(best, seen.class_at(points[:, 0], points[:, 1]))
    at_least = np.cumsum(counts[::-1])[::-1]
    km2 = seen.cell_m**2 / 1e6
    whole = max(int(at_least[0]), 1)
    classes = [
        {"name": name, "px_per_m": px_per_m, "km2": int(cells) * km2, "share_open": int(cells) / whole}
        for name, px_per_m, cells in zip(seen.dori.names[1:], seen.dori.bounds_px_m.tolist(), at_least[1:], strict=True)
    ]
    return {
        "classes": classes[::-1],
        "open_km2": int(at_least[0]) * km2,
        "cameras": len(seen.fleet) if cameras is None else cameras,
        "edition": seen.dori.edition,
        "streets": _streets(streets["street_class"].to_numpy()[street], weight, best, seen.dori.names),
        "privacy": {"dwellings": int(city.buildings["dwellings"].sum()), "in_view": dwellings_in_view(seen, city)},
    }


def inside_city(city: City, seen: CoverageMap) -> NDArray[np.int64]:
    """Return the stretches (k, 3) of row, first column and column after the last whose middles lie in a district.

    Whole rows in a city without districts.
    """
    return city_stretches(city, Grid(seen.cell_m, seen.west_m, seen.north_m, *seen.heights.height_dm.shape))[:, 1:]


def count_open(seen: CoverageMap, stretches: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the cells of open ground of a map in those stretches of the raster by class, (k + 1,)."""
    row = stretches[:, 0] - seen.first_row
    own = stretches[(row >= 0) & (row < len(seen.best_class))]
    counts = np.zeros((len(own), len(seen.dori.names)), dtype=np.int64)
    _count_open(seen.best_class, seen.first_row, seen.heights.height_dm, seen.mask, own, counts)
    total: NDArray[np.int64] = counts.sum(axis=0)
    return total


@parallel_kernel
def _count_open(
    best: NDArray[np.uint8], first_row: int, height_dm: Heights_dm, mask: NDArray[np.bool_],
    stretches: NDArray[np.int64], counts: NDArray[np.int64],
) -> None:  # fmt: skip
    for i in prange(len(stretches)):
        row = stretches[i, 0]
        for column in range(stretches[i, 1], stretches[i, 2]):
            if is_open(height_dm, mask, row, column):
                counts[i, best[row - first_row, column]] += 1


def _streets(
    kind: NDArray[np.object_], weight: NDArray[np.float64], best: NDArray[np.uint8], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return kilometres and the share of them seen at each class, for each class of drivable street there is.

    Args:
        kind: (n,) the class of the street of each point along the streets.
        weight: (n,) metres that the point stands for.
        best: (n,) the best class in which it is seen.
        names: of the classes.
    """
    return [
        _street_row(name, best[kind == name], weight[kind == name], names)
        for name in STREET_CLASSES
        if (kind == name).any()
    ]


def _street_row(
    name: str, best: NDArray[np.uint8], weight: NDArray[np.float64], names: tuple[str, ...]
) -> dict[str, Any]:
    total = float(weight.sum())
    share = {cls: float(weight[best >= row].sum()) / total for row, cls in enumerate(names) if row}
    return {"street_class": name, "km": total / 1000.0, "share": share}
