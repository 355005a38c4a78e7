"""Columns that nobody can write to, however hard a policy tries."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def sealed(column: NDArray[Any]) -> NDArray[Any]:
    """Return a copy over immutable bytes: not writable, and not to be made so."""
    if not column.size:
        return np.broadcast_to(column, column.shape)
    return np.frombuffer(column.tobytes(), dtype=column.dtype)
