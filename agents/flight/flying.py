"""Flying: a world, its pilots and their records, step by step until all flights have ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from agents.flight.orders import Order
from agents.flight.pilot import RULES_EVERY, Pilot
from agents.flight.prisms import Buildings, Wire
from agents.flight.record import EVERY, Record
from agents.flight.world import Air, FlightWorld

LONGEST_S: Final = 7200.0
"""No battery of a class lasts longer; a flight that does is broken off."""


class Flights:
    """Drones that fly their orders in one world from the same moment on.

    Args:
        orders: one for each drone; names differ.
        air: wind and density.
        seed: of gusts and sensors.
        buildings, wires: what can be flown into.

    Raises:
        ValueError: two orders have one name.
        MissingPart: pybullet is not installed.
    """

    def __init__(
        self, orders: Sequence[Order], air: Air, seed: int, buildings: Buildings | None = None,
        wires: Sequence[Wire] = (),
    ) -> None:  # fmt: skip
        if len({order.name for order in orders}) < len(orders):
            raise ValueError("each drone of a world needs a name of its own")
        east_m, north_m, _ = orders[0].home_m
        self.world = FlightWorld((round(east_m, 2), round(north_m, 2)), air, seed, buildings, wires)
        self.pilots = [Pilot(self.world, order) for order in orders]
        self.records = [Record(pilot) for pilot in self.pilots]

    @property
    def ended(self) -> bool:
        """Whether every flight is over."""
        return all(pilot.ended for pilot in self.pilots) or self.world.t_s > LONGEST_S

    def step(self) -> None:
        """Let 1/240 s pass for every drone."""
        if self.world.ticks % EVERY == 0:
            for pilot, record in zip(self.pilots, self.records, strict=True):
                if not pilot.ended:
                    record.note()
        self.world.step()
        for number, contacts in self.world.solid.touched().items():
            self.pilots[number].touch(contacts)
        if self.world.ticks % RULES_EVERY == 0:
            for pilot in self.pilots:
                pilot.look()

    def fly(self, each_second: Callable[[float], None] | None = None) -> None:
        """Fly until all flights have ended.

        Args:
            each_second: told the simulated time once a simulated second.
        """
        second = 0
        while not self.ended:
            self.step()
            if each_second is not None and self.world.t_s >= second:
                each_second(self.world.t_s)
                second += 1

    def close(self) -> None:
        """Leave the physics server."""
        self.world.solid.close()
