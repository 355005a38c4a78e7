"""`twin place` as a planner meets it: a plan told in print, one JSON object, a page, and faults that help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from console.coverage import coverage
from console.place import place
from sensors.fleet_file import read_fleet
from tests.towns import grid_town
from twin.city.store import save_city
from twin.errors import InputError

RUN = CliRunner()
APP = typer.Typer()
APP.command()(place)
COVERAGE = typer.Typer()
COVERAGE.command()(coverage)


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("place") / "town"
    save_city(grid_town(), folder)
    return folder


@pytest.fixture(scope="module")
def plan(town):
    """The town's plan of four cameras in two phases, as told, with its folder."""
    out = town.parent / "plan"
    told = RUN.invoke(APP, [str(town), "--budget", "4", "--phases", "2,4", "--cell", "4", "--out", str(out)])
    assert told.exit_code == 0, told.output
    return told.stdout, out


def test_the_plan_is_told_whole(plan):
    text, out = plan
    golden = (Path(__file__).parent / "place_golden.txt").read_text("utf-8")
    assert text.replace(str(out), "OUT") == golden


def test_the_page_stands_alone_and_shows_every_part(plan):
    _, out = plan
    page = (out / "place.html").read_text("utf-8")
    for head in (
        "4 cameras for the whole city", "Before and after", "Class by class", "Cameras against coverage", "In phases",
        "What is bought", "Who gets it", "What fails first", "What it buys",
    ):  # fmt: skip
        assert head in page
    assert page.count("data:image") >= 6
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_other_commands_read_the_plan(town, plan):
    _, out = plan
    told = RUN.invoke(COVERAGE, [str(town), str(out / "plan.geojson"), "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["cameras"] == 4
    city = grid_town()
    assert len(read_fleet(out / "baseline.geojson", city.crs, city.bounds_m)) == 0
    assert len(read_fleet(out / "fleet.geojson", city.crs, city.bounds_m)) == 4


def test_figures_as_one_object(town, tmp_path):
    told = RUN.invoke(APP, [str(town), "--budget", "2", "--cell", "4", "--out", str(tmp_path / "plan"), "--json"])
    assert told.exit_code == 0, told.output
    content = json.loads(told.stdout)
    assert content["plan"]["cameras"] == 2
    assert content == json.loads((tmp_path / "plan" / "plan.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give --budget N (cameras) or --money X"),
        (["--budget", "0"], "--budget 0: at least 1 camera would work"),
        (["--budget", "5", "--objective", "coverag"], "did you mean 'coverage'?"),
        (["--budget", "5", "--phases", "2,x"], "--phases 2,x: whole numbers"),
        (["--budget", "5", "--phases", "2,9"], "--phases end at 9 cameras, above the budget of 5"),
        (["--budget", "5", "--area", "Tawn"], "did you mean 'Town'?"),
        (["--budget", "5", "--class-weight", "recognise"], "NAME=NUMBER would work"),
        (["--budget", "5", "--class-weight", "see=1"], "there is no class of picture 'see'"),
        (["--money", "10"], "--money 10: the cheapest camera costs 820 USD"),
        (["--budget", "0", "--verify", "friday", "--half-width", "0", "--area", "Tawn"], "--half-width 0: more than 0"),
        (["--budget", "5", "--must-see", "none.geojson"], "give a GeoJSON file of polygons"),
    ],
)
def test_wrong_input_is_named_with_what_would_work(town, tmp_path, words, told):
    refused = RUN.invoke(APP, [str(town), "--out", str(tmp_path / "plan"), *words])
    assert isinstance(refused.exception, InputError)
    assert told in str(refused.exception)
