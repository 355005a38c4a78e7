"""CARLA with a server, which a double stands in for: what is put on it, how it is led, and that nothing is left."""

from __future__ import annotations

import inspect
import re
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest

from tests.towns import grid_town
from tests.vision.street_scene import DAY, NIGHT, STREET_X_M, STREET_Y_M, actors, street_camera
from twin.errors import InputError
from twin.scene import Look
from twin.sky import Sky
from vision.carla.check import walked
from vision.carla.choose import CarlaSource
from vision.carla.session import Address, CarlaFault, connect
from vision.render.choose import make_renderer
from vision.render.faults import Faults

carla = pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")

from tests.vision import carla_double  # noqa: E402
from tests.vision.carla_double import Server, double_of  # noqa: E402
from vision.carla.check_server import ServerWalk  # noqa: E402
from vision.carla.ground import ground_of, square_of  # noqa: E402
from vision.carla.renderer import CarlaRenderer  # noqa: E402
from vision.carla.yard import yard, yard_camera  # noqa: E402

QUICK = Address(timeout_s=0.3)
FOCAL_PX = 320.0


@pytest.fixture(scope="module")
def town():
    return grid_town()


@pytest.fixture(scope="module")
def grounds():
    """Maps made by one test, used by all."""
    return {}


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def renderer(town, server, grounds):
    made = CarlaRenderer(town, connect(QUICK, double_of(server)))
    made._grounds = grounds
    yield made
    made.close()


def left(server):
    return [actor.type_id for actor in server.actors.values()]


# ---- what is put on


def test_a_known_car_is_where_the_pinhole_says(renderer, server):
    """The Seat is 4.193 long, 1.816 wide, 1.474 high; its middle is 20 m north and 2 m east of the camera."""
    server.blueprints = {k: v for k, v in server.blueprints.items() if "vehicle." not in k or k.endswith("seat.leon")}
    frame = renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0, {"speed_ms": 0.0})), DAY, seed=1)
    x1, y1, x2, y2 = frame.truth.box[0]
    near, far = 20.0 - 4.193 / 2, 20.0 + 4.193 / 2
    assert x1 == pytest.approx(320 + FOCAL_PX * (2 - 0.908) / far, abs=1)
    assert x2 == pytest.approx(320 + FOCAL_PX * (2 + 0.908) / near, abs=1)
    assert y1 == pytest.approx(180 + FOCAL_PX * (5.0 - 1.474) / (20.0 + 0.55 * 4.193 / 2), abs=1)  # its cabin's far end
    assert y2 == pytest.approx(180 + FOCAL_PX * 5.0 / near, abs=1)
    assert frame.truth.plate.tolist() == [""]
    assert frame.truth.track_id.tolist() == [100]


def test_vehicles_have_no_weight_and_the_lights_of_the_hour(renderer, server):
    scene = actors((Look.CAR, 2.0, 20.0), (Look.CAR, -2.0, 25.0, {"speed_ms": 0.0}), (Look.EMERGENCY, 3.0, 30.0))
    renderer.render(street_camera(), scene, NIGHT, seed=1)
    state = carla.VehicleLightState
    driving = int(state.LowBeam) | int(state.Position)
    vehicles = [actor for actor in server.actors.values() if actor.type_id.startswith("vehicle.")]
    assert [actor.lights for actor in vehicles] == [driving, driving | int(state.Brake), driving | int(state.Special1)]
    assert all(actor._pose.location.z == pytest.approx(0.0, abs=1e-4) for actor in vehicles)
    assert server.weather.sun_altitude_angle == -20.0


def test_the_same_actor_is_the_same_model_led_on(renderer, server):
    first = renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.PERSON, 4.0, 15.0)), DAY, 1)
    spawned, ids = server.spawned, sorted(server.actors)
    second = renderer.render(street_camera(), actors((Look.CAR, 2.0, 22.0), (Look.PERSON, 4.1, 15.0)), DAY, 1)
    assert server.spawned == spawned
    assert sorted(server.actors) == ids
    assert second.truth.track_id.tolist() == first.truth.track_id.tolist()
    assert second.truth.box[0, 3] < first.truth.box[0, 3]


def test_who_leaves_is_taken_off_and_who_is_out_of_sight_never_put_on(renderer, server):
    renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.CAR, 2.0, -30.0)), DAY, 1)
    assert sum(name.startswith("vehicle.") for name in left(server)) == 1
    renderer.render(street_camera(), actors(), DAY, 1)
    assert not [name for name in left(server) if name.startswith("vehicle.")]


