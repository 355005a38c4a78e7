"""Buildings of small hand-made extracts, worked out on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twin.osm_city import SQUARE, made
from tests.twin.osm_text import crossing


def test_a_building_has_what_its_tags_say(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).node(25, 20, 40, entrance="main")
    ring = [21, 22, 23, 25, 24, 21]
    text.way(20, ring, {"building": "apartments", "building:levels": "9", "height": "27", "building:flats": "72"})
    row = made(text, tmp_path).buildings.iloc[0]
    assert (row["use"], row["storeys"], row["height_m"], row["dwellings"]) == ("apartments", 9, 27.0, 72)
    assert (row["residents"], row["entrances"], row["inferred"]) == (216, 1, "residents")
    assert row.geometry.area == pytest.approx(600.0, rel=1e-3)


def test_a_building_that_says_nothing_is_inferred_and_marked(tmp_path: Path) -> None:
    """600 m2 is above the size of a house: residential, 3 storeys of 3 m, a dwelling for each 80 m2 of 1,800."""
    row = made(crossing().nodes(SQUARE).way(20, [*SQUARE, 21], {"building": "yes"}), tmp_path).buildings.iloc[0]
    assert (row["use"], row["storeys"], row["height_m"]) == ("residential", 3, 9.0)
    assert (row["dwellings"], row["residents"]) == (22, 66)
    assert set(row["inferred"].split(",")) == {"use", "storeys", "height_m", "dwellings", "residents", "entrances"}


def test_storeys_follow_the_height_and_the_height_the_storeys(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).nodes({i + 10: (x + 50, y) for i, (x, y) in SQUARE.items()})
    text.way(20, [*SQUARE, 21], {"building": "yes", "height": "16"})
    text.way(21, [31, 32, 33, 34, 31], {"building": "yes", "building:levels": "4"})
    city = made(text, tmp_path)
    assert city.buildings["storeys"].tolist() == [5, 4]
    assert city.buildings["height_m"].tolist() == [16.0, 12.0]


def test_where_enough_state_their_storeys_the_others_take_the_median(tmp_path: Path) -> None:
    text = crossing()
    for i, levels in enumerate(["2", "9", "9", "9", "12", None]):
        corners = {100 + 10 * i + k: (x + 40 * i, y) for k, (x, y) in enumerate(SQUARE.values())}
        tags = {"building": "apartments"} | ({"building:levels": levels} if levels else {})
        text.nodes(corners).way(200 + i, [*corners, 100 + 10 * i], tags)
    last = made(text, tmp_path).buildings.iloc[-1]
    assert last["storeys"] == 9
    assert "storeys" in last["inferred"]


def test_a_relation_of_two_ways_with_a_hole_is_one_building(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).nodes({31: (15, 15), 32: (25, 15), 33: (25, 25), 34: (15, 25)})
    text.way(20, [21, 22, 23], {}).way(21, [21, 24, 23], {}).way(22, [31, 32, 33, 34, 31], {})
    text.relation(30, [(20, "outer"), (21, "outer"), (22, "inner")], {"type": "multipolygon", "building": "yes"})
    city = made(text, tmp_path)
    assert city.buildings["osm_id"].tolist() == [-30]
    assert city.buildings.geometry[0].area == pytest.approx(500.0, rel=1e-3)
    assert len(city.buildings.geometry[0].interiors) == 1


def test_a_relation_of_two_rings_is_two_rows_and_one_building(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).nodes({i + 10: (x + 50, y) for i, (x, y) in SQUARE.items()})
    text.way(20, [*SQUARE, 21], {}).way(21, [31, 32, 33, 34, 31], {})
    tags = {"type": "multipolygon", "building": "apartments", "building:flats": "40"}
    city = made(text.relation(30, [(20, "outer"), (21, "outer")], tags), tmp_path)
    assert city.buildings["dwellings"].tolist() == [20, 20]
    assert city.manifest["imported"]["buildings"] == 1


def test_a_way_that_outlines_a_building_relation_stands_once(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, [*SQUARE, 21], {"building": "yes"})
    text.relation(30, [(20, "outer")], {"type": "multipolygon", "building": "yes"})
    city = made(text, tmp_path)
    assert city.buildings["osm_id"].tolist() == [-30]
    assert city.manifest["read"]["buildings"] == city.manifest["imported"]["buildings"] == 2


def test_holes_count_where_the_tags_stand_on_the_outer_way(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).nodes({31: (15, 15), 32: (25, 15), 33: (25, 25), 34: (15, 25)})
    text.way(20, [*SQUARE, 21], {"building": "yes"}).way(22, [31, 32, 33, 34, 31], {})
    text.relation(30, [(20, "outer"), (22, "inner")], {"type": "multipolygon"})
    city = made(text, tmp_path)
    assert city.buildings["osm_id"].tolist() == [20]
    assert city.buildings.geometry[0].area == pytest.approx(500.0, rel=1e-3)


def test_an_outline_that_crosses_itself_is_mended(tmp_path: Path) -> None:
    city = made(crossing().nodes(SQUARE).way(20, [21, 23, 22, 24, 21], {"building": "yes"}), tmp_path)
    assert city.buildings.geometry.is_valid.all()
    assert city.buildings.geometry.area.sum() == pytest.approx(300.0, rel=1e-3)
    assert city.manifest["repaired"]["buildings: outline crossed itself"] == 1


@pytest.mark.parametrize(
    ("refs", "reason"),
    [
        ([21, 22, 21], "it has fewer than three different nodes"),
        ([21, 901, 902, 903, 21], "too few of its nodes are in the file"),
        ([21, 26, 27, 21], "it covers less than 1 m2"),
    ],
)
def test_a_building_without_an_outline_is_refused_and_counted(tmp_path: Path, refs: list[int], reason: str) -> None:
    text = crossing().nodes(SQUARE).nodes({26: (11, 10), 27: (11, 11)}).way(20, refs, {"building": "yes"})
    city = made(text, tmp_path)
    assert len(city.buildings) == 0
    assert city.manifest["refused"]["buildings"] == {reason: 1}


def test_a_ring_that_is_not_whole_is_refused_and_counted(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, [21, 22, 23], {})
    text.relation(30, [(20, "outer"), (99, "outer")], {"type": "multipolygon", "building": "yes"})
    reasons = made(text, tmp_path).manifest["refused"]["buildings"]
    assert reasons == {"no outer ring of it is whole in the file": 1}


def test_an_open_outline_is_closed_and_counted(tmp_path: Path) -> None:
    city = made(crossing().nodes(SQUARE).way(20, [*SQUARE], {"building": "yes"}), tmp_path)
    assert city.buildings.geometry[0].area == pytest.approx(600.0, rel=1e-3)
    assert city.manifest["repaired"]["buildings: open outline closed"] == 1


def test_the_grounds_of_a_school_tell_what_a_building_is_for(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).nodes({31: (0, 0), 32: (60, 0), 33: (60, 60), 34: (0, 60)})
    text.way(20, [*SQUARE, 21], {"building": "yes"}).way(
        21, [31, 32, 33, 34, 31], {"amenity": "school", "name": "No 7"}
    )
    city = made(text, tmp_path)
    assert city.buildings["use"].tolist() == ["school"]
    assert city.buildings["residents"].tolist() == [0]
    assert "use" in city.buildings["inferred"][0]
    assert city.places[["kind", "name"]].to_numpy().tolist() == [["school", "No 7"]]
