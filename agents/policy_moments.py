"""Made-up moments at which a policy is tried: empty and crowded ones, with kinds, shifts and places out of reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from agents.policy import DemandView, Ints, TeamsView, Waiting
from agents.sealed import sealed
from twin.streams import stream
from twin.travel.contract import soonest

NODES: Final = 20
_KINDS: Final = {"ambulance": ("basic", "intensive"), "fire": ("engine", "ladder")}
_DISTRICT: Final = sealed(np.array([-1, *(node // 7 for node in range(1, NODES))], dtype=np.int64))


@dataclass(frozen=True)
class Moment:
    """A made-up :class:`agents.policy.View`: driving takes 10 s a node; node 0 is out of reach from everywhere else."""

    now_ms: int
    period: int
    waiting: tuple[Waiting, ...]
    teams: TeamsView
    posts: Mapping[str, Ints]
    demand: DemandView
    district: Ints

    def nearest(self, rows: Ints, node: int) -> int:
        """Return which of some teams drives to a node the quickest, of equals the first; -1 where none can.

        Raises:
            IndexError: there is no such node.
        """
        which, _ = soonest(self.travel_ms(self.teams.node[rows], node))
        return int(rows[which]) if which >= 0 else -1

    def travel_ms(self, nodes: Ints, to: int) -> Ints:
        """Return driving times, -1 where there is no way.

        Raises:
            IndexError: there is no such node.
        """
        nodes = _checked(nodes, to)
        return np.where((to == 0) & (nodes != 0), -1, 10_000 * np.abs(nodes - to))

    def travel_from_ms(self, node: int, nodes: Ints) -> Ints:
        """Return driving times, -1 where there is no way.

        Raises:
            IndexError: there is no such node.
        """
        nodes = _checked(nodes, node)
        return np.where((nodes == 0) & (node != 0), -1, 10_000 * np.abs(nodes - node))

    def copied(self) -> Moment:
        """Return the same moment over columns of its own."""
        teams = {f.name: getattr(self.teams, f.name).copy() for f in fields(TeamsView)}
        return replace(self, teams=TeamsView(**teams))

    def same(self, other: Moment) -> bool:
        """Return whether nothing differs."""
        columns = all(
            np.array_equal(getattr(self.teams, f.name), getattr(other.teams, f.name)) for f in fields(TeamsView)
        )
        rest = ("now_ms", "period", "waiting")
        kept = self.posts is other.posts and self.demand is other.demand and self.district is other.district
        return columns and kept and all(getattr(self, name) == getattr(other, name) for name in rest)


def _checked(nodes: Ints, node: int) -> Ints:
    nodes = np.asarray(nodes, dtype=np.int64)
    if not 0 <= node < NODES or (nodes.size and not 0 <= nodes.min() <= nodes.max() < NODES):
        raise IndexError(f"nodes must be from 0 to {NODES - 1}")
    return nodes


def moments(count: int) -> list[Moment]:
    """Return moments of one made-up town and fleet, a minute apart; at the first there is neither team nor request."""
    whole = [_fleet(0), _fleet(9)]
    return [_moment(number, whole[min(number, 1)]) for number in range(count)]


def _fleet(teams: int) -> dict[str, np.ndarray]:
    rng = stream(teams, "policy contract", "fleet")
    service = rng.choice(sorted(_KINDS), teams)
    kind = [_KINDS[name][pick] for name, pick in zip(service.tolist(), rng.integers(0, 2, teams), strict=True)]
    columns = {
        "id": np.array([f"T{row}" for row in range(teams)], dtype="<U4"),
        "service": service.astype("<U12"),
        "kind": np.array(kind, dtype="<U12"),
        "post_node": rng.integers(1, NODES, teams),
    }
    return {name: sealed(column) for name, column in columns.items()}


def _moment(number: int, fleet: dict[str, np.ndarray]) -> Moment:
    rng = stream(number, "policy contract")
    teams, requests = len(fleet["id"]), int(rng.integers(0, 9)) if number else 0
    doing, on_duty = rng.integers(0, 3, teams), rng.random(teams) < 0.9  # free, under way, at work
    moved = rng.integers(0, NODES, teams)
    columns = {
        "node": rng.integers(0, NODES, teams),
        "wait_node": np.where(rng.random(teams) < 0.7, fleet["post_node"], moved),
        "free": (doing == 0) & on_duty,
        "on_duty": on_duty,
        "under_way": doing == 1,
        "key": np.where(doing == 0, -1, 1000 + np.arange(teams)),
    }
    asked = sorted((_waiting(key, rng) for key in range(requests)), key=lambda w: (w.priority, w.since_ms))
    view = TeamsView(**fleet, **{name: sealed(column) for name, column in columns.items()})
    return Moment(60_000 * number, number // 20, tuple(asked), view, _POSTS, _demand(number), _DISTRICT)


def _waiting(key: int, rng: np.random.Generator) -> Waiting:
    service = str(rng.choice(sorted(_KINDS)))
    kinds = _KINDS[service][: int(rng.integers(0, 2))]
    priority, node = int(rng.integers(1, 4)), int(rng.integers(NODES))
    return Waiting(key, 1000 * key, service, "any", priority, node, kinds, key // 2)


def _demand(number: int) -> DemandView:
    rng = stream(number // 30, "policy contract", "demand")
    rates = {service: sealed(rng.integers(0, 9, NODES).astype(np.float64)) for service in sorted(_KINDS)}
    return DemandView(sealed(np.arange(NODES)), MappingProxyType(rates))


_POSTS: Final = MappingProxyType({service: sealed(np.array([2, 9, 15, 19])) for service in sorted(_KINDS)})
