"""CARLA with a server, which a double stands in for: what is put on it, how it is led, and what is seen of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.towns import grid_town
from tests.vision.street_scene import DAY, NIGHT, STREET_X_M, STREET_Y_M, actors, street_camera
from twin.scene import Look
from twin.sky import Sky
from vision.render.faults import Faults

carla = pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")

from tests.vision import carla_double, carla_pictures  # noqa: E402
from vision.carla.renderer import CarlaRenderer  # noqa: E402

FOCAL_PX = 320.0


def left(server):
    return [actor.type_id for actor in server.actors.values()]


def test_a_known_car_is_where_the_pinhole_says(carla_renderer, server):
    """The Seat is 4.193 long, 1.816 wide, 1.474 high; its middle is 20 m north and 2 m east of the camera."""
    server.blueprints = {k: v for k, v in server.blueprints.items() if "vehicle." not in k or k.endswith("seat.leon")}
    frame = carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0, {"speed_ms": 0.0})), DAY, seed=1)
    x1, y1, x2, y2 = frame.truth.box[0]
    near, far = 20.0 - 4.193 / 2, 20.0 + 4.193 / 2
    assert x1 == pytest.approx(320 + FOCAL_PX * (2 - 0.908) / far, abs=1)
    assert x2 == pytest.approx(320 + FOCAL_PX * (2 + 0.908) / near, abs=1)
    assert y1 == pytest.approx(180 + FOCAL_PX * (5.0 - 1.474) / (20.0 + 0.55 * 4.193 / 2), abs=1)  # its cabin's far end
    assert y2 == pytest.approx(180 + FOCAL_PX * 5.0 / near, abs=1)
    assert frame.truth.plate.tolist() == [""]
    assert frame.truth.track_id.tolist() == [100]


def test_vehicles_have_no_weight_and_the_lights_of_the_hour(carla_renderer, server):
    scene = actors((Look.CAR, 2.0, 20.0), (Look.CAR, -2.0, 25.0, {"speed_ms": 0.0}), (Look.EMERGENCY, 3.0, 30.0))
    carla_renderer.render(street_camera(), scene, NIGHT, seed=1)
    state = carla.VehicleLightState
    driving = int(state.LowBeam) | int(state.Position)
    vehicles = [actor for actor in server.actors.values() if actor.type_id.startswith("vehicle.")]
    assert [actor.lights for actor in vehicles] == [driving, driving | int(state.Brake), driving | int(state.Special1)]
    assert all(actor._pose.location.z == pytest.approx(0.0, abs=1e-4) for actor in vehicles)
    assert server.weather.sun_altitude_angle == -20.0


def test_the_same_actor_is_the_same_model_led_on(carla_renderer, server):
    first = carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.PERSON, 4.0, 15.0)), DAY, 1)
    spawned, ids = server.spawned, sorted(server.actors)
    second = carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 22.0), (Look.PERSON, 4.1, 15.0)), DAY, 1)
    assert server.spawned == spawned
    assert sorted(server.actors) == ids
    assert second.truth.track_id.tolist() == first.truth.track_id.tolist()
    assert second.truth.box[0, 3] < first.truth.box[0, 3]


def test_who_leaves_is_taken_off_and_who_is_out_of_sight_never_put_on(carla_renderer, server):
    carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.CAR, 2.0, -30.0)), DAY, 1)
    assert sum(name.startswith("vehicle.") for name in left(server)) == 1
    carla_renderer.render(street_camera(), actors(), DAY, 1)
    assert not [name for name in left(server) if name.startswith("vehicle.")]


def test_walkers_go_by_the_servers_gait_and_who_lies_lies(carla_renderer, server):
    scene = actors(
        (Look.PERSON, 4.0, 15.0, {"speed_ms": 1.4, "bearing_deg": 90.0}),
        (Look.PERSON_LYING, -3.0, 15.0, {"bearing_deg": 90.0}),
    )
    truth = carla_renderer.render(street_camera(), scene, DAY, 1).truth
    walker, lying = (actor for actor in server.actors.values() if actor.walks)
    assert walker._speed == pytest.approx(1.4)
    assert walker._pose.location.x == pytest.approx(
        STREET_X_M + 4.0 + 1.4 * 0.05 - carla_renderer._stage.origin.x_m, abs=1e-3
    )
    assert lying._pose.location.z == pytest.approx(0.19)
    assert lying._pose.rotation.pitch == 90.0
    tall, long = truth.box[0, 3] - truth.box[0, 1], truth.box[1, 3] - truth.box[1, 1]
    assert tall > 2 * long


def test_ids_of_road_and_houses_are_not_taken_for_actors(carla_renderer, server):
    """The double writes a vehicle's id on the road too, under the road's tag."""
    frame = carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert np.ptp(frame.truth.box[0, [0, 2]]) < 60


def test_ids_beyond_16_bits_are_found_again(carla_renderer, server):
    server.last_id = 70_000
    assert carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1).truth.track_id.tolist() == [
        100
    ]


def test_the_share_that_is_seen_is_inferred_within_a_few_hundredths(carla_renderer, server):
    """Against the pixels that each actor alone has on a picture twice as wide and high."""
    rng, off = np.random.default_rng(5), []
    looks = (Look.CAR, Look.TRUCK, Look.PERSON, Look.MOTORCYCLE, Look.BUS, Look.EMERGENCY)
    for _ in range(5):
        rows = [
            (looks[int(rng.integers(6))], float(rng.uniform(-14, 14)), float(rng.uniform(9, 45)),
             {"bearing_deg": float(rng.uniform(0, 360)), "variant": int(rng.integers(99)), "speed_ms": 0.0})
            for _ in range(14)
        ]  # fmt: skip
        camera = street_camera(width_px=480, height_px=270)
        frame = carla_renderer.render(camera, actors(*rows), DAY, 1, Faults())
        whole = whole_px(server, carla_renderer)
        for row, track in enumerate(frame.truth.track_id.tolist()):
            seen = (frame.instance_mask == row).sum()
            off.append(frame.truth.visible[row] - seen / whole[carla_renderer._stage.troupe._players[track].actor_id])
    assert len(off) > 50
    assert np.abs(off).mean() < 0.03
    assert np.quantile(np.abs(off), 0.95) < 0.12


def whole_px(server, carla_renderer):
    """Return how many pixels each actor has by itself, by number, in the last picture's size but without its edge."""
    sensor = next(actor for actor in server.actors.values() if actor.type_id.startswith("sensor."))
    found = {}
    for actor in [actor for actor in server.actors.values() if actor.solid]:
        moment = carla_pictures.Moment(server)
        moment.actors = [each for each in moment.actors if each.id == actor.id]
        _, instances, _ = carla_pictures.draw(moment, sensor._pose, 960, 540, 2 * np.degrees(np.arctan(2.0)))
        found[actor.id] = int((instances[..., 2] == actor.tag).sum())
    return found


