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
    assert lines[0].startswith("40 cameras, 0.08 km2 of open ground")
    assert [line.split()[0] for line in lines[3:7]] == ["identify", "recognise", "observe", "detect"]
    assert "dwellings in view" in lines[2]
    assert (place / "out" / "coverage.png").read_bytes()[:4] == b"\x89PNG"
    assert json.loads((place / "out" / "coverage.json").read_text())["cameras"] == 40


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
    ],
)
def test_a_wrong_resolution(place, change, words):
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
