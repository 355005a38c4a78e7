"""Areas, building parts, years and borders of small hand-made extracts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.twin.osm_city import SQUARE, made
from tests.twin.osm_text import SOUTH_M, WEST_M, OsmText, crossing, lon_lat

RING = [*SQUARE, 21]
POND = {"natural": "water", "name": "Pond"}


def test_water_and_parks_become_areas(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, RING, POND)
    text.nodes({31: (100, 0), 32: (150, 0), 33: (150, 50), 34: (100, 50)})
    text.way(21, [31, 32, 33, 34, 31], {"leisure": "park", "name:uz": "Bog'"}).way(
        22, [31, 32, 33], {"landuse": "forest"}
    )
    city = made(text, tmp_path)
    assert city.areas[["kind", "name", "osm_id", "inferred"]].to_numpy().tolist() == [
        ["water", "Pond", 20, ""],
        ["park", "Bog'", 21, ""],
    ]
    assert city.areas.geometry.area.tolist() == pytest.approx([600.0, 2500.0], rel=1e-3)
    assert city.manifest["refused"]["areas"] == {"its line is not closed": 1}


def test_a_lake_with_an_island_is_one_area_with_a_hole(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).nodes({31: (15, 15), 32: (25, 15), 33: (25, 25), 34: (15, 25)})
    text.way(20, RING, {"natural": "water"}).way(22, [31, 32, 33, 34, 31], {})
    text.relation(30, [(20, "outer"), (22, "inner")], {"type": "multipolygon"} | POND)
    city = made(text, tmp_path)
    assert city.areas["osm_id"].tolist() == [-30]
    assert city.areas.geometry.area[0] == pytest.approx(500.0, rel=1e-3)
    assert city.manifest["read"]["areas"] == 2
    assert city.manifest["refused"]["areas"] == {"is the outline of a relation of its kind": 1}


def test_a_canal_is_as_wide_as_it_says(tmp_path: Path) -> None:
    text = crossing().nodes({31: (0, 10), 32: (200, 10)}).way(20, [31, 32], {"waterway": "canal", "width": "12"})
    text.way(21, [32, 31], {"waterway": "stream"}).way(22, [31, 32], {"waterway": "drain", "tunnel": "culvert"})
    city = made(text, tmp_path)
    assert city.areas["inferred"].tolist() == ["", "geometry"]
    assert city.areas.geometry.area.tolist() == pytest.approx([2400.0, 400.0], rel=1e-3)
    assert city.manifest["refused"]["waterways"] == {"it runs under the ground": 1}


def test_an_area_is_cut_at_the_box(tmp_path: Path) -> None:
    text = crossing().nodes({31: (150, 0), 32: (400, 0), 33: (400, 100), 34: (150, 100)})
    text.way(20, [31, 32, 33, 34, 31], POND)
    city = made(text, tmp_path, bbox=(*lon_lat(-20, -20), *lon_lat(250, 250)))
    assert city.areas.geometry.area[0] == pytest.approx(10_000.0, rel=0.01)


def test_a_building_without_height_takes_that_of_its_tallest_part(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, RING, {"building": "yes"})
    text.nodes({31: (10, 10), 32: (20, 10), 33: (20, 20), 34: (10, 20)})
    text.way(21, [31, 32, 33, 34, 31], {"building:part": "yes", "building:levels": "12"})
    text.way(22, [31, 32, 33, 34, 31], {"building:part": "yes", "height": "9"})
    text.way(23, [31, 32, 33, 34, 31], {"building:part": "yes"})
    city = made(text, tmp_path)
    assert city.buildings[["storeys", "height_m"]].to_numpy().tolist() == [[12, 36.0]]
    assert city.manifest["imported"]["building_parts"] == 2
    assert city.manifest["refused"]["building_parts"] == {"states neither height nor storeys": 1}


def test_a_building_that_states_its_height_keeps_it(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, RING, {"building": "yes", "building:levels": "4", "roof:height": "3"})
    text.way(21, RING, {"building:part": "yes", "height": "90"})
    city = made(text, tmp_path)
    assert city.buildings[["storeys", "height_m"]].to_numpy().tolist() == [[4, 15.0]]


def test_years_are_read_and_vague_ones_marked(tmp_path: Path) -> None:
    text = crossing()
    for i, date in enumerate(("1938-10", "1890s", "")):
        corners = {100 + 10 * i + k: (x + 40 * i, y) for k, (x, y) in enumerate(SQUARE.values())}
        text.nodes(corners).way(200 + i, [*corners, 100 + 10 * i], {"building": "yes", "start_date": date})
    city = made(text, tmp_path)
    assert city.buildings["built_year"].tolist() == [1938, 1890, 0]
    assert ["built_year" in names for names in city.buildings["inferred"]] == [False, True, False]


def test_what_lies_under_the_ground_is_no_building(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, RING, {"building": "yes", "location": "underground"})
    assert made(text, tmp_path).manifest["refused"]["buildings"] == {"it lies under the ground": 1}


def test_a_second_copy_of_a_building_is_refused_and_counted(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, RING, {"building": "yes"}).way(21, RING[::-1], {"building": "house"})
    city = made(text, tmp_path)
    assert city.buildings["osm_id"].tolist() == [20]
    assert city.manifest["refused_objects"]["buildings"] == {"has the corners of an earlier building": ["w21"]}


def test_a_tangle_of_crossings_is_refused_in_bounded_time(tmp_path: Path) -> None:
    """Mending an outline of 500 random corners takes more than a minute; one of 100,000 would never end."""
    rng = np.random.default_rng(1)
    text = crossing()
    for osm_id, corners in ((20, 500), (21, 100_000)):
        first = 1000 * osm_id
        text.nodes({first + i: tuple(xy) for i, xy in enumerate((rng.random((corners, 2)) * 200).tolist())})
        text.way(osm_id, [*range(first, first + corners), first], {"building": "yes"})
    assert made(text, tmp_path).manifest["refused"]["buildings"] == {"it crosses itself in more than 100 places": 2}


def test_a_street_of_100_000_nodes_is_one_street(tmp_path: Path) -> None:
    text = crossing().nodes({1000 + i: (201 + i * 0.5, 100 + i % 2) for i in range(100_000)})
    text.way(12, [2, *range(1000, 101_000)], {"highway": "track"})
    city = made(text, tmp_path)
    assert len(city.streets) == 5
    assert len(city.streets.geometry.iloc[-1].coords) == 100_001


def test_relations_in_a_circle_do_no_harm(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, RING, {})
    for me, other in ((30, 31), (31, 30)):
        text.lines.append(
            f'<relation id="{me}"><member type="relation" ref="{other}" role="outer"/>'
            f'<member type="way" ref="20" role="outer"/><member type="way" ref="20" role="outer"/>'
            '<tag k="type" v="multipolygon"/><tag k="building" v="yes"/></relation>'
        )
    city = made(text, tmp_path)
    assert city.buildings.geometry.area.tolist() == pytest.approx([600.0, 600.0], rel=1e-3)


def three_borders(ways: tuple[int, ...]) -> OsmText:
    """A square of 400 m; from its middle lines run west, south and north-east: A lies between west and south, B between
    south and north-east, C between north-east and west. Each line is a way that two of them share."""
    text = OsmText().nodes({1: (0, 0), 2: (400, 0), 3: (400, 400), 4: (0, 400)})
    text.way(10, [1, 2, 3, 4, 1], {"highway": "primary"})
    text.nodes({5: (200, 200), 6: (5, 200), 7: (200, 5), 8: (600, 600)})
    lines = {40: [5, 6], 41: [7, 5], 42: [5, 8]}
    for way in ways:
        text.way(way, lines[way], {})
    for i, (name, own) in enumerate({"A": (40, 41), "B": (41, 42), "C": (42, 40)}.items()):
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": name}
        text.relation(50 + i, [*((way, "outer") for way in own), (99, "outer")], tags)
    return text


def test_borders_that_run_out_of_the_file_are_told_apart_by_their_neighbours(tmp_path: Path) -> None:
    city = made(three_borders((40, 41, 42)), tmp_path)
    assert city.districts["name"].tolist() == ["A", "B", "C"]
    assert city.districts.geometry.area.tolist() == pytest.approx([40_000.0, 60_000.0, 60_000.0], rel=0.02)
    assert set(city.districts["inferred"]) == {"geometry,residents"}
    at = {
        name: shapely.Point(WEST_M + x, SOUTH_M + y) for name, x, y in (("A", 50, 50), ("B", 350, 50), ("C", 50, 350))
    }
    assert all(city.districts.set_index("name").geometry[name].contains(point) for name, point in at.items())
    assert city.manifest["repaired"]["boundaries that run out of the file, cut at its edge"] == 3


def test_one_line_between_two_does_not_say_which_side_is_whose(tmp_path: Path) -> None:
    text = OsmText().nodes({1: (0, 0), 2: (400, 0), 3: (400, 400), 4: (0, 400), 6: (5, 200), 8: (600, 200)})
    text.way(10, [1, 2, 3, 4, 1], {"highway": "primary"}).way(40, [6, 8], {})
    for i, name in enumerate("AB"):
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": name}
        text.relation(50 + i, [(40, "outer"), (98 + i, "outer")], tags)
    city = made(text, tmp_path)
    assert city.districts["name"].tolist() == ["town"]
    assert city.manifest["refused_objects"]["boundaries"] == {"too little of it is in the file": ["r50", "r51"]}
