"""GeoPackage and GeoJSON give the same city back, GraphML the same streets; edits come in, faults are all named."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.towns import grid_town
from tests.twin.full_town import full_town
from twin.city import City
from twin.city.forms import FORMS, export_city, read_city
from twin.city.forms.graphml import read_graphml, to_networkx
from twin.city.model import LAYERS
from twin.city.resolve import open_city
from twin.city.store import city_hash, load_city, save_city
from twin.errors import InputError
from twin.streets import StreetGraph

KEEP_ALL = ("geopackage", "geojson")


def sent(city: City, form: str, folder: Path) -> Path:
    """Export a city and return where it lies."""
    out = folder / f"{city.name}{FORMS[form].suffix}"
    export_city(city, form, out)
    return out


def edited(path: Path, edits: Mapping[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]]) -> Path:
    """Return a copy of a GeoPackage in which another program changed some layers."""
    copy = path.with_name("edited.gpkg")
    for layer in [*LAYERS, "manifest"]:
        table = pyogrio.read_dataframe(path, layer=layer)
        pyogrio.write_dataframe(edits.get(layer, lambda same: same)(table), copy, layer=layer, driver="GPKG")
    return copy


def partly_off() -> City:
    """A town of which one building alone is off the grid."""
    town = grid_town()
    shapes = town.buildings.geometry.to_numpy().copy()
    shapes[3] = shapely.affinity.translate(shapes[3], 1.0 / 3.0)
    return replace(town, buildings=town.buildings.set_geometry(list(shapes), crs=town.crs))


def moved_off_the_grid(city: City) -> City:
    """The same town with coordinates that no decimal grid holds."""

    def shift(xy: np.ndarray) -> np.ndarray:
        return xy + 1.0 / 3.0

    return replace(
        city, **{layer: getattr(city, layer).set_geometry(getattr(city, layer).transform(shift)) for layer in LAYERS}
    )


@pytest.mark.parametrize("form", KEEP_ALL)
@pytest.mark.parametrize(
    "town",
    [grid_town(), full_town(), moved_off_the_grid(full_town()), partly_off()],
    ids=["grid", "full", "off", "partly"],
)
def test_the_same_city_comes_back_with_its_manifest(tmp_path: Path, form: str, town: City) -> None:
    town = replace(town, manifest={**town.manifest, "source": "Oʻzbekiston «nothing»"})
    back = read_city(sent(town, form, tmp_path))
    assert city_hash(back) == city_hash(save_city(town, tmp_path / "saved"))
    assert back.manifest == load_city(tmp_path / "saved").manifest
    assert back.name == town.name


@settings(max_examples=8, deadline=None)
@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
    place_m=st.tuples(st.floats(-9e5, 9e5), st.floats(-9e5, 9e5)),
    height_m=st.floats(0.1, 900.0),
    form=st.sampled_from(KEEP_ALL),
)
def test_any_name_number_and_place_survives(
    tmp_path_factory: pytest.TempPathFactory, name: str, place_m: tuple[float, float], height_m: float, form: str
) -> None:
    town = grid_town(2, 2)
    corner = shapely.affinity.translate(town.buildings.geometry[0], place_m[0] * 1e-3, place_m[1] * 1e-3)
    town = replace(
        town,
        streets=town.streets.assign(name=name),
        buildings=town.buildings.assign(height_m=height_m, geometry=[corner]),
    )
    back = read_city(sent(town, form, tmp_path_factory.mktemp("form")))
    assert city_hash(back) == city_hash(save_city(town, tmp_path_factory.mktemp("town") / "saved"))


def test_a_city_is_the_same_file_whenever_it_is_written(tmp_path: Path) -> None:
    for form in ("geopackage", "graphml", "osm"):
        first, second = (sent(full_town(), form, tmp_path / str(i)).read_bytes() for i in range(2))
        assert first == second, form


@pytest.mark.parametrize("form", KEEP_ALL)
def test_other_commands_open_an_export_as_it_is(tmp_path: Path, form: str) -> None:
    out = sent(grid_town(), form, tmp_path)
    assert city_hash(open_city(str(out))) == city_hash(save_city(grid_town(), tmp_path / "saved"))


def test_rows_taken_out_by_another_program_leave_the_others_joined(tmp_path: Path) -> None:
    """Node 0 and its two streets are deleted: the numbers of the others close up, those that name them follow."""
    edits = {
        "nodes": lambda table: table[table["id"] != 0],
        "streets": lambda table: table[(table["u"] != 0) & (table["v"] != 0)],
        "places": lambda table: table[table["node"] != 0],
    }
    city = read_city(edited(sent(grid_town(), "geopackage", tmp_path), edits))
    assert (len(city.nodes), len(city.streets), len(city.places)) == (15, 22, 2)
    assert city.manifest["edited"]
    ends = shapely.get_coordinates(shapely.get_point(city.streets.geometry.to_numpy(), 0))
    assert (ends == shapely.get_coordinates(city.nodes.geometry.to_numpy())[city.streets["u"]]).all()


def test_a_shape_moved_in_degrees_counts_even_where_its_metres_were_kept(tmp_path: Path) -> None:
    town = moved_off_the_grid(grid_town())
    out = sent(town, "geojson", tmp_path)
    path = out / "buildings.geojson"
    features = json.loads(path.read_text())
    ring = features["features"][0]["geometry"]["coordinates"][0]
    for point in ring:
        point[0] += 0.001
    path.write_text(json.dumps(features))
    moved = read_city(out).buildings.geometry
    assert moved[0].centroid.x - town.buildings.geometry[0].centroid.x == pytest.approx(83.7, abs=0.5)
    assert moved[1].equals(town.buildings.geometry[1])


def test_all_faults_of_a_foreign_geopackage_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "foreign.gpkg"
    town = grid_town()
    town.nodes.drop(columns="signal").to_file(path, layer="nodes", driver="GPKG")
    town.streets.drop(columns=["u", "drive"]).to_file(path, layer="streets", driver="GPKG")
    with pytest.raises(InputError) as found:
        read_city(path)
    said = str(found.value)
    for part in (
        "no manifest", "no layer 'buildings'", "no layer 'mahallas'", "nodes: no column signal",
        "streets: no column u, drive",
    ):  # fmt: skip
        assert part in said


@pytest.mark.parametrize("form", KEEP_ALL)
def test_values_that_are_none_are_named_with_their_row(tmp_path: Path, form: str) -> None:
    out = sent(grid_town(), form, tmp_path)
    if form == "geojson":
        for name, was, now in (("streets", '"lanes": 2', '"lanes": 2.5'), ("places", '"node": 15', '"node": 99')):
            path = out / f"{name}.geojson"
            path.write_text(path.read_text().replace(was, now, 1))
    else:
        edits = {
            "streets": lambda table: table.assign(lanes=[2.5] + [2.0] * 23),
            "places": lambda table: table.assign(node=table["node"].replace(15, 99)),
        }
        out = edited(out, edits)
    with pytest.raises(InputError) as found:
        read_city(out)
    assert "streets.lanes: 1 rows are no int64, first row 0 has" in str(found.value)
    assert "places.node: 1 rows name nodes that are not there, first row 1: 99" in str(found.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"", "no GeoPackage"), (b"SQLite format 3\0 cut short", "no GeoPackage"), (b"plain text", "no GeoPackage")],
)
def test_a_file_that_is_no_geopackage_is_said_to_be_none(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "a.gpkg").write_bytes(text)
    with pytest.raises(InputError, match=said):
        read_city(tmp_path / "a.gpkg")


def test_a_geopackage_cut_short_is_refused(tmp_path: Path) -> None:
    whole = sent(grid_town(), "geopackage", tmp_path).read_bytes()
    (tmp_path / "cut.gpkg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot read the city"):
        read_city(tmp_path / "cut.gpkg")


def test_geojson_cut_short_and_without_a_manifest_is_refused_with_both(tmp_path: Path) -> None:
    out = sent(grid_town(), "geojson", tmp_path)
    (out / "manifest.json").unlink()
    streets = out / "streets.geojson"
    streets.write_bytes(streets.read_bytes()[:3000])
    with pytest.raises(InputError) as found:
        read_city(out)
    assert "manifest" in str(found.value)
    assert "streets.geojson cannot be read" in str(found.value)


def test_graphml_gives_the_same_streets_with_their_turn_restrictions(tmp_path: Path) -> None:
    town = full_town()
    made = to_networkx(town)
    back = read_graphml(sent(town, "graphml", tmp_path))
    assert back.graph == made.graph
    assert dict(back.nodes(data=True)) == dict(made.nodes(data=True))
    assert list(back.edges(data=True)) == list(made.edges(data=True))
    turns = {about["no_turn_to"] for _, _, about in back.edges(data=True)} - {""}
    assert turns == {str(town.restrictions["to_street"][0])}


def test_graphml_times_are_those_of_the_street_graph(tmp_path: Path) -> None:
    town = grid_town()
    back = read_graphml(sent(town, "graphml", tmp_path))
    times = nx.single_source_dijkstra_path_length(back, 0, weight="time_s")
    assert [round(times[node] * 1000) for node in range(16)] == StreetGraph.of(town).times_from_ms(0).tolist()


def test_another_programs_graphml_is_told_what_it_lacks(tmp_path: Path) -> None:
    nx.write_graphml(nx.path_graph(3), tmp_path / "path.graphml")
    with pytest.raises(InputError, match="node 0 has no x"):
        read_graphml(tmp_path / "path.graphml")
    (tmp_path / "no.graphml").write_text("<graphml>")
    with pytest.raises(InputError, match="no GraphML"):
        read_graphml(tmp_path / "no.graphml")


@pytest.mark.parametrize("form", ["graphml", "osm"])
def test_names_with_control_characters_still_make_a_document(tmp_path: Path, form: str) -> None:
    town = grid_town(2, 2)
    out = sent(replace(town, streets=town.streets.assign(name='a\x07b <&> "c"')), form, tmp_path)
    assert "ab " in "".join(
        value for each in ET.parse(out).iter() for value in (each.text or "", *each.attrib.values())
    )
