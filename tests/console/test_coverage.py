"""`twin coverage` as a user meets it: a table, one JSON object, a picture, and faults that help."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from console.coverage import coverage
from sensors.default_fleet import default_fleet
from sensors.fleet_file import write_fleet
from tests.towns import grid_town
from twin.city.store import save_city
from twin.errors import InputError

RUN = CliRunner()
APP = typer.Typer()
APP.command()(coverage)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the small town and 40 cameras in it."""
    folder = tmp_path_factory.mktemp("coverage")
    town = save_city(grid_town(), folder / "town")
    write_fleet(default_fleet(town, 40, seed=1), folder / "cameras.geojson", town.crs)
    return folder


def test_table_and_picture(place):
    told = RUN.invoke(APP, [str(place / "town"), str(place / "cameras.geojson"), "--out", str(place / "out")])
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[0].startswith("40 cameras, 0.07 km2 of open ground")
    assert [line.split()[0] for line in lines[3:7]] == ["identify", "recognise", "observe", "detect"]
    assert "dwellings in view" in lines[2]
    assert (place / "out" / "coverage.png").read_bytes()[:4] == b"\x89PNG"
    assert json.loads((place / "out" / "coverage.json").read_text())["cameras"] == 40


def test_everything_that_is_written_agrees(place):
    """Cells of the GeoTIFF, the cameras' own figures in the GeoJSON and the page tell what the JSON object tells."""
    rasterio = pytest.importorskip("rasterio")
    out = place / "all"
    cameras = str(place / "cameras.geojson")
    told = RUN.invoke(
        APP, [str(place / "town"), cameras, "--before", cameras, "--out", str(out), "--propose-masks", "3", "--json"]
    )
    figures = json.loads(told.stdout)
    with rasterio.open(out / "coverage_class.tif") as file:
        best, crs, cell = file.read(1), file.crs, file.res
        assert (crs.to_string(), cell, file.tags()["class_4"]) == ("EPSG:32642", (1.0, 1.0), "identify")
    seen_km2 = float(((best > 0) & (best < 255)).sum()) / 1e6
    assert seen_km2 == pytest.approx(figures["classes"][-1]["km2"])
    with rasterio.open(out / "coverage_count.tif") as file:
        count = file.read(1)
    assert ((count == 255) == (best == 255)).all()
    assert float(((count > 1) & (count < 255)).sum()) / 1e6 == pytest.approx(
        figures["open_km2"] * (figures["seen_by"]["2"] + figures["seen_by"]["3+"])
    )
    features = json.loads((out / "coverage.geojson").read_text())["features"]
    only_m2 = sum(feature["properties"]["only_m2"] for feature in features)
    assert only_m2 / 1e6 == pytest.approx(figures["open_km2"] * figures["seen_by"]["1"])
    assert {row["id"] for row in figures["masks"]} <= {feature["properties"]["id"] for feature in features}
    masked = json.loads((out / "masks.geojson").read_text())["features"]
    assert sum("masks" in feature["properties"] for feature in masked) == 3
    page = (out / "coverage.html").read_text()
    assert all(words in page for words in ("Before and after", "What fails first", "dwellings", "Whose homes"))
    assert RUN.invoke(APP, [str(place / "town"), str(out / "masks.geojson"), "--json"]).exit_code == 0


def test_the_classes_of_another_edition(place):
    told = RUN.invoke(APP, [str(place / "town"), str(place / "cameras.geojson"), "--edition", "2025", "--json"])
    figures = json.loads(told.stdout)
    assert [row["name"] for row in figures["classes"]][:2] == ["scrutinise", "validate"]
    assert "validate" in figures["privacy"]["in_view"]


def test_json_is_one_object_with_the_same_figures_as_the_file(place):
    told = RUN.invoke(APP, [str(place / "town"), str(place / "cameras.geojson"), "--json", "--resolution", "2"])
    figures = json.loads(told.stdout)
    assert figures["privacy"]["dwellings"] == 288
    assert figures["classes"][-1]["name"] == "detect"


def test_default_cameras_of_a_city_that_names_none(place):
    """2.4 km of street at 4 cameras a kilometre."""
    told = RUN.invoke(APP, [str(place / "town"), "default", "--json"])
    assert json.loads(told.stdout)["cameras"] == 10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--resolution", "0"], "0.25 to 20"),
        (["--resolution", "nan"], "0.25 to 20"),
        (["--edition", "2014"], "2015"),
        (["--seen-for", "0"], "1 to 86400"),
        (["--propose-masks", "3"], "give --out too"),
    ],
)
def test_a_wrong_option(place, change, words):
    told = RUN.invoke(APP, [str(place / "town"), str(place / "cameras.geojson"), *change])
    assert isinstance(told.exception, InputError)
    assert words in str(told.exception)


def test_a_missing_city_a_missing_file_and_an_out_that_is_a_file(place):
    cameras, town = str(place / "cameras.geojson"), str(place / "town")
    for arguments in (
        [str(place / "none"), cameras],
        [town, str(place / "none.geojson")],
        [town, cameras, "--out", cameras],
    ):
        assert isinstance(RUN.invoke(APP, arguments).exception, InputError)
