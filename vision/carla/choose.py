"""The name of CARLA as a source of footage: where its server is, and what draws where none answers."""

from __future__ import annotations

from dataclasses import dataclass

from vision.carla.session import Address

NAME = "carla"


@dataclass(frozen=True, slots=True)
class CarlaSource:
    """What ``carla``, ``carla:HOST``, ``carla:HOST:PORT`` and any of them with ``,OTHER`` say.

    Attributes:
        address: of the server.
        otherwise: the source to take where no server answers, or "" for none.
    """

    address: Address
    otherwise: str

    @classmethod
    def read(cls, source: str) -> CarlaSource | None:
        """Return what a source says, or None if it is none of CARLA's.

        Raises:
            InputError: the port is none.
        """
        server, _, otherwise = source.partition(",")
        name, _, where = server.partition(":")
        return cls(Address.read(where), otherwise) if name == NAME else None
