"""The table of figures: small towns whose figures can be worked out on paper."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point, box

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.figures import city_table
from twin.city.figures.figure import MISSED, NO_FIGURE, REACHED, SKIPPED
from twin.city.figures.folder import _peak_gb, build_cost, folder_size
from twin.city.figures.length import passages, street_length
from twin.city.figures.network import shape_of, together
from twin.city.figures.people import residents
from twin.city.figures.reference import plain, reference_of
from twin.city.figures.storeys import shares_of, storeys
from twin.city.figures.walking import POLYGONS, STATIONS, WalkGraph, metro_walks
from twin.city.frame_figures import STOREYS_2019, STOREYS_2026
from twin.city.store import save_city
from twin.errors import InputError


def named(town, district: str):
    """The town as one district of Tashkent."""
    districts = town.districts.assign(name=district)
    return replace(town, districts=districts)


def test_a_grid_of_24_blocks_has_2400_m_of_street():
    town = grid_town()
    figure = street_length(town, reference_of(town))
    assert figure.values["road_km"] == pytest.approx(2.4)
    assert (figure.verdict, figure.asked) == (NO_FIGURE, "")


def test_two_carriageways_are_one_road_and_yards_are_none():
    """A street of 100 m with two one-way carriageways 20 m apart counts once; a yard drive does not count."""
    town = grid_town(2, 2)
    streets = town.streets.copy()
    south, north = streets.index[0], streets.index[1]
    streets.loc[[south, north], ["oneway", "name"]] = [True, "Avenue"]
    x, y = WEST_M, SOUTH_M
    streets.loc[north, "geometry"] = LineString([(x + 100, y + 20), (x, y + 20)])
    streets.loc[streets.index[2], "street_class"] = "service"
    figure = street_length(replace(town, streets=streets), reference_of(town))
    assert figure.values == {"road_km": 0.2, "carriageway_km": 0.3, "drivable_km": 0.4}


def test_passages_and_dead_ends_are_known_by_their_names():
    town = grid_town(2, 2)
    names = ["Chinor ko‘chasi", "Chinor, 1 tor ko'chasi", "Chinor, 2 berk koʻchasi", "Chinor, 2 berk koʻchasi"]
    figure = passages(replace(town, streets=town.streets.assign(name=names)), reference_of(town))
    assert figure.values == {"named_ways": 3, "passages": 1, "dead_ends": 1, "share": 0.6667}


def test_a_district_is_known_by_any_spelling_of_its_name():
    for name in ("Mirzo Ulug‘bek tumani", "Mirzo Ulugʻbek tumani", "mirzo ulug'bek", "Mirzo Ulugbek"):
        assert len(reference_of(named(grid_town(), name)).districts) == 1
    assert not reference_of(grid_town()).districts
    assert plain("Do‘stlik  ") == "do'stlik"


def test_residents_of_a_district_are_counted_in_its_buildings():
    """Nine buildings of 96 residents are 864, asked of Bektemir are 59,900."""
    town = named(grid_town(), "Bektemir tumani")
    figure = residents(town, reference_of(town))
    assert figure.values["Bektemir tumani"] == {"residents": 864, "asked": 59_900, "off": round(864 / 59_900 - 1, 4)}
    assert figure.verdict == MISSED
    enough = town.buildings.assign(residents=59_900 // 9)
    assert residents(replace(town, buildings=enough), reference_of(town)).verdict == REACHED


def test_shares_by_storeys_worked_out_by_hand():
    """20 flats in 4 storeys, 60 in 9, 20 in 12."""
    levels, flats = np.array([4, 9, 12]), np.array([20, 60, 20])
    assert shares_of(levels, flats, STOREYS_2019) == pytest.approx({"4-5": 0.2, "9": 0.6, "10+": 0.2, "other": 0.0})
    new = {"1-3": 0.0, "4-5": 0.2, "6-9": 0.6, "10-16": 0.2, "17+": 0.0}
    assert shares_of(levels, flats, STOREYS_2026) == pytest.approx(new)
    assert shares_of(levels[:0], flats[:0], STOREYS_2026) == {}


def test_each_epoch_is_held_to_its_own_table():
    """Chilonzor's shares of 2019 in blocks of 1980: reached; the same blocks dated 2020: missed."""
    town = named(grid_town(), "Chilonzor")
    wanted = reference_of(town).districts[0].storeys_2019
    levels, shares = [4, 9, 12, 2], [wanted["4-5"], wanted["9"], wanted["10+"], wanted["other"]]
    stock = town.buildings.iloc[:4].assign(storeys=levels, dwellings=[round(1000 * s) for s in shares])
    for year, verdicts in ((1980, [REACHED, SKIPPED]), (2020, [SKIPPED, MISSED]), (0, [SKIPPED, SKIPPED])):
        dated = replace(town, buildings=stock.assign(built_year=year))
        assert [figure.verdict for figure in storeys(dated, reference_of(dated))] == verdicts


def test_courtyard_houses_are_no_blocks_of_flats():
    town = named(grid_town(), "Chilonzor")
    houses = replace(town, buildings=town.buildings.assign(use="courtyard", built_year=1980))
    assert {figure.verdict for figure in storeys(houses, reference_of(houses))} == {SKIPPED}


