"""What tags say, one table for each question."""

from __future__ import annotations

import pytest

from twin.city.osm import tags
from twin.city.osm.barriers import closes
from twin.city.osm.directions import Direction, direction
from twin.city.osm.lanes import Lanes, shared_lanes, tagged_lanes
from twin.city.osm.limits import speed_limit_kmh
from twin.city.osm.names import name_of, other_names


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
        ({"maxspeed": "UZ:rural"}, 100.0),
        ({"maxspeed": "GB:nsl_dual"}, 112.7),
        ({"maxspeed": "UA:urban"}, 50.0),
        ({"maxspeed": "RU:zone:20"}, 20.0),
        ({"maxspeed": "DE:30"}, 30.0),
        ({"maxspeed": "80|60|60"}, 60.0),
        ({"maxspeed": "50;70"}, 50.0),
        ({"maxspeed": "signals", "maxspeed:forward": "80", "maxspeed:backward": "70"}, 70.0),
        ({"maxspeed": "60", "maxspeed:backward": "40"}, 40.0),
        ({"maxspeed": "none"}, None),
        ({"maxspeed": "none", "highway": "motorway"}, 130.0),
        ({"maxspeed": "1e309"}, None),
        ({"maxspeed": "NaN"}, None),
        ({"maxspeed": "9" * 5000}, None),
        ({"maxspeed": "signals"}, None),
        ({"maxspeed": "0"}, None),
        ({"maxspeed": "5000"}, None),
        ({"maxspeed": "-30"}, None),
        ({}, None),
    ],
)
def test_speed_limits(given: dict[str, str], wanted: float | None) -> None:
    assert speed_limit_kmh(given) == wanted


def test_on_a_one_way_the_limit_of_its_direction_holds() -> None:
    given = {"maxspeed": "60", "maxspeed:forward": "50", "maxspeed:backward": "40"}
    assert [speed_limit_kmh(given, way) for way in (Direction.ALONG, Direction.AGAINST, Direction.BOTH)] == [50, 40, 40]


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
    assert direction(given) is wanted


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
    ("given", "way", "wanted"),
    [
        ({"lanes": "3"}, Direction.BOTH, Lanes(3)),
        ({"lanes": "2;3"}, Direction.BOTH, Lanes(2)),
        ({"lanes": "3"}, Direction.ALONG, Lanes(3, 3, 0)),
        ({"lanes": "3"}, Direction.AGAINST, Lanes(3, 0, 3)),
        ({"lanes:forward": "2", "lanes:backward": "1"}, Direction.BOTH, Lanes(3, 2, 1)),
        ({"lanes": "5", "lanes:forward": "3"}, Direction.BOTH, Lanes(5, 3, 2)),
        ({"lanes": "5", "lanes:forward": "2", "lanes:both_ways": "1"}, Direction.BOTH, Lanes(5, 2, 2)),
        ({"lanes": "2", "lanes:forward": "3"}, Direction.BOTH, Lanes(2, 3, None)),
        ({"lanes": "many"}, Direction.BOTH, Lanes(None)),
        ({"lanes": "0"}, Direction.BOTH, Lanes(None)),
        ({"lanes": "99999"}, Direction.BOTH, Lanes(None)),
    ],
)
def test_lanes(given: dict[str, str], way: Direction, wanted: Lanes) -> None:
    assert tagged_lanes(given, way) == wanted


@pytest.mark.parametrize(
    ("whole", "way", "wanted"),
    [
        (1, Direction.BOTH, (1, 1)),
        (2, Direction.BOTH, (1, 1)),
        (3, Direction.BOTH, (2, 1)),
        (2, Direction.ALONG, (2, 0)),
        (2, Direction.AGAINST, (0, 2)),
        (0, Direction.BOTH, (0, 0)),
    ],
)
def test_lanes_of_which_only_the_sum_is_known(whole: int, way: Direction, wanted: tuple[int, int]) -> None:
    assert shared_lanes(whole, way) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("9", 9),
        ("4.5", 5),
        ("3-5", 5),
        ("2;7", 7),
        ("0", None),
        ("x", None),
        ("", None),
        ("900", None),
        ("-3", None),
        ("NaN", None),
        ("1e9", None),
    ],
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
        ({"height": "NaN"}, None),
        ({"height": "60 ft"}, 18.288),
        ({"height": "1e309"}, None),
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
        ({"layer": "99"}, 0),
        ({"tunnel": "building_passage"}, 0),
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
        ({"bridge": "viaduct"}, "bridge"),
        ({"tunnel": "yes", "layer": "-2"}, "tunnel"),
        ({"tunnel": "building_passage"}, ""),
        ({"bridge": "no"}, ""),
    ],
)
def test_structures(given: dict[str, str], wanted: str) -> None:
    assert tags.structure(given) == wanted


def test_a_roof_adds_to_the_walls() -> None:
    assert tags.roof_m({"roof:height": "4 m", "roof:levels": "9"}, 3.0) == 4.0
    assert tags.roof_m({"roof:levels": "1.5"}, 3.0) == 4.5
    assert tags.roof_m({"roof:levels": "-1"}, 3.0) == 0.0


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "block", "emergency": "yes"}, False),
        ({"barrier": "toll_booth"}, False),
    ],
)
def test_which_points_vehicles_cannot_pass(given: dict[str, str], wanted: bool) -> None:
    assert closes(given) is wanted


def test_names_in_several_scripts() -> None:
    given = {"name": "Навоий кўчаси", "name:ru": "улица Навои", "name:uz-Latn": "Navoiy", "int_name": "Navoi"}
    assert name_of(given) == "Навоий кўчаси"
    assert other_names(given) == '{"int": "Navoi", "ru": "улица Навои", "uz-Latn": "Navoiy"}'
    assert name_of({"name:ru": "Навои", "ref": "M39"}) == "Навои"
    assert (name_of({"ref": "M39"}), other_names({"name": "x", "surname:uz": "y"})) == ("M39", "")
