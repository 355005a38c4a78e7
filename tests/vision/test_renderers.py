"""One contract for every renderer: things are where the pinhole says, hidden things are absent, same in, same out."""

from dataclasses import replace

import numpy as np
import pytest

from tests.towns import grid_town
from tests.vision.street_scene import DAY, NIGHT, actors, street_camera
from twin.scene import Look, empty_scene
from vision.carla.renderer import CarlaRenderer
from vision.carla.session import Address, connect
from vision.render.choose import make_renderer

FOCAL_PX = 320.0  # 640 px over 90 degrees: half of it over tan 45


@pytest.fixture(scope="module", params=["gl", "tiny", "carla"])
def renderer(request):
    """Each source of footage; CARLA's client speaks to a double of its server."""
    pytest.importorskip({"gl": "moderngl", "tiny": "pybullet", "carla": "carla"}[request.param])
    made = carla_renderer() if request.param == "carla" else own_renderer(request.param)
    yield made
    made.close()


@pytest.fixture
def own(renderer):
    """The sources that draw our own bodies, with their plates; CARLA's models are others and bear none."""
    if renderer.name == "carla":
        pytest.skip("CARLA has models of its own, without plates: see test_carla.py")
    return renderer


def own_renderer(name):
    try:
        return make_renderer(grid_town(), name)
    except OSError as refused:
        pytest.skip(str(refused))


def carla_renderer():
    from tests.vision.carla_double import Server, double_of

    return CarlaRenderer(grid_town(), connect(Address(), double_of(Server())))


def at(x_m, y_m, z_m):
    """The pixel of a point x east of the camera, y north of it, z above the ground, worked out by hand."""
    return 320.0 + FOCAL_PX * x_m / y_m, 180.0 - FOCAL_PX * (z_m - 5.0) / y_m


def test_a_known_car_is_where_the_pinhole_says(own):
    """A car 1.73 wide and 1.48 high, its middle 20 m north and 2 m east of the camera, seen from behind.

    Leftmost is its left mirror (0.9 m before the middle, 0.15 m outside the body), rightmost its tail's right corner
    (2.1 m behind the middle, 0.8 m out), highest the roof, lowest the rear wheels (1.5 m behind the middle).
    """
    frame = own.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, seed=1)
    assert frame.truth.cls.tolist() == [Look.CAR]
    x1, y1, x2, y2 = frame.truth.box[0]
    assert x1 == pytest.approx(at(2.0 - 0.865 - 0.15, 20.9, 0)[0], abs=2)
    assert x2 == pytest.approx(at(2.0 + 0.8, 17.9, 0)[0], abs=2)
    assert y1 == pytest.approx(at(2.0, 20.0, 1.48)[1], abs=2)
    assert y2 == pytest.approx(at(2.0, 18.5, 0.0)[1], abs=3)
    assert frame.truth.distance_m[0] == pytest.approx(np.hypot(np.hypot(2.0, 20.0), 5.0 - 0.74), abs=0.01)


def test_the_box_of_something_in_plain_view_is_its_full_box(renderer):
    scene = actors(
        (Look.PERSON, -3.0, 12.0), (Look.BUS, 3.0, 40.0), (Look.MOTORCYCLE, -1.5, 15.0, {"bearing_deg": 60.0})
    )
    truth = renderer.render(street_camera(), scene, DAY, seed=1).truth
    assert truth.track_id.tolist() == [100, 101, 102]
    np.testing.assert_allclose(truth.box, truth.full_box, atol=2.5)
    assert (truth.visible > 0.85).all()


def test_behind_the_camera_and_beyond_a_house_there_is_nothing(renderer):
    """The house of the first block stands 30 to 70 m west of the street and 30 to 70 m north."""
    scene = actors((Look.CAR, 0.0, -20.0), (Look.CAR, -80.0, 60.0), (Look.PERSON, 0.0, 30.0))
    assert renderer.render(street_camera(), scene, DAY, seed=1).truth.track_id.tolist() == [102]


