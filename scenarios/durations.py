"""Lengths of time drawn from a stream, as whole milliseconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.schema import DurationSpec


def draw_ms(spec: DurationSpec, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Return n lengths of time in ms; n draws are taken from the stream whatever the distribution."""
    normal = rng.standard_normal(n)
    if spec.kind == "exponential":
        raise_to = -np.log1p(-_uniform(normal))
        return np.rint(spec.mean_s * 1000 * raise_to).astype(np.int64)
    if spec.kind == "constant" or spec.cv == 0 or spec.mean_s == 0:
        return np.full(n, round(spec.mean_s * 1000), np.int64)
    spread = np.sqrt(np.log1p(spec.cv**2))
    return np.rint(1000 * spec.mean_s * np.exp(spread * normal - spread**2 / 2)).astype(np.int64)


def _uniform(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import ndtr

    return np.minimum(ndtr(normal), 1 - 2.0**-53)
