"""Trees, walls and fences of small hand-made extracts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.twin.osm_city import SQUARE, made
from tests.twin.osm_text import SOUTH_M, WEST_M, crossing, lon_lat
from twin.city.standing import trees_in, walls_in

LINE = {31: (10, 60), 32: (50, 60), 33: (90, 60)}


def test_a_tree_has_the_size_it_states_and_the_usual_one_else(tmp_path: Path) -> None:
    text = crossing().node(41, 20, 20, natural="tree", leaf_type="broadleaved", height="12 m", diameter_crown="6")
    text.node(42, 30, 20, natural="tree", leaf_type="needleleaved").node(43, 40, 20, natural="tree", height="tall")
    text.node(44, 50, 20, natural="peak")
    city = made(text, tmp_path)
    assert city.trees[["kind", "height_m", "crown_m", "osm_id", "inferred"]].to_numpy().tolist() == [
        ["broadleaved", 12.0, 6.0, 41, ""],
        ["needleleaved", 9.0, 2.2, 42, "height_m,crown_m"],
        ["", 7.0, 4.2, 43, "height_m,crown_m"],
    ]
    assert city.manifest["read"]["trees"] == city.manifest["imported"]["trees"] == 3
    assert city.manifest["not_understood"]["height"] == {"tall": 1}
    assert city.manifest["inferred"]["trees.height_m"] == 2


def test_a_row_of_trees_is_planted_every_eight_metres(tmp_path: Path) -> None:
    city = made(crossing().nodes(LINE).way(20, [31, 32, 33], {"natural": "tree_row"}), tmp_path)
    x = shapely.get_coordinates(city.trees.geometry.to_numpy())[:, 0] - WEST_M
    assert x == pytest.approx(np.linspace(10, 90, 11), abs=0.02)
    assert set(city.trees["inferred"]) == {"height_m,crown_m,geometry"}
    assert city.manifest["imported"]["tree_rows"] == 1


def test_trees_that_are_no_points_and_rows_that_are_no_lines_are_refused(tmp_path: Path) -> None:
    text = crossing().nodes(LINE).way(20, [31, 32], {"natural": "tree"}).node(44, 5, 5, natural="tree_row")
    text.way(21, [98, 99], {"natural": "tree_row"})
    city = made(text, tmp_path)
    assert city.manifest["refused"]["trees"] == {"a tree is a point": 1}
    assert city.manifest["refused"]["tree_rows"] == {
        "a row of trees is a line": 1,
        "no two nodes of it apart are in the file": 1,
    }
    assert city.manifest["refused_objects"]["trees"] == {"a tree is a point": ["w20"]}


@pytest.mark.parametrize(
    ("tags", "kind", "height_m", "inferred"),
    [
        ({"barrier": "wall", "height": "2.5"}, "wall", 2.5, ""),
        ({"barrier": "city_wall"}, "city_wall", 6.0, "height_m"),
        ({"barrier": "hedge", "height": "4 ft"}, "hedge", 1.2192, ""),
        ({"barrier": "fence"}, "fence", 1.5, "height_m"),
        ({"barrier": "fence", "fence_type": "chain_link"}, "fence", 1.5, "height_m"),
        ({"barrier": "fence", "fence_type": "concrete"}, "wall", 2.0, "height_m"),
        ({"barrier": "wall", "height": "0"}, "wall", 2.0, "height_m"),
    ],
)
def test_walls_hedges_and_fences_are_taken_with_their_heights(
    tmp_path: Path, tags: dict[str, str], kind: str, height_m: float, inferred: str
) -> None:
    city = made(crossing().nodes(LINE).way(20, [31, 32, 33], tags), tmp_path)
    assert city.barriers[["kind", "height_m", "osm_id", "inferred"]].to_numpy().tolist() == [
        [kind, height_m, 20, inferred]
    ]
    assert city.barriers.geometry.length[0] == pytest.approx(80.0, abs=0.02)
    assert len(walls_in(city)) == (0 if kind == "fence" else 2)


def test_other_lines_are_counted_and_named(tmp_path: Path) -> None:
    text = crossing().nodes(LINE).way(20, [31, 32], {"barrier": "kerb"}).way(21, [32, 33], {"barrier": "no"})
    text.way(22, [97, 98], {"barrier": "wall"}).relation(30, [(20, "")], {"barrier": "wall"})
    city = made(text, tmp_path)
    assert city.manifest["read"]["barrier_lines"] == 3
    assert city.manifest["refused_objects"]["barrier_lines"] == {
        "a relation has no line of its own": ["r30"],
        "barrier=kerb is no wall, hedge or fence": ["w20"],
        "no two nodes of it apart are in the file": ["w22"],
    }


def test_a_gate_opens_its_wall_by_four_metres(tmp_path: Path) -> None:
    text = crossing().nodes({31: (10, 60), 33: (90, 60)}).node(32, 50, 60, barrier="gate")
    city = made(text.way(20, [31, 32, 33], {"barrier": "wall"}), tmp_path)
    assert city.barriers.geometry.length.tolist() == pytest.approx([38.0, 38.0], abs=0.02)
    assert city.barriers["osm_id"].tolist() == [20, 20]
    assert city.manifest["repaired"]["gates at which a wall or fence is opened"] == 1


def test_the_box_cuts_walls_and_leaves_trees_outside(tmp_path: Path) -> None:
    text = crossing().nodes({31: (10, 60), 32: (160, 60), 33: (190, 60)}).way(20, [31, 33], {"barrier": "wall"})
    text.node(41, 20, 20, natural="tree").node(42, 170, 20, natural="tree").way(21, [32, 33], {"barrier": "hedge"})
    city = made(text, tmp_path, bbox=(*lon_lat(-300, -300), *lon_lat(150, 300)))
    assert city.trees["osm_id"].tolist() == [41]
    assert city.barriers.geometry.length.tolist() == pytest.approx([140.0], abs=1.0)
    assert city.manifest["refused"]["trees"] == {"outside the box": 1}
    assert city.manifest["refused"]["barrier_lines"] == {"outside the box": 1}


def test_a_closed_wall_goes_all_the_way_round(tmp_path: Path) -> None:
    city = made(crossing().nodes(SQUARE).way(20, [*SQUARE, 21], {"barrier": "wall"}), tmp_path)
    assert city.barriers.geometry.length[0] == pytest.approx(100.0, abs=0.05)


def test_a_mapped_tree_stands_in_the_imported_city(tmp_path: Path) -> None:
    city = made(crossing().node(41, 20, 30, natural="tree", height="10"), tmp_path)
    trees = trees_in(city)
    mapped = np.hypot(*(trees.xy_m - [WEST_M + 20, SOUTH_M + 30]).T) < 0.1
    assert mapped.sum() == 1
    assert trees.top_m[mapped].tolist() == pytest.approx([10.0])
