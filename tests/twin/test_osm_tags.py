"""What tags say, one table for each question."""

from __future__ import annotations

import pytest

from twin.city.osm import tags
from twin.city.osm.tags import Direction
from twin.city.osm.uses import ground_use, guessed_use, tagged_use


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"maxspeed": "50"}, 50.0),
        ({"maxspeed": "30 mph"}, 48.3),
        ({"maxspeed": "10 knots"}, 18.5),
        ({"maxspeed": "60 km/h"}, 60.0),
        ({"maxspeed": "RU:urban"}, 60.0),
        ({"maxspeed": "UZ:urban"}, 60.0),
        ({"maxspeed": "DE:urban"}, 50.0),
        ({"maxspeed": "DE:zone:30"}, 30.0),
        ({"maxspeed": "walk"}, 6.0),
        ({"maxspeed": "60;40"}, 40.0),
        ({"maxspeed:forward": "40"}, 40.0),
        ({"maxspeed:type": "RU:living_street"}, 20.0),
        ({"maxspeed": "fast", "source:maxspeed": "RU:rural"}, 90.0),
        ({"maxspeed": "none"}, None),
        ({"maxspeed": "signals"}, None),
        ({"maxspeed": "0"}, None),
        ({"maxspeed": "5000"}, None),
        ({"maxspeed": "-30"}, None),
        ({}, None),
    ],
)
def test_speed_limits(given: dict[str, str], wanted: float | None) -> None:
    assert tags.speed_limit_kmh(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, Direction.BOTH),
        ({"oneway": "yes"}, Direction.ALONG),
        ({"oneway": "true"}, Direction.ALONG),
        ({"oneway": "-1"}, Direction.AGAINST),
        ({"oneway": "reversible"}, Direction.BOTH),
        ({"junction": "roundabout"}, Direction.ALONG),
        ({"junction": "roundabout", "oneway": "no"}, Direction.BOTH),
        ({"junction": "circular"}, Direction.ALONG),
        ({"highway": "motorway"}, Direction.ALONG),
        ({"highway": "motorway", "oneway": "no"}, Direction.BOTH),
        ({"highway": "trunk"}, Direction.BOTH),
    ],
)
def test_directions(given: dict[str, str], wanted: Direction) -> None:
    assert tags.direction(given) is wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, None),
        ({"access": "private"}, "private"),
        ({"access": "no"}, "no"),
        ({"access": "destination"}, None),
        ({"access": "no", "motor_vehicle": "yes"}, None),
        ({"access": "yes", "motorcar": "no"}, "no"),
        ({"access": "private", "emergency": "yes"}, None),
        ({"access": "yes @ (Mo-Fr 08:00-20:00)"}, None),
    ],
)
def test_the_most_specific_access_tag_decides_who_may_drive(given: dict[str, str], wanted: str | None) -> None:
    assert tags.closed_to_vehicles(given) == wanted


@pytest.mark.parametrize(
    ("given", "name", "wanted"),
    [
        ({}, "residential", True),
        ({}, "motorway", False),
        ({"access": "private"}, "service", False),
        ({"access": "private", "foot": "yes"}, "service", True),
        ({"foot": "no"}, "primary", False),
        ({"motorroad": "yes"}, "trunk", False),
    ],
)
def test_who_may_walk(given: dict[str, str], name: str, wanted: bool) -> None:
    assert tags.may_walk(given, name) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("7", 7.0),
        ("7.5 m", 7.5),
        ("7,5", 7.5),
        ("10 ft", 3.048),
        ("12'6\"", 3.81),
        ("-3", None),
        ("wide", None),
        ("", None),
    ],
)
def test_lengths(text: str, wanted: float | None) -> None:
    found = tags.length_m(text)
    assert found == (None if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"lanes": "3"}, 3),
        ({"lanes": "2;3"}, 2),
        ({"lanes:forward": "2", "lanes:backward": "1"}, 3),
        ({"lanes": "many"}, None),
        ({"lanes": "0"}, None),
        ({"lanes": "900"}, None),
    ],
)
def test_lanes(given: dict[str, str], wanted: int | None) -> None:
    assert tags.lanes(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("9", 9), ("4.5", 5), ("3-5", 5), ("2;7", 7), ("0", None), ("x", None), ("", None), ("900", None)],
)
def test_storeys(given: str, wanted: int | None) -> None:
    assert tags.storeys({"building:levels": given}) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"height": "12 m"}, 12.0),
        ({"building:height": "9"}, 9.0),
        ({"height": "-4"}, None),
        ({"height": "0"}, None),
        ({}, None),
    ],
)
def test_heights(given: dict[str, str], wanted: float | None) -> None:
    assert tags.height_m(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, 0),
        ({"layer": "-2"}, -2),
        ({"bridge": "yes"}, 1),
        ({"tunnel": "yes"}, -1),
        ({"bridge": "no"}, 0),
        ({"layer": "up"}, 0),
    ],
)
def test_layers(given: dict[str, str], wanted: int) -> None:
    assert tags.level(given) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("primary_link", "primary"), ("road", "unclassified"), ("bridleway", "path"), ("steps", "steps"),
     ("platform", None), ("construction", None), ("", None)],
)  # fmt: skip
def test_street_classes(value: str, wanted: str | None) -> None:
    assert tags.street_class({"highway": value}) == wanted


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
