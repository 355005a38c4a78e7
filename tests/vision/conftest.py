"""A CARLA server's double and a renderer that draws on it; the client is loaded when it is asked for."""

from __future__ import annotations

import pytest

from tests.towns import grid_town

WAIT_S = 0.3


@pytest.fixture(scope="session")
def carla_grounds():
    """Maps that one test had made, for all."""
    return {}


@pytest.fixture
def server():
    """A server that works; tests bend it."""
    from tests.vision.carla_double import Server

    return Server()


@pytest.fixture
def session(server):
    """The client's half of talking to it, with little patience."""
    from tests.vision.carla_double import double_of
    from vision.carla.session import Address, connect

    return connect(Address(timeout_s=WAIT_S), double_of(server))


@pytest.fixture
def carla_renderer(session, carla_grounds):
    """What draws the grid town on it."""
    from vision.carla.renderer import CarlaRenderer

    made = CarlaRenderer(grid_town(), session)
    made._grounds = carla_grounds
    yield made
    made.close()
