"""A city in a few figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.city.model import City
from twin.city.standing import decks_in, lamp_posts_in, trees_in, walls_in
from twin.streets import StreetGraph


def city_figures(city: City) -> dict[str, Any]:
    """Return a city's figures as plain JSON: lengths in km, area in km2, counts, and the account of its making."""
    streets, buildings = city.streets, city.buildings
    graph = StreetGraph.of(city)
    return {
        "name": city.name,
        "folder": str(city.folder) if city.folder else None,
        "crs": city.crs,
        "timezone": city.manifest.get("timezone"),
        "hash": city.manifest.get("hash"),
        "area_km2": round(float(city.districts.geometry.area.sum()) / 1e6, 2),
        "residents": city.residents,
        "streets": {
            "nodes": len(city.nodes),
            "pieces": len(streets),
            "drivable_km": round(float(streets.loc[streets["drive"], "length_m"].sum()) / 1000, 1),
            "oneway_km": round(float(streets.loc[streets["drive"] & streets["oneway"], "length_m"].sum()) / 1000, 1),
            "walking_km": round(float(streets.loc[streets["walk"], "length_m"].sum()) / 1000, 1),
            "signals": int(city.nodes["signal"].sum()),
            "drivable_nodes": int(graph.drivable.sum()),
            "nodes_in_main_component": int(graph.main_component.sum()),
        },
        "buildings": {
            "count": len(buildings),
            "with_holes": int((buildings.geometry.count_interior_rings() > 0).sum()),
            "dwellings": int(buildings["dwellings"].sum()),
            "tallest_m": float(buildings["height_m"].max()) if len(buildings) else 0.0,
            "by_use": {str(use): int(n) for use, n in buildings["use"].value_counts().sort_index().items()},
        },
        "places": {str(kind): int(n) for kind, n in city.places["kind"].value_counts().sort_index().items()},
        "standing": _standing(city),
        "districts": len(city.districts),
        "mahallas": len(city.mahallas),
        "made": {key: city.manifest[key] for key in sorted(city.manifest) if key not in {"hash", "name", "crs"}},
    }


def _standing(city: City) -> dict[str, Any]:
    """Return what stands beside the buildings; ``mapped`` ones are in the city's layers, the others follow from it."""
    walls = walls_in(city)
    return {
        "trees": len(trees_in(city)),
        "trees_mapped": len(city.trees),
        "lamp_posts": len(lamp_posts_in(city)),
        "walls_km": round(float(np.hypot(*(walls.ends_m[:, 2:] - walls.ends_m[:, :2]).T).sum()) / 1000, 1),
        "barriers_mapped": {str(k): int(n) for k, n in city.barriers["kind"].value_counts().sort_index().items()},
        "decks_of_bridges": len(decks_in(city)),
    }