def test_walkers_go_by_the_servers_gait_and_who_lies_lies(renderer, server):
    scene = actors(
        (Look.PERSON, 4.0, 15.0, {"speed_ms": 1.4, "bearing_deg": 90.0}),
        (Look.PERSON_LYING, -3.0, 15.0, {"bearing_deg": 90.0}),
    )
    truth = renderer.render(street_camera(), scene, DAY, 1).truth
    walker, lying = (actor for actor in server.actors.values() if actor.walks)
    assert walker._speed == pytest.approx(1.4)
    assert walker._pose.location.x == pytest.approx(
        STREET_X_M + 4.0 + 1.4 * 0.05 - renderer._stage.origin.x_m, abs=1e-3
    )
    assert lying._pose.location.z == pytest.approx(0.19)
    assert lying._pose.rotation.pitch == 90.0
    tall, long = truth.box[0, 3] - truth.box[0, 1], truth.box[1, 3] - truth.box[1, 1]
    assert tall > 2 * long


def test_ids_of_road_and_houses_are_not_taken_for_actors(renderer, server):
    """The double writes a vehicle's id on the road too, under the road's tag."""
    frame = renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert np.ptp(frame.truth.box[0, [0, 2]]) < 60


def test_ids_beyond_16_bits_are_found_again(renderer, server):
    server.last_id = 70_000
    assert renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1).truth.track_id.tolist() == [100]


def test_the_share_that_is_seen_is_inferred_within_a_few_hundredths(renderer, server):
    """Against the pixels that each actor alone has on a picture twice as wide and high."""
    rng, off = np.random.default_rng(5), []
    looks = (Look.CAR, Look.TRUCK, Look.PERSON, Look.MOTORCYCLE, Look.BUS, Look.EMERGENCY)
    for _ in range(5):
        rows = [
            (looks[int(rng.integers(6))], float(rng.uniform(-14, 14)), float(rng.uniform(9, 45)),
             {"bearing_deg": float(rng.uniform(0, 360)), "variant": int(rng.integers(99)), "speed_ms": 0.0})
            for _ in range(14)
        ]  # fmt: skip
        frame = renderer.render(street_camera(), actors(*rows), DAY, 1, Faults())
        whole = whole_px(server, renderer)
        for row, track in enumerate(frame.truth.track_id.tolist()):
            seen = (frame.instance_mask == row).sum()
            off.append(frame.truth.visible[row] - seen / whole[renderer._stage.troupe._players[track].actor_id])
    assert len(off) > 50
    assert np.abs(off).mean() < 0.03
    assert np.quantile(np.abs(off), 0.95) < 0.12


def whole_px(server, renderer):
    """Return how many pixels each actor has by itself, by number, in the last picture's size but without its edge."""
    sensor = next(actor for actor in server.actors.values() if actor.type_id.startswith("sensor."))
    found = {}
    for actor in [actor for actor in server.actors.values() if actor.solid]:
        moment = carla_double.Moment(server)
        moment.actors = [each for each in moment.actors if each.id == actor.id]
        _, instances, _ = carla_double.draw(moment, sensor._pose, 1280, 720, 2 * np.degrees(np.arctan(2.0)))
        found[actor.id] = int((instances[..., 2] == actor.tag).sum())
    return found


