"""A drone's camera is a camera: it tours points in the air, covers what they cover, and comes back from its file."""

from __future__ import annotations

import numpy as np
import pytest

from sensors.cameras import Preset, fleet_of
from sensors.fleet_file import read_fleet, write_fleet
from sensors.fleet_summary import fleet_summary
from sensors.poses import poses_of
from tests.sensors.made import camera, fleet
from tests.sensors.test_fleet_file import BOUNDS, CRS, faults, feature, written
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of
from twin.errors import InputError

TOWN = grid_town()
HEIGHTS = heights_of(TOWN)


def stop(x: float, y: float, bearing_deg: float = 0.0, height_m: float = 40.0, dwell_s: float = 1.0) -> Preset:
    return Preset(bearing_deg, dwell_s, -60.0, None, WEST_M + x, SOUTH_M + y, height_m)


def drone(name: str = "drone", *stops: Preset, x: float = 100.0, y: float = 100.0, **more):
    return camera(name, x, y, kind="drone", height_m=40.0, pitch_deg=-60.0, range_m=150.0, presets=stops, **more)


def test_it_stands_where_its_stops_say_for_their_share_of_the_time():
    poses = poses_of(
        fleet_of([camera("fixed"), drone("d", stop(50, 60, dwell_s=30.0), stop(250, 60, 90.0, 55.0, 10.0))])
    )
    assert poses.camera.tolist() == [0, 1, 1]
    assert poses.share.tolist() == [1.0, 0.75, 0.25]
    np.testing.assert_allclose(poses.fleet.x_m[1:] - WEST_M, [50.0, 250.0])
    assert poses.fleet.height_m.tolist()[1:] == [40.0, 55.0]
    assert poses.fleet.bearing_deg.tolist()[1:] == [0.0, 90.0]
    assert len(poses_of(fleet_of([drone()]))) == 1


def test_a_tour_covers_what_its_stops_cover_one_by_one_and_has_their_homes_in_view():
    toured = fleet_summary(fleet(drone("d", stop(60, 50), stop(250, 220, 180.0))), HEIGHTS, TOWN).figures
    each = [drone("a", x=60, y=50), drone("b", x=250, y=220, bearing_deg=180.0)]
    both = fleet_summary(fleet(*each), HEIGHTS, TOWN).figures
    for one, other in zip(toured["classes"], both["classes"], strict=True):
        assert one["share_open"] == other["share_open"]
        assert one["share_watched"] <= other["share_watched"]
    assert toured["classes"][-1]["share_open"] > 0
    assert toured["privacy"]["in_view"] == both["privacy"]["in_view"]


def test_from_above_it_sees_what_a_pole_of_the_same_place_does_not():
    """Behind a house of 12 m: hidden from 5 m up, open from 40 m."""
    low = fleet(camera("pole", 50, 20, kind="fixed", height_m=5.0, pitch_deg=-5.0, range_m=150.0))
    high = fleet(drone(x=50, y=20, hfov_deg=90.0))
    shares = [fleet_summary(one, HEIGHTS, TOWN).figures["classes"][-1]["share_open"] for one in (low, high)]
    assert shares[1] > shares[0]


def test_its_stops_come_back_as_they_went(tmp_path):
    sent = fleet(drone("d", stop(60, 50), stop(250, 220, 180.0)))
    write_fleet(sent, tmp_path / "f.geojson", CRS)
    back = read_fleet(tmp_path / "f.geojson", CRS, BOUNDS)[0]
    for one, other in zip(back.presets, sent[0].presets, strict=True):
        assert (one.bearing_deg, one.pitch_deg, one.height_m) == (other.bearing_deg, other.pitch_deg, other.height_m)
        assert (one.x_m, one.y_m) == pytest.approx((other.x_m, other.y_m), abs=0.02)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "drone", "presets": [{"bearing_deg": 10, "lon": 69.2}]}, "preset 1: lon and lat go together"),
        ({"kind": "drone", "presets": [{"bearing_deg": 10, "lon": 690, "lat": 41}]}, "is no place in degrees"),
        ({"kind": "drone", "presets": [{"bearing_deg": 10, "lon": 60.0, "lat": 41}]}, "lies outside the city"),
        ({"kind": "drone", "presets": [{"bearing_deg": 10, "height_m": -3}]}, "preset 1: height_m"),
        ({"kind": "ptz", "presets": [{"bearing_deg": 10, "height_m": 30}]}, "'height_m' is not known"),
        ({"kind": "fixed", "presets": [{"bearing_deg": 10}]}, "only a drone moves"),
    ],
)
def test_what_can_be_wrong_with_stops(tmp_path, change, words):
    told = faults(written(tmp_path, feature(**change)))
    assert any(words in what for _, what in told)


def test_a_stop_inside_a_house_is_refused(tmp_path):
    inside = fleet(drone("d", stop(50, 50, height_m=6.0), x=100, y=100))
    write_fleet(inside, tmp_path / "f.geojson", CRS)
    with pytest.raises(InputError, match="inside a building 12 m high"):
        read_fleet(tmp_path / "f.geojson", CRS, BOUNDS, TOWN.buildings)
