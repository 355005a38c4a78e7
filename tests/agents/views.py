"""Moments on a street of twenty nodes, ten seconds apart; node 0 cannot be reached from anywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from agents.policy import DemandView, TeamsView, Waiting
from agents.policy_moments import NODES, Moment
from agents.sealed import sealed


class At(NamedTuple):
    """A team: where it is, its home, where it waits, and what it does."""

    node: int
    home: int = -1
    wait: int = -1
    free: bool = True
    service: str = "ambulance"
    kind: str = ""
    key: int = -1
    on_duty: bool = True


def asks(key: int, node: int, priority: int = 2, since_s: float = 0, **rest: Any) -> Waiting:
    return Waiting(key, round(1000 * since_s), rest.pop("service", "ambulance"), "any", priority, node, **rest)


def view(
    teams: Sequence[At], waiting: Sequence[Waiting] = (), posts: Sequence[int] = (), demand: Mapping[int, float] = {},
    districts: Sequence[int] = (), now_s: float = 60,
) -> Moment:  # fmt: skip
    """A moment; demand by node, all on the ambulance; districts by node, the last going on to the end."""
    homes = [team.home if team.home >= 0 else team.node for team in teams]
    columns = {
        "id": np.array([f"T{row}" for row in range(len(teams))], dtype="<U4"),
        "service": np.array([team.service for team in teams], dtype="<U12"),
        "kind": np.array([team.kind for team in teams], dtype="<U12"),
        "node": np.array([team.node for team in teams], dtype=np.int64),
        "post_node": np.array(homes, dtype=np.int64),
        "wait_node": np.array([t.wait if t.wait >= 0 else h for t, h in zip(teams, homes, strict=True)], np.int64),
        "free": np.array([team.free for team in teams], dtype=bool),
        "on_duty": np.array([team.on_duty for team in teams], dtype=bool),
        "under_way": np.array([team.key >= 0 for team in teams], dtype=bool),
        "key": np.array([team.key for team in teams], dtype=np.int64),
    }
    at = sorted(demand)
    rates = {"ambulance": sealed(np.array([demand[node] for node in at], dtype=np.float64))}
    return Moment(
        round(1000 * now_s), 0, tuple(sorted(waiting, key=lambda w: (w.priority, w.since_ms))),
        TeamsView(**{name: sealed(column) for name, column in columns.items()}),
        MappingProxyType({"ambulance": sealed(np.array(posts or homes, dtype=np.int64))}),
        DemandView(sealed(np.array(at, dtype=np.int64)), MappingProxyType(rates)),
        sealed(np.array([*districts, *[districts[-1] if districts else -1] * NODES][:NODES], dtype=np.int64)),
    )  # fmt: skip


def decided(policy: Any, *moments: Moment) -> list[tuple[Any, ...]]:
    """What it chooses at the last of some moments, as plain tuples: kind, key or team, team or node."""
    rng = np.random.default_rng(1)
    for moment in moments:
        choices = policy.decide(moment, rng)
    return [(type(c).__name__, *(getattr(c, name) for name in type(c).__slots__)) for c in choices]