def test_what_a_fault_kept_from_being_noted_is_taken_off_too(renderer, server, monkeypatch):
    renderer.render(street_camera(), actors(), DAY, 1)
    sent = carla_double.Client.apply_batch_sync

    def interrupted(client, commands, do_tick=False):
        answers = sent(client, commands, do_tick)
        if isinstance(commands[0], carla_double.SpawnActor):
            raise KeyboardInterrupt
        return answers

    monkeypatch.setattr(carla_double.Client, "apply_batch_sync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert left(server) == []


def test_half_a_car_beyond_the_frame_counts_as_half(renderer):
    truth = renderer.render(street_camera(), actors((Look.CAR, 16.0, 16.0)), DAY, 1).truth
    assert truth.visible[0] == pytest.approx(0.5, abs=0.12)


def test_a_lens_that_bends_is_drawn_from_a_wider_pinhole(renderer, server):
    """k1 = -0.2 draws a ray at slope r to r (1 - 0.2 r^2): the server draws more than the camera then shows."""
    camera, scene = street_camera(k1=-0.2, k2=0.0), actors((Look.CAR, 9.0, 14.0), (Look.PERSON, -3.0, 12.0))
    straight, curved = (renderer.render(each, scene, DAY, 1, Faults()) for each in (street_camera(), camera))
    assert curved.image.shape == straight.image.shape == (360, 640, 3)
    sensors = [actor for actor in server.actors.values() if actor.type_id.startswith("sensor.")]
    assert {int(actor.attributes["image_size_x"]) > 640 for actor in sensors} == {True}
    across, down = (
        straight.truth.full_box[0, [0, 3]] - [320, 180]
    ) / FOCAL_PX  # the lower left corner moves furthest in
    wanted = 320 + FOCAL_PX * across * (1 - 0.2 * (across**2 + down**2))
    assert curved.truth.full_box[0, 0] == pytest.approx(wanted, abs=1)
    np.testing.assert_allclose(curved.truth.box[1], curved.truth.full_box[1], atol=2)


def test_snow_is_cloud_there_and_flakes_here(renderer, server):
    flakes = renderer.render(street_camera(), actors(), Sky(160.0, 45.0, "day", "snow"), 1)
    plain = renderer.render(street_camera(), actors(), DAY, 1)
    assert server.weather.precipitation == 0.0
    assert (flakes.image[:150].astype(int) - plain.image[:150]).std() > 1.5


def test_a_camera_elsewhere_has_a_world_of_its_own(server, grounds):
    town = grid_town(columns=16, rows=3)
    renderer = CarlaRenderer(town, connect(QUICK, double_of(server)))
    renderer.render(street_camera(), actors(), DAY, 1)
    renderer.render(street_camera(bearing_deg=90.0), actors(), DAY, 1)
    assert server.worlds_made == 1
    renderer.render(street_camera(x_m=STREET_X_M + 900.0), actors(), DAY, 1)
    assert server.worlds_made == 2
    renderer.close()
    assert left(server) == []


def test_a_camera_that_flies_settles_once(renderer, server):
    renderer.render(street_camera(), actors(), DAY, 1)
    before = server.frame
    for step in range(3):
        renderer.render(street_camera(y_m=STREET_Y_M + step + 1.0), actors(), DAY, 1)
    assert server.frame == before + 3
    renderer.render(street_camera(bearing_deg=180.0), actors(), DAY, 1)
    assert server.frame > before + 10


# ---- nothing is left


def test_closing_leaves_nothing_and_lets_the_server_run(renderer, server):
    renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.PERSON, 4.0, 15.0)), DAY, 1)
    assert server.settings.synchronous_mode
    assert server.settings.fixed_delta_seconds == pytest.approx(0.05)
    assert len(left(server)) > 5
    renderer.close()
    assert left(server) == []
    assert not server.settings.synchronous_mode
    renderer.close()  # again does no harm


def test_after_closing_it_draws_again(renderer, server):
    one = renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    renderer.close()
    two = renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    np.testing.assert_array_equal(one.image, two.image)


def test_ctrl_c_in_the_middle_leaves_nothing(renderer, server, monkeypatch):
    renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as bent:
        bent.setattr(carla_double.World, "get_snapshot", interrupted)
        with pytest.raises(KeyboardInterrupt):
            renderer.render(street_camera(), actors((Look.CAR, 2.0, 21.0)), DAY, 1)
    assert left(server) == []
    assert not server.settings.synchronous_mode


def test_a_program_that_ends_without_closing_leaves_nothing():
    """At exit, be it by Ctrl-C, what is on the server is taken off."""
    script = (
        "import os, signal\n"
        "from tests.towns import grid_town\n"
        "from tests.vision.carla_double import Server, double_of\n"
        "from tests.vision.street_scene import DAY, actors, street_camera\n"
        "from vision.carla.renderer import CarlaRenderer\n"
        "from vision.carla.session import Address, connect\n"
        "import atexit\n"
        "server = Server()\n"
        "atexit.register(lambda: print(len(server.actors), server.settings.synchronous_mode))\n"
        "renderer = CarlaRenderer(grid_town(), connect(Address(), double_of(server)))\n"
        "renderer.render(street_camera(), actors((2, 2, 20)), DAY, 1)\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.pause()\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode in (-signal.SIGINT, 1), ended.stderr
    assert ended.stdout.split()[-2:] == ["0", "False"], ended.stdout + ended.stderr


# ---- what can go wrong


def test_a_server_that_dies_is_told_of_in_one_line(renderer, server):
    renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    server.dies_at_tick = server.frame + 1
    with pytest.raises(
        CarlaFault, match=r"cannot look through the cameras: the CARLA server at 127.0.0.1:2000"
    ) as told:
        renderer.render(street_camera(), actors((Look.CAR, 2.0, 21.0)), DAY, 1)
    assert "\n" not in str(told.value)
    renderer.close()


def test_refused_actors_end_the_frame_and_leave_nothing(renderer, server):
    server.refuses = ("vehicle.",)
    with pytest.raises(CarlaFault, match=r"refused 1 of 2 actors, 3 times each \(vehicle\..*invalid actor description"):
        renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.PERSON, 4.0, 15.0)), DAY, 1)
    assert left(server) == []
    assert not server.settings.synchronous_mode


