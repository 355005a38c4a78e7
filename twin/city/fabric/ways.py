"""Kinds of streets: what a way of each kind looks like in this city (widths in metres, limits in km/h).

Limits: 60 km/h in the city since April 2023, 20 in residential yards (tashkenttimes.uz). Lanes and widths: 3 to 4 lanes
each way on avenues, 2 on district streets, mahalla passages of 3 to 5 m shared by all (general knowledge, assumed).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Way:
    """What a stretch of street is.

    Attributes:
        street_class: one of ``STREET_CLASSES``.
        lanes: lanes in all, both directions.
        speed_kmh: limit.
        width_m: carriageway, both directions, without a median.
        verge_m: from the kerb to the nearest wall: trees, ditch and sidewalk.
        name: or "".
        dual: two carriageways, ``median_m`` apart.
        oneway: True when vehicles go from the first to the second point only.
        drive: whether vehicles use it.
        walk: whether walkers use it.
        inferred: the columns that were not read from a source.
        structure: "" or ``bridge``.
        layer: 0 on the ground, 1 on a bridge.
        corridor: one of ``CORRIDORS``.
        names: JSON object of names in further languages, or "".
    """

    street_class: str
    lanes: int
    speed_kmh: int
    width_m: float
    verge_m: float
    name: str = ""
    dual: bool = False
    oneway: bool = False
    drive: bool = True
    walk: bool = True
    inferred: str = "all"
    structure: str = ""
    layer: int = 0
    corridor: str = ""
    names: str = ""

    @property
    def clear_m(self) -> float:
        """From the centre line to the nearest wall."""
        return self.width_m / 2 + self.verge_m + (MEDIAN_M / 2 if self.dual else 0.0)

    def named(self, name: str) -> Way:
        """Return the same way with a name."""
        return replace(self, name=name)


MEDIAN_M: Final = 6.0
LANE_M: Final = 3.5

DISTRICT: Final = Way("secondary", 4, 60, 14.5, 9.0)
COLLECTOR: Final = Way("tertiary", 4, 60, 13.0, 7.0)
QUARTER: Final = Way("residential", 2, 40, 7.0, 6.5)
YARD: Final = Way("service", 1, 20, 4.0, 3.0)
MAHALLA: Final = Way("residential", 2, 40, 6.0, 2.0)
PASSAGE: Final = Way("living_street", 1, 20, 4.0, 0.9)
LANE: Final = Way("living_street", 1, 20, 3.4, 0.8)
DRIVE: Final = Way("service", 2, 20, 5.5, 3.0)
BANK_ROAD: Final = Way("residential", 2, 40, 6.0, 3.0)
BANK_WALK: Final = Way("footway", 0, 5, 2.5, 3.0, drive=False)
PROMENADE: Final = Way("pedestrian", 0, 5, 12.0, 4.0, drive=False)
TRACK: Final = Way("track", 1, 40, 4.5, 3.0)
FOOTWAY: Final = Way("footway", 0, 5, 2.0, 1.0, drive=False)


def avenue(name: str, lanes: int, speed_kmh: int, inferred: str) -> Way:
    """Return an avenue of two carriageways with ``lanes`` lanes in all."""
    return Way("primary", lanes, speed_kmh, lanes * LANE_M, 13.0, name, dual=True, inferred=inferred)


def is_main(way: Way) -> bool:
    """Return whether shops stand along a street: avenues, district streets and food streets."""
    return way.street_class in ("primary", "secondary") or way.corridor == "gastronomic"
