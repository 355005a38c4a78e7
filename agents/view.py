"""What a policy sees at one moment: frozen, over columns that cannot be written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import numpy as np

from agents.drones.sky_view import NO_SKY, Sky
from agents.fleet import Fleet
from agents.live_teams import LiveTeams
from agents.policy import DemandView, Ints, Waiting
from agents.policy_drones import DronesView, Lookout, Round
from agents.sealed import sealed
from agents.teams import TeamSpec


class ExpectedDemand(Protocol):
    """Where requests are expected, at any time of the run; any object with this method will do."""

    def at(self, t_ms: int) -> DemandView:
        """Return what is expected in the hour of a simulated time."""
        ...


class NoneExpected:
    """Nothing is known of demand."""

    _none = DemandView(sealed(np.zeros(0, dtype=np.int64)), MappingProxyType({}))

    def at(self, t_ms: int) -> DemandView:
        """Return a view without places."""
        return self._none


@dataclass(frozen=True)
class Known:
    """What a policy may know beside the moment; the same all through a run.

    Attributes:
        posts: for each service the nodes where its teams may wait; {} stands for the posts of its own teams.
        district: (nodes,) row of the district each node lies in; () stands for -1 everywhere.
        demand: what is expected.
    """

    posts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    district: Sequence[int] = ()
    demand: ExpectedDemand = field(default_factory=NoneExpected)

    def complete(self, teams: Sequence[TeamSpec], nodes: int) -> Known:
        """Return the same with what is left out filled in, as arrays that cannot be written to."""
        posts = self.posts or {s: [t.post_node for t in teams if t.service == s] for s in {t.service: 0 for t in teams}}
        arrays = {str(service): sealed(np.unique(np.array(at, dtype=np.int64))) for service, at in posts.items()}
        district = np.array(self.district, dtype=np.int64) if len(self.district) else np.full(nodes, -1, dtype=np.int64)
        return Known(MappingProxyType(arrays), sealed(district), self.demand)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class CityView:
    """A :class:`agents.policy.View` of the running world; ``waiting`` is sorted by priority, then by age.

    The columns of teams are made when they are first asked for, at that moment and no later.
    """

    now_ms: int
    period: int
    waiting: tuple[Waiting, ...]
    teams: LiveTeams
    _known: Known = field(repr=False)
    _fleet: Fleet = field(repr=False)
    _sky: Sky = field(default=NO_SKY, repr=False)

    @property
    def posts(self) -> Mapping[str, Ints]:
        """Where teams may wait."""
        return self._known.posts  # type: ignore[return-value]

    @property
    def demand(self) -> DemandView:
        """Where requests are expected."""
        return self._known.demand.at(self.now_ms)

    @property
    def district(self) -> Ints:
        """The district of each node."""
        return self._known.district  # type: ignore[return-value]

    @property
    def drones(self) -> DronesView:
        """All drones."""
        return self._sky.part("drones")  # type: ignore[no-any-return]

    @property
    def lookouts(self) -> Sequence[Lookout]:
        """What a drone could be sent to."""
        return self._sky.part("lookouts")  # type: ignore[no-any-return]

    @property
    def rounds(self) -> Sequence[Round]:
        """The rounds that are due."""
        return self._sky.part("rounds")  # type: ignore[no-any-return]

    @property
    def awaited(self) -> Sequence[int]:
        """Requests of which a drone is about to tell."""
        return self._sky.part("awaited")  # type: ignore[no-any-return]

    def drone_ms(self, request: int) -> Ints:
        """Return for each drone how long until it would stand over a request, in ms; -1 where it cannot.

        Raises:
            KeyError: it is none of ``lookouts``.
        """
        return self._sky.drone_ms(request)

    def nearest(self, rows: Ints, node: int) -> int:
        """Return which of some teams' rows drives to a node the quickest, of equals the first; -1 where none can.

        Raises:
            IndexError: there is no such node.
        """
        self._check(node)
        return self._fleet.nearest(rows, int(node), self.now_ms, self.period)

    def travel_ms(self, nodes: Ints, to: int) -> Ints:
        """Return driving times from each node to one node, in ms; -1 where there is no way.

        Raises:
            IndexError: there is no such node.
        """
        nodes = self._checked(nodes)
        self._check(to)
        return self._fleet.travel.many_to_one_ms(nodes, int(to), self.period)

    def travel_from_ms(self, node: int, nodes: Ints) -> Ints:
        """Return driving times from one node to each node, in ms; -1 where there is no way.

        Raises:
            IndexError: there is no such node.
        """
        nodes = self._checked(nodes)
        self._check(node)
        return self._fleet.travel.one_to_many_ms(int(node), nodes, self.period)

    def _checked(self, nodes: Ints) -> Ints:
        nodes, count = np.asarray(nodes, dtype=np.int64), self._fleet.travel.node_count
        if nodes.size and nodes.view(np.uint64).max() >= count:  # a negative one is very large
            raise IndexError(f"nodes must be from 0 to {count - 1}")
        return nodes

    def _check(self, node: int) -> None:
        if not 0 <= node < self._fleet.travel.node_count:
            raise IndexError(f"node {node} is not one of 0 to {self._fleet.travel.node_count - 1}")
