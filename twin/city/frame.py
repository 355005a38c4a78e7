"""The real frame of Tashkent: outlines, main streets, waters, rails, known places and figures, in metres.

What is real, how sure it is and where it comes from stands with each feature in ``twin/city/data/``: districts and
metro stations are from OpenStreetMap ((c) OpenStreetMap contributors, ODbL 1.0); the rest is put together from the
sources named there, or says «assumed».
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from twin.city.frame_figures import DATA, DistrictFigures, FrameFigures, frame_figures, mahalla_names

XY = tuple[float, float]

ZONE_KINDS: Final = ("old_city", "planned_centre", "soviet_quarter", "new_towers", "mahalla", "village")


@dataclass(frozen=True)
class District:
    """A district.

    Attributes:
        name: plain, such as ``Chilonzor``; the key of all tables.
        title: such as ``Chilonzor tumani``.
        outline: ring, counter-clockwise, not closed, metres; neighbours share its corners exactly.
        figures: residents, storeys, counts.
        mahallas: names, in the order of the register.
    """

    name: str
    title: str
    outline: tuple[XY, ...]
    figures: DistrictFigures
    mahallas: tuple[str, ...]

    @property
    def polygon(self) -> Polygon:
        """The outline as a polygon."""
        return Polygon(self.outline)


@dataclass(frozen=True)
class MainStreet:
    """A main street that the frame knows.

    Attributes:
        name: or "" where none is known.
        street_class: one of ``STREET_CLASSES``.
        lanes: in all; 0 for a street of walkers.
        speed_kmh: limit.
        quality: ``good``, ``fair``, ``weak`` or ``assumed``.
        shift_m: how far a seed may move it; 0 for a course that is known or that others depend on.
        corridor: one of ``CORRIDORS``; which avenues are corridors is assumed but for the three planned food streets.
        names: JSON object of further names by language, or "".
        course: points, metres. Streets that meet end on each other; those that leave the city end on its outline.
        source: where the course comes from.
    """

    name: str
    street_class: str
    lanes: int
    speed_kmh: int
    quality: str
    shift_m: float
    corridor: str
    names: str
    course: tuple[XY, ...]
    source: str


@dataclass(frozen=True)
class Water:
    """A canal or river by its centre line: name, ``canal`` or ``river``, width and course in metres, quality."""

    name: str
    kind: str
    width_m: float
    course: tuple[XY, ...]
    quality: str


@dataclass(frozen=True)
class Rail:
    """A railway or a metro line (``rail`` or ``metro_line``): name and course in metres."""

    name: str
    kind: str
    course: tuple[XY, ...]


@dataclass(frozen=True)
class Land:
    """A stretch of land with a use of its own.

    Attributes:
        name: of the park, factory, bazaar.
        kind: park, airport, square, cemetery, industry, bazaar, campus or stadium.
        outline: ring, counter-clockwise, not closed, metres; no two overlap.
    """

    name: str
    kind: str
    outline: tuple[XY, ...]


@dataclass(frozen=True)
class Spot:
    """A known place.

    Attributes:
        kind: one of ``PLACE_KINDS``.
        name: of the place.
        at: metres.
        district: plain name.
        inferred: the columns of the places layer that are assumed, separated by commas.
        more: what else is known: metro ``line``, ``seats``, ``height_m``, ``ha``, ``emergency``.
    """

    kind: str
    name: str
    at: XY
    district: str
    inferred: str
    more: Mapping[str, Any]


@dataclass(frozen=True)
class Zones:
    """Where which kind of fabric prevails (assumed): kind of each centre, (n, 2) metres, radius and weight."""

    kind: tuple[str, ...]
    at: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    weight: NDArray[np.float64]

    def kinds_at(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return for each of the (n, 2) points the index into ZONE_KINDS of the kind that prevails there.

        A centre pulls with ``weight * exp(-(distance / radius)^2)``; the strongest one decides, far from all the
        nearest in that measure.
        """
        away = np.hypot(xy[:, None, 0] - self.at[None, :, 0], xy[:, None, 1] - self.at[None, :, 1])
        pull = np.log(self.weight)[None, :] - (away / self.radius_m[None, :]) ** 2
        of_centre = np.array([ZONE_KINDS.index(kind) for kind in self.kind], dtype=np.int64)
        strongest: NDArray[np.int64] = of_centre[np.argmax(pull, axis=1)]
        return strongest


