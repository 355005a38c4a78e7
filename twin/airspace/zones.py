"""Green, yellow and red: where drones may fly, how high, and where never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from twin.airspace.rules import AirRules, load_rules
from twin.checked_yaml import Strict, read_checked
from twin.city.model import City

COLOURS: Final = ("green", "yellow", "red")
ZONE_FILES: Final = {"tashkent": Path(__file__).parent / "data" / "tashkent.yaml"}
SIDES: Final = 32
TERMINAL_M: Final = 1_000.0

Floats = NDArray[np.float64]


def _ring(corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if len(corners) < 3 or not Polygon(corners).is_valid:
        raise ValueError("a polygon needs three corners or more and sides that do not cross")
    return corners


Ring = Annotated[tuple[tuple[float, float], ...], AfterValidator(_ring)]


class ZoneLine(Strict):
    """One zone of a file: a ring around a place, or a polygon, in degrees."""

    name: str = Field(min_length=1)
    colour: Literal["green", "yellow", "red"]
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-85, le=85)
    radius_m: float | None = Field(default=None, gt=0)
    polygon: Ring | None = None
    most_height_m: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_shape(self) -> ZoneLine:
        ring = [self.lon, self.lat, self.radius_m]
        if any(part is not None for part in ring) == bool(self.polygon) or (None in ring and not self.polygon):
            raise ValueError("give either lon, lat and radius_m, or a polygon of [lon, lat] corners")
        return self


class AirfieldLine(Strict):
    """The outline of an airfield in degrees; gets the rings of the rules."""

    name: str = Field(min_length=1)
    polygon: Ring


class ZoneFile(Strict):
    """Zones as data: ``schema``, ``dated``, ``source``, ``airfields``, ``zones``."""

    schema_version: Literal[1] = Field(alias="schema")
    dated: str
    source: str = Field(min_length=3)
    airfields: tuple[AirfieldLine, ...] = ()
    zones: tuple[ZoneLine, ...] = ()


@dataclass(frozen=True, eq=False)
class Zone:
    """A piece of the sky.

    Attributes:
        name: for people.
        colour: one of COLOURS.
        area: in city metres.
        most_height_m: how high above ground one may fly in it; 0 in a red one.
    """

    name: str
    colour: str
    area: BaseGeometry
    most_height_m: float

    def __post_init__(self) -> None:
        """Make the area quick to ask about."""
        shapely.prepare(self.area)


@dataclass(frozen=True, eq=False)
class AirSpace:
    """The sky over a city. Where zones overlap, the lowest height holds; outside all of them the sky is green.

    Attributes:
        zones: in the order they were given.
        rules: the rules of the air.
    """

    zones: tuple[Zone, ...]
    rules: AirRules

    @cached_property
    def red(self) -> BaseGeometry:
        """All red zones with their margin, as one polygon or several."""
        areas = [zone.area.buffer(self.rules.red_margin_m, quad_segs=4) for zone in self.zones if zone.colour == "red"]
        red = shapely.union_all(areas) if areas else Polygon()
        shapely.prepare(red)
        return red

    def ceiling_m(self, x_m: Floats, y_m: Floats) -> Floats:
        """Return how high (n,) one may fly over points; 0 within the margin of a red zone."""
        points = shapely.points(x_m, y_m)
        ceiling = np.full(len(points), self.rules.green_height_m)
        for zone in self._capped:
            inside = shapely.intersects(zone.area, points)
            ceiling[inside] = np.minimum(ceiling[inside], zone.most_height_m)
        ceiling[shapely.intersects(self.red, points)] = 0.0
        return ceiling

    def ceiling_along_m(self, way: Floats) -> float:
        """Return how high one may fly along a way (k, 2) that keeps out of red: the lowest zone it touches counts."""
        line = shapely.linestrings(way)
        lowest_m = self.rules.green_height_m
        for zone in self._capped:
            if zone.most_height_m < lowest_m and shapely.intersects(zone.area, line):
                lowest_m = zone.most_height_m
        return lowest_m

    @cached_property
    def _capped(self) -> list[Zone]:
        """The zones that are not red, ready to be asked often."""
        capped = [zone for zone in self.zones if zone.colour != "red"]
        for zone in capped:
            shapely.prepare(zone.area)
        return capped

    def colour_at(self, x_m: float, y_m: float) -> str:
        """Return the strictest colour over a point."""
        at = Point(x_m, y_m)
        return COLOURS[max((COLOURS.index(zone.colour) for zone in self.zones if zone.area.intersects(at)), default=0)]

    def names_at(self, x_m: float, y_m: float) -> list[str]:
        """Return the red zones that forbid a point, margin included."""
        at = Point(x_m, y_m)
        near = self.rules.red_margin_m
        return [zone.name for zone in self.zones if zone.colour == "red" and zone.area.distance(at) <= near]


def air_space(city: City, files: Sequence[Path] | None = None, rules: AirRules | None = None) -> AirSpace:
    """Return the sky over a city: yellow over its districts, rings around its airfields, and the zones of files.

    Args:
        city: whose airfields and districts.
        files: YAML with further zones; by default those that ship for the city's name, if any.
        rules: by default those that ship.

    Raises:
        InputError: a file is missing or wrong; all faults, by line.
    """
    rules = rules or load_rules()
    if files is None:
        files = [path for name, path in ZONE_FILES.items() if city.name.startswith(name)]
    zones = [Zone(city.name, "yellow", shapely.union_all(city.districts.geometry.to_numpy()), rules.yellow_height_m)]
    zones = zones if len(city.districts) else []
    metres = pyproj.Transformer.from_crs(4326, city.crs, always_xy=True)
    fields, listed = _airfields_of(city), []
    for path in files:
        read = read_checked(path, ZoneFile, f"read the zones of the sky {path.name}")
        listed += [(line.name, _polygon(line.polygon, metres)) for line in read.airfields]
        zones += [_zone(line, metres, rules) for line in read.zones]
    unlisted = [(name, shape) for name, shape in fields if all(shape.distance(known) > 0 for _, known in listed)]
    for name, shape in listed + unlisted:
        zones += _rings(name, shape, rules)
    return AirSpace(tuple(zones), rules)


def _airfields_of(city: City) -> list[tuple[str, BaseGeometry]]:
    """Return the outlines of a city's airfields, or their points where no outline holds them."""
    fields = city.areas[city.areas["kind"] == "airport"]
    shapes = [(str(name) or "airfield", shape) for name, shape in zip(fields["name"], fields.geometry, strict=True)]
    places = city.places[city.places["kind"] == "airport"]
    for name, point in zip(places["name"], places.geometry, strict=True):
        if all(shape.distance(point) > TERMINAL_M for _, shape in shapes):
            shapes.append((str(name) or "airfield", point))
    return shapes


def _rings(name: str, shape: BaseGeometry, rules: AirRules) -> list[Zone]:
    wide, near = (shape.buffer(far_m, quad_segs=SIDES // 4) for far_m in (rules.airport_yellow_m, rules.airport_red_m))
    around = Zone(f"around {name}", "yellow", wide, rules.airport_yellow_height_m)
    return [around, Zone(name, "red", near.simplify(5.0), 0.0)]


def _polygon(corners: tuple[tuple[float, float], ...], metres: pyproj.Transformer) -> Polygon:
    return Polygon([metres.transform(*corner) for corner in corners])


def _zone(line: ZoneLine, metres: pyproj.Transformer, rules: AirRules) -> Zone:
    if line.polygon:
        area: BaseGeometry = _polygon(line.polygon, metres)
    else:
        area = Point(metres.transform(line.lon, line.lat)).buffer(line.radius_m, quad_segs=SIDES // 4)
    heights = {"red": 0.0, "yellow": rules.yellow_height_m, "green": rules.green_height_m}
    return Zone(line.name, line.colour, area, line.most_height_m if line.most_height_m else heights[line.colour])
