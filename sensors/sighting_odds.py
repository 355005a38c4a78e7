"""The chance that the recogniser notices, by pixel density: the fitted model as tables that millions of lookups use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.fitted import FittedModel

Floats = NDArray[np.float64]

SEEN_FOR_S: Final = 60.0
"""Assumed: how long what is to be noticed stays in view when nobody says."""

LIGHTS: Final = ("day", "night")
PLATE: Final = "plate"
LOWEST_LOG2: Final = 2.0
BINS_AN_OCTAVE: Final = 64
OCTAVES: Final = 12
BINS: Final = BINS_AN_OCTAVE * OCTAVES


@dataclass(frozen=True)
class SightingOdds:
    """What a camera that looks all the time notices.

    Attributes:
        what: names of the r things: the alarm rules with a hazard, then ``plate``.
        each_s: (r, 2, BINS) chance in a second in view (of a plate: of the passage), by ``LIGHTS`` and density. A bin
            is the 64th part of an octave from 4 px/m up, told at its middle.
        seconds: (r,) seconds in view in which it can be noticed; 1 for a plate.
        seen_for_s: how long it is in view.
    """

    what: tuple[str, ...]
    each_s: Floats
    seconds: Floats
    seen_for_s: float


def sighting_odds(model: FittedModel, seen_for_s: float = SEEN_FOR_S) -> SightingOdds:
    """Return the tables of a fitted model, in clear weather, nothing hidden.

    Args:
        model: of the recogniser.
        seen_for_s: how long what is to be noticed can be seen; the rule's own dwell is taken off.
    """
    density = 2.0 ** (LOWEST_LOG2 + (np.arange(BINS) + 0.5) / BINS_AN_OCTAVE)
    rows, seconds = [], []
    for fit in model.hazards.values():
        rows.append([fit.hazard(density * fit.target_height_m, light, "clear") for light in LIGHTS])
        seconds.append(max(0.0, np.floor(seen_for_s - fit.dwell_s)))
    rows.append([model.plate.p_read(density, light) for light in LIGHTS])
    seconds.append(1.0)
    return SightingOdds((*model.hazards, PLATE), np.array(rows), np.array(seconds), seen_for_s)
