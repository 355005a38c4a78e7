"""The shapes of crowns: what is drawn in footage and what hangs in the height raster are the same ellipsoids."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

BALLS: Final = (
    (((0.0, 0.0, 4.6), (1.9, 1.9, 2.3)), ((0.7, 0.4, 3.7), (1.3, 1.2, 1.1))),
    (((0.0, 0.0, 5.6), (1.1, 1.1, 3.6)),),
    (((-0.4, 0.2, 3.8), (1.7, 1.6, 1.3)), ((0.5, -0.3, 4.5), (1.5, 1.6, 1.4))),
)
"""Middle (x, y from the trunk, z above ground) and half axes of the ellipsoids of each kind of crown, metres, for a
tree of scale 1: a round one (elm, plane), a slender one (poplar), a flat one (mulberry). Assumed."""

ROUND, SLENDER, FLAT = range(3)

TRUNK_M: Final = 2.6
"""Length of the trunk under a crown of scale 1."""


SPANS_M: Final = np.array(
    [
        (
            max(math.sqrt(x * x + y * y) + max(a, b) for (x, y, _), (a, b, _) in balls),
            min(z - c for (_, _, z), (_, _, c) in balls),
            max(z + c for (_, _, z), (_, _, c) in balls),
        )
        for balls in BALLS
    ]
)
"""(kinds, 3) radius, underside and top of each kind of crown at scale 1."""

BALL_ROWS: Final = np.array(
    [(kind, *middle, *axes) for kind, balls in enumerate(BALLS) for middle, axes in balls], dtype=np.float64
)
"""(balls, 7) kind, middle and half axes of all ellipsoids."""
