"""A camera's faults: each does what it says, none does nothing, and the truth follows the pixels."""

from dataclasses import fields, replace

import numpy as np
import pytest

from tests.towns import grid_town
from tests.vision.street_scene import DAY, NIGHT, actors, street_camera
from twin.errors import InputError
from twin.scene import Look
from vision.render.choose import make_renderer
from vision.render.faults import FAULTS, Faults, dropped, faults_of
from vision.render.faults.apply import apply_faults
from vision.render.faults.motion import smeared, ways_px
from vision.render.faults.sensor import coded, frame_bytes, quality_for
from vision.render.projection import Lens
from vision.render.shot import take_shot
from vision.render.warp import bent, bent_items, roomy

pytest.importorskip("cv2")
SHOT = take_shot(street_camera(), actors((Look.CAR, 0, 20)), DAY)
NONE = dict.fromkeys(FAULTS, "none")


def noisy_picture(height=360, width=640):
    return np.random.default_rng(2).integers(0, 256, (height, width, 3)).astype(np.uint8)


def applied(picture, faults, shot=SHOT):
    return apply_faults(picture, faults, np.random.default_rng(1), shot, "camera")


def test_faults_grow_in_the_dark_and_are_a_camera_s_own():
    camera, other = street_camera(), street_camera(id="other")
    assert faults_of(camera, NIGHT, 1).noise > 2 * faults_of(camera, DAY, 1).noise
    assert faults_of(camera, NIGHT, 1).exposure_ms > 5 * faults_of(camera, DAY, 1).exposure_ms
    assert faults_of(camera, DAY, 1) == faults_of(camera, DAY, 1)
    assert faults_of(camera, DAY, 1) != faults_of(other, DAY, 1)


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_set_apart_from_the_others(name):
    """Only this one strong: every field that differs from a perfect camera's belongs to it, and to it alone."""
    camera = street_camera()
    alone = faults_of(camera, DAY, 1, NONE | {name: "strong"})
    touched = {field.name for field in fields(Faults) if getattr(alone, field.name) != getattr(Faults(), field.name)}
    assert touched
    without = faults_of(camera, DAY, 1, {name: "none"})
    assert all(getattr(without, field) == getattr(Faults(), field) for field in touched)
    assert faults_of(camera, DAY, 1, NONE) == Faults()


def test_unknown_faults_and_levels_are_named_together():
    with pytest.raises(InputError) as refused:
        faults_of(street_camera(), DAY, 1, {"noize": "none", "dirt": "filthy"})
    assert all(part in str(refused.value) for part in ("noize", "filthy"))


def test_a_perfect_camera_leaves_the_picture_alone():
    picture = noisy_picture()
    np.testing.assert_array_equal(applied(picture.copy(), Faults()), picture)


def test_noise_has_the_strength_it_says():
    grey = np.full((400, 600, 3), 128, np.uint8)
    out = applied(grey, Faults(noise=8.0))
    assert out.astype(float).std() == pytest.approx(8.0, rel=0.1)
    assert out.mean() == pytest.approx(128, abs=0.5)


def test_a_stop_more_is_a_factor_of_two_in_light():
    """Grey levels are square roots of light; at middle grey the automatic exposure has nothing to do."""
    grey = np.full((64, 64, 3), 112, np.uint8)
    assert applied(grey, Faults(exposure_ev=1.0)).mean() == pytest.approx(112 * 2**0.5, abs=1)


