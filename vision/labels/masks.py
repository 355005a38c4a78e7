"""Masks as COCO's run lengths: pixels column by column, how many lie outside, inside, outside, ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def run_lengths(mask: NDArray[np.bool_]) -> dict[str, list[int]]:
    """Return a mask (h, w) as ``size`` and ``counts``, the form that COCO calls uncompressed RLE.

    >>> run_lengths(np.array([[False, True], [True, True]]))
    {'size': [2, 2], 'counts': [1, 3]}
    """
    flat = np.asarray(mask, bool).ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], edges, [len(flat)]])).tolist()
    return {"size": list(mask.shape), "counts": [0, *counts] if len(flat) and flat[0] else counts}


def mask_of(runs: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the mask (h, w) that run lengths stand for."""
    counts = np.asarray(runs["counts"], np.int64)
    inside = np.arange(len(counts)) % 2 == 1
    return np.repeat(inside, counts).reshape(runs["size"], order="F")