@dataclass(frozen=True)
class Frame:
    """All that is real of the city, in EPSG:32642 metres rounded to centimetres, and its figures."""

    figures: FrameFigures
    districts: tuple[District, ...]
    streets: tuple[MainStreet, ...]
    waters: tuple[Water, ...]
    rails: tuple[Rail, ...]
    lands: tuple[Land, ...]
    spots: tuple[Spot, ...]
    zones: Zones
    sources: tuple[str, ...]

    @property
    def outline(self) -> Polygon:
        """The city: all districts together, one polygon without holes."""
        return shapely.union_all([district.polygon for district in self.districts])

    def spots_of(self, *kinds: str) -> list[Spot]:
        """Return the known places of these kinds, in the order of the file."""
        return [spot for spot in self.spots if spot.kind in kinds]


@cache
def load_frame() -> Frame:
    """Return the frame of Tashkent; read once.

    Raises:
        InputError: a table is damaged.
    """
    figures = frame_figures()
    place = _Projection(figures.crs)
    lines, areas, points, zones = (place.features(name) for name in ("lines", "areas", "points", "zones"))
    outlines = place.features("districts")
    return Frame(
        figures=figures,
        districts=tuple(_district(figures, facts, shape) for facts, shape in outlines),
        streets=tuple(_street(facts, shape) for facts, shape in lines if facts["kind"] == "street"),
        waters=tuple(
            Water(facts["name"], facts["kind"], float(facts["width_m"]), shape, facts["quality"])
            for facts, shape in lines
            if facts["kind"] in ("canal", "river")
        ),
        rails=tuple(
            Rail(facts["name"], facts["kind"], shape)
            for facts, shape in lines
            if facts["kind"] in ("rail", "metro_line")
        ),
        lands=tuple(Land(facts["name"], facts["kind"], shape) for facts, shape in areas),
        spots=tuple(_spot(facts, shape[0]) for facts, shape in points),
        zones=_zones(zones),
        sources=tuple(dict.fromkeys(facts["source"] for facts, _ in [*outlines, *lines, *areas, *points])),
    )


class _Projection:
    """Reads a table of features and puts its coordinates into metres."""

    def __init__(self, crs: str) -> None:
        self._metres = pyproj.Transformer.from_crs(4326, crs, always_xy=True)

    def features(self, name: str) -> list[tuple[dict[str, Any], tuple[XY, ...]]]:
        """Return the facts and the points of each feature; a ring counter-clockwise and not closed."""
        text = (DATA / f"tashkent_{name}.geojson").read_text(encoding="utf-8")
        return [(feature["properties"], self._points(feature["geometry"])) for feature in json.loads(text)["features"]]

    def _points(self, geometry: Mapping[str, Any]) -> tuple[XY, ...]:
        pairs = geometry["coordinates"]
        pairs = [pairs] if geometry["type"] == "Point" else pairs[0] if geometry["type"] == "Polygon" else pairs
        x, y = self._metres.transform(*np.array(pairs, dtype=np.float64).T)
        points = tuple((round(float(a), 2), round(float(b), 2)) for a, b in zip(x, y, strict=True))
        if geometry["type"] != "Polygon":
            return points
        return points[:-1] if shapely.is_ccw(shapely.linearrings(np.array(points))) else points[:0:-1]


def _district(figures: FrameFigures, facts: Mapping[str, Any], outline: tuple[XY, ...]) -> District:
    name = facts["name"]
    return District(name, facts["title"], outline, figures.districts[name], mahalla_names()[name])


def _street(facts: Mapping[str, Any], course: tuple[XY, ...]) -> MainStreet:
    columns = ("name", "street_class", "lanes", "speed_kmh", "quality", "shift_m", "corridor", "source")
    names = json.dumps({"ru": facts["name_ru"]}, ensure_ascii=False) if facts["name_ru"] else ""
    return MainStreet(**{column: facts[column] for column in columns}, names=names, course=course)


def _spot(facts: Mapping[str, Any], at: XY) -> Spot:
    known = ("kind", "name", "district", "source")
    more = {key: value for key, value in facts.items() if key not in known}
    inferred = "node,geometry" if "assumed" in facts["source"] else "node"
    return Spot(facts["kind"], facts["name"], at, facts["district"], inferred, more)


def _zones(features: list[tuple[dict[str, Any], tuple[XY, ...]]]) -> Zones:
    return Zones(
        kind=tuple(facts["kind"] for facts, _ in features),
        at=np.array([points[0] for _, points in features]),
        radius_m=np.array([float(facts["radius_m"]) for facts, _ in features]),
        weight=np.array([float(facts["weight"]) for facts, _ in features]),
    )