@pytest.mark.parametrize("bitrate_kbps", [600.0, 1500.0, 4000.0])
def test_a_bit_rate_is_kept_to(bitrate_kbps):
    import cv2

    smooth = cv2.GaussianBlur(noisy_picture(540, 960), (0, 0), 3)
    quality = quality_for(smooth, frame_bytes(bitrate_kbps))
    _, packed = cv2.imencode(".jpg", smooth, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert len(packed) < 1.1 * frame_bytes(bitrate_kbps)
    assert quality >= 93 or len(packed) > 0.7 * frame_bytes(bitrate_kbps)


def test_fewer_bits_leave_less_of_the_picture():
    picture = noisy_picture(540, 960)
    lost = [np.abs(coded(picture, rate).astype(int) - picture).mean() for rate in (300.0, 3000.0, 30000.0)]
    assert lost[0] > lost[1] > lost[2]


def test_dirt_stays_where_it_is_and_glare_needs_the_sun_ahead():
    grey = np.full((360, 640, 3), 128, np.uint8)
    first, again = (applied(grey, Faults(dirt=0.8)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.std() > 1
    into = take_shot(street_camera(bearing_deg=160.0), actors((Look.CAR, 0, 20)), replace(DAY, sun_elevation_deg=12.0))
    assert applied(grey, Faults(glare=1.0), into).mean() > 140
    np.testing.assert_array_equal(applied(grey, Faults(glare=1.0)), grey)  # looks north, the sun stands in the south


def test_what_moves_is_smeared_along_its_way_by_speed_times_exposure():
    """A car 20 m ahead that crosses at 10 m/s with the shutter open for 40 ms: 0.4 m are 6.4 px at 320 px of focal."""
    scene = actors((Look.CAR, 0, 20, {"bearing_deg": 90.0, "speed_ms": 10.0}), (Look.CAR, 4, 30, {"speed_ms": 0.0}))
    shot = take_shot(street_camera(), scene, DAY)
    way = ways_px(shot, scene, 40.0)
    assert way[0] == pytest.approx([0.4 * 320 / 20, 0.0], abs=0.1)
    assert np.abs(way[1]).max() == 0
    ids = np.zeros((360, 640), np.uint16)
    ids[230:260, 300:340] = 1
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[ids == 1] = 200
    out = smeared(picture.copy(), ids, shot, scene, 40.0)[245, :, 0].astype(int)
    assert out[320] == 200
    assert 0 < out[300] < 200
    assert np.flatnonzero(out).min() == pytest.approx(300 - 3, abs=1)


def test_a_lens_bends_points_as_the_camera_s_own_optics_say():
    from sensors.optics import project

    camera = street_camera(k1=-0.12)
    lens = roomy(Lens.of(camera), camera)
    assert (lens.width_px, lens.height_px) > (640, 360)
    places = np.array([(x, y, 0.5) for x in (-14.0, 0.0, 9.0) for y in (16.0, 40.0)])
    pixels, _ = lens.project(places)
    shot = take_shot(camera, actors(), DAY)
    corners = np.concatenate([pixels, np.full((2, 2), 100.0)]).reshape(2, 4, 2)
    items = replace(shot.items, corners=corners, full_box=np.zeros((2, 4)), area_px=np.ones(2))
    nothing = np.zeros((lens.height_px, lens.width_px), np.uint16)
    _, ids = bent(np.zeros((*nothing.shape, 3), np.uint8), nothing, lens, camera)
    moved = bent_items(items, lens, camera)
    wanted, _ = project(camera, places + np.array([camera.x_m, camera.y_m, 0.0]))
    np.testing.assert_allclose(moved.corners.reshape(-1, 2)[:6], wanted, atol=1e-6)
    assert ids.shape == (360, 640)


@pytest.mark.parametrize("source", ["gl", "tiny"])
def test_a_bent_picture_and_its_truth_stay_together(source):
    """Under a strong barrel lens a car far from the axis moves inwards, and so do its box and its mask."""
    pytest.importorskip({"gl": "moderngl", "tiny": "pybullet"}[source])
    try:
        renderer = make_renderer(grid_town(), source)
    except OSError as refused:
        pytest.skip(str(refused))
    scene, camera = actors((Look.CAR, 12.0, 20.0)), street_camera()
    straight = renderer.render(camera, scene, DAY, 1, Faults())
    barrel = renderer.render(camera, scene, DAY, 1, Faults(k1=-0.18))
    renderer.close()
    assert barrel.image.shape == straight.image.shape
    assert barrel.truth.box[0, 2] < straight.truth.box[0, 2] - 5
    np.testing.assert_allclose(barrel.truth.box, barrel.truth.full_box, atol=4)
    assert barrel.truth.visible[0] == pytest.approx(straight.truth.visible[0], abs=0.15)
    y, x = np.nonzero(barrel.instance_mask == 0)
    assert (x.min(), y.min(), x.max() + 1, y.max() + 1) == tuple(barrel.truth.box[0])


def test_frames_are_lost_at_their_rate_and_always_the_same_ones():
    camera, faults = street_camera(), Faults(dropped=0.1)
    lost = [dropped(faults, camera, t, 1) for t in range(0, 80_000, 40)]
    assert 0.07 < np.mean(lost) < 0.13
    assert lost == [dropped(faults, camera, t, 1) for t in range(0, 80_000, 40)]
    assert not any(dropped(Faults(), camera, t, 1) for t in range(0, 4000, 40))