def test_what_a_fault_kept_from_being_noted_is_taken_off_too(carla_renderer, server, monkeypatch):
    carla_renderer.render(street_camera(), actors(), DAY, 1)
    sent = carla_double.Client.apply_batch_sync

    def interrupted(client, commands, do_tick=False):
        answers = sent(client, commands, do_tick)
        if isinstance(commands[0], carla_double.SpawnActor):
            raise KeyboardInterrupt
        return answers

    monkeypatch.setattr(carla_double.Client, "apply_batch_sync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert left(server) == []


def test_half_a_car_beyond_the_frame_counts_as_half(carla_renderer):
    truth = carla_renderer.render(street_camera(), actors((Look.CAR, 16.0, 16.0)), DAY, 1).truth
    assert truth.visible[0] == pytest.approx(0.5, abs=0.12)


def test_a_lens_that_bends_is_drawn_from_a_wider_pinhole(carla_renderer, server):
    """k1 = -0.2 draws a ray at slope r to r (1 - 0.2 r^2): the server draws more than the camera then shows."""
    camera, scene = street_camera(k1=-0.2, k2=0.0), actors((Look.CAR, 9.0, 14.0), (Look.PERSON, -3.0, 12.0))
    straight, curved = (carla_renderer.render(each, scene, DAY, 1, Faults()) for each in (street_camera(), camera))
    assert curved.image.shape == straight.image.shape == (360, 640, 3)
    sensors = [actor for actor in server.actors.values() if actor.type_id.startswith("sensor.")]
    assert {int(actor.attributes["image_size_x"]) > 640 for actor in sensors} == {True}
    across, down = (
        straight.truth.full_box[0, [0, 3]] - [320, 180]
    ) / FOCAL_PX  # the lower left corner moves furthest in
    wanted = 320 + FOCAL_PX * across * (1 - 0.2 * (across**2 + down**2))
    assert curved.truth.full_box[0, 0] == pytest.approx(wanted, abs=1)
    np.testing.assert_allclose(curved.truth.box[1], curved.truth.full_box[1], atol=2)


def test_snow_is_cloud_there_and_flakes_here(carla_renderer, server):
    flakes = carla_renderer.render(street_camera(), actors(), Sky(160.0, 45.0, "day", "snow"), 1)
    plain = carla_renderer.render(street_camera(), actors(), DAY, 1)
    assert server.weather.precipitation == 0.0
    assert (flakes.image[:150].astype(int) - plain.image[:150]).std() > 1.5


def test_a_camera_elsewhere_has_a_world_of_its_own(server, session):
    carla_renderer = CarlaRenderer(grid_town(columns=16, rows=3), session)
    carla_renderer.render(street_camera(), actors(), DAY, 1)
    carla_renderer.render(street_camera(bearing_deg=90.0), actors(), DAY, 1)
    assert server.worlds_made == 1
    carla_renderer.render(street_camera(x_m=STREET_X_M + 900.0), actors(), DAY, 1)
    assert server.worlds_made == 2
    carla_renderer.close()
    assert left(server) == []


def test_a_camera_that_flies_settles_once(carla_renderer, server):
    carla_renderer.render(street_camera(), actors(), DAY, 1)
    before = server.frame
    for step in range(3):
        carla_renderer.render(street_camera(y_m=STREET_Y_M + step + 1.0), actors(), DAY, 1)
    assert server.frame == before + 3
    carla_renderer.render(street_camera(bearing_deg=180.0), actors(), DAY, 1)
    assert server.frame > before + 10
