"""The building stock while it is being drawn: one record a building, in metres."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry import Polygon


@dataclass(frozen=True, slots=True)
class Building:
    """One building.

    Attributes:
        shape: footprint.
        use: such as ``residential``, ``courtyard``, ``school``.
        storeys: above ground.
        height_m: above ground.
        entrances: stairwells or doors.
        block: index of the superblock it stands in.
        kind: the use of its cell, such as ``rows5``.
        epoch: ``old`` or ``new`` (built before 2015 or since) where that is settled, else "".
    """

    shape: Polygon
    use: str
    storeys: int
    height_m: float
    entrances: int
    block: int
    kind: str = ""
    epoch: str = ""
