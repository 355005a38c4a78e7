"""The default city: all twelve districts of Tashkent, a real frame filled with a synthetic fabric.

Real: the districts' outlines and residents, the courses of the main streets, canals and railways as far as they are
known, metro stations, known places, the mahallas' names, the shares of flats by storeys. Synthetic, drawn from a seed:
every other street, all buildings, all borders of mahallas, all posts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final

import numpy as np
import shapely

from twin.city.fabric.fill import Fabric
from twin.city.fabric.network import Network, network_of
from twin.city.fabric.places import Place, known_places
from twin.city.fabric.skeleton import Skeleton, skeleton_of
from twin.city.fabric.stitch import stitched
from twin.city.fabric.tables import (
    area_table,
    building_table,
    district_table,
    gates,
    ground_of,
    mahalla_table,
    node_table,
    place_table,
    street_table,
)
from twin.city.fabric.turns import turn_table
from twin.city.fabric.workers import filled
from twin.city.frame import Frame, load_frame
from twin.city.model import City
from twin.errors import InputError

GENERATOR_VERSION: Final = 3
REAL: Final = (
    "the frame: districts' outlines and residents, main streets, canals and railways as far as they are known, metro "
    "stations, known places, names of the mahallas, shares of flats by storeys."
)
SYNTHETIC: Final = (
    "the fabric, drawn from a seed: all other streets, all buildings, the mahallas' borders, all posts, trees, "
    "lamps and walls; main streets of weak or assumed course are moved."
)
ASKED: Final = "build the default city"


def default_city(seed: int = 1, districts: Sequence[str] | None = None, workers: int | None = None) -> City:
    """Return Tashkent, or some of its districts; another seed gives other streets and buildings in the same frame.

    Args:
        seed: not negative; the same seed gives the same bytes in every layer, with any number of workers.
        districts: plain names such as ``Chilonzor``; None for all twelve. A district has the same fabric alone as in
            the whole.
        workers: processes that fill districts; None for as many as there are processors, when there is more than one
            district to fill.

    Raises:
        InputError: the seed is not a whole number from 0 up, or a district is not known.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(ASKED, f"the seed is {seed!r}; a whole number from 0 up would work")
    frame = load_frame()
    numbers = _numbers(frame, districts)
    skeleton = skeleton_of(int(seed))
    fabrics = filled(numbers, int(seed), workers or os.cpu_count() or 1)
    points, ways, dropped = stitched(skeleton, fabrics)
    network = network_of(points, ways)
    crs = frame.figures.crs
    places = _places(frame, skeleton, fabrics, network)
    schools = np.array([place.at for place in places if place.kind == "school"])
    counts = {"ways no street leads to": dropped, "places": len(places)}
    return City(
        name=_name(frame, numbers),
        crs=crs,
        manifest=_manifest(frame, int(seed), numbers, fabrics, counts),
        nodes=node_table(network, crs),
        streets=street_table(network, schools, crs),
        buildings=building_table(fabrics, crs),
        places=place_table(places, network, crs),
        districts=district_table(frame, skeleton, fabrics),
        mahallas=mahalla_table(frame, fabrics),
        areas=area_table(fabrics, crs),
        restrictions=turn_table(network, int(seed), crs),
    )


def _numbers(frame: Frame, districts: Sequence[str] | None) -> list[int]:
    """Return the numbers of the districts asked for, in the frame's order."""
    known = [district.name for district in frame.districts]
    if districts is None:
        return list(range(len(known)))
    asked = [districts] if isinstance(districts, str) else list(districts)
    wrong = [name for name in asked if name not in known]
    if wrong or not asked:
        close = [match for name in wrong for match in get_close_matches(str(name), known, 1)]
        hint = f" did you mean {', '.join(close)}?" if close else ""
        told = ", ".join(repr(name) for name in wrong) or "none"
        raise InputError(ASKED, f"no such district: {told};{hint} known: {', '.join(known)}")
    return sorted({known.index(name) for name in asked})


def _places(frame: Frame, skeleton: Skeleton, fabrics: Sequence[Fabric], network: Network) -> list[Place]:
    """Return the places the frame knows inside the districts built, the districts' own, and the gates."""
    ground = shapely.union_all([ground_of(skeleton, fabric.district) for fabric in fabrics])
    known = known_places(frame, {frame.districts[fabric.district].name for fabric in fabrics})
    return [*known, *(place for fabric in fabrics for place in fabric.places), *gates(frame, network, ground)]


def _name(frame: Frame, numbers: Sequence[int]) -> str:
    if len(numbers) == len(frame.districts):
        return frame.figures.name
    names = [frame.districts[number].name.lower().replace(" ", "_") for number in numbers]
    return "-".join([frame.figures.name, *names])


def _manifest(
    frame: Frame, seed: int, numbers: Iterable[int], fabrics: Sequence[Fabric], counts: dict[str, int]
) -> dict[str, Any]:
    total: Counter[str] = Counter(counts)
    for fabric in fabrics:
        total.update(fabric.counts)
    return {
        "source": "generated inside a real frame",
        "made_by": {
            "generator": "default_city",
            "version": GENERATOR_VERSION,
            "seed": seed,
            "districts": [frame.districts[number].name for number in numbers],
        },
        "real": REAL,
        "synthetic": SYNTHETIC,
        "sources": list(frame.sources),
        "licence": frame.figures.licence,
        "timezone": frame.figures.timezone,
        "counts": dict(sorted(total.items())),
    }
