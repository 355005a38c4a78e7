"""Restrictions, barriers, bridges, lanes and names of small hand-made extracts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.twin.osm_city import ends, made
from tests.twin.osm_text import OsmText
from twin.city import City

NO_LEFT = {"type": "restriction", "restriction": "no_left_turn"}


def four_arms() -> OsmText:
    """Ways 10 (west), 11 (east), 12 (south) and 13 (north) that meet at node 5; each is drawn towards it."""
    text = OsmText().nodes({1: (0, 100), 2: (200, 100), 3: (100, 0), 4: (100, 200), 5: (100, 100)})
    for way, end in ((10, 1), (11, 2), (12, 3), (13, 4)):
        text.way(way, [end, 5], {"highway": "primary"})
    return text


def turns(city: City) -> list[tuple[int, int, int, str]]:
    """From way, via node, to way and kind of each restriction, in OpenStreetMap ids."""
    table, ways = city.restrictions, city.streets["osm_id"].tolist()
    nodes = city.nodes["osm_id"].tolist()
    rows = zip(table["from_street"], table["via_node"], table["to_street"], table["kind"], strict=True)
    return [(ways[a], nodes[n], ways[b], kind) for a, n, b, kind in rows]


def refusals(city: City, kind: str) -> dict[str, int]:
    return dict(city.manifest["refused"].get(kind, {}))


def test_a_forbidden_turn_is_one_row(tmp_path: Path) -> None:
    text = four_arms().relation(90, [(10, "from"), (5, "via"), (13, "to")], NO_LEFT)
    city = made(text, tmp_path)
    assert turns(city) == [(10, 5, 13, "no")]
    assert city.restrictions["osm_id"].tolist() == [90]
    assert city.restrictions.geometry[0].equals(city.nodes.geometry[city.restrictions["via_node"][0]])
    assert city.manifest["read"]["turn_restrictions"] == city.manifest["imported"]["turn_restrictions"] == 1


def test_of_a_way_in_several_pieces_the_one_at_the_junction_counts(tmp_path: Path) -> None:
    text = OsmText().nodes({1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (200, 100), 5: (100, 100), 6: (200, -50)})
    text.way(10, [1, 2, 3], {"highway": "primary"}).way(11, [2, 5], {"highway": "service"})
    text.way(12, [3, 4], {"highway": "primary"}).way(13, [3, 6], {"highway": "primary"})
    tags = {"type": "restriction", "restriction": "only_straight_on"}
    city = made(text.relation(90, [(10, "from"), (3, "via"), (12, "to")], tags), tmp_path)
    assert ends(city)[int(city.restrictions["from_street"][0])] == (2, 3)
    assert turns(city) == [(10, 3, 12, "only")]


def test_no_entry_has_several_from_and_no_exit_several_to(tmp_path: Path) -> None:
    text = four_arms()
    text.relation(90, [(10, "from"), (11, "from"), (5, "via"), (13, "to")], NO_LEFT | {"restriction": "no_entry"})
    text.relation(91, [(12, "from"), (5, "via"), (10, "to"), (11, "to")], NO_LEFT | {"restriction": "no_exit"})
    assert turns(made(text, tmp_path)) == [(10, 5, 13, "no"), (11, 5, 13, "no"), (12, 5, 10, "no"), (12, 5, 11, "no")]


def test_turning_back_can_be_forbidden(tmp_path: Path) -> None:
    text = four_arms().relation(90, [(10, "from"), (5, "via"), (10, "to")], NO_LEFT | {"restriction": "no_u_turn"})
    assert turns(made(text, tmp_path)) == [(10, 5, 10, "no")]


@pytest.mark.parametrize(
    ("members", "tags", "reason"),
    [
        ([(10, "from"), (11, "via"), (13, "to")], NO_LEFT, "its via is no single line from its from way to its to way"),
        ([(10, "from"), (5, "via"), (11, "via"), (13, "to")], NO_LEFT, "its via is neither one node nor ways"),
        ([(10, "from"), (13, "to")], NO_LEFT, "it lacks a member: from, via or to"),
        ([(10, "from"), (5, "via"), (99, "to")], NO_LEFT, "a way of it is not in the file"),
        ([(10, "from"), (1, "via"), (13, "to")], NO_LEFT, "no vehicle leaves the via by its to way"),
        ([(10, "from"), (77, "via"), (13, "to")], NO_LEFT, "its via is no junction of the city"),
        ([(10, "from"), (5, "via"), (13, "to")], NO_LEFT | {"restriction": "no_dancing"},
         "restriction=no_dancing is not known"),
        ([(10, "from"), (5, "via"), (13, "to")], NO_LEFT | {"except": "psv;motorcar"},
         "it does not hold for response vehicles (except=psv;motorcar)"),
        ([(10, "from"), (5, "via"), (13, "to")],
         {"type": "restriction", "restriction:conditional": "no_left_turn @ (8)"},
         "it holds under a condition"),
        ([(10, "from"), (5, "via"), (13, "to")], {"type": "restriction", "restriction:hgv": "no_left_turn"},
         "it holds for other vehicles only"),
        ([(10, "from"), (5, "via"), (13, "to")], NO_LEFT | {"hour_on": "7"}, "it holds at some hours only"),
        ([(10, "from"), (11, "from"), (5, "via"), (13, "to")], NO_LEFT, "it has more than one from or to"),
    ],
)  # fmt: skip
def test_a_restriction_that_rows_cannot_tell_is_refused_and_listed(
    tmp_path: Path, members: list[tuple[int, str]], tags: Mapping[str, str], reason: str
) -> None:
    city = made(four_arms().relation(90, members, tags), tmp_path)
    assert refusals(city, "turn_restrictions") == {reason: 1}
    assert city.manifest["refused_objects"]["turn_restrictions"] == {reason: ["r90"]}
    assert turns(city) == []


def two_carriageways() -> OsmText:
    """Carriageways 10, 11 to the east and 13, 14 to the west, and link 12 that leads from the one to the other.

    Restriction: from 10 over 12 to 14 nobody turns back."""
    text = OsmText().nodes({1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (0, 20), 5: (100, 20), 6: (200, 20)})
    one_way = {"highway": "primary", "oneway": "yes"}
    text.way(10, [1, 2], one_way).way(11, [2, 3], one_way).way(12, [2, 5], one_way)
    return text.way(13, [6, 5], one_way).way(14, [5, 4], one_way)


TURN_BACK = [(10, "from"), (12, "via"), (14, "to")]


def test_a_link_that_only_one_street_feeds_tells_a_restriction_over_it(tmp_path: Path) -> None:
    text = two_carriageways().relation(90, TURN_BACK, NO_LEFT | {"restriction": "no_u_turn"})
    assert turns(made(text, tmp_path)) == [(12, 5, 14, "no")]


def test_the_only_way_over_a_link_is_a_row_at_each_junction(tmp_path: Path) -> None:
    text = two_carriageways().relation(90, TURN_BACK, NO_LEFT | {"restriction": "only_u_turn"})
    assert turns(made(text, tmp_path)) == [(10, 2, 12, "only"), (12, 5, 14, "only")]


@pytest.mark.parametrize("tags", [{"highway": "service"}, {"highway": "service", "oneway": "yes"}])
def test_a_link_that_others_drive_too_cannot_tell_who_came_from_where(tmp_path: Path, tags: dict[str, str]) -> None:
    text = two_carriageways().nodes({7: (100, -50)}).way(15, [7, 2], tags)
    text.relation(90, TURN_BACK, NO_LEFT | {"restriction": "no_u_turn"})
    (reason,) = refusals(made(text, tmp_path), "turn_restrictions")
    assert reason.startswith("its via is a way that others drive as well")


def test_a_link_open_both_ways_is_refused(tmp_path: Path) -> None:
    text = two_carriageways().way(12, [2, 5], {"highway": "service"})
    text.relation(90, TURN_BACK, NO_LEFT | {"restriction": "no_u_turn"})
    assert sum(refusals(made(text, tmp_path), "turn_restrictions").values()) == 1


def test_against_a_one_way_nobody_comes(tmp_path: Path) -> None:
    text = four_arms().way(10, [5, 1], {"highway": "primary", "oneway": "yes"})
    text.relation(90, [(10, "from"), (5, "via"), (13, "to")], NO_LEFT)
    assert refusals(made(text, tmp_path), "turn_restrictions") == {"no vehicle comes to the via by its from way": 1}


def test_a_bollard_stops_vehicles_and_not_walkers(tmp_path: Path) -> None:
    text = OsmText().nodes({1: (0, 0), 3: (200, 0)}).node(2, 100, 0, barrier="bollard").node(4, 150, 0, barrier="gate")
    text.way(10, [1, 2, 4, 3], {"highway": "residential"})
    city = made(text, tmp_path)
    assert ends(city) == [(1, 2), (2, 3)]
    assert turns(city) == [(10, 2, 10, "no"), (10, 2, 10, "no")]
    assert sorted(zip(city.restrictions["from_street"], city.restrictions["to_street"], strict=True)) == [
        (0, 1),
        (1, 0),
    ]
    assert set(city.restrictions["osm_id"]) == {-2}
    assert city.streets["walk"].all()
    assert refusals(city, "barriers") == {"barrier=gate leaves the way open": 1}


def test_a_bridge_does_not_join_the_street_below(tmp_path: Path) -> None:
    text = OsmText().nodes({1: (0, 100), 2: (200, 100), 3: (100, 0), 4: (100, 200)})
    text.way(10, [1, 2], {"highway": "primary"})
    text.way(11, [3, 4], {"highway": "trunk", "bridge": "yes", "layer": "2"})
    text.way(12, [3, 2], {"highway": "primary", "tunnel": "yes"})
    city = made(text, tmp_path)
    assert ends(city) == [(1, 2), (3, 4), (3, 2)]
    assert city.streets["layer"].tolist() == [0, 2, -1]
    assert city.streets["structure"].tolist() == ["", "bridge", "tunnel"]


def test_lanes_run_with_the_street_also_where_it_is_turned_round(tmp_path: Path) -> None:
    text = four_arms()
    text.way(10, [1, 5], {"highway": "primary", "lanes": "3", "oneway": "-1"})
    text.way(11, [2, 5], {"highway": "primary", "lanes": "4", "lanes:forward": "3"})
    text.way(12, [3, 5], {"highway": "footway"})
    city = made(text, tmp_path)
    assert ends(city)[0] == (5, 1)
    lanes = city.streets[["lanes", "lanes_forward", "lanes_backward"]].to_numpy().tolist()
    assert lanes == [[3, 3, 0], [4, 3, 1], [0, 0, 0], [4, 2, 2]]


def test_names_of_other_scripts_come_along(tmp_path: Path) -> None:
    text = four_arms().way(10, [1, 5], {"highway": "primary", "name:uz": "Navoiy", "name:ru": "Навои"})
    row = made(text, tmp_path).streets.iloc[0]
    assert (row["name"], row["names"]) == ("Navoiy", '{"ru": "Навои", "uz": "Navoiy"}')


def test_a_second_copy_of_a_way_is_refused_and_counted(tmp_path: Path) -> None:
    text = four_arms().way(20, [1, 5], {"highway": "primary", "name": "again"})
    city = made(text, tmp_path)
    assert len(city.streets) == 4
    assert refusals(city, "drivable_ways") == {"runs along the nodes of an earlier way of its class": 1}


def test_tags_that_say_nothing_are_counted_with_what_they_say(tmp_path: Path) -> None:
    tags = {"highway": "primary", "maxspeed": "1e309", "lanes": "99999", "oneway": "perhaps", "width": "NaN"}
    text = four_arms().way(10, [1, 5], tags)
    text.nodes({21: (10, 10), 22: (30, 10), 23: (30, 40), 24: (10, 40)})
    text.way(
        30, [21, 22, 23, 24, 21], {"building": "yes", "building:levels": "-3", "height": "NaN", "start_date": "old"}
    )
    city = made(text, tmp_path)
    assert city.manifest["not_understood"] == {
        "lanes": {"99999": 1},
        "maxspeed": {"1e309": 1},
        "oneway": {"perhaps": 1},
        "width": {"NaN": 1},
        "building:levels": {"-3": 1},
        "height": {"NaN": 1},
        "start_date": {"old": 1},
    }
    assert not bool(city.streets["oneway"].iloc[0])


def test_a_crossing_with_signals_counts_for_its_junction(tmp_path: Path) -> None:
    text = four_arms().node(6, 80, 100, highway="crossing", crossing="traffic_signals")
    city = made(text.way(10, [1, 6, 5], {"highway": "primary"}), tmp_path)
    assert city.nodes["osm_id"][city.nodes["signal"]].tolist() == [5]
    assert city.manifest["imported"]["signal_crossings"] == 1


def test_access_for_some_is_counted_by_its_value(tmp_path: Path) -> None:
    text = four_arms().way(10, [1, 5], {"highway": "service", "access": "destination"})
    city = made(text, tmp_path)
    assert city.streets["drive"].all()
    assert city.manifest["open_to_some"] == {"destination": 1}


def test_a_direction_that_changes_with_the_hour_is_told(tmp_path: Path) -> None:
    city = made(four_arms().way(10, [1, 5], {"highway": "primary", "oneway": "reversible"}), tmp_path)
    assert not city.streets["oneway"].any()
    assert city.manifest["repaired"]["ways whose direction changes with the hour, taken as open both ways"] == 1
