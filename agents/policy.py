"""The contract of a policy: a read-only View in, a list of decisions out.

A policy holds no clock and no random source but the stream it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for a team.

    Attributes:
        key: the situation centre's number for it; decisions name it.
        since_ms: when it became ready for dispatch.
        service, category, priority, node: what is known of it.
    """

    key: int
    since_ms: int
    service: str
    category: str
    priority: int
    node: int


@dataclass(frozen=True)
class TeamsView:
    """All teams as arrays, set non-writable; row order is the fleet's order.

    Attributes:
        id: (n,) str.
        service: (n,) str.
        node: (n,) int64, where it is, or its next junction when under way.
        post_node: (n,) int64, its home post.
        free: (n,) bool, can be sent now (idle at post, or on its way back).
        under_way: (n,) bool, dispatched and not yet arrived.
        key: (n,) int64, the request it serves, or -1.
    """

    id: NDArray[np.str_]
    service: NDArray[np.str_]
    node: NDArray[np.int64]
    post_node: NDArray[np.int64]
    free: NDArray[np.bool_]
    under_way: NDArray[np.bool_]
    key: NDArray[np.int64]


class View(Protocol):
    """What a policy may know at one moment."""

    now_ms: int
    waiting: Sequence[Waiting]
    teams: TeamsView

    def travel_ms(self, nodes: NDArray[np.int64], to: int) -> NDArray[np.int64]:
        """Return driving times from each node to one node, in ms; -1 where there is no way."""
        ...


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Send a free team to a waiting request."""

    key: int
    team_id: str


@dataclass(frozen=True, slots=True)
class Redispatch:
    """Send a team that is under way to another request; what it served waits again."""

    key: int
    team_id: str


@dataclass(frozen=True, slots=True)
class Move:
    """Send an idle team to wait at another node."""

    team_id: str
    node: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Let a request wait on purpose."""

    key: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decline:
    """Turn a request away."""

    key: int
    reason: str


Choice = Dispatch | Redispatch | Move | Hold | Decline


class Policy(Protocol):
    """A dispatch policy. ``decide`` is asked whenever a request becomes ready or a team becomes free."""

    name: str

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return what to do now; an empty list leaves everything as it is."""
        ...
