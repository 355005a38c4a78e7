"""Posts where teams wait: the city's own places, or derived ones where the city names none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from twin.city import City
from twin.cover import GREEDY, CoverProblem, solve
from twin.streams import stream
from twin.streets import StreetGraph

CANDIDATES = 240
DEMAND_POINTS = 1500
REACH_S = 240.0
"""A derived post covers what it reaches in this time; the 240 s travel of NFPA 1710."""


@dataclass(frozen=True)
class Posts:
    """Posts of one service.

    Attributes:
        node: (n,) street nodes, at least one.
        inferred: derived here, since the city names none.
    """

    node: NDArray[np.int64]
    inferred: bool


def find_posts(city: City, graph: StreetGraph, kinds: list[str], derived: int) -> Posts:
    """Return the nodes of the city's places of these kinds, or ``derived`` posts that cover most residents.

    Derived posts come from maximum cover of residents within REACH_S of driving, over CANDIDATES junctions; what
    cover leaves open is filled with the candidates farthest from the posts chosen so far.
    """
    own = city.places[city.places["kind"].isin(kinds)]
    if len(own):
        nodes = np.unique(graph.nearest_node(own.geometry.x.to_numpy(), own.geometry.y.to_numpy()))
        return Posts(nodes.astype(np.int64), inferred=False)
    return Posts(_derive(city, graph, max(derived, 1)), inferred=True)


def _derive(city: City, graph: StreetGraph, n: int) -> NDArray[np.int64]:
    candidates = _some(city, np.flatnonzero(graph.main_component), "candidates", CANDIDATES)
    at, residents = _demand(city, graph)
    times = np.array([graph.times_from_ms(int(node))[at] for node in candidates])
    reach = (times >= 0) & (times <= REACH_S * 1000)
    plan = solve(CoverProblem(csr_array(reach.astype(np.uint8)), residents), k=n, effort=GREEDY)
    chosen = plan.sites.tolist()
    while len(chosen) < min(n, len(candidates)):
        chosen.append(_farthest(times, residents, chosen))
    return np.sort(candidates[chosen])


def _farthest(times: NDArray[np.int64], residents: NDArray[np.float64], chosen: list[int]) -> int:
    """The candidate that lowers the residents' summed travel time most, ties to the lowest."""
    far = np.where(times < 0, np.int64(3_600_000), times)
    now = far[chosen].min(axis=0) if chosen else np.full(far.shape[1], 3_600_000)
    saved = ((now - np.minimum(far, now)) * residents).sum(axis=1)
    saved[chosen] = -1.0
    return int(np.argmax(saved))


def _demand(city: City, graph: StreetGraph) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    homes = city.buildings[city.buildings["residents"] > 0]
    if not len(homes):
        nodes = _some(city, np.flatnonzero(graph.main_component), "demand", DEMAND_POINTS)
        return nodes, np.ones(len(nodes))
    middle = homes.geometry.representative_point()
    nodes = graph.nearest_node(middle.x.to_numpy(), middle.y.to_numpy())
    unique, row = np.unique(nodes, return_inverse=True)
    residents = np.bincount(row, weights=homes["residents"].to_numpy())
    most = np.argsort(-residents, kind="stable")[:DEMAND_POINTS]
    return unique[most].astype(np.int64), residents[most]


def _some(city: City, nodes: NDArray[np.intp], purpose: str, n: int) -> NDArray[np.int64]:
    picked = stream(0, "posts", purpose, city.name).permutation(len(nodes))[:n]
    return np.sort(nodes[picked]).astype(np.int64)
