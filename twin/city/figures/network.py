"""The shape of the drivable graph: does all of it hang together, how many ways meet, how large are the blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from twin.city.figures.figure import SKIPPED, Figure, verdict_of
from twin.city.figures.length import roads
from twin.city.model import City
from twin.errors import InputError
from twin.streets import StreetGraph

TOGETHER: Final = 0.99
EXTRACTS: Final = ("helsinki_centre.osm.pbf", "moscow.osm.gz", "bishkek.osm")
SMALLEST_BLOCK_M2: Final = 500.0


def together(city: City) -> Figure:
    """Return the share of the drivable length in the largest strongly connected component."""
    drive = city.streets[city.streets["drive"].to_numpy(bool)]
    main = StreetGraph.of(city).main_component
    length_m = drive["length_m"].to_numpy(np.float64)
    inside = main[drive["u"].to_numpy()] & main[drive["v"].to_numpy()]
    share = float(length_m[inside].sum() / max(length_m.sum(), 1e-9))
    cut_out = city.manifest.get("source") != "generated inside a real frame"
    return Figure(
        "one strongly connected component",
        "" if cut_out else f"{TOGETHER:.0%} of the street length or more",
        f"{share:.2%}",
        verdict_of(None if cut_out else share >= TOGETHER),
        "an extract's edge cuts streets off, so nothing is asked of it" if cut_out else "",
        {"share": round(share, 5)},
    )


def shape_beside(city: City, folder: Path | None) -> Iterator[Figure]:
    """Yield the degree mix and block sizes of the city, then those of the real extracts in a folder, for comparison."""
    yield _shape(city, f"junctions and blocks: {city.name}")
    if folder is None or not folder.is_dir():
        yield Figure(
            "junctions and blocks: real extracts", "", "not measured", SKIPPED,
            f"no folder of extracts; beside --against, osm_other_cities holds {', '.join(EXTRACTS)}",
        )  # fmt: skip
        return
    from twin.city.osm import import_osm

    for name in EXTRACTS:
        what = f"junctions and blocks: {name.split('.')[0]}"
        try:
            yield _shape(import_osm(folder / name, name.split(".")[0]), what)
        except InputError as fault:
            yield Figure(what, "", "not measured", SKIPPED, str(fault).splitlines()[0])


def shape_of(city: City) -> dict[str, Any]:
    """Return the degree mix and block sizes of a city's roads, yards left out.

    ``ends``, ``threes``, ``fours`` are shares of the nodes where one, three, or four and more ways meet; nodes of two
    are bends and do not count. ``blocks_ha`` are the quartiles of the areas that the roads enclose, from 500 m2 up (a
    median strip or a roundabout is less).
    """
    road = city.streets[roads(city)]
    degree = np.bincount(np.r_[road["u"].to_numpy(), road["v"].to_numpy()], minlength=len(city.nodes))
    counted = degree[(degree > 0) & (degree != 2)]
    n = max(len(counted), 1)
    faces = shapely.get_parts(shapely.polygonize(road.geometry.to_numpy()))
    area_m2 = shapely.area(faces)
    area_m2 = area_m2[area_m2 >= SMALLEST_BLOCK_M2]
    quartiles = np.quantile(area_m2, (0.25, 0.5, 0.75)) / 1e4 if len(area_m2) else np.zeros(3)
    return {
        "junctions": int((degree >= 3).sum()),
        "ends": round(float((counted == 1).sum()) / n, 3),
        "threes": round(float((counted == 3).sum()) / n, 3),
        "fours": round(float((counted >= 4).sum()) / n, 3),
        "blocks": len(area_m2),
        "blocks_ha": [round(float(ha), 2) for ha in quartiles],
    }


def _shape(city: City, what: str) -> Figure:
    shape = shape_of(city)
    low, middle, high = shape["blocks_ha"]
    return Figure(
        what,
        "",
        f"ends {shape['ends']:.2f}, of three {shape['threes']:.2f}, of four {shape['fours']:.2f}; "
        f"block {middle:.1f} ha ({low:.1f} to {high:.1f})",
        verdict_of(None),
        f"{shape['junctions']:,} junctions, {shape['blocks']:,} blocks, median and quartiles",
        shape,
    )
