"""Cameras in and out of GeoJSON: nothing is lost, and every fault of a file is told at once with its line."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest

from sensors.cameras import CameraFleet, Mask, Preset
from sensors.fleet_file import read_fleet, write_fleet
from tests.sensors.made import camera, fleet
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.errors import InputError

CRS = "EPSG:32642"
BOUNDS = (WEST_M, SOUTH_M, WEST_M + 300.0, SOUTH_M + 300.0)
GOOD = {
    "id": "a", "kind": "fixed", "height_m": 6, "bearing_deg": 10, "pitch_deg": -15, "hfov_deg": 90, "width_px": 1920,
    "height_px": 1080, "range_m": 80,
}  # fmt: skip
HERE = [69.1929, 41.2836]


def written(tmp_path, *features):
    path = tmp_path / "cameras.geojson"
    rows = ",\n".join(feature if isinstance(feature, str) else json.dumps(feature) for feature in features)
    path.write_text('{"type": "FeatureCollection",\n "features": [\n' + rows + "\n]}\n")
    return path


def feature(place=None, geometry="Point", **changes):
    properties = {name: value for name, value in (GOOD | changes).items() if value != "left out"}
    return {"type": "Feature", "properties": properties, "geometry": {"type": geometry, "coordinates": place or HERE}}


def faults(path):
    with pytest.raises(InputError) as told:
        read_fleet(path, CRS, BOUNDS)
    return [(fault.line, fault.what) for fault in told.value.faults]


def test_a_fleet_comes_back_as_it_went(tmp_path):
    """Positions to a centimetre, everything else exactly."""
    sent = fleet(
        camera("ko'cha-1", 10, 20, ir=True, data_centre="north"), camera("2", 33.3, 290, kind="ptz", bearing_deg=359.5)
    )
    write_fleet(sent, tmp_path / "f.geojson", CRS)
    back = read_fleet(tmp_path / "f.geojson", CRS, grid_town().bounds_m)
    for field in fields(CameraFleet):
        ours, theirs = getattr(sent, field.name), getattr(back, field.name)
        if field.name in ("x_m", "y_m"):
            np.testing.assert_allclose(theirs, ours, atol=0.02)
        else:
            assert theirs.tolist() == ours.tolist()
            assert theirs.dtype.kind == ours.dtype.kind


def test_an_empty_fleet_is_a_fleet(tmp_path):
    assert len(read_fleet(written(tmp_path), CRS, BOUNDS)) == 0


def test_infrared_and_data_centre_may_be_left_out_and_north_may_be_called_360(tmp_path):
    only = read_fleet(written(tmp_path, feature(bearing_deg=360)), CRS, BOUNDS)[0]
    assert (only.bearing_deg, only.ir, only.data_centre) == (0.0, False, "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"height_m": -3}, "height_m is -3; more than 0"),
        ({"height_m": "six"}, "height_m is 'six'; a number"),
        ({"height_m": True}, "height_m is True; a number"),
        ({"hfov_deg": "left out"}, "no hfov_deg (field of view)"),
        ({"hfov_deg": 0}, "hfov_deg is 0; more than 0"),
        ({"hfov_deg": 180}, "hfov_deg is 180"),
        ({"pitch_deg": 60}, "pitch_deg is 60"),
        ({"bearing_deg": float("nan")}, "bearing_deg is nan"),
        ({"range_m": float("inf")}, "range_m is inf"),
        ({"range_m": 10**400}, "a number, more than 0"),
        ({"width_px": 1920.5}, "width_px is 1920.5; a whole number"),
        ({"kind": "fixd"}, "did you mean 'fixed'"),
        ({"kind": "left out"}, "no kind"),
        ({"ir": "yes"}, "ir is 'yes'"),
        ({"id": ""}, "found id ''"),
        ({"id": "left out"}, "found id None"),
        ({"geometry": "LineString"}, "geometry is LineString; a Point"),
        ({"place": [69.2]}, "[longitude, latitude]"),
        ({"place": [516000.0, 4570000.0]}, "in degrees (WGS84)"),
        ({"place": [24.94, 60.17]}, "outside the city"),
        ({"place": [41.2836, 69.1929]}, "outside the city"),
    ],
)
def test_what_can_be_wrong_with_one_camera(tmp_path, change, words):
    ((line, what),) = faults(written(tmp_path, feature(id="fine"), feature(**change)))
    assert line == 4
    assert words in what


def test_all_faults_of_a_file_at_once_each_with_its_line(tmp_path):
    """Four features over nine lines: a negative height, a taken id with no field of view, and no properties at all."""
    spread = json.dumps(feature(height_m=-1), indent=1)
    path = written(tmp_path, feature(id="b"), spread, feature(id="b", hfov_deg="left out"), '{"type": "Feature"}')
    found = faults(path)
    last = 4 + len(spread.splitlines())
    assert [line for line, _ in found] == [4, last, last, last + 1]
    assert "height_m" in found[0][1]
    assert "field of view" in found[1][1]
    assert "taken (first at line 3)" in found[2][1]
    assert "no properties" in found[3][1]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"type": "FeatureCollection",\n "features": [\n {"type": }\n]}', 3, "not JSON"),
        ('{"type": "FeatureCollection", "features": [', 1, "not JSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', None, "found Point"),
        ("[]", None, "found list"),
        ("", 1, "not JSON"),
    ],
)
def test_a_file_that_is_no_collection_of_features(tmp_path, text, line, words):
    path = tmp_path / "cameras.geojson"
    path.write_text(text)
    ((found, what),) = faults(path)
    assert found == line
    assert words in what


def test_a_missing_or_binary_file(tmp_path):
    assert "No such file" in faults(tmp_path / "none.geojson")[0][1]
    (tmp_path / "b.geojson").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in faults(tmp_path / "b.geojson")[0][1]


def test_a_lens_may_be_told_by_its_sensor_and_focal_length(tmp_path):
    """5.37 mm behind 4 mm sees 2 atan(5.37 / 8) = 67.74 degrees."""
    lens = {"hfov_deg": "left out", "sensor_width_mm": 5.37, "focal_length_mm": 4.0}
    only = read_fleet(written(tmp_path, feature(**lens)), CRS, BOUNDS)[0]
    assert only.hfov_deg == pytest.approx(67.74, abs=0.01)


def test_presets_masks_and_lens_come_back_as_they_went(tmp_path):
    sent = fleet(
        camera(
            "turns", 10, 20, kind="ptz", k1=-0.1, ir=True, ir_range_m=30.0,
            presets=(Preset(90.0, 20.0), Preset(0.0, 5.0, -30.0, 12.0)),
            masks=(
                Mask("picture", ((0.0, 0.0), (400.0, 0.0), (400.0, 300.0))),
                Mask("ground", ((WEST_M + 10, SOUTH_M + 50), (WEST_M + 20, SOUTH_M + 50), (WEST_M + 20, SOUTH_M + 60))),
            ),
        )
    )  # fmt: skip
    write_fleet(sent, tmp_path / "f.geojson", CRS)
    back = read_fleet(tmp_path / "f.geojson", CRS, BOUNDS)[0]
    assert (back.presets, back.masks[0]) == (sent[0].presets, sent[0].masks[0])
    assert (back.k1, back.ir_range_m) == (-0.1, 30.0)
    np.testing.assert_allclose(back.masks[1].corners, sent[0].masks[1].corners, atol=0.02)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sensor_width_mm": 5.37}, "go together"),
        ({"sensor_width_mm": 5.37, "focal_length_mm": 4.0}, "give 67.7 degrees; keep one"),
        ({"k1": -0.5}, "fold the picture back"),
        ({"k1": 9}, "k1 is 9; at least -2"),
        ({"ir_range_m": 30}, "no infrared light"),
        ({"presets": [{"bearing_deg": 10}]}, "only a ptz camera turns"),
        ({"kind": "ptz", "presets": []}, "a list of 1 to 64"),
        ({"kind": "ptz", "presets": [{"bearing_deg": 400, "dwel_s": 2}]}, "preset 1:"),
        ({"presset": []}, "did you mean 'presets'"),
        ({"masks": [{"picture": [[0, 0], [1, 1]]}]}, "three or more [u, v]"),
        ({"masks": [{"sky": []}]}, "either picture or ground"),
        ({"masks": [{"picture": [[0, 0], [9, 9], [9, 0], [0, 9]]}]}, "no plain polygon"),
        ({"data_centre": 7}, "data_centre is 7"),
    ],
)
def test_what_can_be_wrong_with_lens_presets_and_masks(tmp_path, change, words):
    told = faults(written(tmp_path, feature(id="fine"), feature(**change)))
    assert {line for line, _ in told} == {4}
    assert any(words in what for _, what in told)


def test_a_camera_in_a_house_is_refused_below_its_roof_and_allowed_above_it_and_on_its_wall(tmp_path):
    """The first block stands from 30 to 70 m and is 12 m high."""
    cameras = fleet(
        camera("inside", 50, 50),
        camera("roof", 50, 50, height_m=12.5),
        camera("wall", 30.2, 50),
        camera("yard", 10, 10),
    )
    write_fleet(cameras, tmp_path / "f.geojson", CRS)
    with pytest.raises(InputError) as told:
        read_fleet(tmp_path / "f.geojson", CRS, BOUNDS, grid_town().buildings)
    (fault,) = told.value.faults
    assert fault.line == 2
    assert "camera 'inside': it stands 6 m up inside a building 12 m high" in fault.what
