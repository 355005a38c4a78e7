"""A plan of docks as files: the sites as GeoJSON, and a fleet file that sends drones from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pyproj import Transformer

from experiments.docks.inputs import DroneInputs
from experiments.docks.request import DocksRequest
from twin.runfolder import write_whole

FLEET: Final = "fleet.yaml"
SITES: Final = "docks.geojson"
FIGURES: Final = "docks.json"
MAP: Final = "docks.png"


def write_docks(out: Path, inputs: DroneInputs, content: Mapping[str, Any]) -> None:
    """Write the chosen docks as GeoJSON points in the order of choice."""
    to_degrees = Transformer.from_crs(inputs.city.crs, "EPSG:4326", always_xy=True)
    rows = []
    for dock in content["docks"]:
        lon, lat = to_degrees.transform(dock["x_m"], dock["y_m"])
        point = {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}
        rows.append(json.dumps({"type": "Feature", "properties": dock, "geometry": point}, ensure_ascii=False))
    text = '{"type": "FeatureCollection", "features": [\n' + ",\n".join(rows) + "\n]}\n"
    write_whole(out / SITES, lambda part: part.write_text(text, encoding="utf-8"))


def write_fleet_file(out: Path, request: DocksRequest, inputs: DroneInputs, content: Mapping[str, Any]) -> None:
    """Write a fleet file with one drone on each dock; teams are left to the residents."""
    text = "\n".join(
        [
            "version: 1",
            f"name: {len(content['docks'])} docks for {inputs.city.name}",
            f"source: {json.dumps(_source(request, content), ensure_ascii=False)}",
            "drones:",
            *(drone_line(dock, request.drone) for dock in content["docks"]),
        ]
    )
    write_whole(out / FLEET, lambda part: part.write_text(text + "\n", encoding="utf-8"))


def drone_line(dock: Mapping[str, Any], drone: str) -> str:
    """Return one entry of a fleet file."""
    where = f"{{x_m: {dock['x_m']:.1f}, y_m: {dock['y_m']:.1f}}}"
    roof = "true" if dock["on_roof"] else "false"
    what = dock["name"] or dock["kind"]
    return f"  - {{id: {dock['id']}, class: {drone}, dock: {where}, on_roof: {roof}}}  # {what}".rstrip()


def _source(request: DocksRequest, content: Mapping[str, Any]) -> str:
    plan = content["plan"]
    return (
        f"twin drone docks: {plan['share']:.1%} of the expected requests within {request.within_s:g} s, proven within "
        f"{plan['gap']:.2%} of the best plan of so many docks"
    )
