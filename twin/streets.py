"""The streets as a directed graph: exact travel times in integer milliseconds, paths, nearest nodes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, overload

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from twin.arcs import Arcs, arcs_of, usable
from twin.city.model import City
from twin.errors import InputError
from twin.overlays import Overlay, check_overlays
from twin.speeds import SpeedProfile, speed_profile
from twin.street_lines import StreetLines
from twin.turns import States, states_of

_CACHE_BYTES: Final = 256_000_000
_TIE_M: Final = 1e-6

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StreetGraph:
    """The streets of one mode in one period, as arcs between the rows of ``city.nodes``.

    A trip may leave its first node by any arc and reach its last by any arc; between, the turn restrictions of the city
    hold for who drives. Turning back is allowed wherever no restriction forbids it, so a path may pass a node twice.

    Attributes:
        city: the city it was made of.
        arcs: the directed arcs, sorted by ``(tail, head)``; see :class:`twin.arcs.Arcs`.
        states: which arcs follow on which; see :class:`twin.turns.States`.
        drivable: (nodes,) bool, nodes that a street of the mode touches.
    """

    city: City
    arcs: Arcs
    states: States
    drivable: NDArray[np.bool_]
    _times: OrderedDict[tuple[str, int], tuple[Ints, Ints]] = field(default_factory=OrderedDict, repr=False)

    @classmethod
    def of(
        cls, city: City, profile: SpeedProfile | None = None, period: int = 0, overlays: Sequence[Overlay] = ()
    ) -> StreetGraph:
        """Make the graph of one period; see :func:`twin.arcs.arcs_of` for the times.

        Args:
            city: the city.
            profile: speeds, and whether to drive or to walk; None is ``free_flow``.
            period: index into ``profile.periods``.
            overlays: closures and slow zones in force.

        Raises:
            InputError: the city has no street of that mode, or an overlay does not fit it.
        """
        profile = profile or speed_profile("free_flow")
        mask = usable(city, profile)
        if not mask.any():
            kind = {"drive": "drivable", "walk": "walkable"}[profile.mode]
            raise InputError(f"{profile.mode} in {city.name}", f"it has no {kind} street; choose a larger area")
        check_overlays(city, overlays)
        arcs = arcs_of(city, profile, period, overlays)
        for array in (arcs.tail, arcs.head, arcs.arc_ms, arcs.street, arcs.forward):
            _frozen(array)
        drivable = np.zeros(len(city.nodes), dtype=bool)
        drivable[city.streets.loc[mask, ["u", "v"]].to_numpy().ravel()] = True
        states = states_of(city, arcs, len(drivable), ruled=profile.mode == "drive")
        return cls(city, arcs, states, _frozen(drivable))

    @property
    def tail(self) -> Ints:
        """(arcs,) int64 nodes."""
        return self.arcs.tail

    @property
    def head(self) -> Ints:
        """(arcs,) int64 nodes."""
        return self.arcs.head

    @property
    def arc_ms(self) -> Ints:
        """(arcs,) int64 travel time, at least 1."""
        return self.arcs.arc_ms

    @property
    def street(self) -> Ints:
        """(arcs,) int64 row of ``city.streets``."""
        return self.arcs.street

    @property
    def forward(self) -> NDArray[np.bool_]:
        """(arcs,) bool, True where the arc runs along the street's line."""
        return self.arcs.forward

    @cached_property
    def main_component(self) -> NDArray[np.bool_]:
        """(nodes,) bool, of the sets of nodes that all reach each other the one with the longest streets between them.

        Of equals it is the one with the lowest node. Teams, calls and cameras stand on it. Length and not the count of
        nodes decides: in a small extract a car park has more junctions than the avenue.
        """
        node = self.states.node
        _, label = connected_components(self._matrices["from"], directed=True, connection="strong")
        came, arc = self._choices
        inside = label[came] == label[self.states.arrival[arc]]
        once = np.unique(np.stack([label[came[inside]], arc[inside]]), axis=1)
        length_mm = np.rint(self.city.streets["length_m"].to_numpy()[self.street[once[1]]] * 1000.0)
        street_mm = np.bincount(once[0], weights=length_mm, minlength=label.max() + 1)
        standing = np.flatnonzero(self.drivable[node])
        longest = standing[street_mm[label[standing]] == street_mm[label[standing]].max()]
        best = label[longest[np.argmin(node[longest])]]
        mask = np.zeros(len(self.drivable), dtype=bool)
        mask[node[(label == best) & self.drivable[node]]] = True
        return _frozen(mask)

    def times_to_ms(self, node: int) -> Ints:
        """Return the (nodes,) travel time of every node to ``node``, -1 where it cannot be reached; not writable."""
        return self._searched("to", node)[0]

    def times_from_ms(self, node: int) -> Ints:
        """Return the (nodes,) travel time of ``node`` to every node, -1 where it cannot be reached; not writable."""
        return self._searched("from", node)[0]

    def path(self, u: int, v: int) -> list[int]:
        """Return the nodes of the quickest path, ``u`` and ``v`` included; [] if there is none.

        Of equally quick paths it is the one that takes the lowest node at each turn.
        """
        arcs = self.path_arcs(u, v)
        return [] if arcs is None else [u, *self.head[arcs].tolist()]

    def path_arcs(self, u: int, v: int) -> Ints | None:
        """Return the (k,) arcs of the quickest path, () where ``u`` is ``v``; None if there is none.

        Of equally quick paths it takes the lowest node at each turn, and of parallel arcs the first.
        """
        left_ms = self._searched("to", v)[1]
        if left_ms[u] < 0:
            return None
        states, path, here = self.states, list[int](), u
        while states.node[here] != v:
            arcs = states.arc[states.first[here] : states.first[here + 1]]
            left = left_ms[states.arrival[arcs]]
            path.append(int(arcs[(left >= 0) & (self.arc_ms[arcs] + left == left_ms[here])][0]))
            here = int(states.arrival[path[-1]])
        return np.array(path, dtype=np.int64)

    def path_ms(self, path: Sequence[int]) -> Ints:
        """Return the (len(path),) time from the path's start to each of its nodes, by the quickest arc of each pair."""
        return self.times_along(self.arcs_along(path))

    def times_along(self, arcs: Ints) -> Ints:
        """Return the (len(arcs) + 1,) time from the start to each node on a row of arcs."""
        return np.concatenate([[0], np.cumsum(self.arc_ms[arcs])]).astype(np.int64)

    def position_along(self, path: Sequence[int], elapsed_ms: int) -> tuple[float, float]:
        """Return ``x_m, y_m`` of a vehicle that left the path's first node ``elapsed_ms`` ago; it stays at the end."""
        x_m, y_m, _ = self.pose_along(path, elapsed_ms)
        return x_m, y_m

    def pose_along(self, path: Sequence[int], elapsed_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` (clockwise from north) of a vehicle on a path.

        The vehicle follows the street's line, at an even speed on each arc. The bearing of a path of one node is 0.
        """
        if len(path) < 2:
            return (*map(float, self._xy_m[path[0]]), 0.0)  # type: ignore[return-value]
        arcs = self.arcs_along(path)
        return self.lines.pose(self.street[arcs], self.forward[arcs], self.times_along(arcs), elapsed_ms)  # type: ignore[arg-type]

    def node_ahead(self, path: Sequence[int], elapsed_ms: int) -> tuple[int, int]:
        """Return the next node a vehicle on a path comes to, and in how many ms; (last node, 0) at the end."""
        at_ms = self.path_ms(path)
        ahead = min(int(np.searchsorted(at_ms, elapsed_ms, side="left")), len(path) - 1)
        return int(path[ahead]), max(0, int(at_ms[ahead]) - elapsed_ms)

    def path_line(self, path: Sequence[int]) -> NDArray[np.float64]:
        """Return the (points, 2) line of a path in metres, corners of the streets included."""
        if len(path) < 2:
            return self._xy_m[list(path)].copy()
        arcs = self.arcs_along(path)
        return self.lines.along(self.street[arcs], self.forward[arcs])  # type: ignore[arg-type]

    @overload
    def nearest_node(self, x_m: float, y_m: float) -> int: ...

    @overload
    def nearest_node(self, x_m: NDArray[Any], y_m: NDArray[Any]) -> Ints: ...

    def nearest_node(self, x_m: ArrayLike, y_m: ArrayLike) -> int | Ints:
        """Return the closest node of the main component to each point, of equals the lowest; an int for scalars."""
        points = np.stack(np.broadcast_arrays(np.asarray(x_m, float), np.asarray(y_m, float)), axis=-1)
        tree, tree_nodes = self._tree
        away_m, index = tree.query(points, k=list(range(1, min(8, len(tree_nodes)) + 1)))
        nodes = tree_nodes[index]
        best = np.where(away_m <= away_m[..., :1] + _TIE_M, nodes, len(self._xy_m)).min(axis=-1)
        return int(best) if points.ndim == 1 else best

    def arcs_along(self, path: Sequence[int]) -> Ints:
        """Return the (len(path) - 1,) arcs of a path, of parallel ones the quickest.

        Raises:
            ValueError: two neighbours of the path have no street between them.
        """
        n = len(self.drivable)
        legs = np.asarray(path[:-1], dtype=np.int64) * n + np.asarray(path[1:], dtype=np.int64)
        arcs = np.searchsorted(self._keys, legs)
        if (arcs >= len(self._keys)).any() or (self._keys[arcs] != legs).any():
            raise ValueError(f"the path {list(path)} leaves the streets")
        return arcs.astype(np.int64)

    @cached_property
    def lines(self) -> StreetLines:
        """The streets' lines."""
        return StreetLines(self.city)

    @cached_property
    def _choices(self) -> tuple[Ints, Ints]:
        """The state each choice is made in, and the arc it is."""
        return np.repeat(np.arange(len(self.states.node)), np.diff(self.states.first)), self.states.arc

    @cached_property
    def _matrices(self) -> dict[str, Any]:
        came, arc = self._choices
        onto, ms = self.states.arrival[arc], self.arc_ms[arc]
        order = np.lexsort((ms, onto, came))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(came[order]) != 0) | (np.diff(onto[order]) != 0)
        best, n = order[first], len(self.states.node)
        matrix = csr_array((ms[best].astype(np.float64), (came[best], onto[best])), shape=(n, n))
        return {"from": matrix, "to": matrix.T.tocsr()}

    @cached_property
    def _keys(self) -> Ints:
        return self.tail * len(self.drivable) + self.head

    @cached_property
    def _xy_m(self) -> NDArray[np.float64]:
        xy_m: NDArray[np.float64] = shapely.get_coordinates(self.city.nodes.geometry.to_numpy())
        return xy_m

    @cached_property
    def _tree(self) -> tuple[Any, Ints]:
        nodes = np.flatnonzero(self.main_component)
        return cKDTree(self._xy_m[nodes]), nodes

    def _searched(self, way: str, node: int) -> tuple[Ints, Ints]:
        """Return the (nodes,) times and the (states,) times they were taken from."""
        if not 0 <= node < len(self.drivable):
            raise IndexError(f"node {node} is not one of 0 to {len(self.drivable) - 1}")
        key = (way, int(node))
        if key not in self._times:
            if len(self._times) * 8 * len(self.states.node) > _CACHE_BYTES:
                self._times.popitem(last=False)
            times_ms = _frozen(self._search(way, int(node)))
            self._times[key] = times_ms[: len(self.drivable)], times_ms
        self._times.move_to_end(key)
        return self._times[key]

    def _search(self, way: str, node: int) -> Ints:
        """Return the (states,) times to a node by any arrival; or the (nodes,) times from it to the first arrival."""
        n = len(self.drivable)
        ends = [node, *(n + np.flatnonzero(self.states.node[n:] == node)).tolist()] if way == "to" else [node]
        found = dijkstra(self._matrices[way], indices=ends, min_only=True)
        if way == "from":
            np.minimum.at(found, self.states.node[n:], found[n:])
        return np.where(np.isfinite(found), found, -1).astype(np.int64)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array
