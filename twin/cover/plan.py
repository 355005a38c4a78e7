"""A chosen set of sites, with what no plan can exceed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Chosen sites in the order of choice, so that any first part of it is itself a plan.

    Attributes:
        sites: (n,) chosen rows of the cover matrix, must-have ones first; one row several times for several things at
            one site.
        value: (n,) what the sites up to each are worth: weight covered beyond what exists, less their cost.
        spent: (n,) money spent up to each; the number of sites where there are no prices.
        bound: no plan within the same limits is worth more.
        bound_by: the method that gave the bound: ``gains``, ``Lagrangian``, ``HiGHS LP`` or ``HiGHS``.
    """

    sites: NDArray[np.int64]
    value: Floats
    spent: Floats
    bound: float
    bound_by: str

    @property
    def total(self) -> float:
        """What the whole plan is worth."""
        return float(self.value[-1]) if len(self.value) else 0.0

    @property
    def gap(self) -> float:
        """Proven distance from the best plan, as a share of the bound."""
        return 0.0 if self.bound <= 0 else max(0.0, 1.0 - self.total / self.bound)