def test_ground_reached_on_a_grid_is_a_diamond():
    """Within 400 m of the middle of a grid of 100 m lie the nodes of a diamond of half-diagonal 400 m: 320,000 m2."""
    town = grid_town(11, 11)
    middle = np.array([[WEST_M + 505.0, SOUTH_M + 498.0]])
    np.testing.assert_allclose(WalkGraph.of(town).reached_m2(middle, (405.0, 100.0)), [[320_000.0, 20_000.0]])


def test_walks_are_compared_with_the_areas_of_the_folder(tmp_path):
    """On a grid of 40 m, 417 m reach ten blocks, a diamond of 320,000 m2; 833 m reach twenty, 1,250 m thirty-one."""
    town = grid_town(63, 63, block_m=40.0)
    station = Point(WEST_M + 31 * 40, SOUTH_M + 31 * 40)
    side = 320_000.0**0.5
    squares = [box(station.x - h, station.y - h, station.x + h, station.y + h) for h in (side / 2, side, 3 * side / 2)]
    lonlat = gpd.GeoSeries(squares, crs=32642).to_crs(4326)
    polygons = gpd.GeoDataFrame({"station_id": "a", "minutes": [5, 10, 15]}, geometry=lonlat)
    polygons.to_file(tmp_path / POLYGONS, driver="GeoJSON")
    stations = gpd.GeoSeries([station], crs=32642).to_crs(4326)
    gpd.GeoDataFrame({"station_id": ["a"]}, geometry=stations).to_file(tmp_path / STATIONS, driver="GeoJSON")
    ratios = [figure.values["ratios"][0] for figure in metro_walks(town, reference_of(town), tmp_path)]
    assert ratios == pytest.approx([1.0, 1.0, (31 * 40) ** 2 * 2 / (9 * 320_000)], abs=0.002)
    assert [figure.verdict for figure in metro_walks(town, reference_of(town), tmp_path)] == [NO_FIGURE] * 3


def test_without_the_folder_the_walks_are_skipped_and_say_why():
    town = grid_town()
    (figure,) = metro_walks(town, reference_of(town), None)
    assert figure.verdict == SKIPPED
    assert "--against" in figure.note


def test_a_folder_without_the_polygons_is_wrong_input(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        list(metro_walks(grid_town(), reference_of(grid_town()), tmp_path))


def test_a_street_that_leads_nowhere_back_is_not_together():
    """Both streets at a corner lead one way, away from it: of 2,400 m these 200 m fall out."""
    town = grid_town()
    assert together(town).values["share"] == 1.0
    streets = town.streets.copy()
    corner = streets.index[(streets["u"] == 0) | (streets["v"] == 0)]
    streets.loc[corner, "oneway"] = True
    cut = replace(town, streets=streets, manifest={"source": "generated inside a real frame"})
    figure = together(cut)
    assert figure.values["share"] == pytest.approx(2200 / 2400, abs=1e-5)
    assert figure.verdict == MISSED


def test_degrees_and_blocks_of_a_grid():
    """Of 16 nodes 4 corners are bends, on 8 three ways meet, on 4 inside four; there are nine blocks of a hectare."""
    shape = shape_of(grid_town())
    assert (shape["junctions"], shape["threes"], shape["fours"], shape["ends"]) == (12, 0.667, 0.333, 0.0)
    assert (shape["blocks"], shape["blocks_ha"]) == (9, [1.0, 1.0, 1.0])


def test_the_whole_table_of_a_town_without_targets_misses_nothing():
    table = list(city_table(grid_town()))
    assert len({figure.what for figure in table}) == len(table)
    assert {figure.verdict for figure in table} <= {NO_FIGURE, SKIPPED, REACHED}
    assert [figure.what for figure in table if figure.verdict == REACHED] == ["10,000 random trips against Dijkstra"]
    assert all(figure.note for figure in table if figure.verdict == SKIPPED)


def test_memory_is_summed_over_a_process_and_its_children():
    """A process that holds 60 MB and starts another that holds 60 MB: at least 120 MB together."""
    hold = "import sys, time; held = b'x' * 60_000_000; time.sleep(1.5)"
    both = f"import subprocess, sys; held = b'x' * 60_000_000; subprocess.run([sys.executable, '-c', {hold!r}])"
    running = subprocess.Popen([sys.executable, "-c", both], start_new_session=True)
    assert _peak_gb(running) >= 0.12


def test_the_cost_of_a_failed_build_is_wrong_input(monkeypatch):
    monkeypatch.setattr("twin.city.figures.folder._BUILD", "raise SystemExit('no room')")
    with pytest.raises(InputError, match="no room"):
        build_cost(1)


def test_what_is_made_on_use_does_not_count_as_the_folder(tmp_path):
    town = save_city(grid_town(), tmp_path / "city")
    alone = folder_size(town, True).values["size_mb"]
    (tmp_path / "city" / "heights").mkdir()
    (tmp_path / "city" / "heights" / "cells.bin").write_bytes(b"x" * 5_000_000)
    assert folder_size(town, True).values["size_mb"] == alone
