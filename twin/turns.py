"""Turn restrictions: only junctions that have one are split, into the ways one may have come."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.arcs import Arcs
from twin.city.model import City

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class States:
    """Where a vehicle stands, and which arcs it may take from there.

    State ``v`` of a node ``v`` is free: any arc out of the node may be taken. It is where a trip begins, and where most
    arcs lead to. Arcs whose onward turns are restricted lead to a further state of their head, which has fewer arcs.
    Turning back is a turn like any other: allowed unless a restriction forbids it.

    Attributes:
        node: (states,) int64 the node of each; the first states are the nodes themselves.
        first: (states + 1,) int64 into ``arc``.
        arc: (choices,) int64 the arcs out of each state, lowest first.
        arrival: (arcs,) int64 the state each arc leads to.
    """

    node: Ints
    first: Ints
    arc: Ints
    arrival: Ints


def states_of(city: City, arcs: Arcs, nodes: int, ruled: bool = True) -> States:
    """Split the junctions that have a restriction.

    An "only" that leads to a street nobody may enter from the junction is void; several of one street allow any of
    their targets. The states are numbered by the restrictions alone: speeds and closures leave them as they are.

    Args:
        city: whose restrictions hold.
        arcs: sorted by tail.
        nodes: number of nodes.
        ruled: False for who is bound by no restriction, such as walkers.
    """
    starts = np.searchsorted(arcs.tail, np.arange(nodes + 1)).astype(np.int64)
    by_head = np.argsort(arcs.head, kind="stable")
    ends = np.searchsorted(arcs.head[by_head], np.arange(nodes + 1))
    node, choices, arrival = list(range(nodes)), [np.arange(len(arcs.tail))], arcs.head.copy()
    counts = [np.diff(starts)]
    known: dict[tuple[int, frozenset[int], frozenset[int]], int] = {}
    for (street, via), (banned, only) in _rules(city).items() if ruled else ():
        key = (via, frozenset(banned), frozenset(only))
        if key not in known:
            outs = np.arange(starts[via], starts[via + 1])
            open_to = ~np.isin(arcs.street[outs], list(banned))
            if only:
                open_to &= np.isin(arcs.street[outs], list(only))
            known[key] = len(node)
            node.append(via)
            choices.append(outs[open_to])
            counts.append(np.array([open_to.sum()]))
        into = by_head[ends[via] : ends[via + 1]]
        arrival[into[arcs.street[into] == street]] = known[key]
    first = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return States(np.array(node, dtype=np.int64), first.astype(np.int64), np.concatenate(choices), arrival)


def _rules(city: City) -> dict[tuple[int, int], tuple[set[int], set[int]]]:
    """Return by ``(from_street, via_node)`` the streets one may not, and the streets one may only, go on by."""
    u, v, oneway = (city.streets[column].to_numpy() for column in ("u", "v", "oneway"))
    drive = city.streets["drive"].to_numpy()
    rules: dict[tuple[int, int], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    columns = (city.restrictions[column].tolist() for column in ("from_street", "via_node", "to_street", "kind"))
    for street, via, onto, kind in zip(*columns, strict=True):
        banned, only = rules[street, via]
        if kind == "no":
            banned.add(onto)
        elif drive[onto] and (u[onto] == via or (v[onto] == via and not oneway[onto])):
            only.add(onto)
    return rules
