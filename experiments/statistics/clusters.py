"""Shares whose parts hang together: frames of one place, objects of one frame. Whole clusters are drawn, never parts.

The interval of a share is the percentile interval of a bootstrap over clusters (Davison and Hinkley, «Bootstrap
Methods and their Application», 1997). Drawing again says nothing where all clusters agree, and little where there are
few of them: there the exact binomial interval (Clopper and Pearson, Biometrika 26, 1934) is taken, with clusters as
its trials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from twin.streams import stream

Floats = NDArray[np.float64]

CONFIDENCE: Final = 0.95
DRAWS: Final = 1000
_FEW: Final = 5  # clusters below which a bootstrap's interval is far too narrow


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its interval; None where there is nothing to take a share of.

    Attributes:
        n: parts it is of.
        clusters: those with any part.
        value, low, high: the share and its interval at ``CONFIDENCE``.
    """

    n: int
    clusters: int
    value: float | None
    low: float | None
    high: float | None


def drawn_clusters(clusters: int, seed: int, purpose: str, draws: int = DRAWS) -> Floats:
    """Return (draws, clusters) how often each cluster is in each draw of as many as there are."""
    rng = stream(seed, "bootstrap", purpose)
    if not clusters:
        return np.zeros((draws, 0))
    return rng.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=draws).astype(np.float64)


def share_of(hits: NDArray[np.number], asked: NDArray[np.number], drawn: Floats) -> Share:
    """Return a share over clusters.

    Args:
        hits: (u,) of each cluster.
        asked: (u,) of each cluster.
        drawn: (b, u) from :func:`drawn_clusters`.
    """
    n, clusters = int(asked.sum()), int((asked > 0).sum())
    if not n:
        return Share(0, 0, None, None, None)
    value = float(hits.sum() / n)
    if clusters < _FEW or value in (0.0, 1.0):
        return Share(n, clusters, value, *binomial_interval(value, clusters))
    return Share(n, clusters, value, *interval_of(drawn @ hits / np.maximum(drawn @ asked, 1e-12), drawn @ asked > 0))


def interval_of(values: Floats, there: NDArray[np.bool_] | None = None) -> tuple[float, float]:
    """Return the percentile interval of a figure over draws, of those in which it has a value."""
    known = values[np.isfinite(values) if there is None else there]
    low, high = np.quantile(known, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return float(low), float(high)


def figure_interval(values: Floats, clusters: int) -> tuple[float, float] | tuple[None, None]:
    """Return the percentile interval of a figure that is no share; none where drawing again says nothing.

    That is so for few clusters, and where all of them agree; unlike a share, such a figure has no exact interval then.

    Args:
        values: (b,) of the figure in each draw; NaN where it has none.
        clusters: that were drawn from.
    """
    known = values[np.isfinite(values)]
    if clusters < _FEW or not len(known) or float(np.ptp(known)) < 1e-12:
        return None, None
    return interval_of(known)


def binomial_interval(share: float, trials: int) -> tuple[float, float]:
    """Return the exact interval of a share of so many trials.

    Ten of ten still allow a share of 0.69:

    >>> low, high = binomial_interval(1.0, 10)
    >>> round(low, 3), high
    (0.692, 1.0)
    """
    out, hits = (1 - CONFIDENCE) / 2, share * trials
    low = float(beta.ppf(out, hits, trials - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1 - out, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high
