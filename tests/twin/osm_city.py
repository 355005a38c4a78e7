"""Makes cities of small hand-made extracts, each checked whole."""

from __future__ import annotations

from pathlib import Path

from tests.twin.osm_judge import unaccounted
from tests.twin.osm_text import OsmText
from twin.city import City
from twin.city.osm import import_osm
from twin.city.schema import city_faults

SQUARE = {21: (10, 10), 22: (30, 10), 23: (30, 40), 24: (10, 40)}


def made(text: OsmText, tmp_path: Path, **options: object) -> City:
    """The city of a text; every import must be sound."""
    city = import_osm(text.write(tmp_path / "town.osm"), "town", **options)  # type: ignore[arg-type]
    assert city_faults(city) == []
    assert unaccounted(city.manifest) == {}
    return city


def ends(city: City) -> list[tuple[int, int]]:
    """The OpenStreetMap ids of both ends of each street."""
    ids = city.nodes["osm_id"].tolist()
    return [(ids[u], ids[v]) for u, v in zip(city.streets["u"], city.streets["v"], strict=True)]
