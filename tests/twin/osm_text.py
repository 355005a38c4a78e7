"""Writes small OpenStreetMap files for tests: nodes in metres from a corner, ways and relations with tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pyproj

WEST_M, SOUTH_M = 520_000.0, 4_570_000.0
_DEGREES = pyproj.Transformer.from_crs("EPSG:32642", "EPSG:4326", always_xy=True)


class OsmText:
    """Collects elements; a node that is never given a place is missing from the file."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def node(self, osm_id: int, x_m: float, y_m: float, **tags: str) -> OsmText:
        lon, lat = _DEGREES.transform(WEST_M + x_m, SOUTH_M + y_m)
        self.lines.append(f'<node id="{osm_id}" lat="{lat:.7f}" lon="{lon:.7f}">{_tags(tags)}</node>')
        return self

    def nodes(self, places: Mapping[int, tuple[float, float]]) -> OsmText:
        for osm_id, (x_m, y_m) in places.items():
            self.node(osm_id, x_m, y_m)
        return self

    def way(self, osm_id: int, refs: Sequence[int], tags: Mapping[str, str]) -> OsmText:
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        self.lines.append(f'<way id="{osm_id}">{inside}{_tags(tags)}</way>')
        return self

    def relation(self, osm_id: int, members: Sequence[tuple[int, str]], tags: Mapping[str, str]) -> OsmText:
        """Members are ways; one whose role is ``via`` and whose id no way has is a node."""
        ways = {line.split('"')[1] for line in self.lines if line.startswith("<way")}
        kinds = ["node" if role == "via" and str(ref) not in ways else "way" for ref, role in members]
        inside = "".join(
            f'<member type="{kind}" ref="{ref}" role="{role}"/>'
            for kind, (ref, role) in zip(kinds, members, strict=True)
        )
        self.lines.append(f'<relation id="{osm_id}">{inside}{_tags(tags)}</relation>')
        return self

    def write(self, path: Path) -> Path:
        body = "\n".join(self.lines)
        path.write_text(f'<?xml version="1.0"?>\n<osm version="0.6">\n{body}\n</osm>\n', encoding="utf-8")
        return path


def lon_lat(x_m: float, y_m: float) -> tuple[float, float]:
    """Return degrees of a point in metres from the corner."""
    lon, lat = _DEGREES.transform(WEST_M + x_m, SOUTH_M + y_m)
    return float(lon), float(lat)


def crossing() -> OsmText:
    """A street of 200 m from west to east and one from south to north, crossing at node 5 in their middles."""
    text = OsmText().nodes({1: (0, 100), 2: (200, 100), 3: (100, 0), 4: (100, 200), 5: (100, 100)})
    text.way(10, [1, 5, 2], {"highway": "residential", "name": "East"})
    return text.way(11, [3, 5, 4], {"highway": "primary", "name": "North", "oneway": "yes"})


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
