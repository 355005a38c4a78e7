"""Where labels of points go on a map so that they lie neither on one another nor on the points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

DIRECTIONS: Final = ((1, 1), (1, -1), (-1, 1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))
DISTANCES: Final = (1.0, 2.0, 3.5, 5.0, 7.0)
Box = tuple[float, float, float, float]


def label_offsets(
    at_px: NDArray[np.float64], sizes_px: Sequence[tuple[float, float]], gap_px: float = 11.0
) -> list[tuple[float, float]]:
    """Return how far the lower left corner of each label lies from its point, px, x to the right and y up.

    Labels are placed one after another, each at the nearest of forty spots around its point that is free; where none
    is, at the first.

    Args:
        at_px: (n, 2) points.
        sizes_px: width and height of each label.
        gap_px: least distance of a label from its point.
    """
    taken: list[Box] = [(x - gap_px / 2, y - gap_px / 2, x + gap_px / 2, y + gap_px / 2) for x, y in at_px.tolist()]
    offsets = []
    for (x, y), size in zip(at_px.tolist(), sizes_px, strict=True):
        spots = [_offset(direction, distance * gap_px, size) for distance in DISTANCES for direction in DIRECTIONS]
        free = [spot for spot in spots if not any(_meet(_box(x, y, spot, size), other) for other in taken)]
        offset = (free or spots)[0]
        taken.append(_box(x, y, offset, size))
        offsets.append(offset)
    return offsets


def _offset(direction: tuple[int, int], gap: float, size: tuple[float, float]) -> tuple[float, float]:
    return (
        direction[0] * gap - (0.0, 0.5, 1.0)[1 - direction[0]] * size[0],
        direction[1] * gap - (0.0, 0.5, 1.0)[1 - direction[1]] * size[1],
    )


def _box(x: float, y: float, offset: tuple[float, float], size: tuple[float, float]) -> Box:
    return x + offset[0], y + offset[1], x + offset[0] + size[0], y + offset[1] + size[1]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
