"""Which of the figures of Tashkent apply to a city: those of the districts it holds, and of the whole if it holds all.

A city is known by the names of its districts, so a real Tashkent read from OpenStreetMap is measured like the default
one, and a city without those districts has no figures to reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.frame_figures import DistrictFigures, FrameFigures, frame_figures
from twin.city.model import City


@dataclass(frozen=True)
class Reference:
    """What is asked of a city.

    Attributes:
        figures: all figures of Tashkent.
        districts: figures by row of ``city.districts``, for the rows that are districts of Tashkent.
    """

    figures: FrameFigures
    districts: Mapping[int, DistrictFigures]

    @property
    def whole(self) -> bool:
        """Whether the city holds every district."""
        return len(self.districts) == len(self.figures.districts)


def reference_of(city: City) -> Reference:
    """Return what is asked of a city, by the names of its districts."""
    figures = frame_figures()
    known = {_bare(district.title): district for district in figures.districts.values()}
    names = [_bare(str(name)) for name in city.districts["name"]]
    return Reference(figures, {row: known[name] for row, name in enumerate(names) if name in known})


def plain(name: str) -> str:
    """Return a name in small letters with one sort of apostrophe, so that spellings meet."""
    for mark in "‘’ʻʼ`´":
        name = name.replace(mark, "'")
    return " ".join(name.lower().split())


def _bare(name: str) -> str:
    """Return a district's name without the word for district and without apostrophes, which spellings leave out."""
    return plain(name).removesuffix(" tumani").replace("'", "")


def district_rows(city: City, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each of the (n, 2) points the row of the district it lies in, the lowest of several, -1 for none."""
    rows = np.full(len(xy), -1, dtype=np.int64)
    if len(xy) and len(city.districts):
        shapes = city.districts.geometry.to_numpy()
        point, district = shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects")
        order = np.lexsort((-district, point))
        rows[point[order]] = district[order]
    return rows
