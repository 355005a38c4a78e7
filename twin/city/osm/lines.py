"""Open lines of an extract: the stretches of a way whose nodes are there, cut at the box that was asked for."""

from __future__ import annotations

import numpy as np
import shapely

from twin.city.osm.ground import Ground
from twin.city.osm.ledger import OUTSIDE
from twin.city.osm.reading import Extract, Way

LEAST_M = 0.1


def way_lines(way: Way, extract: Extract, ground: Ground) -> tuple[list[shapely.LineString], str]:
    """Return the lines of a way within the box, and why there are none ("" where there are some)."""
    rows = extract.rows_of(way)
    lines = []
    for part in np.split(rows, np.flatnonzero(rows < 0)):
        present = part[part >= 0]
        if len(present) > 1 and np.ptp(ground.xy_m[present], axis=0).any():
            lines.append(shapely.LineString(ground.xy_m[present]))
    if not lines:
        return [], "no two nodes of it apart are in the file"
    if ground.box is None:
        return lines, ""
    inside = line_parts(shapely.intersection(shapely.union_all(lines), ground.box))
    return (inside, "") if inside else ([], OUTSIDE)


def line_parts(shape: shapely.Geometry) -> list[shapely.LineString]:
    """Return the lines in any geometry, joined where they go on, to millimetres; those shorter than 10 cm are left."""
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    lines = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString" and part.length >= LEAST_M]
    rounded = [shapely.transform(line, lambda xy: np.round(xy, 3)) for line in lines]
    return [shapely.remove_repeated_points(line, 0.0) for line in rounded]
