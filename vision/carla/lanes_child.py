"""The process in which CARLA's client lays out the lanes of a map: its reader may fall on a bad one, and talks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def lanes_in(xodr: str, spacing_m: float) -> dict[str, Any]:
    """Return the waypoints of a map's driving lanes outside junctions, and how much is in it.

    Each waypoint is CARLA's x and y, the unit vector along the lane, the lane's number (from the middle outwards, by
    sign of side) and width.
    """
    import carla

    road_map = carla.Map("city", xodr)
    rows = []
    waypoints = road_map.generate_waypoints(spacing_m)
    for waypoint in waypoints:
        if waypoint.is_junction or waypoint.lane_type != carla.LaneType.Driving:
            continue
        at, ahead = waypoint.transform.location, waypoint.transform.get_forward_vector()
        rows.append([at.x, at.y, ahead.x, ahead.y, waypoint.lane_id, waypoint.lane_width])
    return {"segments": len(road_map.get_topology()), "waypoints": len(waypoints), "rows": rows}


if __name__ == "__main__":
    path, spacing = sys.argv[1:]
    print("\n" + json.dumps(lanes_in(Path(path).read_text(encoding="utf-8"), float(spacing))))