def test_a_spawn_that_collides_is_tried_elsewhere(renderer, server):
    renderer.render(street_camera(), actors(), DAY, 1)
    blueprint = carla_double.BlueprintLibrary(server.blueprints).find("vehicle.mitsubishi.fusorosa")
    number, _ = server.spawn(blueprint, carla.Transform(carla.Location(0.0, 0.0, 400.0)))
    frame = renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert len(frame.truth) == 1
    del server.actors[number]


def test_a_picture_that_never_comes_is_waited_for_and_told_of(renderer, server):
    server.mute = "depth"
    with pytest.raises(CarlaFault, match=r"the depth picture of tick \d+ did not come in 0 s"):
        renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert left(server) == []


def test_somebody_elses_ticks_are_noticed(renderer, server, monkeypatch):
    renderer.render(street_camera(), actors(), DAY, 1)
    monkeypatch.setattr(carla_double.World, "tick", lambda self, seconds=0.0: self._server.tick() - 1)
    with pytest.raises(CarlaFault, match="somebody else ticks this server"):
        renderer.render(street_camera(), actors(), DAY, 1)


def test_an_actor_that_vanishes_is_told_of(renderer, server, monkeypatch):
    monkeypatch.setattr(carla_double.WorldSnapshot, "find", lambda self, actor_id: None)
    with pytest.raises(CarlaFault, match="is gone from the world"):
        renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert left(server) == []


def test_without_the_engines_cube_there_are_no_houses_and_a_warning(renderer, server):
    server.has_cube = False
    with pytest.warns(UserWarning, match="has not the engine's cube"):
        frame = renderer.render(street_camera(), actors((Look.CAR, -60.0, 80.0)), DAY, 1)
    assert len(frame.truth) == 1  # with houses it would be hidden


def test_another_version_is_refused_with_what_to_install(server):
    server.version = "0.9.15"
    with pytest.raises(
        CarlaFault, match=r"the server is version 0.9.15 and the client 0.9.16.*pip install carla==0.9.15"
    ):
        connect(QUICK, double_of(server))


def test_nothing_listening_is_told_at_once_with_what_would_start_one():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(CarlaFault) as told:
        connect(Address("127.0.0.1", port))
    assert "\n" not in str(told.value)
    assert "no server answers there (Connection refused); start one of version 0.9.16" in str(told.value)
    assert f"./CarlaUE4.sh -RenderOffScreen -carla-rpc-port={port};" in str(told.value)


