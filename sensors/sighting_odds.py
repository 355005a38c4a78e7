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
# Kernels are compiled with these; twin.kernel_cache knows by that word that a change here makes them anew.
LOWEST_LOG2: Final = 1.0
BINS_AN_OCTAVE: Final = 32
OCTAVES: Final = 12
BINS: Final = BINS_AN_OCTAVE * OCTAVES
SHARES_AN_OCTAVE: Final = 8
SHARES: Final = SHARES_AN_OCTAVE * 6 + 1
_LEAST_MISSED: Final = 1e-12


@dataclass(frozen=True)
class SightingOdds:
    """What a camera notices of something in view.

    Attributes:
        what: names of the r things: the alarm rules with a hazard, then ``plate``.
        missed: (2, 2, SHARES, BINS, r) log chance that it is not noticed, for cameras of any kind and for those that
            hang to look along the traffic, by ``LIGHTS``, share of the time and density. A share is the 8th part of an
            octave from 1 down, told at its value; a bin the 32nd part of one from 2 px/m up, told at its middle.
        picture_width_px: of the pictures that the densities are of.
        seen_for_s: how long it is in view.
    """

    what: tuple[str, ...]
    missed: Floats
    picture_width_px: int
    seen_for_s: float


def sighting_odds(model: FittedModel, seen_for_s: float = SEEN_FOR_S) -> SightingOdds:
    """Return the tables of a fitted model, in clear weather, nothing hidden.

    Args:
        model: of the recogniser.
        seen_for_s: how long what is to be noticed can be seen; the rule's own dwell is taken off.
    """
    density = 2.0 ** (LOWEST_LOG2 + (np.arange(BINS) + 0.5) / BINS_AN_OCTAVE)
    shares = 2.0 ** (-np.arange(SHARES) / SHARES_AN_OCTAVE)
    noticed = np.zeros((2, len(LIGHTS), SHARES, BINS, len(model.hazards) + 1))
    for row, light in enumerate(LIGHTS):
        for nth, fit in enumerate(model.hazards.values()):
            heights = density * fit.target_height_m
            noticed[:, row, :, :, nth] = [
                fit.p_alarm(heights, light, "clear", seen_for_s, time_share=share) for share in shares
            ]
        for facing in (False, True):
            read = model.plate.p_read(density, light, facing=facing)
            noticed[int(facing), row, :, :, -1] = shares[:, None] * read[None, :]
    missed = np.log(np.maximum(1.0 - noticed, _LEAST_MISSED))
    return SightingOdds((*model.hazards, PLATE), missed, model.picture_width_px, seen_for_s)
