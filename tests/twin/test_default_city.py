"""The default city: a real frame that holds, and a fabric one can drive through, live in and look at.

Two districts that border each other stand for the whole here; the slow tests build all twelve.
"""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import STRtree

from twin.city.default import default_city
from twin.city.fabric.skeleton import skeleton_of
from twin.city.frame import load_frame
from twin.city.model import LAYERS, PLACE_KINDS, STREET_CLASSES
from twin.city.schema import city_faults
from twin.city.store import city_hash
from twin.errors import InputError

PAIR = ("Mirobod", "Yakkasaroy")
TELL_HASH = f"""
from twin.city.default import default_city
from twin.city.store import city_hash
if __name__ == "__main__":
    print(city_hash(default_city(1, {PAIR!r}, workers=2)))
"""
OLD = {"4-5": (4, 5), "9": (9, 9), "10+": (10, 99)}
NEW = {"1-3": (1, 3), "4-5": (4, 5), "6-9": (6, 9), "10-16": (10, 16), "17+": (17, 99)}


@pytest.fixture(scope="module")
def city():
    return default_city(1, PAIR, workers=1)


@pytest.fixture(scope="module")
def figures():
    return {d.name: d.figures for d in load_frame().districts}


def buildings_of(city, district: str):
    outline = city.districts.set_index("name").geometry[district]
    return city.buildings[city.buildings.representative_point().within(outline)]


def largest_strong(city) -> np.ndarray:
    """Which drivable streets lie in the largest set of junctions that can all be driven to from one another."""
    drive = city.streets[city.streets["drive"]]
    both = drive[~drive["oneway"]]
    u, v = np.concatenate([drive["u"], both["v"]]), np.concatenate([drive["v"], both["u"]])
    n = len(city.nodes)
    _, label = connected_components(coo_matrix((np.ones(len(u)), (u, v)), shape=(n, n)), connection="strong")
    main = np.bincount(label[u]).argmax()
    assert (label[city.places["node"]] == main).all()
    return (label[drive["u"]] == main) & (label[drive["v"]] == main)


def test_the_frame_is_the_real_one(city, figures):
    """Areas within 2 %, residents of January 2026, the mahallas of the register, the metro stations that lie inside."""
    districts = city.districts.set_index("name")
    for name in PAIR:
        assert districts.area[name] / 1e6 == pytest.approx(figures[name].area_km2, rel=0.02)
        assert districts["residents"][name] == figures[name].residents
        assert buildings_of(city, name)["residents"].sum() == pytest.approx(figures[name].residents, rel=0.03)
    known = {d.name: d.mahallas for d in load_frame().districts}
    for name in PAIR:
        assert set(city.mahallas.loc[city.mahallas["district"] == name, "name"]) == set(known[name])
    ground = city.districts.union_all()
    inside = [spot for spot in load_frame().spots_of("metro") if ground.contains(shapely.Point(spot.at))]
    metro = city.places[city.places["kind"] == "metro"]
    assert {(p.x, p.y) for p in metro.geometry} == {spot.at for spot in inside}
    assert len(metro) >= 5


def test_every_layer_keeps_its_contract(city):
    for layer, columns in LAYERS.items():
        assert set(columns) <= set(getattr(city, layer).columns), layer
    assert city_faults(city) == []
    assert set(city.streets["street_class"]) <= set(STREET_CLASSES)
    assert set(city.places["kind"]) <= set(PLACE_KINDS)
    assert city.manifest["timezone"] == "Asia/Tashkent"
    assert city.manifest["made_by"]["districts"] == list(PAIR)
    assert "outlines" in city.manifest["real"]
    assert "buildings" in city.manifest["synthetic"]
    assert any("OpenStreetMap" in source for source in city.manifest["sources"])


def test_mahallas_part_the_districts(city):
    """No ground is left over and none is in two mahallas."""
    whole = city.districts.union_all()
    assert city.mahallas.area.sum() == pytest.approx(whole.area, rel=1e-4)
    assert city.mahallas.union_all().symmetric_difference(whole).area < 3000.0  # points are rounded to 1 cm
    assert (city.mahallas["residents"] > 0).all()
    assert city.mahallas["residents"].sum() == city.residents


def test_households_are_of_the_citys_size(city):
    """724,692 dwellings for 3,178,100 residents; a flat has 60 to 110 m2 gross, stairs included."""
    homes = city.buildings[city.buildings["dwellings"] > 0]
    assert set(homes["use"]) == {"residential", "courtyard"}
    assert homes["residents"].sum() / homes["dwellings"].sum() == pytest.approx(3_178_100 / 724_692, rel=0.01)
    flats = homes[homes["use"] == "residential"]
    floor_m2 = (flats.area * flats["storeys"]).sum() / flats["dwellings"].sum()
    assert 60.0 < floor_m2 < 110.0
    houses = homes[homes["use"] == "courtyard"]
    assert 1.0 <= houses["dwellings"].mean() < 2.0


