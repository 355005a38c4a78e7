"""Two cities held against each other: layer by layer, in their totals, and in the accounts of their making."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.diff.match import matched_rows
from twin.city.forms.rows import REFERENCES
from twin.city.model import LAYERS, City
from twin.errors import InputError

FIRST_ROWS: Final = 20
NOT_COMPARED: Final = ("hash", "edited", "name", "crs", "schema")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LayerDiff:
    """What changed in one layer.

    Attributes:
        rows_old, rows_new: how many rows there were and are.
        added, removed: rows without a counterpart.
        moved: rows with another shape, and ``moved_most_m`` how far the farthest of their middles.
        reordered: rows that stand in another place between their neighbours.
        changed: by column, in how many rows it says something else; columns that name rows are followed to those.
        first_rows: the first rows of each kind, old ones but for ``added``.
    """

    rows_old: int
    rows_new: int
    added: int
    removed: int
    moved: int
    moved_most_m: float
    reordered: int
    changed: Mapping[str, int]
    first_rows: Mapping[str, list[int]]

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.removed or self.moved or self.reordered or self.changed)


@dataclass(frozen=True)
class CityDiff:
    """What changed between two cities.

    Attributes:
        old, new: their names.
        layers: by layer.
        totals: by what is counted, before and after.
        manifest: by key, ``outer.inner``, before and after; None where it is not there.
    """

    old: str
    new: str
    layers: Mapping[str, LayerDiff]
    totals: Mapping[str, tuple[float, float]]
    manifest: Mapping[str, tuple[Any, Any]]

    @property
    def same(self) -> bool:
        """Whether the cities are the same, their accounts included."""
        return self.old == self.new and not self.manifest and all(layer.same for layer in self.layers.values())

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON."""
        return {"same": self.same, **asdict(self)}


def diff_cities(old: City, new: City) -> CityDiff:
    """Compare two cities; rows are matched by ``osm_id`` where they have one, else by shape, name and place.

    Raises:
        InputError: the cities lie in different coordinate systems.
    """
    if old.crs != new.crs:
        raise InputError(
            f"compare {old.name} with {new.name}",
            f"one is in {old.crs}, the other in {new.crs}; build both from the same region",
        )
    became = {layer: matched_rows(getattr(old, layer), getattr(new, layer)) for layer in LAYERS}
    return CityDiff(
        old=old.name,
        new=new.name,
        layers={layer: _layer(layer, getattr(old, layer), getattr(new, layer), became) for layer in LAYERS},
        totals={
            name: (before, after)
            for (name, before), after in zip(_totals(old).items(), _totals(new).values(), strict=True)
        },
        manifest=_manifest(_flat(old.manifest), _flat(new.manifest)),
    )


def _layer(layer: str, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, became: Mapping[str, Ints]) -> LayerDiff:
    rows = np.flatnonzero(became[layer] >= 0)
    to = became[layer][rows]
    before, after = old.geometry.to_numpy()[rows], new.geometry.to_numpy()[to]
    moved = np.asarray(shapely.to_wkb(before)) != np.asarray(shapely.to_wkb(after))
    far_m = shapely.distance(shapely.centroid(before[moved]), shapely.centroid(after[moved]))
    changed, columns = np.zeros(len(rows), dtype=bool), {}
    for column in LAYERS[layer]:
        was, now = old[column].to_numpy()[rows], new[column].to_numpy()[to]
        of = REFERENCES.get(layer, {}).get(column)
        other = now != (was if of is None else became[of][was])
        changed |= other
        if other.any():
            columns[column] = int(other.sum())
    kept = np.zeros(len(new), dtype=bool)
    kept[to] = True
    return LayerDiff(
        rows_old=len(old),
        rows_new=len(new),
        added=int((~kept).sum()),
        removed=len(old) - len(rows),
        moved=int(moved.sum()),
        moved_most_m=round(float(far_m.max(initial=0.0)), 3),
        reordered=int((np.diff(to) < 0).sum()),
        changed=columns,
        first_rows={
            "added": _first(np.flatnonzero(~kept)),
            "removed": _first(np.flatnonzero(became[layer] < 0)),
            "moved": _first(rows[moved]),
            "changed": _first(rows[changed]),
        },
    )


def _first(rows: Ints) -> list[int]:
    return [int(row) for row in rows[:FIRST_ROWS]]


def _totals(city: City) -> dict[str, float]:
    streets, buildings, areas = city.streets, city.buildings, city.areas
    drive, walk = streets["drive"].to_numpy(dtype=bool), streets["walk"].to_numpy(dtype=bool)
    length_km = streets["length_m"].to_numpy() / 1000.0
    return {
        "streets to drive, km": round(float(length_km[drive].sum()), 3),
        "of these one-way, km": round(float(length_km[drive & streets["oneway"].to_numpy(dtype=bool)].sum()), 3),
        "streets to walk, km": round(float(length_km[walk].sum()), 3),
        "signals": int(city.nodes["signal"].sum()),
        "turn restrictions": len(city.restrictions),
        "buildings": len(buildings),
        "ground under buildings, ha": round(float(buildings.geometry.area.sum()) / 1e4, 3),
        "dwellings": int(buildings["dwellings"].sum()),
        "residents by building": int(buildings["residents"].sum()),
        "residents by district": city.residents,
        "places": len(city.places),
        "mapped trees": len(city.trees),
        "mapped walls and fences, km": round(float(city.barriers.geometry.length.sum()) / 1000.0, 3),
        "area of the districts, km2": round(float(city.districts.geometry.area.sum()) / 1e6, 4),
        "water, ha": round(float(areas[areas["kind"] == "water"].geometry.area.sum()) / 1e4, 3),
    }


def _flat(value: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            flat |= _flat(inner, f"{before}{key}.")
        elif before or key not in NOT_COMPARED:
            flat[f"{before}{key}"] = inner
    return flat


def _manifest(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    keys = sorted({*old, *new})
    return {key: (old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)}
