"""The process in which CARLA's client converts a map and loads it; an order comes in as JSON, and goes out answered."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any, Final

RIGHT_M: Final = (1.5, 0.0, 3.5, 6.0)
FOUND_M: Final = 4.0


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Convert ``osm`` to ``xodr`` if it is given, load that, and return what ``carla.Map`` found in it."""
    import carla

    path = Path(order["xodr"])
    if "osm" in order:
        settings = carla.Osm2OdrSettings()
        settings.use_offsets = True
        settings.center_map = False
        settings.proj_string = order["projection"]
        settings.offset_x, settings.offset_y = order["offset_x"], order["offset_y"]
        source = Path(order["osm"]).read_text(encoding="utf-8")
        path.write_text(carla.Osm2Odr.convert(source, settings), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    road_map = carla.Map("city", text)
    found = {"segments": len(road_map.get_topology()), "roads": text.count("<road ")}
    return {**found, "probes": [_road_at(carla, road_map, *probe) for probe in order["probes"]]}


def _road_at(carla: Any, road_map: Any, x_m: float, y_m: float, bearing_x: float, bearing_y: float) -> Any:
    """Return road, place on it, and whether it is in a junction, of the lane that leads that way; None off the map.

    CARLA's y runs to the south. A lane that leads another way is left for one further right.
    """
    for right_m in RIGHT_M:
        at = carla.Location(x=x_m + right_m * bearing_y, y=-y_m + right_m * bearing_x)
        waypoint = road_map.get_waypoint(at, project_to_road=True)
        if waypoint is None or waypoint.transform.location.distance(at) > FOUND_M:
            continue
        ahead = waypoint.transform.get_forward_vector()
        if ahead.x * bearing_x - ahead.y * bearing_y > math.cos(math.radians(60)):
            return [str(waypoint.road_id), float(waypoint.s), bool(waypoint.is_junction)]
    return None


if __name__ == "__main__":
    print("\n" + json.dumps(answer(json.load(sys.stdin))))
