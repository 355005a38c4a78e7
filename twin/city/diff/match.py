"""Which row of one city is which row of another."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

NEAR_M: Final = 10.0
"""Assumed: a row without any name of its own that lies further off than this is another row."""

Ints = NDArray[np.int64]


def matched_rows(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Ints:
    """Return for each old row the new row it became, -1 where it is gone; no two become the same.

    In this order, each among the rows that are left: the same ``osm_id`` and the same shape; the same ``osm_id``, the
    pieces of one way in their order; the same shape; the same name, where it is the only row of that name; the nearest
    of the same kind of shape, if each is the other's nearest and they lie within ``NEAR_M``.
    """
    became = np.full(len(old), -1, dtype=np.int64)
    taken = np.zeros(len(new), dtype=bool)
    shape, osm_id, name = _shapes, _osm_ids, _names
    for keys in ((osm_id, shape), (osm_id,), (shape,), (name,)):
        left, free = np.flatnonzero(became < 0), np.flatnonzero(~taken)
        if len(left) and len(free):
            a, b = _joined([key(old, left) for key in keys], [key(new, free) for key in keys], once=keys == (name,))
            became[left[a]] = free[b]
            taken[free[b]] = True
    left, free = np.flatnonzero(became < 0), np.flatnonzero(~taken)
    if len(left) and len(free):
        a, b = _nearest(old.geometry.to_numpy()[left], new.geometry.to_numpy()[free])
        became[left[a]] = free[b]
    return became


def _shapes(table: gpd.GeoDataFrame, rows: Ints) -> NDArray[np.object_]:
    wkb: NDArray[np.object_] = np.asarray(shapely.to_wkb(table.geometry.to_numpy()[rows]), dtype=object)
    return wkb


def _osm_ids(table: gpd.GeoDataFrame, rows: Ints) -> NDArray[np.object_]:
    if "osm_id" not in table:
        return np.full(len(rows), None, dtype=object)
    ids = table["osm_id"].to_numpy()[rows]
    known: NDArray[np.object_] = ids.astype(object)
    known[ids < 0] = None
    return known


def _names(table: gpd.GeoDataFrame, rows: Ints) -> NDArray[np.object_]:
    if "name" not in table:
        return np.full(len(rows), None, dtype=object)
    names: NDArray[np.object_] = table["name"].to_numpy(dtype=object)[rows]
    names[names == ""] = None
    return names


def _joined(old: list[Any], new: list[Any], once: bool) -> tuple[Ints, Ints]:
    """Return the pairs of rows whose keys are all there and equal; of several alike the first with the first."""
    sides = []
    for keys in (old, new):
        table = pd.DataFrame({str(i): key for i, key in enumerate(keys)})
        table["row"] = np.arange(len(table))
        table = table.dropna()
        names = [str(i) for i in range(len(keys))]
        if once:
            table = table[~table.duplicated(names, keep=False)]
        table["turn"] = table.groupby(names, sort=False).cumcount() if len(table) else pd.Series([], dtype="int64")
        sides.append(table)
    pairs = sides[0].merge(sides[1], on=[*names, "turn"], suffixes=("_old", "_new"))
    return pairs["row_old"].to_numpy(dtype=np.int64), pairs["row_new"].to_numpy(dtype=np.int64)


def _nearest(old: NDArray[np.object_], new: NDArray[np.object_]) -> tuple[Ints, Ints]:
    here, there = (shapely.get_coordinates(shapely.centroid(shapes)) for shapes in (old, new))
    away_m, to_new = (np.asarray(found) for found in cKDTree(there).query(here))
    to_old = np.asarray(cKDTree(here).query(there)[1])
    mutual = (to_old[to_new] == np.arange(len(here))) & (away_m <= NEAR_M)
    mutual &= shapely.get_dimensions(old) == shapely.get_dimensions(new[to_new])
    a = np.flatnonzero(mutual)
    return a, to_new[a].astype(np.int64)