def test_a_nearer_truck_hides_part_of_a_car(renderer):
    scene = actors((Look.TRUCK, 0.0, 20.0), (Look.CAR, -2.4, 34.0))
    truth = renderer.render(street_camera(height_m=2.0), scene, DAY, seed=1).truth
    car = truth.cls.tolist().index(Look.CAR)
    truck = truth.cls.tolist().index(Look.TRUCK)
    assert 0.1 < truth.visible[car] < 0.9 < truth.visible[truck]
    assert truth.box[car, 2] < truth.full_box[car, 2] - 3  # its right side is hidden
    assert truth.box[car, 0] == pytest.approx(truth.full_box[car, 0], abs=2)


def test_a_car_cut_by_the_frame_is_partly_visible(renderer):
    truth = renderer.render(street_camera(), actors((Look.CAR, 20.0, 20.0)), DAY, seed=1).truth
    assert 0.2 < truth.visible[0] < 0.8
    assert truth.box[0, 2] == 640
    assert truth.full_box[0, 2] > 640


def test_an_empty_street_has_no_rows_but_a_picture(renderer):
    frame = renderer.render(street_camera(), empty_scene(0), DAY, seed=1)
    assert len(frame.truth) == 0
    assert frame.image.shape == (360, 640, 3)
    assert frame.image.dtype == np.uint8
    assert frame.image.std() > 10


def test_a_plate_is_a_row_of_its_own_where_it_can_be_seen(own):
    """Seen from behind at 12 degrees, 15 m away: 320 / tan 6 = 3045 px of focal length, 0.52 m make 124 px."""
    camera = street_camera(hfov_deg=12.0, pitch_deg=-16.0)
    scene = actors((Look.CAR, 0.0, 17.0, {"plate": "00A123BC", "variant": 3}))
    truth = own.render(camera, scene, DAY, seed=1).truth
    row = truth.cls.tolist().index(Look.PLATE)
    assert truth.plate.tolist() == ["00A123BC", "00A123BC"]
    assert np.ptp(truth.plate_corners[row, :, 0]) == pytest.approx(3045 * 0.52 / 15.3, abs=5)
    top_left, top_right, bottom_right, bottom_left = truth.plate_corners[row]
    assert top_left[0] < top_right[0]
    assert top_left[1] < bottom_left[1]
    assert bottom_left[0] < bottom_right[0]
    assert np.isnan(truth.plate_corners[1 - row]).all()
    np.testing.assert_allclose(truth.box[row], truth.full_box[row], atol=2.5)


def test_a_plate_that_is_too_small_or_turned_away_has_no_row(own):
    far = actors((Look.CAR, 0.0, 90.0, {"plate": "00A123BC"}))
    aside = actors((Look.CAR, 0.0, 12.0, {"plate": "00A123BC", "bearing_deg": 90.0}))
    for scene in (far, aside):
        truth = own.render(street_camera(), scene, DAY, seed=1).truth
        assert truth.cls.tolist() == [Look.CAR]
        assert truth.plate.tolist() == ["00A123BC"]


def test_fire_and_smoke_have_rows_with_their_incident(renderer):
    scene = actors((Look.FIRE, -4.0, 20.0, {"incident_id": 5}), (Look.SMOKE, 6.0, 25.0, {"incident_id": 5}))
    truth = renderer.render(street_camera(), scene, DAY, seed=1).truth
    assert truth.cls.tolist() == [Look.FIRE, Look.SMOKE]
    assert truth.incident_id.tolist() == [5, 5]
    for row, (x_m, y_m) in enumerate([(-4.0, 20.0), (6.0, 25.0)]):
        x1, y1, x2, y2 = truth.box[row]
        assert x1 < at(x_m, y_m, 1.0)[0] < x2 + 20  # smoke drifts
        assert y2 == pytest.approx(at(x_m, y_m, 0.0)[1], abs=25)
        assert y2 > y1


def test_a_car_on_its_roof_or_side_stands_on_the_ground(renderer):
    """On its side a car is 1.73 m high; on its roof as high as on its wheels."""
    for roll_deg, height_m in ((90.0, 1.73), (180.0, 1.48)):
        scene = actors((Look.CAR, 0.0, 20.0, {"roll_deg": roll_deg, "bearing_deg": 90.0}))
        y1, y2 = renderer.render(street_camera(), scene, DAY, seed=1).truth.full_box[0, [1, 3]]
        assert y2 == pytest.approx(at(0.0, 19.1, 0.0)[1], abs=5)
        assert y1 == pytest.approx(at(0.0, 20.0, height_m)[1], abs=6)


