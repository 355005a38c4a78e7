"""How often each id stands in a picture of ids, and where, in one pass."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray


def tally(ids: NDArray[np.integer], n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return how many pixels each item has, and the box around them (empty items: inverted box).

    Args:
        ids: (height, width) integers, 0 where no item is seen, else the item's place + 1.
        n: how many items there are.
    """
    count = np.zeros(n + 1, np.int64)
    box = np.empty((n + 1, 4), np.int64)
    box[:, :2], box[:, 2:] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    _pass_over(np.ascontiguousarray(ids), count, box)
    out = box[1:].astype(np.float64)
    out[count[1:] == 0] = np.inf, np.inf, -np.inf, -np.inf
    return count[1:], out


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pass_over(ids: NDArray[np.integer], count: NDArray[np.int64], box: NDArray[np.int64]) -> None:
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            k = ids[y, x]
            if k > 0:
                count[k] += 1
                box[k, 0] = min(box[k, 0], x)
                box[k, 1] = min(box[k, 1], y)
                box[k, 2] = max(box[k, 2], x + 1)
                box[k, 3] = max(box[k, 3], y + 1)
