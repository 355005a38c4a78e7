"""A policy for teams and a drone part as one policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.policy import Choice, DronePolicy, Policy, View


class WithDrones:
    """Answers for teams as its ground part does; the drone desk asks its drone part.

    Where the drone part wants teams to wait for a drone's word, the ground part does not see those requests yet.

    Attributes:
        name: both names.
        drones: the drone part.
    """

    def __init__(self, ground: Policy, drones: DronePolicy) -> None:
        self.name = f"{ground.name} + {drones.name}"
        self.drones = drones
        self._ground = ground
        for name in ("review_s", "moves", "sees_under_way"):  # what the dispatching asks of a policy beforehand
            if hasattr(ground, name):
                setattr(self, name, getattr(ground, name))

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return the choices of the ground part."""
        held = set(self.drones.waits_for_drone(view))
        if held:
            waiting = tuple(one for one in view.waiting if one.request not in held)
            view = replace(view, waiting=waiting)  # type: ignore[type-var]
        return self._ground.decide(view, rng)
