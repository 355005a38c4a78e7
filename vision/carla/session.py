"""The way to a CARLA server: where it is, whether it answers and is of the client's version, and words when not."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from twin.errors import InputError, MissingPart

VERSION: Final = "0.9.16"
TIMEOUT_S: Final = 60.0
"""How long one call may take; making a world of a square kilometre takes longest (assumed)."""
CLOSING_S: Final = 5.0
"""How long each call may take that clears up: a dead server must not hold the program."""


class CarlaFault(InputError):
    """A server that is not there, is another than asked for, or stopped answering; told in one line."""

    def __str__(self) -> str:
        return f"cannot {self.asked}: {'; '.join(fault.what for fault in self.faults)}"


@dataclass(frozen=True)
class Address:
    """Where a server listens.

    Attributes:
        host: name or number.
        port: of its calls; it takes the next one too, for pictures.
        timeout_s: how long one call may take.
    """

    host: str = "127.0.0.1"
    port: int = 2000
    timeout_s: float = TIMEOUT_S

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def read(cls, text: str) -> Address:
        """Return the address that ``HOST``, ``HOST:PORT`` or nothing says.

        Raises:
            InputError: the port is none.
        """
        host, colon, port = text.partition(":")
        if colon and not (port.isdecimal() and 0 < int(port) < 65535):
            raise InputError(
                f"find a CARLA server at {text!r}", f"{port!r} is no port; one from 1 to 65534 would work, such as 2000"
            )
        return cls(host or cls.host, int(port) if colon else cls.port)


def start_line(address: Address) -> str:
    """Return what starts a server where it was looked for."""
    port = "" if address.port == Address.port else f" -carla-rpc-port={address.port}"
    return f"./CarlaUE4.sh -RenderOffScreen{port}"


def client_library() -> Any:
    """Return the module ``carla``.

    Raises:
        MissingPart: it is not installed.
    """
    try:
        return importlib.import_module("carla")
    except ImportError as missing:
        raise MissingPart("carla", "footage by CARLA", "carla") from missing


@dataclass(frozen=True)
class Session:
    """A server that answers and is of the client's version.

    Attributes:
        carla: the module ``carla``, or what speaks for it.
        client: its client.
        address: where the server is.
    """

    carla: Any
    client: Any
    address: Address

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Turn the client's own faults in the block into one line that says what was being done.

        Raises:
            CarlaFault: the server refused, did not answer in time, or lacks a blueprint.
        """
        try:
            yield
        except CarlaFault:
            raise
        except (RuntimeError, LookupError) as fault:
            raise CarlaFault(what, f"the CARLA server at {self.address}: {_plain(fault)}") from fault


def connect(address: Address, carla: Any = None) -> Session:
    """Return a session with the server at an address.

    Args:
        address: where it is looked for.
        carla: the module to use; default: the client as installed.

    Raises:
        CarlaFault: nothing listens there, what listens does not answer as CARLA, or its version is another.
        MissingPart: the client is not installed.
    """
    if carla is None:
        carla = client_library()
        _knock(address)
    client = carla.Client(address.host, address.port)
    client.set_timeout(min(address.timeout_s, CLOSING_S))
    asked = f"draw with CARLA at {address}"
    try:
        ours, theirs = client.get_client_version(), client.get_server_version()
    except RuntimeError as fault:
        raise CarlaFault(asked, f"what listens there does not answer as CARLA ({_plain(fault)})") from fault
    if ours != theirs:
        raise CarlaFault(
            asked,
            f"the server is version {theirs} and the client {ours}, which do not understand each other; start a server "
            f"of {ours}, or install the client of {theirs}: pip install carla=={theirs}",
        )
    client.set_timeout(address.timeout_s)
    return Session(carla, client, address)


def _knock(address: Address) -> None:
    """Find out in a moment whether anything listens: the client itself waits its whole time-out.

    Raises:
        CarlaFault: nothing does.
    """
    try:
        socket.create_connection((address.host, address.port), timeout=CLOSING_S).close()
    except OSError as fault:
        raise CarlaFault(
            f"draw with CARLA at {address}",
            f"no server answers there ({fault.strerror or fault}); start one of version {VERSION}: "
            f"{start_line(address)}; without one: --renderer auto, or carla,auto to take that by itself",
        ) from fault


def _plain(fault: BaseException) -> str:
    """Return a fault of the client without line breaks."""
    return " ".join(str(fault).split())
