"""Training footage: the same frames for any number of workers, every class frequent, labels where things are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from agents.ambient.bodies import CAR_SIZES_M
from agents.ambient.rates import LANE_OCCUPANCY
from experiments.recognition.training_bodies import with_bodies
from experiments.recognition.training_set import Job, TrainingShooter, _jobs, training_frames, write_training_set
from experiments.recognition.training_views import (
    TRAINED_DISTRICTS,
    UNSEEN_DISTRICTS,
    VALIDATION_DISTRICTS,
    Grounds,
    draw_site,
    draw_sky,
    plate_view,
    street_view,
)
from sensors.optics import in_picture, pixels_per_metre
from tests.experiments.fakes import FlatRenderer
from tests.towns import grid_town
from tests.vision.street_scene import actors
from twin.errors import InputError
from twin.scene import DETECTOR_CLASSES, Look
from twin.streams import stream
from vision.render.cast import HELD_OUT_BODIES, cast_of

TOWN = grid_town(6, 6, 120.0)


def frames(numbers, seed=1):
    shooter = TrainingShooter(TOWN, seed, FlatRenderer())
    return [shooter.frame(number) for number in numbers]


def test_a_frame_is_the_same_whatever_was_made_before():
    together = frames(range(14))[13]
    (alone,) = frames([13])
    assert together.t_ms == alone.t_ms
    assert together.sky == alone.sky
    assert np.array_equal(together.truth.box, alone.truth.box)
    assert np.array_equal(together.image, alone.image)


def test_every_class_is_frequent_and_there_are_frames_with_nothing_wrong():
    """Before anything hides anything: each actor class in a sixth of the frames, and a tenth without an incident."""
    shown, quiet = Counter(), 0
    made = frames(range(240))
    for frame in made:
        classes = {int(cls) for cls in frame.truth.cls}
        shown.update(classes)
        quiet += not classes & {Look.PERSON_LYING, Look.FIRE, Look.SMOKE}
    for look in Look:
        if look != Look.PLATE:
            assert shown[look] >= len(made) / 6.5, DETECTOR_CLASSES[look]
    assert quiet >= len(made) / 10


def test_lights_and_weathers_come_in_their_shares():
    grounds = Grounds(TOWN)
    skies = [draw_sky(grounds, stream(3, "sky", str(k)))[0] for k in range(400)]
    light, weather = Counter(sky.light for sky in skies), Counter(sky.weather for sky in skies)
    assert light["day"] / 400 == pytest.approx(0.5, abs=0.08)
    assert light["night"] / 400 == pytest.approx(0.35, abs=0.08)
    assert weather["clear"] / 400 == pytest.approx(0.56, abs=0.08)
    assert set(weather) == {"clear", "rain", "fog", "snow", "dust"}


def test_views_look_at_their_streets_from_outdoors():
    grounds = Grounds(TOWN)
    for k in range(60):
        rng = stream(5, "views", str(k))
        site = draw_site(grounds, rng)
        camera, spot = street_view(grounds, site, rng, "v")
        assert grounds.ground.open_air(camera.x_m, camera.y_m)
        assert 4.0 <= camera.height_m <= 10.0
        assert in_picture(camera, [[spot.x_m, spot.y_m, 0.8]]).all()


def test_plate_views_reach_the_densities_at_which_plates_can_be_read():
    grounds, densities = Grounds(TOWN), []
    for k in range(80):
        rng = stream(6, "plates", str(k))
        camera, spot = plate_view(grounds, draw_site(grounds, rng), rng, "v")
        densities.append(pixels_per_metre(camera, [[spot.x_m, spot.y_m, 0.6]])[0])
    assert 0.25 < np.mean(np.array(densities) > 200) < 0.75
    assert min(densities) > 50


def test_frames_are_spread_evenly_over_the_cities(monkeypatch):
    monkeypatch.setattr("experiments.recognition.training_set._renderer", lambda city: FlatRenderer())
    other = grid_town(4, 4, 150.0)
    made = list(training_frames([TOWN, other], 7, 1))
    assert [frame.camera_id for frame in made] == [f"training-{n}" for n in range(7)]
    with pytest.raises(InputError, match="no city was given"):
        next(training_frames([], 5, 1))


def test_batches_belong_to_one_city_and_do_not_depend_on_workers():
    jobs = _jobs(1000, (101, 102), 107, 0.1)
    assert [job.begin for job in jobs[1:]] == [job.end for job in jobs[:-1]]
    assert sum(job.end - job.begin for job in jobs) == 1000
    assert jobs[-1] == Job(107, "val", 900, 1000)
    assert {job.city_seed for job in jobs if job.split == "train"} == {101, 102}


def test_a_set_is_written_with_its_origin(tmp_path, monkeypatch):
    pytest.importorskip("cv2")
    monkeypatch.setattr("experiments.recognition.training_set._renderer", lambda city: FlatRenderer())
    monkeypatch.setattr("experiments.recognition.training_set._KEPT", {})
    monkeypatch.setattr(
        "twin.city.default.default_city", lambda seed, districts, workers: grid_town(3 + seed % 3, 4, 130.0)
    )
    summary = write_training_set(tmp_path / "set", 10, 3, workers=1, city_seeds=(101, 102), validation_share=0.2)
    assert summary["frames"] == {"train": 8, "val": 2}
    assert summary["origin"]["seed"] == 3
    assert set(summary["origin"]["frames_with_class"]) == set(DETECTOR_CLASSES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]
    with pytest.raises(InputError, match="already holds files"):
        write_training_set(tmp_path / "set", 10, 3, workers=1)


def test_numbers_that_make_no_sense_are_all_named(tmp_path):
    with pytest.raises(InputError) as refused:
        write_training_set(tmp_path / "set", 0, 1, workers=0, city_seeds=())
    assert all(part in str(refused.value) for part in ("0 frames", "0 workers", "no city"))


def test_every_street_class_with_traffic_can_be_trained_on():
    town = grid_town(4, 4, 120.0)
    town.streets["street_class"] = [list(LANE_OCCUPANCY)[k % len(LANE_OCCUPANCY)] for k in range(len(town.streets))]
    made = [TrainingShooter(town, 2, FlatRenderer()).frame(k) for k in range(6)]
    assert sum(len(frame.truth) for frame in made) > 0


def test_bodies_to_train_on_and_bodies_of_tests_have_nothing_in_common():
    scene = actors(*[(Look.CAR, 0, 20, {"variant": 1003 * k, "size_m": CAR_SIZES_M[k % 8]}) for k in range(200)])
    worn = {}
    for which in ("trained", "held out"):
        cast = cast_of(with_bodies(scene, which), np.zeros(3), dark=False)
        worn[which] = set(cast.body)
    assert worn["held out"] == set(HELD_OUT_BODIES)
    assert worn["trained"] & set(HELD_OUT_BODIES) == set()
    assert len(worn["trained"]) >= 8
    assert (
        with_bodies(with_bodies(scene, "trained"), "trained").variant.tolist()
        == with_bodies(scene, "trained").variant.tolist()
    )


def test_tests_are_made_where_nothing_was_trained_on():
    assert not {*TRAINED_DISTRICTS, *VALIDATION_DISTRICTS} & {*UNSEEN_DISTRICTS}
    assert not {*TRAINED_DISTRICTS} & {*VALIDATION_DISTRICTS}
