"""Real extracts of cities nobody tuned for: nothing is lost without being counted, by a count of another kind."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pyproj
import pytest

from tests.twin.osm_judge import unaccounted
from tests.twin.osm_plain import VEHICLE_CLASSES, differences, plain_pass
from twin.city import City
from twin.city.heights import heights_of
from twin.city.osm import import_osm
from twin.city.osm.tags import DRIVABLE
from twin.city.schema import city_faults
from twin.city.store import city_hash, load_city, save_city
from twin.errors import InputError
from twin.streets import StreetGraph

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm_other_cities"
EXTRACTS = ("bishkek.osm", "moscow.osm.gz", "helsinki_centre.osm.pbf")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the extracts of ../shared are not here")


@cache
def city_of(name: str) -> City:
    return import_osm(FOLDER / name, name.split(".")[0])


@pytest.mark.parametrize("name", EXTRACTS)
def test_what_a_plain_pass_finds_is_in_the_city_or_listed_as_refused(name: str) -> None:
    assert differences(FOLDER / name, city_of(name)) == []
    assert unaccounted(city_of(name).manifest) == {}


@pytest.mark.parametrize("name", EXTRACTS)
def test_streets_are_as_long_as_the_lines_on_the_globe(name: str) -> None:
    """Each step between nodes of the file, measured on the ellipsoid; UTM draws it up to 0.04 % short."""
    globe, total_m = pyproj.Geod(ellps="WGS84"), 0.0
    at = {node.id: (node.lon, node.lat) for node in osmium.FileProcessor(str(FOLDER / name), osmium.osm.NODE)}
    for way in osmium.FileProcessor(str(FOLDER / name), osmium.osm.WAY):
        if way.tags.get("highway") in VEHICLE_CLASSES:
            steps = pairwise(at.get(node.ref) for node in way.nodes)
            total_m += sum(globe.inv(*a, *b)[2] for a, b in steps if a and b)
    streets = city_of(name).streets
    drawn_m = streets.loc[streets["street_class"].isin(DRIVABLE), "length_m"].sum()
    assert drawn_m == pytest.approx(0.9997 * total_m, rel=3e-4)


def test_an_object_that_is_lost_is_named() -> None:
    """A comparison that cannot see a loss would pass whatever the importer drops."""
    made = city_of("bishkek.osm")
    part = replace(made, streets=made.streets[made.streets["osm_id"] != made.streets["osm_id"].iloc[-1]])
    assert differences(FOLDER / "bishkek.osm", part) == [f"drivable_ways: w{made.streets['osm_id'].iloc[-1]}"]


@pytest.mark.parametrize("name", EXTRACTS)
def test_ways_closed_to_traffic_are_those_counted(name: str) -> None:
    made = city_of(name)
    driven = {f"w{i}" for i in made.streets["osm_id"]} & plain_pass(FOLDER / name)["drivable_ways"]
    shut = made.streets[~made.streets["drive"] & ("w" + made.streets["osm_id"].astype(str)).isin(driven)]
    assert shut["osm_id"].nunique() == sum(made.manifest["closed_to_traffic"].values())


@pytest.mark.parametrize("name", EXTRACTS)
def test_restrictions_join_streets_that_meet(name: str) -> None:
    made = city_of(name)
    streets, table = made.streets, made.restrictions
    for column in ("from_street", "to_street"):
        ends = streets.loc[table[column], ["u", "v"]].to_numpy()
        assert (ends == table["via_node"].to_numpy()[:, None]).any(axis=1).all()
    came, goes = streets.loc[table["from_street"]].reset_index(), streets.loc[table["to_street"]].reset_index()
    assert (~came["oneway"] | (came["v"] == table["via_node"])).all()
    assert (~goes["oneway"] | (goes["u"] == table["via_node"])).all()


@pytest.mark.parametrize(
    ("name", "drivable", "buildings", "signals"),
    [("bishkek.osm", 12, 18, 5), ("moscow.osm.gz", 448, 628, 46), ("helsinki_centre.osm.pbf", 1002, 500, 135)],
)
def test_the_counts_are_those_of_the_files(name: str, drivable: int, buildings: int, signals: int) -> None:
    read = city_of(name).manifest["read"]
    assert (read["drivable_ways"], read["buildings"], read["signals"]) == (drivable, buildings, signals)


@pytest.mark.parametrize("name", EXTRACTS)
def test_the_city_is_sound_and_comes_back_from_disk(name: str, tmp_path: Path) -> None:
    made = city_of(name)
    assert city_faults(made) == []
    saved = save_city(made, tmp_path / "city")
    assert city_hash(load_city(tmp_path / "city")) == city_hash(made) == saved.manifest["hash"]


@pytest.mark.parametrize("name", EXTRACTS)
def test_a_second_import_is_the_same_city(name: str) -> None:
    assert city_hash(import_osm(FOLDER / name, name.split(".")[0])) == city_hash(city_of(name))


@pytest.mark.parametrize("name", EXTRACTS)
def test_people_are_counted_once(name: str) -> None:
    made = city_of(name)
    assert made.residents == made.buildings["residents"].sum() == made.mahallas["residents"].sum()


@pytest.mark.parametrize("name", EXTRACTS)
def test_every_place_can_be_reached_from_every_other(name: str) -> None:
    made = city_of(name)
    graph = StreetGraph.of(made)
    assert graph.main_component[made.places["node"]].all()
    nodes = np.flatnonzero(graph.main_component)
    assert (graph.times_from_ms(int(nodes[0]))[nodes] >= 0).all()
    assert (graph.times_to_ms(int(nodes[0]))[nodes] >= 0).all()
    streets = made.streets[made.streets["drive"]]
    joined = graph.main_component[streets["u"]] & graph.main_component[streets["v"]]
    assert streets.loc[joined, "length_m"].sum() > 0.6 * streets["length_m"].sum()


@pytest.mark.parametrize("name", EXTRACTS)
def test_the_raster_covers_what_the_buildings_cover(name: str) -> None:
    made = city_of(name)
    raster = heights_of(made, bare=True)
    ground_m2 = made.buildings.geometry.union_all().area
    assert np.count_nonzero(raster.height_dm) == pytest.approx(ground_m2, rel=0.005)
    assert raster.height_dm.max() == round(10 * made.buildings["height_m"].max())


def test_helsinki_keeps_its_courtyards_one_ways_and_limits() -> None:
    made = city_of("helsinki_centre.osm.pbf")
    assert (made.buildings.geometry.count_interior_rings() > 0).sum() > 50
    read = made.streets[~made.streets["inferred"].str.contains("speed_kmh")]
    assert read["speed_kmh"].isin([5, 10, 20, 30, 40, 50]).all()
    assert made.crs == "EPSG:32635"


@pytest.mark.parametrize("name", EXTRACTS)
def test_half_a_file_is_refused(name: str, tmp_path: Path) -> None:
    whole = (FOLDER / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cut short, damaged, or no OpenStreetMap file"):
        import_osm(tmp_path / name, "half")


def test_a_box_of_helsinki_is_a_part_of_helsinki() -> None:
    whole = city_of("helsinki_centre.osm.pbf")
    part = import_osm(FOLDER / "helsinki_centre.osm.pbf", "part", bbox=(24.938, 60.166, 24.946, 60.172))
    assert city_faults(part) == []
    assert 0 < len(part.buildings) < len(whole.buildings)
    assert set(part.buildings["osm_id"]) <= set(whole.buildings["osm_id"])
    assert set(part.nodes["osm_id"]) & set(whole.nodes["osm_id"])
    lon, lat = (part.nodes.to_crs(4326).geometry.x, part.nodes.to_crs(4326).geometry.y)
    assert lon.between(24.938, 24.946).all()
    assert lat.between(60.166, 60.172).all()
    for kind in ("drivable_ways", "walking_ways", "buildings"):
        refused = sum(part.manifest["refused"][kind].values())
        assert part.manifest["read"][kind] == part.manifest["imported"][kind] + refused