@pytest.mark.parametrize("name", PAIR)
def test_flats_by_storeys_and_epoch(city, figures, name):
    """Flats built before 2015 in the shares of the table of 2019, later ones in those of 2026."""
    flats = buildings_of(city, name).query("use == 'residential'")
    for part, bands, wanted in (
        (flats[flats["built_year"] < 2015], OLD, figures[name].storeys_2019),
        (flats[flats["built_year"] >= 2015], NEW, figures[name].storeys_2026),
    ):
        for band, (low, high) in bands.items():
            share = part["dwellings"][part["storeys"].between(low, high)].sum() / part["dwellings"].sum()
            assert share == pytest.approx(wanted[band], abs=0.10), band
    assert (flats["built_year"] > 1900).all()


def test_no_building_stands_in_another_and_hardly_any_touches_a_carriageway(city):
    shapes = city.buildings.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    tree = STRtree(shapes)
    one, two = tree.query(shapes, predicate="intersects")
    pairs = one < two
    assert shapely.area(shapely.intersection(shapes[one[pairs]], shapes[two[pairs]])).max(initial=0.0) < 0.1
    drive = city.streets[city.streets["drive"]]
    roads = shapely.buffer(drive.geometry.to_numpy(), drive["width_m"].to_numpy() / 2, cap_style="flat")
    touched = np.unique(tree.query(roads, predicate="intersects")[1])
    assert len(touched) <= len(shapes) / 2000  # where two avenues meet at a sharp angle, a corner may come too near


def test_all_streets_can_be_driven_from_anywhere(city):
    drive = city.streets[city.streets["drive"]]
    inside = largest_strong(city)
    assert drive["length_m"][inside].sum() >= 0.99 * drive["length_m"].sum()
    assert 0.01 < drive["oneway"].mean() < 0.2


def test_streets_join_their_nodes(city):
    ends = np.array([[line.coords[0], line.coords[-1]] for line in city.streets.geometry])
    nodes = shapely.get_coordinates(city.nodes.geometry.to_numpy())
    assert np.abs(ends[:, 0] - nodes[city.streets["u"]]).max() < 1e-6
    assert np.abs(ends[:, 1] - nodes[city.streets["v"]]).max() < 1e-6
    assert city.streets["length_m"].to_numpy() == pytest.approx(city.streets.length.to_numpy(), abs=0.01)
    assert (city.streets["u"] != city.streets["v"]).all()
    assert set(city.streets["u"]) | set(city.streets["v"]) == set(range(len(city.nodes)))


def test_streets_of_tashkent(city):
    """Limits of 60 on avenues and 50 where signed, 20 in yards and passages, 30 beside schools."""
    by_class = dict(list(city.streets.groupby("street_class")))
    assert set(by_class["primary"]["speed_kmh"]) <= {50.0, 60.0}
    assert set(by_class["secondary"]["speed_kmh"]) <= {50.0, 60.0}
    assert by_class["living_street"]["width_m"].between(3.0, 5.0).all()
    assert set(by_class["living_street"]["speed_kmh"]) == {20.0}
    assert set(by_class["service"]["speed_kmh"]) == {20.0}
    assert {30.0, 40.0} == set(by_class["residential"]["speed_kmh"])
    assert not by_class["footway"]["drive"].any()
    assert {"safe_street", "safe_sidewalk"} <= set(city.streets["corridor"])


def test_lanes_by_direction(city):
    drive = city.streets[city.streets["drive"]]
    assert (drive["lanes_forward"] + drive["lanes_backward"] == drive["lanes"]).all()
    assert (drive["lanes_backward"][drive["oneway"]] == 0).all()
    assert (city.streets.loc[~city.streets["drive"], ["lanes_forward", "lanes_backward"]] == 0).all(axis=None)


def test_canals_and_railways_are_crossed_on_bridges_only(city):
    """Streets over water or rails are bridges on layer 1, and few; beside a bridge askew a street may reach over."""
    strips = city.areas[city.areas["kind"].isin(["water", "rail"])].union_all().buffer(-1.0)
    over = city.streets[city.streets.intersects(strips)]
    ashore = over[over["structure"] == ""]
    assert ashore.intersection(strips).length.max() < 45.0
    assert (city.streets["layer"] == (city.streets["structure"] == "bridge")).all()
    assert 5 < (city.streets["structure"] == "bridge").sum() < 100
    wet = city.areas[city.areas["kind"] == "water"]
    assert not city.buildings.intersects(wet.union_all()).any()


def test_passages_are_named_as_in_the_register(city):
    """Passages and dead ends are 6 of 10 named ways; each is numbered off the street it leaves."""
    names = city.streets["name"][city.streets["name"] != ""].drop_duplicates()
    side = names[names.str.contains(r", \d+ (?:tor|berk) ko‘chasi$")]
    assert len(side) / len(names) == pytest.approx(0.62, abs=0.1)
    assert side.str.contains("berk").sum() / len(side) == pytest.approx(1756 / 4998, abs=0.1)


