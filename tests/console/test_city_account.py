"""What `twin city build` tells of an extract: counts by chapter, and with --list-refused each object by name."""

from __future__ import annotations

import json
from pathlib import Path

from console.city_account import MOST_SHOWN, account, refused_lines
from tests.console.test_city import run
from tests.twin.osm_text import crossing, lon_lat


def test_each_object_that_is_left_out_is_named_when_asked(tmp_path: Path) -> None:
    text = crossing().way(12, [1, 99], {"highway": "service"}).way(13, [1, 4], {"highway": "planned"})
    text.nodes({31: (900, 100), 32: (950, 100)}).way(14, [31, 32], {"highway": "primary", "maxspeed": "fast"})
    west, south, east, north = (*lon_lat(-20, -20), *lon_lat(250, 250))
    osm, box = text.write(tmp_path / "town.osm"), f"{west},{south},{east},{north}"
    said = run("build", "--osm", osm, "--bbox", box, "--out", tmp_path / "town", "--list-refused").splitlines()
    assert said[:3] == [
        "w13 other_highway_ways: highway=planned is no street",
        "w12 drivable_ways: no two neighbouring nodes of it are in the file",
        "1 drivable_ways: outside the box",
    ]
    assert said[-1] == f"town: {tmp_path / 'town'}"
    made = json.loads(run("info", tmp_path / "town", "--json"))["made"]
    assert made["refused_objects"]["drivable_ways"] == {"no two neighbouring nodes of it are in the file": ["w12"]}


def test_a_city_that_was_not_imported_has_nothing_to_list() -> None:
    assert list(refused_lines({"made_by": {"importer": "twin.city.default"}})) == []
    assert account({"real": "the frame"}) == {"real": ["the frame"]}


def test_of_many_reasons_the_commonest_are_shown() -> None:
    reasons = {f"reason {i}": i for i in range(1, MOST_SHOWN + 3)}
    told = account({"refused": {"ways": reasons}})["refused"]
    assert told[0].startswith(f"ways: {MOST_SHOWN + 2} (reason {MOST_SHOWN + 2}), ")
    assert told[0].endswith("and 2 more kinds")
