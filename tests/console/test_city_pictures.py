"""`twin city figures`, `picture` and `fleet` as a user meets them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from console.city import app
from tests.towns import grid_town
from twin.city.store import save_city
from twin.errors import InputError

RUN = CliRunner()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A folder with the small town."""
    return save_city(grid_town(), tmp_path_factory.mktemp("town") / "grid").folder


def refusal(*words: object) -> str:
    """Run a command whose input is wrong, and return the message."""
    result = RUN.invoke(app, [str(word) for word in words])
    assert isinstance(result.exception, InputError), result.output
    return str(result.exception)


def test_figures_of_a_town_without_targets(town):
    told = RUN.invoke(app, ["figures", str(town)])
    assert told.exit_code == 0, told.output
    assert "grid-town: 1 of 1 targets reached" in told.stdout
    figures = json.loads(RUN.invoke(app, ["figures", str(town), "--json"]).stdout)
    assert figures["missed"] == 0
    assert next(f for f in figures["figures"] if f["what"] == "street length")["values"]["road_km"] == 2.4


def test_a_missed_target_ends_with_status_1(tmp_path):
    bektemir = grid_town()
    bektemir.districts["name"] = "Bektemir tumani"
    save_city(bektemir, tmp_path / "city")
    told = RUN.invoke(app, ["figures", str(tmp_path / "city")])
    assert told.exit_code == 1
    assert "missed" in told.stdout


def test_against_nothing_is_wrong_input(town, tmp_path):
    assert "no such folder" in refusal("figures", town, "--against", tmp_path / "none")


def test_only_the_whole_default_city_is_built_anew(town):
    assert "is not the whole default city" in refusal("figures", town, "--build")


def test_pictures_are_written(town, tmp_path):
    for name, words in (
        ("all", []),
        ("near", ["--around", "69.1935,41.2826", "--radius_m", "120"]),
        ("kinds", ["--kinds"]),
    ):
        path = tmp_path / f"{name}.png"
        told = RUN.invoke(app, ["picture", str(town), "--out", str(path), "--dpi", "50", *words])
        assert told.exit_code == 0, told.output
        assert path.read_bytes()[:4] == b"\x89PNG"


def test_a_picture_tells_all_its_faults_at_once(town, tmp_path):
    told = refusal("picture", town, "--kinds", "--around", "here", "--out", tmp_path / "none" / "a.png")
    assert "wanted two numbers" in told
    assert "exclude each other" in told
    assert "there is no folder" in told


def test_fleets_are_written_with_their_arithmetic(town, tmp_path):
    told = RUN.invoke(app, ["fleet", str(town), "--out", str(tmp_path / "city.geojson")])
    assert told.exit_code == 0, told.output
    assert "assumed" in told.stdout
    stress = ["fleet", str(town), "--kind", "stress", "--cameras", "50", "--out", str(tmp_path / "s.geojson"), "--json"]
    figures = json.loads(RUN.invoke(app, stress).stdout)
    assert figures["cameras"] == 50
    assert "NOT for the city" in figures["note"]


def test_a_fleet_of_no_kind_is_wrong_input(town):
    told = refusal("fleet", town, "--kind", "cty", "--cameras", "7")
    assert "did you mean 'city'" in told
    assert "--cameras goes with" in told
