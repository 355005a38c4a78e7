"""`twin drone fly`: what it writes, that it writes the same again, what it keeps when broken off, and its camera."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

pytest.importorskip("pybullet", reason="exact flight needs pybullet")

from console.main import app
from experiments.flight.film import DroneCamera, FilmRequest
from experiments.flight.fly import FlyRequest, fly_mission
from experiments.flight.library import mission_file, mission_names
from sensors.cameras import Camera
from tests.towns import SOUTH_M, WEST_M
from twin.errors import InputError
from vision.render.projection import FLYING_PLACE_M, Lens, place_of

MISSION = f"""schema_version: 1
name: round
dock: {{x_m: {WEST_M + 100}, y_m: {SOUTH_M + 100}}}
speed_ms: 14
waypoints:
  - {{x_m: {WEST_M + 250}, y_m: {SOUTH_M + 100}, height_m: 75}}
wind: {{speed_ms: 4, from_deg: 200}}
"""


@pytest.fixture
def mission(tmp_path):
    path = tmp_path / "round.yaml"
    path.write_text(MISSION, encoding="utf-8")
    return path


def test_a_flight_is_written_whole_and_the_same_again(mission, town_folder, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    figures = fly_mission(FlyRequest(mission, one, str(town_folder)))
    fly_mission(FlyRequest(mission, two, str(town_folder)))
    assert (one / "flight.parquet").read_bytes() == (two / "flight.parquet").read_bytes()
    assert (one / "flight.json").read_bytes() == (two / "flight.json").read_bytes()
    assert (one / "flight.png").stat().st_size > 50_000
    assert figures["as_planned"]
    assert figures["expected"]["duration_s"] == pytest.approx(figures["duration_s"], rel=0.05)
    assert figures["expected"]["energy_wh"] == pytest.approx(figures["energy_wh"], rel=0.1)
    table = pd.read_parquet(one / "flight.parquet")
    assert table["height_m"].max() == pytest.approx(75, abs=2)
    assert table["t_s"].diff().iloc[1:].to_numpy() == pytest.approx(0.1, abs=1e-6)
    assert json.loads((one / "flight.json").read_text())["told"][-1]["what"].startswith("landed at its dock")


def test_a_flight_broken_off_keeps_what_was_flown(mission, town_folder, tmp_path):
    def stop(stage, share):
        if stage == "flight" and share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fly_mission(FlyRequest(mission, tmp_path / "cut", str(town_folder)), stop)
    table = pd.read_parquet(tmp_path / "cut" / "flight.parquet")
    assert 10 < table["t_s"].iloc[-1] < 60
    assert json.loads((tmp_path / "cut" / "flight.json").read_text())["ended"] == "broken off"


def test_a_mission_that_must_not_take_off_ends_with_status_2_and_every_reason(mission, town_folder, tmp_path):
    mission.write_text(MISSION.replace("speed_ms: 4", "speed_ms: 30") + "charge: 0\npayload_kg: 9\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        fly_mission(FlyRequest(mission, tmp_path / "none", str(town_folder)))
    assert len(refused.value.faults) >= 3
    assert not (tmp_path / "none").exists()


def test_a_folder_that_holds_a_flight_is_left_alone(mission, tmp_path):
    (tmp_path / "flight.json").write_text("{}")
    with pytest.raises(InputError, match=r"already holds flight\.json") as refused:
        FlyRequest(mission, tmp_path, film=FilmRequest(0.1, 20, "auto"))
    assert len(refused.value.faults) == 3


def test_missions_that_ship_are_found_by_name():
    assert "first_look" in mission_names()
    assert mission_file("first_look").is_file()
    with pytest.raises(InputError, match="did you mean 'first_look'"):
        mission_file("first_lok")


def test_the_classes_are_listed():
    done = CliRunner().invoke(app, ["drone", "classes", "--json"])
    assert [row["name"] for row in json.loads(done.stdout)] == ["camera_quad", "dock_quad", "heavy_quad"]


def camera(x_m, y_m, height_m=60.0, kind="drone"):
    return Camera("d", kind, x_m, y_m, height_m, 30.0, -20.0, 70.0, 960, 540, 400.0)


def test_a_flying_camera_sees_the_same_from_whatever_place_it_is_drawn():
    """A metre apart, either side of a border of places, far points hardly move, and lie as a fixed camera sees them."""
    border = FLYING_PLACE_M * 2064.5
    before, after = camera(border - 0.5, 4_570_000.0), camera(border + 0.5, 4_570_000.0)
    assert place_of(before) != place_of(after)
    points = np.array([[border + 200, 4_570_300.0, 0.0], [border + 400, 4_570_600.0, 20.0]])
    pixels = [lens.project(points - lens.origin_m)[0] for lens in map(Lens.of, (before, after))]
    assert np.abs(pixels[0] - pixels[1]).max() < 5.0
    fixed = Lens.of(camera(border - 0.5, 4_570_000.0, kind="fixed"))
    assert pixels[0] == pytest.approx(fixed.project(points - fixed.origin_m)[0])


def test_the_horizon_of_its_camera_is_level_and_at_the_height_its_pitch_gives():
    """Far points of one height lie on one row of pixels, above the middle by the tangent of the pitch."""
    lens = Lens.of(camera(WEST_M, SOUTH_M))
    bearing = np.radians([10.0, 30.0, 50.0])
    far = np.column_stack([np.sin(bearing), np.cos(bearing), np.zeros(3)]) * 1e6 + lens.eye_m
    rows = lens.project(far)[0][:, 1]
    assert np.ptp(rows) < 40.0
    assert rows[1] == pytest.approx(270 - lens.focal_px * np.tan(np.radians(20.0)), abs=0.5)
    assert rows[0] == pytest.approx(rows[2])


def test_the_drones_camera_follows_its_record():
    """East at 10 m/s from 0 to 2 s while turning through north: places between rows, the short way round."""
    from agents.flight.mission import Dock, Mission, Point

    sent = Mission(dock=Dock(x_m=0, y_m=0), waypoints=(Point(x_m=1, y_m=1, height_m=50),))
    t = np.arange(0, 2.01, 0.1)
    table = {"t_s": t, "x_m": 10 * t, "y_m": 0 * t, "height_m": 50 + 0 * t, "bearing_deg": (350 + 10 * t) % 360,
             "charge": 1 - 0.01 * t, "east_ms": 10 + 0 * t, "north_ms": 0 * t}  # fmt: skip
    eye = DroneCamera(sent, table, 960)
    seen = eye.at(1.55)
    assert (seen.x_m, seen.height_m, seen.kind) == (pytest.approx(15.5), pytest.approx(50.0), "drone")
    assert seen.bearing_deg == pytest.approx(5.5)
    assert eye.at(9.0).x_m == pytest.approx(20.0)
    assert "charge 98%" in eye.caption(1.55)


@pytest.mark.slow
def test_a_short_film_is_h264_with_as_many_frames(mission, town_folder, tmp_path):
    av = pytest.importorskip("av", reason="films need PyAV")
    asked = FilmRequest(1.0, 320, "auto")
    figures = fly_mission(FlyRequest(mission, tmp_path / "filmed", str(town_folder), film=asked))
    with av.open(str(tmp_path / "filmed" / "flight.mp4")) as clip:
        stream = clip.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height) == (320, 180)
        assert sum(1 for _ in clip.decode(stream)) == figures["film"]["frames"]
