"""Small hand-made extracts with answers that can be worked out on paper: streets, places, borders, boxes."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import osmium
import pytest
import shapely

from tests.twin.osm_city import SQUARE, ends, made
from tests.twin.osm_text import OsmText, crossing, lon_lat
from twin.city.osm import import_osm
from twin.city.schema import DTYPES
from twin.city.store import city_hash
from twin.errors import InputError
from twin.streets import StreetGraph


def test_ways_are_cut_where_they_cross(tmp_path: Path) -> None:
    city = made(crossing(), tmp_path)
    assert ends(city) == [(1, 5), (5, 2), (3, 5), (5, 4)]
    assert city.streets["length_m"].tolist() == pytest.approx([100.0] * 4, abs=0.02)
    assert city.streets["oneway"].tolist() == [False, False, True, True]
    assert city.streets["name"].tolist() == ["East", "East", "North", "North"]
    assert city.streets["osm_id"].tolist() == [10, 10, 11, 11]
    assert city.streets["speed_kmh"].tolist() == [40.0, 40.0, 60.0, 60.0]
    assert city.streets["lanes"].tolist() == [2, 2, 2, 2]
    assert set(city.streets["inferred"]) == {"speed_kmh,lanes,width_m,lanes_forward,lanes_backward"}
    assert (city.crs, city.manifest["timezone"]) == ("EPSG:32642", "Etc/GMT-5")


def test_every_layer_has_the_documented_columns_and_kinds(tmp_path: Path) -> None:
    city = made(crossing(), tmp_path)
    for layer in ("nodes", "streets", "buildings", "places", "districts", "mahallas"):
        table = getattr(city, layer)
        assert {name: str(kind) for name, kind in table.dtypes.items() if name != "geometry"} == {
            name: DTYPES[name] for name in table.columns if name != "geometry"
        }


def test_a_one_way_against_its_line_is_turned_round(tmp_path: Path) -> None:
    text = crossing().way(12, [1, 4], {"highway": "service", "oneway": "-1"})
    city = made(text, tmp_path)
    assert ends(city)[-1] == (4, 1)
    assert bool(city.streets["oneway"].iloc[-1])


def test_tags_are_read_before_anything_is_inferred(tmp_path: Path) -> None:
    tags = {"highway": "tertiary", "maxspeed": "30", "lanes": "3", "lanes:forward": "2", "width": "9", "bridge": "yes"}
    row = made(crossing().way(12, [1, 4], tags), tmp_path).streets.iloc[-1]
    assert (row["speed_kmh"], row["width_m"], row["layer"], row["structure"]) == (30.0, 9.0, 1, "bridge")
    assert (row["lanes"], row["lanes_forward"], row["lanes_backward"], row["inferred"]) == (3, 2, 1, "")


def test_private_ways_are_kept_closed_and_counted(tmp_path: Path) -> None:
    text = crossing().way(12, [1, 4], {"highway": "service", "access": "private"})
    text.way(13, [1, 3], {"highway": "footway"})
    city = made(text, tmp_path)
    assert city.streets["drive"].tolist() == [True] * 4 + [False, False]
    assert city.streets["walk"].tolist() == [True] * 4 + [False, True]
    assert city.streets["lanes"].tolist()[-1] == 0
    assert city.manifest["closed_to_traffic"] == {"private": 1}
    assert city.manifest["imported"]["drivable_ways"] == 3


def test_a_way_that_misses_nodes_keeps_the_pieces_that_are_there(tmp_path: Path) -> None:
    text = crossing().nodes({31: (300, 0), 32: (310, 0), 33: (330, 0), 34: (340, 0), 35: (360, 0)})
    text.way(12, [31, 32, 999, 33, 34, 35, 998], {"highway": "residential"})
    text.way(13, [997, 31, 996], {"highway": "residential"})
    city = made(text, tmp_path)
    assert ends(city)[4:] == [(31, 32), (33, 35)]
    assert city.manifest["repaired"]["ways cut where nodes are missing"] == 1
    assert city.manifest["refused"]["drivable_ways"] == {"no two neighbouring nodes of it are in the file": 1}


def test_a_node_put_at_zero_zero_by_mistake_does_not_stretch_the_city(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(12, [2, 99], {"highway": "primary"})
    text.way(20, [21, 22, 99, 23, 24, 21], {"building": "yes"})
    text.lines.append('<node id="99" lat="0" lon="0"/>')
    city = made(text, tmp_path)
    west, south, east, north = city.bounds_m
    assert max(east - west, north - south) < 250
    assert sum(city.manifest["refused"]["nodes"].values()) == 1
    assert sum(city.manifest["refused"]["drivable_ways"].values()) == 1
    assert city.buildings.geometry[0].area == pytest.approx(600.0, rel=1e-3)


def test_several_components_are_all_kept(tmp_path: Path) -> None:
    text = crossing().nodes({31: (300, 0), 32: (310, 0)}).way(12, [31, 32], {"highway": "residential"})
    city = made(text, tmp_path)
    graph = StreetGraph.of(city)
    assert len(city.streets) == 5
    assert graph.drivable.all()
    main = {int(city.nodes["osm_id"].iloc[i]) for i in range(len(city.nodes)) if graph.main_component[i]}
    assert main == {1, 2, 5}


def test_nodes_on_one_spot_join_and_repeated_nodes_vanish(tmp_path: Path) -> None:
    text = crossing().nodes({41: (200, 100), 42: (260, 100)})
    text.way(12, [2, 41, 41, 42], {"highway": "residential"})
    city = made(text, tmp_path)
    assert ends(city)[-1] == (2, 42)
    assert city.manifest["repaired"]["nodes on one spot joined"] == 1
    assert StreetGraph.of(city).times_from_ms(0).min() >= -1


def test_a_way_without_length_is_refused_and_counted(tmp_path: Path) -> None:
    text = crossing().nodes({41: (200, 100)}).way(12, [2, 41], {"highway": "residential"})
    assert made(text, tmp_path).manifest["refused"]["drivable_ways"] == {"no length": 1}


def test_a_roundabout_turns_one_way_and_is_cut_at_its_arms(tmp_path: Path) -> None:
    text = crossing().nodes({51: (300, 100), 52: (320, 120), 53: (340, 100), 54: (320, 80)})
    text.way(12, [51, 54, 53, 52, 51], {"highway": "tertiary", "junction": "roundabout"})
    text.way(13, [2, 51], {"highway": "tertiary"}).nodes({55: (400, 100)}).way(14, [53, 55], {"highway": "tertiary"})
    city = made(text, tmp_path)
    round_ = city.streets[city.streets["osm_id"] == 12]
    assert round_["oneway"].all()
    assert [pair for pair, way in zip(ends(city), city.streets["osm_id"], strict=True) if way == 12] == [
        (51, 53),
        (53, 51),
    ]


def test_a_way_that_meets_itself_is_cut_there(tmp_path: Path) -> None:
    text = crossing().nodes({61: (300, 100), 62: (350, 150), 63: (350, 50)})
    text.way(12, [2, 61, 62, 63, 61], {"highway": "residential"})
    assert ends(made(text, tmp_path))[-2:] == [(2, 61), (61, 61)]


def test_signals_belong_to_the_junction_they_stand_before(tmp_path: Path) -> None:
    text = OsmText().nodes({1: (0, 100), 2: (200, 100), 3: (100, 0), 4: (100, 200), 5: (100, 100)})
    text.node(6, 80, 100, highway="traffic_signals").node(7, 900, 900, highway="traffic_signals")
    text.way(10, [1, 6, 5, 2], {"highway": "primary"}).way(11, [3, 5, 4], {"highway": "primary"})
    city = made(text, tmp_path)
    assert city.nodes["osm_id"][city.nodes["signal"]].tolist() == [5]
    assert sum(city.manifest["refused"]["signals"].values()) == 1


def test_places_come_from_points_and_areas_once_each(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, [*SQUARE, 21], {"building": "hospital", "amenity": "hospital"})
    text.node(71, 20, 20, amenity="hospital", name="Same").node(72, 190, 110, amenity="police")
    text.node(73, 5, 190, emergency="ambulance_station").node(74, 1, 1, amenity="bench")
    text.node(75, 150, 10, railway="station", station="subway", name="Chilonzor")
    city = made(text, tmp_path)
    assert sorted(city.places["kind"]) == ["ambulance_post", "hospital", "metro", "police"]
    near = city.nodes["osm_id"].iloc[city.places.set_index("kind")["node"]].tolist()
    assert dict(zip(city.places["kind"], near, strict=True))["police"] == 2
    assert city.manifest["refused"]["places"] == {"mapped a second time": 1}


def test_without_borders_one_district_holds_everybody_and_cells_share_them(tmp_path: Path) -> None:
    text = OsmText().nodes({1: (0, 0), 2: (3000, 0), 3: (3000, 2000), 4: (0, 2000)})
    text.way(10, [1, 2, 3, 4, 1], {"highway": "primary"}).nodes(SQUARE).way(
        20, [*SQUARE, 21], {"building": "apartments"}
    )
    city = made(text, tmp_path)
    assert (len(city.districts), len(city.mahallas)) == (1, 6)
    assert city.residents == city.mahallas["residents"].sum() == city.buildings["residents"].sum() > 0
    assert city.mahallas.geometry.area.sum() == pytest.approx(city.districts.geometry.area.sum(), rel=1e-6)
    assert set(city.mahallas["inferred"]) == {"name,geometry,residents"}


def test_whole_borders_become_districts_and_what_they_leave_over_one_more(tmp_path: Path) -> None:
    text = OsmText().nodes(
        {1: (0, 0), 2: (500, 0), 3: (940, 0), 4: (940, 500), 5: (500, 500), 6: (0, 500), 7: (1000, 250)}
    )
    text.way(10, [1, 2, 3, 7, 4, 5, 6, 1], {"highway": "primary"})
    text.way(40, [1, 2, 5, 6, 1], {}).way(41, [2, 3, 4, 5, 2], {}).nodes(SQUARE)
    text.way(20, [*SQUARE, 21], {"building": "apartments"})
    for i, way in enumerate((40, 41, 99)):
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": f"D{i}"}
        text.relation(50 + i, [(way, "outer")], tags)
    city = made(text, tmp_path)
    assert city.districts["name"].tolist() == ["D0", "D1", "rest of town"]
    assert city.districts["residents"].tolist() == [city.residents, 0, 0]
    assert city.manifest["refused"]["boundaries"] == {"too little of it is in the file": 1}


def test_a_box_cuts_ways_and_leaves_out_what_lies_beyond(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, [*SQUARE, 21], {"building": "yes"})
    text.nodes({31: (500, 100), 32: (600, 100)}).way(12, [2, 31, 32], {"highway": "primary"})
    text.way(13, [31, 32], {"highway": "primary"})
    text.nodes({i + 60: (x + 500, y) for i, (x, y) in SQUARE.items()}).way(
        21, [81, 82, 83, 84, 81], {"building": "yes"}
    )
    city = made(text, tmp_path, bbox=(*lon_lat(-20, -20), *lon_lat(250, 250)))
    assert ends(city) == [(1, 5), (5, 2), (3, 5), (5, 4)]
    assert city.manifest["refused"]["drivable_ways"] == {"outside the box": 2}
    assert city.manifest["refused"]["buildings"] == {"outside the box": 1}


def test_every_form_of_one_extract_makes_the_same_city_whatever_the_order(tmp_path: Path) -> None:
    text = crossing().nodes(SQUARE).way(20, [*SQUARE, 21], {"building": "yes"})
    plain = text.write(tmp_path / "town.osm")
    wanted = city_hash(import_osm(plain, "town"))
    (tmp_path / "town.osm.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (tmp_path / "town.osm.bz2").write_bytes(bz2.compress(plain.read_bytes()))
    with osmium.SimpleWriter(str(tmp_path / "town.osm.pbf")) as out:
        for thing in osmium.FileProcessor(str(plain)):
            out.add(thing)
    text.lines.sort(key=lambda line: not line.startswith("<way"))
    text.write(tmp_path / "turned.osm")
    for name in ("town.osm.gz", "town.osm.bz2", "town.osm.pbf", "turned.osm"):
        assert city_hash(import_osm(tmp_path / name, "town")) == wanted, name


def test_an_object_that_stands_twice_counts_once(tmp_path: Path) -> None:
    city = made(crossing().way(10, [1, 5, 2], {"highway": "residential", "name": "Later"}), tmp_path)
    assert city.streets["name"].tolist()[:2] == ["Later", "Later"]
    assert city.manifest["repaired"]["objects that stood in the file twice"] == 1


def test_of_a_node_that_stands_twice_the_last_counts(tmp_path: Path) -> None:
    text = crossing().node(5, 100, 100, highway="traffic_signals").node(5, 100, 100).node(1, 0, 90)
    city = made(text, tmp_path)
    assert not city.nodes["signal"].any()
    assert city.streets["length_m"][0] == pytest.approx(100.5, abs=0.02)
    assert city.manifest["repaired"]["objects that stood in the file twice"] == 3


def test_a_time_zone_can_be_given_and_must_be_known(tmp_path: Path) -> None:
    assert made(crossing(), tmp_path, timezone="Asia/Tashkent").manifest["timezone"] == "Asia/Tashkent"
    with pytest.raises(InputError, match="try such as Asia/Tashkent"):
        made(crossing(), tmp_path, timezone="Asia/Nowhere")


def test_south_of_the_equator_the_zone_is_a_southern_one(tmp_path: Path) -> None:
    path = tmp_path / "south.osm"
    path.write_text(
        '<osm version="0.6"><node id="1" lat="-36.85" lon="174.76"/><node id="2" lat="-36.86" lon="174.76"/>'
        '<way id="3"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'
    )
    city = import_osm(path, "south")
    assert (city.crs, city.manifest["timezone"]) == ("EPSG:32760", "Etc/GMT-12")


def test_objects_that_were_deleted_are_not_there(tmp_path: Path) -> None:
    text = crossing()
    text.lines.append('<way id="99" visible="false"><nd ref="1"/><nd ref="4"/><tag k="highway" v="primary"/></way>')
    assert 99 not in set(made(text, tmp_path).streets["osm_id"])


def test_geometry_stands_where_the_file_says(tmp_path: Path) -> None:
    city = made(crossing(), tmp_path)
    at = city.nodes.set_index("osm_id").to_crs(4326).geometry.loc[5]
    assert shapely.Point(lon_lat(100, 100)).distance(at) < 1e-6
