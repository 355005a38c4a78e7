"""Where alarms come from: one interface, two makers (fitted models for all cameras, real footage for a few)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from twin.records import Alarm, Sighting


@dataclass(frozen=True, slots=True)
class Report:
    """What a source hands over when asked: what was seen, and which alarms that raised.

    Alarms have ``id == -1`` and a ``t_ms`` not before the wake they are handed over at.
    """

    sightings: Sequence[Sighting]
    alarms: Sequence[Alarm]


class SightingSource(Protocol):
    """Asked at its own wake times, in order, while the clock runs; the answer depends on simulated time alone."""

    name: str

    def wakes_ms(self) -> Sequence[int]:
        """Return when it wants to be asked, ascending."""
        ...

    def look(self, t_ms: int) -> Report:
        """Return what it has to say at that wake."""
        ...
