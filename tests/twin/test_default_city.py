"""The default city: a real frame that holds, and a fabric one can drive through, live in and look at."""

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
from twin.city.fabric.cells import lay_cells
from twin.city.fabric.frame import chilonzor
from twin.city.fabric.names import NameGiver
from twin.city.fabric.skeleton import lay_skeleton
from twin.city.fabric.zoning import zone
from twin.city.model import LAYERS, PLACE_KINDS, STREET_CLASSES
from twin.city.schema import city_faults
from twin.city.store import city_hash
from twin.errors import InputError

TELL_HASH = """
from twin.city.default import default_city
from twin.city.store import city_hash
print(city_hash(default_city(1)))
"""


@pytest.fixture(scope="module")
def city():
    return default_city(1)


def test_the_frame_is_the_real_one(city):
    """30.4 km2, 292,300 people, 55 mahallas, the six metro stations of the Chilonzor line that lie inside."""
    assert city.districts.geometry.iloc[0].area == pytest.approx(30.35e6, rel=0.005)
    assert city.residents == 292_300
    assert int(city.mahallas["residents"].sum()) == int(city.buildings["residents"].sum()) == 292_300
    assert city.mahallas["name"].nunique() == 55
    metro = city.places[city.places["kind"] == "metro"]
    assert len(metro) == 6
    avenue = city.streets[city.streets["name"] == "Bunyodkor shoh ko‘chasi"].union_all()
    away_m = metro.distance(avenue).sort_values().to_numpy()
    assert (away_m[:5] < 15.0).all()  # the stations lie under the median
    assert away_m[5] < 150.0  # Xalqlar do‘stligi lies at the square where the avenue leaves the district


def test_every_layer_keeps_its_contract(city):
    for layer, columns in LAYERS.items():
        assert set(columns) <= set(getattr(city, layer).columns), layer
    assert city_faults(city) == []
    assert set(city.streets["street_class"]) <= set(STREET_CLASSES)
    assert set(city.places["kind"]) <= set(PLACE_KINDS)
    assert city.manifest["timezone"] == "Asia/Tashkent"
    assert "outline" in city.manifest["real"]
    assert "buildings" in city.manifest["synthetic"]
    assert any("OpenStreetMap" in source for source in city.manifest["sources"])


def test_mahallas_part_the_district(city):
    """No ground is left over, none is in two mahallas, and each is one piece."""
    shapes = city.mahallas.geometry
    whole = city.districts.geometry.iloc[0]
    assert set(shapes.geom_type) == {"Polygon"}
    assert shapes.area.sum() == pytest.approx(whole.area, rel=1e-5)
    assert shapes.union_all().symmetric_difference(whole).area < 500.0  # points are rounded to 1 cm
    assert city.mahallas["residents"].min() > 1000


def test_households_are_of_the_citys_size(city):
    homes = city.buildings[city.buildings["dwellings"] > 0]
    assert set(homes["use"]) == {"residential", "courtyard"}
    assert homes["residents"].sum() / homes["dwellings"].sum() == pytest.approx(4.1, abs=0.01)
    flats = homes[homes["use"] == "residential"]
    floor_m2 = (flats.area * flats["storeys"]).sum() / flats["dwellings"].sum()
    assert 60.0 < floor_m2 < 100.0  # gross, stairs included


def test_flats_by_storeys(city):
    """About 38 % in 4 storeys, 22 % in 5, 24 % in 9 (flats on sale, 2019)."""
    flats = city.buildings[city.buildings["use"] == "residential"]
    shares = flats.groupby("storeys")["dwellings"].sum() / flats["dwellings"].sum()
    assert shares[4] == pytest.approx(0.38, abs=0.07)
    assert shares[5] == pytest.approx(0.22, abs=0.07)
    assert shares[9] == pytest.approx(0.24, abs=0.07)


def test_no_building_stands_in_another_or_on_a_carriageway(city):
    shapes = city.buildings.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    tree = STRtree(shapes)
    one, two = tree.query(shapes, predicate="intersects")
    pairs = one < two
    assert shapely.area(shapely.intersection(shapes[one[pairs]], shapes[two[pairs]])).max(initial=0.0) < 0.1
    drive = city.streets[city.streets["drive"]]
    roads = shapely.buffer(drive.geometry.to_numpy(), drive["width_m"].to_numpy() / 2, cap_style="flat")
    assert len(tree.query(roads, predicate="intersects")[0]) == 0


