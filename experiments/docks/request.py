"""What a planner asks of docks, with what can be found wrong before any file is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.drones.settings import Operations
from agents.flight.drone_class import DEFAULT_CLASS
from twin.cover import EFFORTS
from twin.errors import unknown_name

WITHIN_S: Final = 120.0


def common_faults(wind_ms: float, effort: str) -> Iterator[str]:
    """Yield what is wrong with what every plan for drones asks."""
    if not wind_ms >= 0:
        yield f"--wind {wind_ms:g}: 0 m/s or more would work"
    if effort not in EFFORTS:
        yield unknown_name("effort", effort, list(EFFORTS))


@dataclass(frozen=True)
class DocksRequest:
    """Docks as asked for.

    Attributes:
        out: folder of the plan.
        city: as :func:`twin.city.resolve.open_city` takes it.
        docks: how many, at most.
        drone: class of drone.
        within_s: from the order to being above the place.
        launch_s: of those, on the ground.
        wind_ms: mean wind; a place counts as reached only if it is in time with the wind from every side.
        hover_s: what the drone must be able to stay there, and still come home with its reserve.
        busy: share of the time that a dock's drone is away or charging.
        scenario: whose rates of requests are the demand.
        services: whose requests count; () for all.
        places: demand is told apart in at most so many places.
        candidates: sites at most.
        effort: one of ``twin.cover.EFFORTS``.
        command: how the user asked.
    """

    out: Path
    city: str | None = None
    docks: int = 20
    drone: str = DEFAULT_CLASS
    within_s: float = WITHIN_S
    launch_s: float = Operations.launch_s
    wind_ms: float = 4.0
    hover_s: float = 300.0
    busy: float = 0.0
    scenario: str = "friday_evening"
    services: tuple[str, ...] = ()
    places: int = 1000
    candidates: int = 1200
    effort: str = "usual"
    command: str = ""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with it by itself."""
        if not 1 <= self.docks <= 500:
            yield f"--docks {self.docks}: 1 to 500 would work"
        if not 0 <= self.launch_s < self.within_s <= 3600:
            yield f"--within {self.within_s:g} with --launch {self.launch_s:g}: more than the launch, 3600 s at most"
        if not 0 <= self.hover_s <= 3600:
            yield f"--hover {self.hover_s:g}: 0 to 3600 s would work"
        if not 0 <= self.busy < 1:
            yield f"--busy {self.busy:g}: a share from 0 to below 1 would work"
        for option, number, most in (("--places", self.places, 5000), ("--candidates", self.candidates, 5000)):
            if not 1 <= number <= most:
                yield f"{option} {number}: 1 to {most} would work"
        yield from common_faults(self.wind_ms, self.effort)
