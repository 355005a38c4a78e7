"""Whose homes a plan of drones concerns: flown over on the way, and in view of the camera at the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.placement.inputs import cropped
from sensors.cameras import CameraFleet
from sensors.exposure import exposure, exposure_figures
from sensors.night import lamps_of
from sensors.optics import load_dori
from twin.airspace import HomesBelow
from twin.city import City
from twin.city.heights import heights_of

CELL_M = 1.0


def homes_concerned(
    city: City, ways: Sequence[NDArray[np.float64]], times: NDArray[np.float64], eyes: CameraFleet
) -> dict[str, Any]:
    """Return the dwellings that flights pass over, and those that the camera has in view where it hovers.

    Args:
        city: its dwellings.
        ways: (k, 2) that are flown.
        times: (n,) how often each is expected to be flown while the scenario lasts.
        eyes: the cameras at the places they fly to.

    Returns:
        ``overflown`` dwellings, ``passes_each`` expected for each of those while the scenario lasts, ``dwellings`` of
        the city, and ``in_view`` by class of picture, windows or yards, at any of the places.
    """
    below = HomesBelow(city)
    found = below.overflown(below.under(ways, times))
    if not len(eyes):
        return found | {"in_view": {}}
    far = float(eyes.range_m.max())
    window = (
        float(eyes.x_m.min()) - far, float(eyes.y_m.min()) - far, float(eyes.x_m.max()) + far,
        float(eyes.y_m.max()) + far,
    )  # fmt: skip
    heights = cropped(heights_of(city, CELL_M, window), window)
    seen = exposure(eyes, heights, city, load_dori(), lamps_of(city))
    return found | {"in_view": exposure_figures(seen)["in_view"]}