def test_something_else_that_listens_is_told_of(monkeypatch):
    """The genuine client waits for its time-out, then says so."""
    monkeypatch.setattr("vision.carla.session.CLOSING_S", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(CarlaFault, match=r"does not answer as CARLA.*time-out of 500ms"):
            connect(Address("127.0.0.1", silent.getsockname()[1]))


# ---- choosing it


def test_what_names_carla_as_a_source():
    assert CarlaSource.read("gl") is None
    assert CarlaSource.read("carla") == CarlaSource(Address(), "")
    assert CarlaSource.read("carla:10.0.0.5:2100,auto") == CarlaSource(Address("10.0.0.5", 2100), "auto")
    assert CarlaSource.read("carla:simulator").address == Address("simulator", 2000)
    with pytest.raises(InputError, match="'x' is no port"):
        CarlaSource.read("carla:simulator:x")


def test_the_default_source_is_taken_only_if_asked(town, monkeypatch):
    pytest.importorskip("pybullet")

    def nobody(address, module=None):
        raise CarlaFault("draw with CARLA", "no server answers")

    monkeypatch.setattr("vision.render.choose.connect", nobody)
    with pytest.raises(CarlaFault, match="no server answers"):
        make_renderer(town, "carla")
    with pytest.warns(UserWarning, match="no server answers; footage is drawn by 'tiny' instead"):
        renderer = make_renderer(town, "carla,tiny")
    assert renderer.name == "tiny"
    renderer.close()
    with pytest.raises(InputError, match="did you mean 'tiny'"):
        make_renderer(town, "carla,tinny")


# ---- the walk


@pytest.fixture(scope="module")
def proving_ground():
    return ground_of(yard(), square_of(yard_camera()))


def walk(server, ground, timeout_s=0.3):
    walking = ServerWalk(connect(Address(timeout_s=timeout_s), double_of(server)), ground)
    found = list(walked(walking.steps(), server=True))
    walking.give_up()
    return {finding.name: finding for finding in found}


def test_a_good_server_passes_every_step_and_is_left_as_found(server, proving_ground):
    server.shadows = True
    found = walk(server, proving_ground)
    assert {finding.outcome for finding in found.values()} == {"passed"}
    assert len(found) == 14
    assert "a shadow points to 270 degrees for 270" in found["the sun stands where it is asked"].told
    assert left(server) == []
    assert not server.settings.synchronous_mode


@pytest.mark.parametrize(
    ("bend", "failed", "told"),
    [
        ({"sun_off_deg": 90.0}, "the sun stands where it is asked", "the sun is +90 degrees off"),
        ({"has_cube": False}, "cubes as props, cast_ray", "no houses, no open ground"),
        ({"mute": "rgb"}, "cameras: colour, instances, depth by tick number", "the rgb picture of tick"),
        ({"refuses": ("fusorosa",)}, "spawn, physics off, lights (apply_batch_sync)", "refused 1 of 7 actors"),
        ({"dies_at_tick": 105}, "actors stand where they are led", "time-out"),
    ],
)
def test_each_fault_is_found_by_its_own_step(server, proving_ground, bend, failed, told):
    server.shadows = True
    for name, value in bend.items():
        setattr(server, name, value)
    found = walk(server, proving_ground)
    assert found[failed].outcome == "failed"
    assert told in found[failed].told
    if server.alive:
        assert left(server) == []
        assert not server.settings.synchronous_mode


def test_instances_by_unreals_ids_are_noticed(server, proving_ground, monkeypatch):
    """Before 0.9.16 an instance had a number of the engine's."""
    drawn = carla_double.draw

    def engines(*args):
        colour, instances, depth = drawn(*args)
        return [colour, np.where([True, True, False, False], 200, instances).astype(np.uint8), depth]

    monkeypatch.setattr(carla_double, "draw", engines)
    found = walk(server, proving_ground)
    assert found["instance picture has our actors' ids"].outcome == "failed"
    assert "0 of 7 are seen" in found["instance picture has our actors' ids"].told


# ---- the double itself


@pytest.mark.parametrize(
    ("double", "genuine"),
    [
        (carla_double.Client, carla.Client), (carla_double.World, carla.World),
        (carla_double.Response, carla.command.Response),
        (carla_double.BlueprintLibrary, carla.BlueprintLibrary), (carla_double.ActorBlueprint, carla.ActorBlueprint),
        (carla_double.WorldSnapshot, carla.WorldSnapshot), (carla_double.ActorSnapshot, carla.ActorSnapshot),
    ],
)  # fmt: skip
def test_the_double_offers_only_what_the_client_has(double, genuine):
    """Each public method is the client's, and takes no more than its documentation says."""
    for name, method in inspect.getmembers(double, inspect.isfunction):
        if name.startswith("_") or name == "fresh":
            continue
        assert hasattr(genuine, name), name
        described = getattr(genuine, name).__doc__ or ""
        most = max(
            (len(re.findall(r"\(\w+\)\w+", line)) for line in described.splitlines() if f"{name}(" in line), default=0
        )
        assert len(inspect.signature(method).parameters) <= most, f"{name}: {described}"


def test_the_doubles_pictures_and_actors_have_the_clients_fields():
    for name in ("frame", "transform", "width", "height", "fov", "raw_data"):
        assert hasattr(carla.Image, name)
    for name in ("id", "type_id", "bounding_box", "attributes", "get_transform", "set_transform", "destroy"):
        assert hasattr(carla.Actor, name)
    for name in ("listen", "stop"):
        assert hasattr(carla.Sensor, name) or hasattr(carla.ServerSideSensor, name)
