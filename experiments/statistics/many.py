"""Many paired differences at once: which of them are real, when hundreds are looked at.

Under the hypothesis that nothing changed, old and new could as well be exchanged within each cluster, so signs of
whole clusters are turned at random. Each figure's statistic is its summed difference over the root of its summed
squares; the largest over all figures in each turn gives p-values that hold for all of them together, step by step
downwards (Westfall and Young, «Resampling-Based Multiple Testing», 1993).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.streams import stream

Floats = NDArray[np.float64]
TURNS: Final = 9999


def joint_p_values(differences: Floats, seed: int, turns: int = TURNS) -> Floats:
    """Return (c,) two-sided p-values of no difference, each holding for all figures together.

    Args:
        differences: (u, c) new less old of each cluster and figure.
        seed: of the turns.
        turns: how many; with few clusters all turns there are would do, and these come close.
    """
    size = np.sqrt((differences**2).sum(axis=0))
    scaled = np.divide(differences, size, out=np.zeros_like(differences), where=size > 0)
    found = np.abs(scaled.sum(axis=0))
    signs = stream(seed, "turned signs").choice(np.array([-1.0, 1.0]), size=(turns, len(differences)))
    order = np.argsort(-found, kind="stable")
    turned = np.abs(signs @ scaled)[:, order]
    most = np.maximum.accumulate(turned[:, ::-1], axis=1)[:, ::-1]  # over this figure and those behind it
    at_least = (most >= found[order] - 1e-9).sum(axis=0)
    stepped = np.maximum.accumulate((1 + at_least) / (1 + turns))
    p = np.empty(len(order))
    p[order] = stepped
    return np.where(size > 0, p, 1.0)
