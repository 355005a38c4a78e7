"""The fleet of a city that names none."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import shapely
from scipy import stats

from sensors.cameras import CameraFleet, take_cameras
from sensors.default_fleet import MIX_FILE, cameras_for, chosen, default_fleet, load_mix
from tests.towns import grid_town
from twin.errors import InputError


def same(a: CameraFleet, b: CameraFleet) -> bool:
    return all(np.array_equal(getattr(a, field.name), getattr(b, field.name)) for field in fields(CameraFleet))


@pytest.mark.parametrize("n", [0, 1, 7, 59])
def test_one_more_camera_leaves_the_others_where_they_are(n):
    town = grid_town()
    fewer, more = default_fleet(town, n, seed=3), default_fleet(town, n + 1, seed=3)
    assert (len(fewer), len(more)) == (n, n + 1)
    assert same(fewer, take_cameras(more, np.arange(n)))


def test_another_seed_gives_another_fleet():
    town = grid_town()
    assert not same(default_fleet(town, 20, seed=1), default_fleet(town, 20, seed=2))


def test_no_camera_stands_in_a_building_or_on_the_carriageway():
    """On 7 m wide streets every camera is at least 3.5 m from the middle line and 0.3 m from walls."""
    town = grid_town(6, 6)
    cameras = default_fleet(town, 150, seed=1)
    spots = shapely.points(cameras.x_m, cameras.y_m)
    assert shapely.distance(shapely.union_all(town.buildings.geometry.to_numpy()), spots).min() >= 0.29
    assert shapely.distance(shapely.union_all(town.streets.geometry.to_numpy()), spots).min() >= 3.5


def test_plate_cameras_look_along_a_street_from_beside_it():
    town = grid_town(6, 6)
    cameras = default_fleet(town, 150, seed=1)
    plates = take_cameras(cameras, cameras.kind == "plate")
    assert len(plates) > 2
    assert set(np.round(plates.bearing_deg % 90, 3)) == {0.0}
    streets = shapely.union_all(town.streets.geometry.to_numpy())
    far_m = shapely.distance(streets, shapely.points(plates.x_m, plates.y_m))
    np.testing.assert_allclose(far_m, 3.5 + 1.2, atol=0.02)


def test_the_mix_of_kinds_is_the_one_in_the_file():
    """Each kind's count lies in the binomial 99.9 % interval of its share."""
    cameras = default_fleet(grid_town(9, 9), 800, seed=1)
    for kind, spec in load_mix().kinds.items():
        low, high = stats.binom.interval(0.999, len(cameras), spec.share)
        assert low <= (cameras.kind == kind).sum() <= high


def test_every_figure_lies_in_its_range():
    cameras = default_fleet(grid_town(6, 6), 200, seed=1)
    for kind, spec in load_mix().kinds.items():
        of_kind = cameras.kind == kind
        for name in ("height_m", "pitch_deg", "hfov_deg"):
            low, high = getattr(spec, name)
            assert (getattr(cameras, name)[of_kind] >= low).all()
            assert (getattr(cameras, name)[of_kind] <= high).all()
    assert len(set(cameras.id)) == 200


@pytest.mark.parametrize("layer", ["streets", "buildings", "places"])
def test_a_city_without_one_layer_still_gets_its_cameras(layer):
    town = grid_town()
    bare = replace(town, **{layer: getattr(town, layer).iloc[:0]})
    assert len(default_fleet(bare, 30, seed=1)) == 30


def test_an_empty_city_gets_none():
    town = grid_town()
    bare = replace(town, streets=town.streets[:0], buildings=town.buildings[:0], places=town.places[:0])
    assert len(default_fleet(bare, 30, seed=1)) == 0


def test_a_city_gets_cameras_by_its_street_kilometres():
    """A grid of 4 x 4 has 24 blocks of 100 m, 2.4 km; at 4 a kilometre that is 10 (9.6)."""
    assert cameras_for(grid_town(), per_street_km=4.0) == 10


def test_data_centres_are_the_nearest_ones():
    town = grid_town()
    town.places.loc[[0, 1], "kind"] = "data_centre"  # south-west and north-east corner
    cameras = default_fleet(town, 40, seed=1)
    assert set(cameras.data_centre) == {"Hospital", "Fire station"}
    west, south, east, north = town.bounds_m
    nearer_south_west = (cameras.x_m - west) + (cameras.y_m - south) < (east - cameras.x_m) + (north - cameras.y_m)
    assert (cameras.data_centre[nearer_south_west] == "Hospital").all()


def test_a_share_takes_its_stretch_of_the_draw():
    assert chosen({"a": 1.0, "b": 3.0}, np.array([0.1, 0.24, 0.26, 0.999])).tolist() == ["a", "a", "b", "b"]


def test_a_mix_file_with_two_faults_tells_both(tmp_path):
    text = MIX_FILE.read_text()
    (tmp_path / "mix.yaml").write_text(text.replace("share: 0.068", "share: 2").replace("[5.0, 7.0]", "[7.0, 5.0]"))
    with pytest.raises(InputError) as told:
        load_mix(tmp_path / "mix.yaml")
    assert [fault.line for fault in told.value.faults] == [15, 17]