def test_same_arguments_same_pixels_another_seed_other_noise(renderer):
    scene = actors((Look.CAR, 2.0, 20.0, {"plate": "00A123BC"}), (Look.SMOKE, -5.0, 30.0), (Look.PERSON, 5.0, 15.0))
    first, again, other = (renderer.render(street_camera(), scene, NIGHT, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.truth.box, again.truth.box)
    assert (first.image != other.image).any()
    np.testing.assert_array_equal(first.truth.box, other.truth.box)


def test_frames_do_not_depend_on_what_was_drawn_before(renderer):
    """A second camera in between, from another bearing and another place, changes nothing."""
    scene, camera = actors((Look.CAR, 2.0, 20.0)), street_camera()
    first = renderer.render(camera, scene, DAY, seed=1)
    renderer.render(street_camera(bearing_deg=90.0), scene, DAY, seed=1)
    renderer.render(street_camera(y_m=camera.y_m + 50.0), scene, NIGHT, seed=1)
    np.testing.assert_array_equal(first.image, renderer.render(camera, scene, DAY, seed=1).image)


def test_night_is_darker_than_day(renderer):
    scene = actors((Look.CAR, 2.0, 20.0))
    day, night = (renderer.render(street_camera(), scene, sky, seed=1).image.mean() for sky in (DAY, NIGHT))
    assert night < 0.6 * day


def test_masks_show_each_row_of_the_truth_where_it_is(renderer):
    """Two cars, one before the other: the mask's boxes are the truth's, and its classes the rows' own."""
    scene = actors((Look.CAR, 1.0, 18.0, {"plate": "00A123BC"}), (Look.BUS, 0.0, 40.0), (Look.PERSON, -3.0, 12.0))
    frame = renderer.render(street_camera(hfov_deg=50.0), scene, DAY, seed=1)
    mask = frame.instance_mask
    assert mask.shape == frame.image.shape[:2]
    assert mask.dtype == np.int32
    for row in range(len(frame.truth)):
        y, x = np.nonzero(mask == row)
        found = (x.min(), y.min(), x.max() + 1, y.max() + 1)
        np.testing.assert_allclose(found, frame.truth.box[row], atol=14 if frame.truth.cls[row] == Look.CAR else 0)
        assert set(frame.class_mask[mask == row]) == {frame.truth.cls[row]}
    assert set(np.unique(mask)) == {-1, *range(len(frame.truth))}
    assert (frame.class_mask[mask < 0] == 255).all()
    np.testing.assert_allclose(frame.truth.occlusion + frame.truth.visible, 1)
    assert (frame.truth.height_px > 0).all()


def test_a_picture_that_was_not_drawn_here_has_no_masks(renderer):
    frame = replace(renderer.render(street_camera(), empty_scene(0), DAY, seed=1), ids=None)
    with pytest.raises(ValueError, match="no masks"):
        _ = frame.instance_mask


def test_both_renderers_draw_the_same_masks():
    """Silhouettes by OpenGL and on the processor: hardly a pixel is further than one from the other."""
    from scipy.ndimage import binary_dilation

    pytest.importorskip("moderngl")
    pytest.importorskip("pybullet")
    scene = actors((Look.CAR, 1.0, 12.0), (Look.BUS, -2.0, 35.0), (Look.PERSON, -3.0, 9.0), (Look.TRUCK, 6.0, 25.0))
    masks = []
    for source in ("gl", "tiny"):
        try:
            one = make_renderer(grid_town(), source)
        except OSError as refused:
            pytest.skip(str(refused))
        masks.append(one.render(street_camera(), scene, DAY, seed=1).class_mask)
        one.close()
    for look in (Look.CAR, Look.BUS, Look.PERSON, Look.TRUCK):
        a, b = masks[0] == look, masks[1] == look
        apart = (a & ~binary_dilation(b, np.ones((3, 3)))) | (b & ~binary_dilation(a, np.ones((3, 3))))
        assert apart.sum() < 0.03 * a.sum(), look
