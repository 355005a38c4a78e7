"""The two fleets that come with a city."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point

from sensors.cameras import CameraFleet
from sensors.city_fleet import CITY_FLEET_FILE, city_fleet, load_city_fleet
from sensors.default_fleet import default_fleet
from sensors.fleet_file import read_fleet, write_fleet
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.frame_figures import frame_figures
from twin.errors import InputError


def town_of(residents: int):
    town = grid_town(12, 12)
    town = replace(town, districts=town.districts.assign(residents=residents))
    points = town.nodes.geometry.iloc[[13, 20, 100]].to_list()
    more = {"kind": ["metro", "school", "gate"], "name": ["M", "S", "G"], "node": [13, 20, 100], "osm_id": -1}
    places = gpd.GeoDataFrame({**more, "inferred": ""}, geometry=points, crs=town.crs)
    return replace(town, places=places)


def test_counts_are_scaled_by_residents_and_places_are_counted():
    """A hundredth of Tashkent: 5 crossings of 7.7, 94 in blocks, 42 in streets, 6 mahallas of 2, a metro of 12."""
    fleet, lines = city_fleet(town_of(31_781), seed=1)
    sites = {line.group: line.sites for line in lines}
    wanted = {line.group: line.wanted for line in lines}
    assert (sites["crossing"], sites["block"], sites["street"], sites["mahalla"]) == (5, 94, 42, 6)
    assert (sites["metro"], sites["school"], sites["gate"], sites["bazaar"]) == (1, 1, 1, 0)
    assert abs(wanted["crossing"] - 5 * 7.7) <= 1
    assert (wanted["metro"], wanted["school"], wanted["gate"]) == (12, 4, 6)
    assert len(fleet) == sum(line.placed for line in lines) == sum(wanted.values())


def test_the_mix_of_kinds_of_all_tashkent_is_the_one_reported():
    """Worked out from the file alone, with the frame's counts of places: 7 / 14 / 5 / 75 % within a point."""
    figures = frame_figures()
    places = {"metro": 49, "gate": 25, "bazaar": 22, "hospital": 26, "station": 3, "open_place": 40}
    for kind in ("school", "kindergarten"):
        places[kind] = sum(district.counts[kind] for district in figures.districts.values())
    total: dict[str, float] = {}
    for name, group in load_city_fleet().groups.items():
        for kind, mean in group.each.items():
            total[kind] = total.get(kind, 0.0) + mean * (group.count or places[name])
    count = sum(total.values())
    assert 20_000 < count < 25_000
    for kind, share in (("plate", 0.068), ("face", 0.137), ("ptz", 0.048), ("fixed", 0.747)):
        assert total[kind] / count == pytest.approx(share, abs=0.01)


def test_no_camera_stands_in_a_building_and_each_has_a_name_of_its_own():
    town = town_of(31_781)
    fleet, _ = city_fleet(town, seed=1)
    spots = shapely.points(fleet.x_m, fleet.y_m)
    assert shapely.distance(shapely.union_all(town.buildings.geometry.to_numpy()), spots).min() >= 0.29
    assert len(set(fleet.id)) == len(fleet)


def test_the_same_seed_gives_the_same_fleet_and_another_one_another():
    town = town_of(31_781)
    first, again, other = (city_fleet(town, seed=seed)[0] for seed in (1, 1, 2))
    assert all(np.array_equal(getattr(first, f.name), getattr(again, f.name)) for f in fields(CameraFleet))
    assert not np.array_equal(first.x_m, other.x_m)


def test_plate_cameras_stand_at_crossings_and_gates():
    fleet, _ = city_fleet(town_of(31_781), seed=1)
    assert {str(name).split("-")[0] for name in fleet.id[fleet.kind == "plate"]} == {"crossing", "gate"}


def test_a_city_too_small_for_its_fleet_says_how_many_found_no_spot():
    """Nine buildings and 24 junctions cannot carry a fleet for three million."""
    town = grid_town()
    _, lines = city_fleet(replace(town, districts=town.districts.assign(residents=3_178_100)), seed=1)
    block = next(line for line in lines if line.group == "block")
    assert block.wanted == 9400
    assert block.placed < 9400


def test_the_stress_fleet_is_taken_in_one_go_and_says_what_it_is(tmp_path):
    town = grid_town(40, 40)
    fleet = default_fleet(town, 3000, seed=0)
    assert len(fleet) == 3000
    note = load_city_fleet().stress_note
    write_fleet(fleet, tmp_path / "stress.geojson", town.crs, note)
    assert "NOT for the city" in json.loads((tmp_path / "stress.geojson").read_text())["note"]
    assert len(read_fleet(tmp_path / "stress.geojson", town.crs, town.bounds_m)) == 3000


def test_a_fleet_file_with_two_faults_tells_both(tmp_path):
    text = CITY_FLEET_FILE.read_text(encoding="utf-8")
    text = text.replace("{plate: 3.1, ptz: 1.0, fixed: 3.6}", "{plates: 3.1}").replace("kinds: [metro]", "count: 3")
    (tmp_path / "fleet.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        load_city_fleet(tmp_path / "fleet.yaml")
    assert len(told.value.faults) == 2
    assert "did you mean 'plate'" in str(told.value)


def test_no_camera_hangs_where_the_reader_would_refuse_it(tmp_path):
    """A school a kilometre outside the box of streets and buildings, as at the edge of an extract, gets no camera."""
    town = grid_town()
    far = town.places.iloc[[0]].assign(kind="school", geometry=[Point(WEST_M + 1300.0, SOUTH_M + 150.0)])
    edge = replace(town, places=gpd.GeoDataFrame(pd.concat([town.places, far], ignore_index=True), crs=town.crs))
    made, lines = city_fleet(edge, seed=0)
    school = next(line for line in lines if line.group == "school")
    assert (school.wanted, school.placed) == (4, 0)
    write_fleet(made, tmp_path / "edge.geojson", edge.crs)
    assert len(read_fleet(tmp_path / "edge.geojson", edge.crs, edge.bounds_m)) == len(made)
