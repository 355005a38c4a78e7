"""The whole table of a city's figures, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twin.city.figures.figure import Figure
from twin.city.figures.folder import build_cost, folder_size, load_time
from twin.city.figures.length import passages, street_length
from twin.city.figures.network import shape_beside, together
from twin.city.figures.people import dwellings, residents
from twin.city.figures.reference import reference_of
from twin.city.figures.storeys import storeys
from twin.city.figures.travel_times import travel_times
from twin.city.figures.walking import metro_walks
from twin.city.model import City


def city_table(city: City, against: Path | None = None, build: bool = False) -> Iterator[Figure]:
    """Yield the figures of a city, each measured when it is asked for.

    Args:
        city: any city; where no target applies to it, the verdict is ``no figure``.
        against: folder of data on Tashkent that stays outside the project, for the walks from the metro; beside it
            ``osm_other_cities`` with the real extracts. None skips both.
        build: build the default city anew and measure that too.

    Raises:
        InputError: the folder's files cannot be read.
    """
    reference = reference_of(city)
    yield street_length(city, reference)
    yield passages(city, reference)
    yield residents(city, reference)
    yield dwellings(city, reference)
    yield from storeys(city, reference)
    yield from metro_walks(city, reference, against)
    yield together(city)
    yield from shape_beside(city, None if against is None else against.parent / "osm_other_cities")
    yield from travel_times(city, reference.whole)
    yield folder_size(city, reference.whole)
    yield load_time(city, reference.whole)
    if build:
        yield build_cost(int(city.manifest.get("made_by", {}).get("seed", 1)))
