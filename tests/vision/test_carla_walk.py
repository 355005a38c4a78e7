"""The walk through a server's calls: all passes on a good one, each fault is found by its own step; and the double."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from vision.carla.check import walked
from vision.carla.session import Address, connect

carla = pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")

from tests.vision import carla_double, carla_pictures  # noqa: E402
from tests.vision.carla_double import double_of  # noqa: E402
from vision.carla.check_server import ServerWalk  # noqa: E402
from vision.carla.ground import ground_of, square_of  # noqa: E402
from vision.carla.yard import yard, yard_camera  # noqa: E402


def left(server):
    return [actor.type_id for actor in server.actors.values()]


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
    drawn = carla_pictures.draw

    def engines(*args):
        colour, instances, depth = drawn(*args)
        return [colour, np.where([True, True, False, False], 200, instances).astype(np.uint8), depth]

    monkeypatch.setattr(carla_pictures, "draw", engines)
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
