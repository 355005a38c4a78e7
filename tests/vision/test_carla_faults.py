"""What can go wrong with a CARLA server: one clear line each time, and nothing of ours left on it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.towns import grid_town
from tests.vision.street_scene import DAY, actors, street_camera
from twin.errors import InputError
from twin.scene import Look
from vision.carla.choose import CarlaSource
from vision.carla.session import Address, CarlaFault, connect
from vision.render.choose import make_renderer

carla = pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")

from tests.vision import carla_double  # noqa: E402
from tests.vision.carla_double import double_of  # noqa: E402


def left(server):
    return [actor.type_id for actor in server.actors.values()]


# ---- nothing is left


def test_closing_leaves_nothing_and_lets_the_server_run(carla_renderer, server):
    carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.PERSON, 4.0, 15.0)), DAY, 1)
    assert server.settings.synchronous_mode
    assert server.settings.fixed_delta_seconds == pytest.approx(0.05)
    assert len(left(server)) > 5
    carla_renderer.close()
    assert left(server) == []
    assert not server.settings.synchronous_mode
    carla_renderer.close()  # again does no harm


def test_after_closing_it_draws_again(carla_renderer, server):
    one = carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    carla_renderer.close()
    two = carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    np.testing.assert_array_equal(one.image, two.image)


def test_ctrl_c_in_the_middle_leaves_nothing(carla_renderer, server, monkeypatch):
    carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as bent:
        bent.setattr(carla_double.World, "get_snapshot", interrupted)
        with pytest.raises(KeyboardInterrupt):
            carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 21.0)), DAY, 1)
    assert left(server) == []
    assert not server.settings.synchronous_mode


def test_a_program_that_ends_without_closing_leaves_nothing():
    """At exit, be it by Ctrl-C, what is on the server is taken off."""
    script = (
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background job begins deaf to it
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
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=200)
    assert ended.returncode in (-signal.SIGINT, 1), ended.stderr
    assert ended.stdout.split()[-2:] == ["0", "False"], ended.stdout + ended.stderr


# ---- what can go wrong


def test_a_server_that_dies_is_told_of_in_one_line(carla_renderer, server):
    carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    server.dies_at_tick = server.frame + 1
    with pytest.raises(
        CarlaFault, match=r"cannot look through the cameras: the CARLA server at 127.0.0.1:2000"
    ) as told:
        carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 21.0)), DAY, 1)
    assert "\n" not in str(told.value)
    carla_renderer.close()


def test_refused_actors_end_the_frame_and_leave_nothing(carla_renderer, server):
    server.refuses = ("vehicle.",)
    with pytest.raises(CarlaFault, match=r"refused 1 of 2 actors, 3 times each \(vehicle\..*invalid actor description"):
        carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0), (Look.PERSON, 4.0, 15.0)), DAY, 1)
    assert left(server) == []
    assert not server.settings.synchronous_mode


def test_a_spawn_that_collides_is_tried_elsewhere(carla_renderer, server):
    carla_renderer.render(street_camera(), actors(), DAY, 1)
    blueprint = carla_double.BlueprintLibrary(server.blueprints).find("vehicle.mitsubishi.fusorosa")
    number, _ = server.spawn(blueprint, carla.Transform(carla.Location(0.0, 0.0, 400.0)))
    frame = carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert len(frame.truth) == 1
    del server.actors[number]


def test_a_picture_that_never_comes_is_waited_for_and_told_of(carla_renderer, server):
    server.mute = "depth"
    with pytest.raises(CarlaFault, match=r"the depth picture of tick \d+ did not come in 0 s"):
        carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert left(server) == []


def test_somebody_elses_ticks_are_noticed(carla_renderer, server, monkeypatch):
    carla_renderer.render(street_camera(), actors(), DAY, 1)
    monkeypatch.setattr(carla_double.World, "tick", lambda self, seconds=0.0: self._server.tick() - 1)
    with pytest.raises(CarlaFault, match="somebody else ticks this server"):
        carla_renderer.render(street_camera(), actors(), DAY, 1)


def test_an_actor_that_vanishes_is_told_of(carla_renderer, server, monkeypatch):
    monkeypatch.setattr(carla_double.WorldSnapshot, "find", lambda self, actor_id: None)
    with pytest.raises(CarlaFault, match="is gone from the world"):
        carla_renderer.render(street_camera(), actors((Look.CAR, 2.0, 20.0)), DAY, 1)
    assert left(server) == []


def test_without_the_engines_cube_there_are_no_houses_and_a_warning(carla_renderer, server):
    server.has_cube = False
    with pytest.warns(UserWarning, match="has not the engine's cube"):
        frame = carla_renderer.render(street_camera(), actors((Look.CAR, -60.0, 80.0)), DAY, 1)
    assert len(frame.truth) == 1  # with houses it would be hidden


def test_another_version_is_refused_with_what_to_install(server):
    server.version = "0.9.15"
    with pytest.raises(
        CarlaFault, match=r"the server is version 0.9.15 and the client 0.9.16.*pip install carla==0.9.15"
    ):
        connect(Address(), double_of(server))


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


# ---- the genuine client, over a wire


def answering(version):
    """Return the port of what answers a genuine client's first question, msgpack over TCP, as a server does."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk(wire):
        while asked := wire.recv(4096):  # [0, number, "version", [...]]
            number, found, _ = asked[2:].partition(b"\xa7version")
            if not found:
                continue
            wire.sendall(b"\x94\x01" + number + b"\xc0\x91\x92\x01" + bytes([0xA0 | len(version)]) + version.encode())

    def serve():
        while True:
            threading.Thread(target=talk, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listening.getsockname()[1]


def test_the_genuine_client_comes_through_to_a_server_of_its_version():
    port = answering("0.9.16")
    session = connect(Address("127.0.0.1", port))
    assert session.client.get_server_version() == "0.9.16"


def test_the_genuine_client_refuses_a_server_of_another_version():
    with pytest.raises(CarlaFault, match=r"the server is version 0.9.15 and the client 0.9.16"):
        connect(Address("127.0.0.1", answering("0.9.15")))


def test_the_genuine_client_that_is_left_alone_says_what_was_being_done():
    """A server that answers its version and nothing more: the call ends with its time-out, in our words."""
    session = connect(Address("127.0.0.1", answering("0.9.16"), timeout_s=0.5))
    told = r"cannot look: the CARLA server at 127.0.0.1:\d+: time-out of 500ms"
    with pytest.raises(CarlaFault, match=told), session.doing("look"):
        session.client.get_available_maps()


# ---- choosing it


def test_what_names_carla_as_a_source():
    assert CarlaSource.read("gl") is None
    assert CarlaSource.read("carla") == CarlaSource(Address(), "")
    assert CarlaSource.read("carla:10.0.0.5:2100,auto") == CarlaSource(Address("10.0.0.5", 2100), "auto")
    assert CarlaSource.read("carla:simulator").address == Address("simulator", 2000)
    with pytest.raises(InputError, match="'x' is no port"):
        CarlaSource.read("carla:simulator:x")


def test_the_default_source_is_taken_only_if_asked(monkeypatch):
    pytest.importorskip("pybullet")
    town = grid_town()

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
