"""Districts and tiles: together they hold all there is, each is a sound city, and each node lies in one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.towns import grid_town
from tests.twin.full_town import full_town
from twin.city import City
from twin.city.forms import part as parts
from twin.city.forms import tiles
from twin.city.forms.part import district_of, tile_of
from twin.city.forms.tiles import junctions_of, tiles_of
from twin.city.forms.write import export_city
from twin.city.schema import city_faults
from twin.errors import InputError


def all_tiles(city: City, most: int, monkeypatch: pytest.MonkeyPatch) -> list[City]:
    """The tiles of a city of at most so many junctions each."""
    cut = tiles_of(city, most)
    monkeypatch.setattr(parts, "tile_numbered", lambda city, number: cut[number])
    return [tile_of(city, tile.number) for tile in cut]


def test_a_grid_of_four_by_four_has_twelve_junctions_cut_in_halves_across_the_longer_side() -> None:
    town = grid_town(4, 4)
    assert junctions_of(town).sum() == 12
    assert [tile.junctions for tile in tiles_of(town)] == [12]
    west, east = tiles_of(town, 6)
    assert (west.junctions, east.junctions) == (6, 6)
    assert west.box_m[2] == east.box_m[0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=200), st.integers(1, 30))
def test_every_point_lies_in_one_tile_and_no_tile_has_too_many(points: list[tuple[int, int]], most: int) -> None:
    xy = np.array(sorted(set(points)), dtype=float)
    everything = (-np.inf, -np.inf, np.inf, np.inf)
    boxes = tiles._cut(xy, everything, -(-len(xy) // most), most)
    held = [tiles.Tile(0, box, count).holds(xy) for box, count in boxes]
    assert (np.sum(held, axis=0) == 1).all()
    assert [int(inside.sum()) for inside in held] == [count for _, count in boxes]
    assert max(count for _, count in boxes) <= most


@pytest.mark.parametrize("most", [3, 5, 100])
def test_the_tiles_together_lose_nothing(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    town = full_town()
    made = all_tiles(town, most, monkeypatch)
    assert [city_faults(tile) for tile in made] == [[]] * len(made)
    assert sum(tile.streets["length_m"].sum() for tile in made) == pytest.approx(
        town.streets["length_m"].sum(), rel=1e-12
    )
    assert sum(len(tile.buildings) for tile in made) == len(town.buildings)
    assert sum(tile.buildings["residents"].sum() for tile in made) == town.buildings["residents"].sum()
    assert sum(len(tile.restrictions) for tile in made) == len(town.restrictions)
    assert sorted(name for tile in made for name in tile.places["name"]) == sorted(town.places["name"])
    cut = [cut["street"] for tile in made for cut in tile.manifest["part"]["cut_streets"]]
    assert all(cut.count(street) == 2 for street in cut)
    nodes = sum(len(tile.nodes) - len(tile.manifest["part"]["cut_streets"]) for tile in made)
    assert nodes == len(town.nodes)
    assert sum(tile.areas.geometry.area.sum() for tile in made) == pytest.approx(
        town.areas.geometry.area.sum(), rel=1e-6
    )


def test_the_halves_of_a_cut_street_meet_where_both_lists_say(monkeypatch: pytest.MonkeyPatch) -> None:
    west, east = all_tiles(grid_town(), 6, monkeypatch)
    places = [
        {(cut["street"], cut["x_m"], cut["y_m"]) for cut in tile.manifest["part"]["cut_streets"]}
        for tile in (west, east)
    ]
    assert places[0] == places[1]
    assert len(places[0]) == 4
    cut = west.manifest["part"]["cut_streets"][0]
    assert west.streets["length_m"][cut["row"]] == 50.0


def test_a_restriction_still_names_the_streets_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    town = full_town()
    for tile in all_tiles(town, 4, monkeypatch):
        for row in tile.restrictions.itertuples():
            names = tile.streets["name"]
            own = town.restrictions[town.restrictions["osm_id"] == row.osm_id].iloc[0]
            assert names[row.from_street] == town.streets["name"][own["from_street"]]
            assert names[row.to_street] == town.streets["name"][own["to_street"]]
            assert tile.nodes["osm_id"][row.via_node] == town.nodes["osm_id"][own["via_node"]]


def test_a_district_has_tiles_of_its_own_that_remember_where_they_come_from(tmp_path: Path) -> None:
    part, _ = export_city(full_town(), "geojson", tmp_path / "out", "West tumani", 0)
    assert part.name == "full-town-west-tumani-tile0"
    assert part.manifest["part"]["of"] == "full-town-west-tumani"
    assert part.manifest["part"]["within"]["of"] == "full-town"
    assert city_faults(part) == []
    with pytest.raises(InputError, match="it has 1 tiles, 0 to 0"):
        export_city(full_town(), "geojson", tmp_path / "two", "West tumani", 1)


def test_a_district_keeps_its_own_row_and_cuts_the_streets_that_leave_it() -> None:
    east = district_of(full_town(), "east")
    assert east.name == "full-town-east-tumani"
    assert east.districts["name"].tolist() == ["East tumani"]
    assert east.residents == 200
    assert len(east.manifest["part"]["cut_streets"]) == 4
    assert city_faults(east) == []
    inside = shapely.prepare(east.districts.geometry[0]) or shapely.contains(
        east.districts.geometry[0], east.buildings.geometry.centroid.to_numpy()
    )
    assert inside.all()


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"district": "Eastt tumani"}, ["did you mean 'East tumani'"]),
        ({"district": "tumani"}, ["no district 'tumani'"]),
        ({"tile": 7}, ["it has 1 tiles, 0 to 0"]),
        ({"tile": -1}, ["it has 1 tiles, 0 to 0"]),
        ({"tile": 0, "district": "Nowhere"}, ["no district 'Nowhere'"]),
    ],
)
def test_a_part_that_is_not_there_is_refused(tmp_path: Path, given: dict[str, object], parts: list[str]) -> None:
    with pytest.raises(InputError) as found:
        export_city(full_town(), "geojson", tmp_path / "out", **given)  # type: ignore[arg-type]
    for part in parts:
        assert part in str(found.value)
    assert list(tmp_path.iterdir()) == []
