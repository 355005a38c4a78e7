"""`twin drone docks` and `twin drone patrol` from the command line, on a town of 49 houses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.main import app
from tests.experiments.docks.test_docks import school_town
from twin.city.store import save_city
from twin.errors import InputError


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("towns") / "school"
    save_city(school_town(), folder)
    return folder


def run(*words: object) -> str:
    result = CliRunner().invoke(app, ["drone", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_docks_then_rounds_from_them(town, tmp_path):
    said = run("docks", "--city", town, "--docks", 2, "--within", 60, "--places", 40, "--out", tmp_path / "docks")
    assert "no plan of so many docks reaches more than" in said
    assert "flown over" in said
    assert "D-01" in said
    fleet = tmp_path / "docks" / "fleet.yaml"
    told = json.loads(run("patrol", "--city", town, "--fleet", fleet, "--out", tmp_path / "rounds", "--json"))
    assert told["kind"] == "patrol"
    assert (tmp_path / "rounds" / "fleet.yaml").read_text().startswith(fleet.read_text())


def test_wrong_wishes_are_refused_by_name(town, tmp_path):
    asked = ["drone", "docks", "--city", str(town), "--docks", "0", "--busy", "2", "--out", str(tmp_path / "no")]
    found = CliRunner().invoke(app, asked).exception
    assert isinstance(found, InputError)
    assert {fault.what.split(":")[0] for fault in found.faults} == {"--docks 0", "--busy 2"}
    assert not (tmp_path / "no").exists()
