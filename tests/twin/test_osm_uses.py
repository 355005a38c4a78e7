"""What buildings and open ground are for."""

from __future__ import annotations

import pytest

from twin.city.osm.areas import area_kind
from twin.city.osm.uses import ground_use, guessed_use, tagged_use


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"building": "apartments"}, "apartments"),
        ({"building": "yes", "amenity": "school"}, "school"),
        ({"building": "yes", "shop": "bakery"}, "commercial"),
        ({"building": "yes", "shop": "no"}, None),
        ({"building": "ship"}, "other"),
        ({"building": "yes"}, None),
    ],
)
def test_uses(given: dict[str, str], wanted: str | None) -> None:
    assert tagged_use(given) == wanted


def test_the_ground_and_the_size_stand_in_for_a_use_that_is_not_tagged() -> None:
    assert ground_use({"amenity": "school"}) == "school"
    assert ground_use({"landuse": "industrial"}) == "industrial"
    assert ground_use({"landuse": "grass"}) is None
    assert [guessed_use(area) for area in (29.9, 30.0, 199.9, 200.0)] == [
        "outbuilding",
        "house",
        "house",
        "residential",
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"natural": "water"}, "water"),
        ({"landuse": "cemetery"}, "cemetery"),
        ({"highway": "pedestrian", "area": "yes"}, "square"),
        ({"highway": "pedestrian"}, None),
        ({"leisure": "park", "building": "yes"}, None),
        ({"aeroway": "aerodrome"}, "airport"),
        ({"landuse": "grass"}, None),
    ],
)
def test_kinds_of_open_ground(given: dict[str, str], wanted: str | None) -> None:
    assert area_kind(given) == wanted