def test_turn_restrictions_are_few_and_name_streets_that_meet(city):
    table, streets = city.restrictions, city.streets
    assert 3 <= len(table) < 100
    for row in table.itertuples():
        for street in (row.from_street, row.to_street):
            assert row.via_node in (streets["u"][street], streets["v"][street])
    assert city.nodes["signal"][table["via_node"]].all()


def test_places_are_as_many_as_the_facts_say(city, figures):
    count = city.places["kind"].value_counts()
    for kind in ("school", "kindergarten", "clinic"):
        wanted = sum(figures[name].counts[kind] for name in PAIR)
        assert wanted * 0.93 <= count[kind] <= wanted, kind
    assert count["police"] == 2
    assert count["fire_station"] == sum(figures[name].counts["fire_station"] for name in PAIR)
    assert count["mahalla_post"] == len(city.mahallas)
    assert count["ambulance_post"] == sum(figures[name].counts["ambulance_post"] for name in PAIR)
    assert count["gate"] >= 4
    assert count["data_centre"] >= 2
    posts = city.places[city.places["kind"] == "mahalla_post"]
    assert posts["inferred"].str.contains("geometry").all()


def test_same_seed_same_bytes_with_two_workers_in_another_process(city):
    """Neither the process, the number of workers nor the order of hashes shows in the layers."""
    told = subprocess.run(
        [sys.executable, "-c", TELL_HASH], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "12345"},
    )  # fmt: skip
    assert told.stdout.strip() == city_hash(city)


def test_a_district_alone_has_the_fabric_it_has_in_the_whole(city):
    alone = default_city(1, ["Yakkasaroy"])
    assert alone.name == "tashkent-yakkasaroy"
    columns = ["use", "storeys", "dwellings", "residents", "built_year"]
    both = city.buildings[-len(alone.buildings) :].reset_index(drop=True)  # districts stand in the frame's order
    assert both[columns].equals(alone.buildings[columns])
    assert (shapely.to_wkb(both.geometry.to_numpy()) == shapely.to_wkb(alone.buildings.geometry.to_numpy())).all()
    mahallas = city.mahallas[city.mahallas["district"] == "Yakkasaroy"].reset_index(drop=True)
    assert mahallas["name"].equals(alone.mahallas["name"])
    assert mahallas["residents"].equals(alone.mahallas["residents"])


def test_another_seed_moves_only_what_is_not_known():
    """Bunyodkor avenue keeps its course; streets whose course is weak do not."""
    one, two = skeleton_of(1), skeleton_of(2)

    def points(skeleton, name):
        return {p for edge, way in skeleton.ways.items() if way and way.name == name for p in edge}

    for name, same in (("Bunyodkor shoh ko‘chasi", True), ("Sag‘bon ko‘chasi", False)):
        first = {one.points[p] for p in points(one, name)}
        second = {two.points[p] for p in points(two, name)}
        assert (len(first & second) > 0.5 * len(first)) is same, name


@pytest.mark.parametrize("seed", ["seven", -1, 1.5, True, None])
def test_a_seed_that_is_no_seed_is_refused(seed):
    with pytest.raises(InputError, match="whole number from 0 up"):
        default_city(seed)


def test_an_unknown_district_is_refused_with_what_would_work():
    with pytest.raises(InputError, match="no such district: 'Chilonzar'; did you mean Chilonzor") as refusal:
        default_city(1, ["Chilonzar", "Uchtepa"])
    assert "Yunusobod" in str(refusal.value)
    with pytest.raises(InputError, match="no such district"):
        default_city(1, [])


@pytest.mark.slow
def test_the_whole_city_carries_its_numbers():
    """All twelve districts: residents, dwellings, street length, names, one strongly connected component."""
    city = default_city(1)
    frame = load_frame()
    drive = city.streets[city.streets["drive"]]
    assert drive["length_m"].sum() / 1000 == pytest.approx(4884, rel=0.10)
    names = city.streets["name"][city.streets["name"] != ""].drop_duplicates()
    assert names.str.contains("(?:tor|berk) ko‘chasi$").mean() == pytest.approx(0.6, abs=0.1)
    assert city.buildings["dwellings"].sum() == pytest.approx(724_692, rel=0.05)
    for district in frame.districts:
        lived = buildings_of(city, district.name)["residents"].sum()
        assert lived == pytest.approx(district.figures.residents, rel=0.03), district.name
    assert drive["length_m"][largest_strong(city)].sum() >= 0.99 * drive["length_m"].sum()
    assert len(city.mahallas) == sum(len(district.mahallas) for district in frame.districts)
    count = city.places["kind"].value_counts()
    assert (count["metro"], count["data_centre"], count["situation_centre"], count["police"]) == (49, 13, 1, 12)
    assert city_faults(city) == []
