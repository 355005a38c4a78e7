"""What encounters that look alike do not share: a random effect on the logit of the hazard, one for each encounter.

Two people lie at the same distance in the same light, and one is found at once and the other never: a hazard that is
the same for both would find everything in time. The effect is normal, as in the discrete-time survival models with
random effects of Scheike and Jensen (Biometrics 53, 1997); with a wide one a share is never detected in any time that
matters. Integrals over it are sums over the same nodes wherever they are needed: the trapezoid rule, which for a normal
density is as good as exact at this step (Trefethen and Weideman, SIAM Review 56, 2014), also where the effect is so
wide that Gauss-Hermite's few nodes would leave steps.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.streams import draw_unit

Floats = NDArray[np.float64]

NODES: Final = 41
FRAILTY_Z: Final[Floats] = np.linspace(-4.0, 4.0, NODES)
"""Standard normal values at which integrals are summed."""


def _weights() -> Floats:
    density = np.exp(-(FRAILTY_Z**2) / 2.0)
    steps = np.rint(density / density.sum() * (1 << 24))  # whole steps: the same on every processor
    steps[NODES // 2] += (1 << 24) - steps.sum()
    return np.asarray(steps / (1 << 24), dtype=np.float64)


FRAILTY_WEIGHT: Final[Floats] = _weights()
"""Weight of each of FRAILTY_Z; they add to 1 exactly."""
_UPTO: Final = np.cumsum(FRAILTY_WEIGHT)
_SURE: Final = 1.0 - 1e-15  # of a hazard, so that its log is finite


def logistic(linear: ArrayLike) -> Floats:
    """Return ``1 / (1 + exp(-linear))`` without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(np.asarray(linear, dtype=np.float64), -60.0, 60.0)))


def mean_over(values: Floats) -> Floats:
    """Return the mean over the effect of values (..., NODES) at the nodes."""
    return np.asarray((values * FRAILTY_WEIGHT).sum(axis=-1), dtype=np.float64)


def frailty_of(seed: int, *ids: int) -> float:
    """Return one encounter's standard normal effect: a node drawn by its weight, tied to ids."""
    return float(FRAILTY_Z[np.searchsorted(_UPTO, float(draw_unit(seed, "frailty", *ids)), side="right")])


def p_within(linear: ArrayLike, sd: float, trials: ArrayLike, share: ArrayLike = 1.0) -> Floats:
    """Return the chance that something of this logit of the hazard, give or take the effect, happens within trials.

    Args:
        linear: logit of the hazard of one trial for an encounter of effect 0; -inf never.
        sd: standard deviation of the effect.
        trials: how many, broadcast against ``linear``.
        share: of the hazard that counts, such as the share of the time a camera looks there.

    One trial of logit 0 without an effect: a half.

    >>> float(p_within(0.0, 0.0, 1)), float(p_within(0.0, 0.0, 2, 0.5))
    (0.5, 0.4375)
    """
    middle, count, part = np.broadcast_arrays(
        np.asarray(linear, dtype=np.float64), np.asarray(trials, dtype=np.float64), np.asarray(share, dtype=np.float64)
    )
    hazard = np.where(np.isneginf(middle)[..., None], 0.0, logistic(middle[..., None] + sd * FRAILTY_Z))
    not_yet = np.exp(count[..., None] * np.log1p(-np.minimum(part[..., None] * hazard, _SURE)))
    return np.asarray(1.0 - mean_over(not_yet), dtype=np.float64)
