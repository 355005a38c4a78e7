"""`twin city` as a user meets it."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import geopandas as gpd
import networkx as nx
import pytest
from typer.testing import CliRunner

from console.city import app
from tests.towns import grid_town
from tests.twin.full_town import full_town
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
        (["build", "--osm", "no.osm", "--name", "../evil"], ["no such file", "'../evil' is no name of a folder"]),
        (["build", "--osm", "no.osm", "--name", ""], ["no such file", "'' is no name of a folder"]),
        (["info", "nowhere"], ["no such folder"]),
        (["info", "default:Nowhere"], ["no such district: 'Nowhere'; known: Bektemir"]),
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


def test_a_city_goes_out_and_is_imported_as_the_same(tmp_path: Path) -> None:
    save_city(grid_town(), tmp_path / "town")
    for form, name in (("geojson", "out"), ("geopackage", "out.gpkg")):
        run("export", tmp_path / "town", "--to", form, "--out", tmp_path / name)
        said = run("import", tmp_path / name, "--out", tmp_path / f"again-{form}")
        assert "the same city as was exported" in said
        assert "the same city" in run("diff", tmp_path / "town", tmp_path / f"again-{form}")
        assert json.loads(run("info", tmp_path / name, "--json"))["residents"] == 864


def test_diff_ends_with_1_and_a_table_where_cities_differ(tmp_path: Path) -> None:
    save_city(grid_town(), tmp_path / "a")
    save_city(grid_town(storeys=5), tmp_path / "b")
    result = CliRunner().invoke(app, ["diff", str(tmp_path / "a"), str(tmp_path / "b")])
    assert result.exit_code == 1
    assert "storeys 9" in " ".join(result.output.split())
    assert "+72" in result.output
    result = CliRunner().invoke(app, ["diff", str(tmp_path / "a"), str(tmp_path / "b"), "--json"])
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found["layers"]["buildings"]["changed"]["dwellings"] == 9
    assert found["totals"]["dwellings"] == [288, 360]
    assert "no such folder" in refusal("diff", tmp_path / "a", tmp_path / "nowhere")
    told = refusal("diff", tmp_path / "here", tmp_path / "there")
    assert str(tmp_path / "here") in told
    assert str(tmp_path / "there") in told


def test_a_part_goes_out_alone_and_says_what_was_cut(tmp_path: Path) -> None:
    save_city(full_town(), tmp_path / "town")
    assert "tile 0: 16 junctions" in run("export", tmp_path / "town", "--tiles")
    said = run(
        "export", tmp_path / "town", "--to", "geopackage", "--district", "West tumani", "--out", tmp_path / "w.gpkg"
    )
    assert "cut at the border: 4 streets" in said
    assert said.splitlines()[-1] == f"full-town-west-tumani as geopackage: {tmp_path / 'w.gpkg'}"


def test_all_that_is_wrong_with_an_export_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    save_city(grid_town(), tmp_path / "town")
    said = refusal(
        "export", tmp_path / "town", "--to", "opendriv", "--district", "Twon", "--tile", "9", "--out", tmp_path / "town"
    )
    for part in ("did you mean 'opendrive'", "did you mean 'Town'", "lies there already"):
        assert part in said


@pytest.mark.parametrize("form", ["geojson", "geopackage", "graphml", "osm"])
def test_a_full_disk_and_a_closed_folder_leave_nothing(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_city(grid_town(), tmp_path / "town")
    (tmp_path / "file").write_text("in the way")
    assert "choose another --out" in refusal("export", tmp_path / "town", "--to", form, "--out", tmp_path / "file/in")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("twin.city.forms.write.shutil.move", full)
    assert "No space left" in refusal("export", tmp_path / "town", "--to", form, "--out", tmp_path / "out" / "x")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_city_that_names_itself_out_of_the_cache_folder_is_not_imported_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path / "cache"))
    run("export", save_city(grid_town(), tmp_path / "town").folder, "--out", tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "name": "../../evil"}))
    assert "'../../evil' is no name of a folder" in refusal("import", tmp_path / "out")
    assert not (tmp_path / "cache").exists()
    run("import", tmp_path / "out", "--out", tmp_path / "again")
