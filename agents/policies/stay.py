"""No relocation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.policy import Choice, View


class Stay:
    """Moves nobody: each team waits at its own post, and drives back to it after its work."""

    name = "none"

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return nothing."""
        return []