def test_all_streets_can_be_driven_from_anywhere(city):
    drive = city.streets[city.streets["drive"]]
    both = drive[~drive["oneway"]]
    u = np.concatenate([drive["u"], both["v"]])
    v = np.concatenate([drive["v"], both["u"]])
    n = len(city.nodes)
    _, label = connected_components(coo_matrix((np.ones(len(u)), (u, v)), shape=(n, n)), connection="strong")
    main = np.bincount(label[u]).argmax()
    inside = (label[drive["u"]] == main) & (label[drive["v"]] == main)
    assert drive["length_m"][inside].sum() >= 0.99 * drive["length_m"].sum()
    assert (label[city.places["node"]] == main).all()
    assert 0.01 < drive["oneway"].mean() < 0.2


def test_streets_join_their_nodes(city):
    ends = np.array([[line.coords[0], line.coords[-1]] for line in city.streets.geometry])
    nodes = shapely.get_coordinates(city.nodes.geometry.to_numpy())
    assert np.abs(ends[:, 0] - nodes[city.streets["u"]]).max() < 1e-6
    assert np.abs(ends[:, 1] - nodes[city.streets["v"]]).max() < 1e-6
    assert city.streets["length_m"].to_numpy() == pytest.approx(city.streets.length.to_numpy(), abs=0.01)
    assert (city.streets["u"] != city.streets["v"]).all()
    assert set(city.streets["u"]) | set(city.streets["v"]) == set(range(len(city.nodes)))


def test_streets_of_a_tashkent_district(city):
    """Avenues of 3 to 4 lanes a carriageway, district streets of 4 lanes at 60, passages of 3 to 5 m at 20 km/h."""
    by_class = dict(list(city.streets.groupby("street_class")))
    assert set(by_class["primary"].query("name != ''")["lanes"]) == {3, 4}
    assert set(by_class["secondary"]["speed_kmh"]) == {60.0}
    assert by_class["living_street"]["width_m"].between(3.0, 5.0).all()
    assert set(by_class["living_street"]["speed_kmh"]) == {20.0}
    assert not by_class["footway"]["drive"].any()
    assert city.manifest["counts"]["dead_ends"] > 500
    assert 40 < city.nodes["signal"].sum() < 600


def test_places_are_as_many_as_the_facts_say(city):
    count = city.places["kind"].value_counts()
    assert (count["school"], count["kindergarten"], count["clinic"]) == (34, 57, 8)
    assert count["police"] == 55 + 1  # a post in each mahalla and the district's office
    assert (count["fire_station"], count["data_centre"], count["hospital"]) == (2, 1, 5)
    assert count["ambulance_post"] == round(292_300 / 22_500)
    posts = city.places[city.places["name"].str.endswith("mahalla posti")]
    assert posts["inferred"].str.contains("geometry").all()
    real = city.places[city.places["kind"] == "metro"]
    assert set(real["inferred"]) == {"node"}


def test_same_seed_same_bytes_in_another_process(city):
    """Neither the process nor the order of hashes shows in the layers."""
    told = subprocess.run(
        [sys.executable, "-c", TELL_HASH], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "12345"},
    )  # fmt: skip
    assert told.stdout.strip() == city_hash(city)


def test_another_seed_has_other_streets_in_the_same_frame():
    frame = chilonzor()
    laid = []
    for seed in (1, 2):
        plan, blocks = lay_skeleton(frame, seed, NameGiver(frame.figures["street_words"], seed))
        kinds = zone(plan, blocks, frame, seed)
        lay_cells(plan, blocks, kinds, frame, seed)
        laid.append(plan)
        assert sum(plan.polygon(face).area for face in plan.faces) == pytest.approx(30.41e6, rel=0.001)
    one, two = ({tuple(xy) for xy in plan.points} for plan in laid)
    assert len(one & two) < 0.1 * len(one)
    assert set(frame.outline) <= one & two


@pytest.mark.parametrize("seed", ["seven", -1, 1.5, True, None])
def test_a_seed_that_is_no_seed_is_refused(seed):
    with pytest.raises(InputError, match="whole number from 0 up"):
        default_city(seed)
