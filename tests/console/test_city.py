"""`twin city` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import networkx as nx
import pytest
from typer.testing import CliRunner

from console.city import app
from tests.towns import grid_town
from tests.twin.osm_text import crossing
from twin.city.forms.graphml import to_networkx
from twin.city.model import LAYERS
from twin.city.store import load_city, save_city
from twin.errors import InputError
from twin.streets import StreetGraph


def run(*words: object) -> str:
    """Run a command that must succeed, and return what it printed."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*words: object) -> str:
    """Run a command whose input is wrong, and return the message."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert isinstance(result.exception, InputError)
    return str(result.exception)


def test_an_extract_becomes_a_folder_that_info_reads(tmp_path: Path) -> None:
    osm = crossing().way(12, [1, 4], {"highway": "service", "access": "private"}).write(tmp_path / "my.town.osm")
    said = run("build", "--osm", osm, "--out", tmp_path / "town", "--timezone", "Asia/Tashkent")
    assert "closed to traffic" in said
    assert said.splitlines()[-1] == f"my: {tmp_path / 'town'}"
    figures = json.loads(run("info", tmp_path / "town", "--json"))
    assert (figures["name"], figures["timezone"]) == ("my", "Asia/Tashkent")
    assert figures["streets"]["drivable_km"] == 0.4
    assert figures["made"]["closed_to_traffic"] == {"private": 1}
    assert figures["hash"] == load_city(tmp_path / "town").manifest["hash"]


def test_without_out_the_city_goes_to_the_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path / "cache"))
    figures = json.loads(run("build", "--osm", crossing().write(tmp_path / "a.osm"), "--name", "cross", "--json"))
    assert figures["folder"] == str(tmp_path / "cache" / "cities" / "cross")
    assert load_city(Path(figures["folder"])).name == "cross"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["build"], ["nothing to build from: give --osm FILE or --default"]),
        (["build", "--default", "--bbox", "1,2"], ["--bbox goes with --osm FILE", "wanted four numbers"]),
        (["build", "--osm", "no.osm", "--bbox", "a,b,c,d"], ["no.osm: there is no such file", "wanted four numbers"]),
        (["build", "--osm", "no.osm", "--default"], ["there is no such file", "exclude each other"]),
        (["info", "nowhere"], ["no such folder"]),
    ],
)
def test_all_faults_of_a_command_are_named_at_once(words: list[str], parts: list[str]) -> None:
    said = refusal(*words)
    for part in parts:
        assert part in said


def test_nothing_is_overwritten_and_nothing_is_read_before_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text("not read")
    assert "already holds files" in refusal("build", "--osm", tmp_path / "a.osm", "--out", tmp_path)


def test_an_export_to_geojson_is_in_degrees_with_every_layer(tmp_path: Path) -> None:
    save_city(grid_town(), tmp_path / "town")
    run("export", tmp_path / "town", "--to", "geojson", "--out", tmp_path / "out")
    streets = gpd.read_file(tmp_path / "out" / "streets.geojson")
    assert len(streets) == 24
    assert streets.total_bounds[0] == pytest.approx(69.19, abs=0.02)
    assert len(list((tmp_path / "out").glob("*.geojson"))) == len(LAYERS)


def test_an_export_to_geopackage_keeps_metres_and_ids(tmp_path: Path) -> None:
    save_city(grid_town(), tmp_path / "town")
    run("export", tmp_path / "town", "--to", "geopackage", "--out", tmp_path / "town.gpkg")
    buildings = gpd.read_file(tmp_path / "town.gpkg", layer="buildings")
    assert buildings.crs == "EPSG:32642"
    assert buildings["id"].tolist() == list(range(9))


def test_an_export_to_graphml_has_the_times_of_the_street_graph(tmp_path: Path) -> None:
    town = save_city(grid_town(), tmp_path / "town")
    run("export", tmp_path / "town", "--to", "graphml", "--out", tmp_path / "town.graphml")
    read = nx.read_graphml(tmp_path / "town.graphml", node_type=int)
    made = to_networkx(town)
    assert dict(read.nodes(data=True)) == dict(made.nodes(data=True))
    edges = [
        (u, v, {key: value for key, value in about.items() if key != "id"}) for u, v, about in read.edges(data=True)
    ]
    assert edges == list(made.edges(data=True))
    times = nx.single_source_dijkstra_path_length(read, 0, weight="time_s")
    assert [round(times[node] * 1000) for node in range(16)] == StreetGraph.of(town).times_from_ms(0).tolist()


def test_an_unknown_form_and_a_taken_place_are_refused(tmp_path: Path) -> None:
    save_city(grid_town(), tmp_path / "town")
    assert "did you mean 'graphml'" in refusal("export", tmp_path / "town", "--to", "grafml")
    assert "lies there already" in refusal("export", tmp_path / "town", "--out", tmp_path / "town")
