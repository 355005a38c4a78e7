"""Made-up moments at which a policy is tried: empty and crowded ones, with kinds, shifts and places out of reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from agents.drones.sky_view import NO_DRONES
from agents.policy import DemandView, Ints, TeamsView, Waiting
from agents.policy_drones import DronesView, Lookout, Round
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
    drones: DronesView = NO_DRONES
    lookouts: tuple[Lookout, ...] = ()
    rounds: tuple[Round, ...] = ()
    awaited: tuple[int, ...] = ()

    def drone_ms(self, request: int) -> Ints:
        """Return how soon each drone is there: its row and the request's number in ten seconds; some cannot go."""
        rows = np.arange(len(self.drones.id), dtype=np.int64)
        return np.where(self.drones.ready & ((rows + request) % 5 > 0), 10_000 * (1 + (rows + request) % 7), -1)

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
        drones = {f.name: getattr(self.drones, f.name).copy() for f in fields(DronesView)}
        return replace(self, teams=TeamsView(**teams), drones=DronesView(**drones))

    def same(self, other: Moment) -> bool:
        """Return whether nothing differs."""
        columns = all(
            np.array_equal(getattr(self.teams, f.name), getattr(other.teams, f.name)) for f in fields(TeamsView)
        )
        columns = columns and all(
            np.array_equal(getattr(self.drones, f.name), getattr(other.drones, f.name)) for f in fields(DronesView)
        )
        rest = ("now_ms", "period", "waiting", "lookouts", "rounds", "awaited")
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
    sky = _sky(number, tuple(asked)) if number else ()
    return Moment(60_000 * number, number // 20, tuple(asked), view, _POSTS, _demand(number), _DISTRICT, *sky)


def _sky(
    number: int, asked: tuple[Waiting, ...]
) -> tuple[DronesView, tuple[Lookout, ...], tuple[Round, ...], tuple[int, ...]]:
    """Six drones on two docks, what they could look at, and a round that is due now and then."""
    rng = stream(number, "policy contract", "sky")
    doing = rng.choice(["dock", "dock", "out", "station", "home", "down"], 6)
    charge = rng.random(6)
    drones = DronesView(
        id=sealed(np.array([f"D{row}" for row in range(6)])), drone=sealed(np.array(["dock_quad"] * 6)),
        dock=sealed(np.array(["north", "south"] * 3)), x_m=sealed(1000 * rng.random(6)),
        y_m=sealed(1000 * rng.random(6)), charge=sealed(charge), ready=sealed((doing == "dock") & (charge > 0.4)),
        doing=sealed(doing), request=sealed(np.where(np.isin(doing, ["out", "station"]), 900, -1).astype(np.int64)),
    )  # fmt: skip
    first = {waiting.request: waiting for waiting in reversed(asked)}
    lookouts = [
        Lookout(key, w.since_ms, w.service, w.category, w.priority, w.node, 100.0 * w.node, 0.0, key % 2 == 0,
                int(rng.integers(-1, 30)) * 10_000 if rng.random() < 0.5 else -1, int(rng.integers(0, 3)))
        for key, w in first.items()
    ]  # fmt: skip
    ordered = tuple(sorted(lookouts, key=lambda one: (one.priority, one.since_ms, one.request)))
    rounds = (Round("market", 60_000 * number, ("D1", "D4")),) if number % 3 == 0 else ()
    return drones, ordered, rounds, (900,)


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
