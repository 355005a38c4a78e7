"""Linear and integer programs, solved by HiGHS through scipy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

Floats = NDArray[np.float64]
GAP = 1e-7
"""Share of the least cost at which an integer program counts as solved."""


def least(
    cost: Floats,
    rules: Sequence[tuple[Any, Floats | float, Floats | float]],
    upper: Floats | float,
    whole: NDArray[np.int64] | None = None,
    nodes: int | None = None,
) -> tuple[Floats, float]:
    """Return the x, ``0 <= x <= upper``, of least cost, and what no x costs less than.

    Args:
        cost: (n,) of each variable.
        rules: of each kind ``(rows, low, high)``: ``low <= rows @ x <= high``, rows sparse or dense.
        upper: (n,) or one for all.
        whole: (n,) 1 for a variable that must be a whole number; by default none must.
        nodes: of branch and bound at most; what no x costs less than is then what was proven so far.

    Raises:
        ValueError: there is no such x, or no least one.
    """
    options: Any = {"mip_rel_gap": GAP} | ({} if nodes is None else {"node_limit": nodes})
    limits = [LinearConstraint(*rule) for rule in rules]
    solved = milp(cost, constraints=limits, bounds=Bounds(0, upper), integrality=whole, options=options)
    if solved.x is None:
        raise ValueError(f"the program has no solution: {solved.message}")
    bound = solved.mip_dual_bound
    return np.asarray(solved.x), float(solved.fun or 0.0) if bound is None else float(bound)
