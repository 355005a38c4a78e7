"""OpenStreetMap XML written piece by piece: nodes, then ways, then relations, ids counted from 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

import numpy as np
import pyproj
from numpy.typing import NDArray

from twin.city.forms.xml_words import attribute

Tags = Mapping[str, str]


class OsmText:
    """Writes elements to a file; ids of nodes, ways and relations are counted apart.

    Coordinates have 9 decimals of a degree, a tenth of a millimetre; readers that keep 7 round to a centimetre.
    """

    def __init__(self, file: TextIO, crs: str) -> None:
        self._file = file
        self._degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        self._last = {"node": 0, "way": 0, "relation": 0}
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="tashkent-twin">\n')

    def nodes(self, xy_m: NDArray[np.float64], tags: Mapping[int, Tags] | None = None) -> int:
        """Write (n, 2) points, some with tags by their row, and return the id of the first."""
        first = self._last["node"] + 1
        lon, lat = self._degrees.transform(xy_m[:, 0], xy_m[:, 1])
        for i, (x, y) in enumerate(zip(np.asarray(lon).tolist(), np.asarray(lat).tolist(), strict=True)):
            inside = _tags((tags or {}).get(i, {}))
            end = f">{inside}</node>\n" if inside else "/>\n"
            self._file.write(f'<node id="{first + i}" version="1" visible="true" lat="{y:.9f}" lon="{x:.9f}"{end}')
        self._last["node"] += len(xy_m)
        return first

    def way(self, refs: Iterable[int], tags: Tags) -> int:
        """Write a way and return its id."""
        self._last["way"] += 1
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        self._file.write(f'<way id="{self._last["way"]}" version="1" visible="true">{inside}{_tags(tags)}</way>\n')
        return self._last["way"]

    def relation(self, members: Sequence[tuple[str, int, str]], tags: Tags) -> None:
        """Write a relation of members (kind, id, role)."""
        self._last["relation"] += 1
        inside = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
        number = self._last["relation"]
        self._file.write(f'<relation id="{number}" version="1" visible="true">{inside}{_tags(tags)}</relation>\n')

    def end(self) -> None:
        """Close the document."""
        self._file.write("</osm>\n")


def refs_of(inner: int, first_id: int, tail: int, head: int) -> Iterator[int]:
    """Yield the nodes of a way: its first, its inner ones from ``first_id`` on, its last."""
    yield tail
    yield from range(first_id, first_id + inner)
    yield head


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={attribute(key)} v={attribute(value)}/>" for key, value in tags.items() if value)
