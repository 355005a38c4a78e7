"""`twin carla` and what the doctor says of it, where no server is: one clear line, and exit status 2."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from console import doctor
from console.carla import check, export
from tests.towns import grid_town
from twin.city.store import save_city
from twin.errors import InputError
from vision.carla.place import Origin

carla = pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")
TWIN = [sys.executable, "-m", "console.main"]


def _twin(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TWIN, *words], capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("town") / "grid"
    save_city(grid_town(columns=5, rows=5), folder)
    return str(folder)


@pytest.fixture
def port() -> int:
    """A port where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_without_a_server_the_client_is_tried_and_the_lack_told(town: str, port: int) -> None:
    done = _twin("carla", "check", "--port", str(port), "--city", town)
    assert done.returncode == 2, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 7
    assert all(line.startswith("passed       client  ") for line in lines)
    assert " waypoints on 40 of 40 streets" in done.stdout
    (missing,) = [line for line in done.stderr.splitlines() if line.startswith("twin: ")]
    assert "no server answers there (Connection refused); start one of version 0.9.16" in missing
    assert f"./CarlaUE4.sh -RenderOffScreen -carla-rpc-port={port};" in missing
    assert "Traceback" not in done.stderr


def test_the_check_is_one_json_object_too(port: int) -> None:
    done = _twin("carla", "check", "--port", str(port), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 2
    assert told["server"] is None
    assert told["failed"] == 0
    assert {finding["outcome"] for finding in told["findings"]} == {"passed"}


def test_an_export_is_what_a_server_would_be_given(town: str, tmp_path: Path) -> None:
    """The map loads in the genuine client, and driving cars stand on its lanes."""
    out = tmp_path / "out"
    where = ("--city", town, "--out", str(out))
    words = ("carla", "export", "Town", *where, "--when", "2026-09-04T18:30", "--weather", "rain")
    done = _twin(*words)
    assert done.returncode == 0, done.stderr
    moment = json.loads((out / "moment.json").read_text())
    text = (out / "map.xodr").read_text()
    assert carla.Map("town", text).get_topology()
    assert Origin.of_map(text) == Origin(*moment["origin_m"])
    assert moment["weather"]["precipitation"] > 0
    assert moment["weather"]["sun_altitude_angle"] == pytest.approx(6.0, abs=3.0)
    assert moment["settings"] == {"synchronous_mode": True, "fixed_delta_seconds": 0.05}
    assert len(moment["cubes"]["x_y_z_yaw_scale"]) == 1 + 16 * 16
    road_map = carla.Map("town", text)
    driving = [actor for actor in moment["actors"] if "lights" in actor and actor["speed_ms"] > 1.0]
    assert len(driving) > 2
    assert all(actor["lights"] & int(carla.VehicleLightState.LowBeam) for actor in driving)  # it rains
    for actor in driving:
        at = carla.Location(actor["x"], actor["y"], actor["z"])
        assert road_map.get_waypoint(at).transform.location.distance_2d(at) < 2.5
    again = _twin(*words)
    assert again.returncode == 2
    assert "already holds map.xodr, moment.json" in again.stderr


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"district": "Twon"}, "did you mean 'Town'"),
        ({"when": "soon"}, "--when 'soon' is no time"),
        ({"weather": "hail"}, "there is no weather 'hail'"),
    ],
)
def test_a_wrong_export_says_what_would_work(town: str, tmp_path: Path, asked: dict[str, str], told: str) -> None:
    usual = {"district": "Town", "when": "2026-09-04T18:30", "weather": "clear"}
    with pytest.raises(InputError, match=told):
        export(out=tmp_path / "x", city=town, radius=100.0, seed=1, **(usual | asked))
    assert not (tmp_path / "x").exists()


def test_the_doctor_asks_a_server_where_it_is_told_to(port: int) -> None:
    found = doctor._carla_server(f"127.0.0.1:{port}")
    assert not found.ok
    assert found.part == f"CARLA server 127.0.0.1:{port}"
    assert found.found.startswith("no server answers there")


@pytest.mark.parametrize(("mute", "status"), [("", 0), ("depth", 1)])
def test_a_server_is_walked_line_by_line(
    mute: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.vision.carla_double import Server, double_of
    from vision.carla.session import Address, connect

    server = Server()
    server.shadows, server.mute = True, mute
    session = connect(Address(timeout_s=0.3), double_of(server))
    monkeypatch.setattr("vision.carla.session.connect", lambda address: session)
    if status:
        with pytest.raises(typer.Exit) as ended:
            check(city=None)
        assert ended.value.exit_code == status
    else:
        check(city=None)
    told = capsys.readouterr().out
    assert told.count("  server  ") == 14
    assert ("failed       server  cameras: colour, instances, depth by tick number" in told) == bool(status)
    assert ("21 of 21 passed with the server at 127.0.0.1:2000" in told) != bool(status)
    assert not server.actors
    assert not server.settings.synchronous_mode
