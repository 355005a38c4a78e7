"""Lengths of time, drawn for things by hashed draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from twin.streams import draw_one, draw_unit

Unit = TypeVar("Unit", np.float64, NDArray[np.float64])
DURATION_KINDS: Final = ("lognormal", "exponential", "constant")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, drawn for each thing by a hashed draw, so that two policies meet the same draws.

    Attributes:
        mean_s: the mean, not negative.
        cv: coefficient of variation of a lognormal, not negative; 0 is a constant.
        kind: one of DURATION_KINDS.
    """

    mean_s: float
    cv: float = 0.0
    kind: Literal["lognormal", "exponential", "constant"] = "lognormal"

    def __post_init__(self) -> None:
        if not (0 <= self.mean_s < np.inf and 0 <= self.cv < np.inf):
            raise ValueError(f"mean_s and cv must be finite and not negative, but are {self.mean_s} and {self.cv}")
        if self.kind not in DURATION_KINDS:
            raise ValueError(f"kind must be one of {', '.join(DURATION_KINDS)}, but is {self.kind!r}")

    def draw_ms(self, seed: int, purpose: str, *ids: ArrayLike) -> NDArray[np.int64]:
        """Return whole milliseconds for each tuple of ids, by inversion of a draw in (0, 1).

        A lognormal with this mean m and coefficient of variation c is ``exp(mu + s z)`` with ``s**2 = ln(1 + c**2)``
        and ``mu = ln(m) - s**2 / 2``.
        """
        unit = draw_unit(seed, purpose, *ids)
        return np.rint(1000.0 * self.mean_s * self._times_mean(unit)).astype(np.int64)

    def one_ms(self, seed: int, purpose: str, *ids: int) -> int:
        """Return whole milliseconds for one tuple of ids, for draws that come one by one."""
        if self.mean_s == 0.0:
            return 0
        return int(np.rint(1000.0 * self.mean_s * self._times_mean(np.float64(draw_one(seed, purpose, *ids)))))

    def _times_mean(self, unit: Unit) -> Unit:
        if self.kind == "exponential":
            return -np.log1p(-unit)
        if self.kind == "constant" or self.cv == 0.0:
            return unit * 0.0 + 1.0  # one for each
        spread, half_variance = _lognormal(self.cv)
        return np.exp(spread * ndtri(unit) - half_variance)


@cache
def _lognormal(cv: float) -> tuple[np.float64, np.float64]:
    """Return ``s`` and ``s**2 / 2`` of a lognormal with that coefficient of variation."""
    variance = np.log1p(cv**2)
    return np.sqrt(variance), variance / 2


NO_TIME: Final = Duration(0.0)
