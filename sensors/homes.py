"""Where people live, as points a camera may look at: windows storey by storey, and the yards of courtyard houses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.facades import wall_points
from twin.city import City

YARD: Final = -1
YARD_HEIGHT_M: Final = 1.5
YARD_STEP_M: Final = 2.0
YARD_STOREYS: Final = 2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Homes:
    """Points of u units: a storey of a building, or a house's yard.

    Attributes:
        xyz_m: (n, 3) city metres.
        outward: (n, 2) unit vector away from the wall; 0, 0 in a yard.
        unit: (n,) rows of the units.
        building: (u,) rows of the city's buildings.
        storey: (u,) from 0, or ``YARD``.
        dwellings: (u,) that have windows on the storey, or share the yard; parts where storeys do not divide them.
    """

    xyz_m: Floats
    outward: Floats
    unit: Ints
    building: Ints
    storey: Ints
    dwellings: Floats


def homes_of(city: City, buildings: Ints, outside_m: float) -> Homes:
    """Return the windows and yards of some buildings with dwellings.

    A point every 4 m of outer wall in the middle of each storey stands for the windows there; a building's dwellings
    lie evenly on its storeys. The yard of a house of one or two storeys is what it leaves free of the rectangle round
    it, which its walls close towards the street.

    Args:
        city: the city.
        buildings: rows of its buildings, each with dwellings.
        outside_m: how far before the wall the points stand.
    """
    table = city.buildings.iloc[buildings]
    shapes = table.geometry.to_numpy()
    storeys = table["storeys"].to_numpy(np.int64)
    storey_m = table["height_m"].to_numpy(np.float64) / storeys
    dwellings = table["dwellings"].to_numpy(np.float64)
    feet, outward, owner = wall_points(shapes, outside_m)
    point = np.repeat(np.arange(len(feet)), storeys[owner])
    storey = np.arange(len(point)) - np.repeat(np.cumsum(storeys[owner]) - storeys[owner], storeys[owner])
    first = np.cumsum(storeys) - storeys
    windows = np.column_stack([feet[point], (storey + 0.5) * storey_m[owner[point]]])
    low = np.flatnonzero(storeys <= YARD_STOREYS)
    yard, house = _yard_points(shapes[low])
    of = np.repeat(np.arange(len(buildings)), storeys)
    return Homes(
        xyz_m=np.concatenate([windows, np.column_stack([yard, np.full(len(yard), YARD_HEIGHT_M)])]),
        outward=np.concatenate([outward[point], np.zeros((len(yard), 2))]),
        unit=np.concatenate([first[owner[point]] + storey, storeys.sum() + house]).astype(np.int64),
        building=np.concatenate([buildings[of], buildings[low]]),
        storey=np.concatenate([np.arange(len(of)) - first[of], np.full(len(low), YARD)]),
        dwellings=np.concatenate([dwellings[of] / storeys[of], dwellings[low]]),
    )


def _yard_points(shapes: NDArray[np.object_]) -> tuple[Floats, Ints]:
    """Return points 2 m before the walls of houses, inside the rectangle round each, and whose they are."""
    feet, _, owner = wall_points(shapes, YARD_STEP_M)
    inside = np.asarray(shapely.contains_xy(shapely.oriented_envelope(shapes)[owner], feet), dtype=bool)
    return feet[inside], owner[inside]
