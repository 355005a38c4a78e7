"""How files say where something is: by degrees, by city metres, by a place's name or at all places of a kind."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from pydantic import Field, model_validator
from pyproj import Transformer

from twin.checked_yaml import Strict
from twin.city import City
from twin.errors import unknown_name

_WORDS: Final = {"place": "the name of a place", "kind": "a kind of places"}


class PointSpec(Strict):
    """A point at ``lon`` and ``lat`` (WGS84), or at ``x_m`` and ``y_m`` (city metres); exactly one of these ways."""

    names: ClassVar[tuple[str, ...]] = ()
    """Fields that say it too, each by itself."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    x_m: float | None = None
    y_m: float | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        pairs = ((self.lon, self.lat), (self.x_m, self.y_m))
        whole = sum(None not in pair for pair in pairs) + sum(getattr(self, name) is not None for name in self.names)
        if whole != 1 or any(pair.count(None) == 1 for pair in pairs):
            raise ValueError("give " + ", or ".join(["lon and lat", "x_m and y_m", *(_WORDS[n] for n in self.names)]))
        return self

    def in_city(self, city: City) -> tuple[float, float]:
        """Return where it is in city metres.

        Raises:
            ValueError: it is said by name or kind.
        """
        if self.lon is not None:
            x_m, y_m = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True).transform(self.lon, self.lat)
            return float(x_m), float(y_m)
        if self.x_m is None or self.y_m is None:
            raise ValueError("a place said by name or kind has no point of its own")
        return self.x_m, self.y_m


class StandSpec(PointSpec):
    """Where teams wait or drones stand: at a point, at a ``place`` by name, or dealt round all places of a ``kind``.

    Attributes:
        kind: of the city's places, such as ``fire_station``; what the entry names is dealt round them in turn.
    """

    names: ClassVar[tuple[str, ...]] = ("place", "kind")

    place: str | None = None
    kind: str | None = None

    def stands(self, city: City) -> list[tuple[float, float]]:
        """Return all there are of it in a city, in city metres; a name that comes twice means the first.

        Raises:
            LookupError: the city has no such place, or none of that kind; in words.
        """
        if self.place is None and self.kind is None:
            return [self.in_city(city)]
        column, value = ("name", self.place) if self.place is not None else ("kind", self.kind)
        found = city.places[city.places[column] == value]
        if not len(found):
            known = sorted({str(one) for one in city.places[column] if one})
            what = "place" if column == "name" else "kind of places in the city"
            raise LookupError(unknown_name(what, str(value), known)[:300])
        points = found.geometry.representative_point()
        return [(float(point.x), float(point.y)) for point in points][: 1 if column == "name" else None]
