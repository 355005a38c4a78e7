"""What is done to a running world from outside, and when: the ground on which drills stand."""

from __future__ import annotations

from dataclasses import dataclass

from agents.policy import Policy


@dataclass(frozen=True)
class PolicyChange:
    """From ``t_ms`` on, another policy decides."""

    t_ms: int
    policy: Policy


Inject = PolicyChange
