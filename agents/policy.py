"""The contract of a policy: a read-only View in, a list of decisions out.

A policy holds no clock and no random source but the stream it is given. Its dispatch part answers what waits, its
relocation part says where free teams wait; each is a :class:`Policy` of its own, and so are both together. Its drone
part, a :class:`DronePolicy`, sends drones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.policy_drones import DroneChoice, DronesView, Lookout, Round

Ints = NDArray[np.int64]


class Waiting(NamedTuple):
    """A place in a response plan that waits for a team: a request that needs three teams is three of these.

    Attributes:
        key: the situation centre's number for the place; decisions name it.
        since_ms: when it became ready for dispatch.
        service, category, priority, node: what is known of it.
        kinds: the kinds of vehicle that will do; empty where any will.
        request: the request it belongs to, the same number for all its places.
    """

    key: int
    since_ms: int
    service: str
    category: str
    priority: int
    node: int
    kinds: tuple[str, ...] = ()
    request: int = -1


@dataclass(frozen=True)
class TeamsView:
    """All teams as arrays, set non-writable; row order is the fleet's order.

    Attributes:
        id: (n,) str.
        service: (n,) str.
        kind: (n,) str, of vehicle.
        node: (n,) int64, where it is, or its next junction when under way.
        post_node: (n,) int64, its home post.
        wait_node: (n,) int64, where it waits, or will when it is back: its home post, or where a Move sent it.
        free: (n,) bool, can be sent now (idle at post, or on its way back); never off duty, on a break or broken down.
        on_duty: (n,) bool, its shift runs.
        under_way: (n,) bool, dispatched and not yet arrived.
        key: (n,) int64, the key it serves, or -1.
    """

    id: NDArray[np.str_]
    service: NDArray[np.str_]
    kind: NDArray[np.str_]
    node: Ints
    post_node: Ints
    wait_node: Ints
    free: NDArray[np.bool_]
    on_duty: NDArray[np.bool_]
    under_way: NDArray[np.bool_]
    key: Ints


@dataclass(frozen=True)
class DemandView:
    """Where requests are expected at this hour, by the scenario's own rates; arrays set non-writable.

    Attributes:
        node: (m,) int64 places.
        rate_per_h: for each service (m,) requests an hour, not negative.
    """

    node: Ints
    rate_per_h: Mapping[str, NDArray[np.float64]]


class View(Protocol):
    """What a policy may know at one moment."""

    @property
    def now_ms(self) -> int:
        """Simulated time."""
        ...

    @property
    def period(self) -> int:
        """The period of travel times in force now."""
        ...

    @property
    def waiting(self) -> Sequence[Waiting]:
        """What waits, the most urgent first, of equals the oldest."""
        ...

    @property
    def teams(self) -> TeamsView:
        """All teams."""
        ...

    @property
    def posts(self) -> Mapping[str, Ints]:
        """For each service the (p,) nodes where its teams may wait, ascending."""
        ...

    @property
    def demand(self) -> DemandView:
        """Where requests are expected."""
        ...

    @property
    def district(self) -> Ints:
        """(nodes,) row of the city's district in which each node lies, -1 for none."""
        ...

    @property
    def drones(self) -> DronesView:
        """All drones."""
        ...

    @property
    def lookouts(self) -> Sequence[Lookout]:
        """What a drone could be sent to, the most urgent first, of equals the oldest."""
        ...

    @property
    def rounds(self) -> Sequence[Round]:
        """The rounds that are due and not flown yet."""
        ...

    @property
    def awaited(self) -> Sequence[int]:
        """Requests of which a drone that is on its way or looks is about to tell."""
        ...

    def drone_ms(self, request: int) -> Ints:
        """Return for each drone (n,) how long until it would stand over a request, in ms from an order given now.

        -1 for one that cannot: not ready, grounded by weather or wind, in a red zone, or not able to go, stay for a
        look and be back with its reserve.
        """
        ...

    def nearest(self, rows: Ints, node: int) -> int:
        """Return which of some teams drives to a node the quickest, of equals the first; -1 where none can.

        It is the team that ``travel_ms(teams.node[rows], node)`` names, found without asking about all of them.
        """
        ...

    def travel_ms(self, nodes: Ints, to: int) -> Ints:
        """Return driving times from each node to one node, in ms; -1 where there is no way."""
        ...

    def travel_from_ms(self, node: int, nodes: Ints) -> Ints:
        """Return driving times from one node to each node, in ms; -1 where there is no way."""
        ...


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Send a free team to what waits."""

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
    """A policy. ``decide`` is asked whenever something becomes ready for dispatch or a team becomes free.

    One that has an attribute ``review_s`` is also asked every so many simulated seconds.

    Attributes:
        name: the spec that it can be made from again, such as ``"closest + dmexclp(busy=0.4)"``.
    """

    name: str

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return what to do now; an empty list leaves everything as it is."""
        ...


class DronePolicy(Protocol):
    """The drone part of a policy, asked after the other parts whenever a request opens or a drone is ready.

    Attributes:
        name: as of a :class:`Policy`.
        flies: True; tells a drone part from others.
    """

    name: str
    flies: bool

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[DroneChoice]:
        """Return what to do now with drones."""
        ...

    def waits_for_drone(self, view: View) -> Sequence[int]:
        """Return the requests whose teams are to wait until a drone has looked; asked before the other parts."""
        ...
