"""Draws that belong to places."""

from __future__ import annotations

import numpy as np

from twin.city.squares import Floats
from twin.streams import draw_unit


def spot_draws(purpose: str, xy_m: Floats, draws: int) -> Floats:
    """Return (n, draws) numbers in (0, 1) that belong to places (n, 2), told apart by decimetre.

    They are the same in every window and every part of a city, and no seed changes them: the city's own is in it.
    """
    x, y = np.rint(np.asarray(xy_m).reshape(-1, 2).T * 10.0).astype(np.int64)
    return draw_unit(0, purpose, x[:, None], y[:, None], np.arange(draws))
