"""OpenStreetMap XML: what the city's own importer reads out of it is the city that went in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import osmium
import pytest

from tests.towns import grid_town
from tests.twin.full_town import full_town
from twin.city import City
from twin.city.forms import export_city
from twin.city.forms.osm_xml import turn_names
from twin.city.osm import import_osm


def through_osm(city: City, folder: Path) -> City:
    export_city(city, "osm", folder / "town.osm")
    return import_osm(folder / "town.osm", "town", None, "Asia/Tashkent")


def test_streets_and_buildings_of_a_grid_come_back(tmp_path: Path) -> None:
    town = grid_town()
    back = through_osm(town, tmp_path)
    assert (len(back.nodes), len(back.streets), len(back.buildings)) == (16, 24, 9)
    assert sorted(back.streets["name"]) == sorted(town.streets["name"])
    assert back.streets["length_m"].sum() == pytest.approx(2400.0, rel=2e-3)
    assert set(back.streets["speed_kmh"]) == {36.0}
    assert back.buildings["height_m"].tolist() == [12.0] * 9
    assert back.buildings["storeys"].tolist() == [4] * 9
    assert sorted(back.places["kind"]) == ["fire_station", "hospital", "police"]
    assert "Town" in back.districts["name"].tolist()


def test_the_odd_things_of_a_town_come_back(tmp_path: Path) -> None:
    town = full_town()
    back = through_osm(town, tmp_path)
    own, read = (city.streets.set_index("name") for city in (town, back))
    assert bool(read.loc["Ko‘cha 0", "oneway"])
    assert read.loc["Ko‘cha 0", "street_class"] == "primary"
    assert '"Shota" & <Rustaveli>' in read.index
    assert not read.loc["Ko‘cha 7", "drive"]
    assert back.nodes["signal"].sum() == 1
    assert (back.buildings.geometry.count_interior_rings() > 0).sum() == 1
    assert own["length_m"].sum() == pytest.approx(read["length_m"].sum(), rel=2e-3)


def test_elements_are_well_formed_and_counted(tmp_path: Path) -> None:
    export_city(full_town(), "osm", tmp_path / "town.osm")
    kinds = {"n": 0, "w": 0, "r": 0}
    restrictions = []
    for item in osmium.FileProcessor(str(tmp_path / "town.osm")):
        kinds[item.type_str()] += 1
        if item.type_str() == "r" and item.tags.get("type") == "restriction":
            restrictions.append((item.tags["restriction"], [member.role for member in item.members]))
    town = full_town()
    assert kinds["w"] > len(town.streets)
    assert [roles for _, roles in restrictions] == [["from", "via", "to"]] * 2
    assert [name.split("_")[0] for name, _ in restrictions] == ["no", "only"]


def test_turns_are_called_as_they_bend() -> None:
    """Into the middle of the grid from the west: north is left, south is right, east is straight on."""
    town = full_town()
    via = 6
    into = {name: int(row) for row, name in enumerate(town.streets["name"])}["Ko‘cha 4"]
    ways = {}
    for row, street in town.streets.iterrows():
        if via in (street["u"], street["v"]):
            ways[int(street["u"] + street["v"] - via)] = int(row)
    onto = [ways[11], ways[1], ways[7], into]
    table = town.restrictions.iloc[[0] * 4].assign(from_street=into, via_node=via, to_street=onto)
    assert turn_names(replace(town, restrictions=table)) == ["left_turn", "right_turn", "straight_on", "u_turn"]
