"""The real frame of the district: outline, known streets and stations, figures, with their sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyproj
from ruamel.yaml import YAML

from twin.city.fabric.plan import XY


@dataclass(frozen=True)
class KnownStreet:
    """A main street that the frame knows: its course in metres, and how far the truth may lie from it.

    Attributes:
        name: or "" where none is known.
        street_class: one of ``STREET_CLASSES``.
        lanes: in all.
        speed_kmh: limit.
        quality: ``good``, ``fair``, ``weak`` or ``assumed``.
        shift_m: how far a seed may move it; 0 for a street whose course is known.
        course: points, metres.
    """

    name: str
    street_class: str
    lanes: int
    speed_kmh: int
    quality: str
    shift_m: float
    course: tuple[XY, ...]


@dataclass(frozen=True)
class Frame:
    """What is real: outline ring (ccw, not closed), its canal and its avenue, streets, points, figures, sources."""

    outline: tuple[XY, ...]
    canal: frozenset[XY]
    border: KnownStreet
    streets: tuple[KnownStreet, ...]
    metro: tuple[tuple[str, XY], ...]
    stadium: XY
    figures: Mapping[str, Any]
    sources: tuple[str, ...]


@cache
def chilonzor() -> Frame:
    """Return the frame of the Chilonzor district, in EPSG:32642 metres rounded to centimetres."""
    folder = files("twin.city.data")
    figures = YAML(typ="safe").load((folder / "chilonzor.yaml").read_text(encoding="utf-8"))
    features = json.loads((folder / "chilonzor_frame.geojson").read_text(encoding="utf-8"))["features"]
    place = pyproj.Transformer.from_crs(4326, figures["crs"], always_xy=True)

    def metres(pairs: list[list[float]]) -> tuple[XY, ...]:
        return tuple((round(x, 2), round(y, 2)) for x, y in (place.transform(lon, lat) for lon, lat in pairs))

    def of(kind: str) -> list[tuple[dict[str, Any], Any]]:
        return [(f["properties"], f["geometry"]["coordinates"]) for f in features if f["properties"]["kind"] == kind]

    outline = metres(of("outline")[0][1][0])[:-1]
    return Frame(
        outline=outline if _signed_area(outline) > 0 else outline[::-1],
        canal=frozenset(metres(of("canal")[0][1])),
        border=_street(of("border")[0][0], metres(of("border")[0][1])),
        streets=tuple(_street(properties, metres(course)) for properties, course in of("street")),
        metro=tuple((properties["name"], metres([at])[0]) for properties, at in of("metro")),
        stadium=metres([of("stadium")[0][1]])[0],
        figures=figures,
        sources=tuple(dict.fromkeys(f["properties"]["source"] for f in features)),
    )


def _street(properties: Mapping[str, Any], course: tuple[XY, ...]) -> KnownStreet:
    columns = ("name", "street_class", "lanes", "speed_kmh", "quality", "shift_m")
    return KnownStreet(**{column: properties[column] for column in columns}, course=course)


def _signed_area(ring: tuple[XY, ...]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2
