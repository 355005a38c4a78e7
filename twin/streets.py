"""The drivable streets as a directed graph: exact travel times in integer milliseconds, paths, nearest nodes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, overload

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from twin.city.model import City
from twin.errors import InputError
from twin.speeds import SpeedProfile, speed_profile

_CACHE_BYTES: Final = 256_000_000
_TIE_M: Final = 1e-6

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StreetGraph:
    """Directed arcs of the drivable streets, sorted by ``(tail, head)``, one arc for each pair of nodes.

    A node is a row of ``city.nodes``. Of parallel arcs the quickest stays (of equals the lower street row); arcs
    from a node to itself are left out.

    Attributes:
        city: the city it was made of.
        tail, head: (arcs,) int64 nodes.
        arc_ms: (arcs,) int64 travel time, at least 1.
        street: (arcs,) int64 row of ``city.streets``.
        forward: (arcs,) bool, True where the arc runs along the street's line.
        drivable: (nodes,) bool, nodes that a drivable street touches.
        main_component: (nodes,) bool, of the sets of nodes that can all reach each other the one with the longest
            streets between them (of equals the one with the lowest node). Teams, calls and cameras stand on it.
    """

    city: City
    tail: Ints
    head: Ints
    arc_ms: Ints
    street: Ints
    forward: NDArray[np.bool_]
    drivable: NDArray[np.bool_]
    main_component: NDArray[np.bool_]
    _matrices: Mapping[str, Any] = field(repr=False)
    _keys: Ints = field(repr=False)
    _xy_m: NDArray[np.float64] = field(repr=False)
    _tree: Any = field(repr=False)
    _tree_nodes: Ints = field(repr=False)
    _times: OrderedDict[tuple[str, int], Ints] = field(default_factory=OrderedDict, repr=False)

    @classmethod
    def of(cls, city: City, profile: SpeedProfile | None = None) -> StreetGraph:
        """Make the graph; an arc takes ``length_m / (speed_kmh x factor)``, rounded to a millisecond.

        Args:
            city: the city.
            profile: speed factors by street class; None is ``free_flow``.

        Raises:
            InputError: the city has no drivable street.
        """
        driven = city.streets["drive"].to_numpy(dtype=bool)
        if not driven.any():
            raise InputError(f"drive in {city.name}", "it has no drivable street; choose a larger area")
        tail, head, arc_ms, street, forward = _arcs(city, profile or speed_profile("free_flow"))
        n = len(city.nodes)
        matrix = csr_array((arc_ms.astype(np.float64), (tail, head)), shape=(n, n))
        drivable = np.zeros(n, dtype=bool)
        drivable[city.streets.loc[driven, ["u", "v"]].to_numpy().ravel()] = True
        length_mm = np.rint(city.streets["length_m"].to_numpy()[street] * 1000.0).astype(np.int64)
        main = _largest_component(matrix, length_mm, tail, head, drivable)
        xy_m = shapely.get_coordinates(city.nodes.geometry.to_numpy())
        nodes = np.flatnonzero(main)
        return cls(
            city=city,
            tail=_frozen(tail),
            head=_frozen(head),
            arc_ms=_frozen(arc_ms),
            street=_frozen(street),
            forward=_frozen(forward),
            drivable=_frozen(drivable),
            main_component=_frozen(main),
            _matrices={"from": matrix, "to": matrix.T.tocsr()},
            _keys=tail * n + head,
            _xy_m=xy_m,
            _tree=cKDTree(xy_m[nodes]),
            _tree_nodes=nodes,
        )

    def times_to_ms(self, node: int) -> Ints:
        """Return the (nodes,) travel time of every node to ``node``, -1 where it cannot be reached; not writable."""
        return self._searched("to", node)

    def times_from_ms(self, node: int) -> Ints:
        """Return the (nodes,) travel time of ``node`` to every node, -1 where it cannot be reached; not writable."""
        return self._searched("from", node)

    def path(self, u: int, v: int) -> list[int]:
        """Return the nodes of the quickest path, ``u`` and ``v`` included; [] if there is none.

        Of equally quick paths it is the one that takes the lowest node at each turn.
        """
        left_ms = self.times_to_ms(v)
        if left_ms[u] < 0:
            return []
        path = [u]
        while path[-1] != v:
            here = path[-1]
            arcs = self._arcs_out(here)
            heads = self.head[arcs]
            good = (left_ms[heads] >= 0) & (self.arc_ms[arcs] + left_ms[heads] == left_ms[here])
            path.append(int(heads[good][0]))
        return path

    def path_ms(self, path: Sequence[int]) -> Ints:
        """Return the (len(path),) time from the path's start to each of its nodes."""
        arcs = self.arcs_along(path)
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
        at_ms = self.path_ms(path)
        leg = int(np.clip(np.searchsorted(at_ms, elapsed_ms, side="right") - 1, 0, len(path) - 2))
        share = np.clip((elapsed_ms - at_ms[leg]) / (at_ms[leg + 1] - at_ms[leg]), 0.0, 1.0)
        return _pose_on(self._line(self.arcs_along(path[leg : leg + 2])[0]), float(share))

    def node_ahead(self, path: Sequence[int], elapsed_ms: int) -> tuple[int, int]:
        """Return the next node a vehicle on a path comes to, and in how many ms; (last node, 0) at the end."""
        at_ms = self.path_ms(path)
        ahead = min(int(np.searchsorted(at_ms, elapsed_ms, side="left")), len(path) - 1)
        return int(path[ahead]), max(0, int(at_ms[ahead]) - elapsed_ms)

    def path_line(self, path: Sequence[int]) -> NDArray[np.float64]:
        """Return the (points, 2) line of a path in metres, corners of the streets included."""
        if len(path) < 2:
            return self._xy_m[list(path)].copy()
        parts = [self._line(arc) for arc in self.arcs_along(path)]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])

    @overload
    def nearest_node(self, x_m: float, y_m: float) -> int: ...

    @overload
    def nearest_node(self, x_m: NDArray[Any], y_m: NDArray[Any]) -> Ints: ...

    def nearest_node(self, x_m: ArrayLike, y_m: ArrayLike) -> int | Ints:
        """Return the closest node of the main component to each point, of equals the lowest; an int for scalars."""
        points = np.stack(np.broadcast_arrays(np.asarray(x_m, float), np.asarray(y_m, float)), axis=-1)
        k = min(8, len(self._tree_nodes))
        away_m, index = self._tree.query(points, k=list(range(1, k + 1)))
        nodes = self._tree_nodes[index]
        best = np.where(away_m <= away_m[..., :1] + _TIE_M, nodes, len(self._xy_m)).min(axis=-1)
        return int(best) if points.ndim == 1 else best

    def _searched(self, way: str, node: int) -> Ints:
        if not 0 <= node < len(self._xy_m):
            raise IndexError(f"node {node} is not one of 0 to {len(self._xy_m) - 1}")
        key = (way, int(node))
        if key not in self._times:
            if len(self._times) * 8 * len(self._xy_m) > _CACHE_BYTES:
                self._times.popitem(last=False)
            time_ms = dijkstra(self._matrices[way], indices=np.array([node]))[0]
            self._times[key] = _frozen(np.where(np.isfinite(time_ms), time_ms, -1).astype(np.int64))
        self._times.move_to_end(key)
        return self._times[key]

    def _arcs_out(self, node: int) -> slice:
        starts = self._matrices["from"].indptr
        return slice(int(starts[node]), int(starts[node + 1]))

    def arcs_along(self, path: Sequence[int]) -> Ints:
        """Return the (len(path) - 1,) arcs of a path.

        Raises:
            ValueError: two neighbours of the path have no street between them.
        """
        n = len(self._xy_m)
        legs = np.asarray(path[:-1], dtype=np.int64) * n + np.asarray(path[1:], dtype=np.int64)
        arcs = np.searchsorted(self._keys, legs)
        if (arcs >= len(self._keys)).any() or (self._keys[arcs] != legs).any():
            raise ValueError(f"the path {list(path)} leaves the streets")
        return arcs.astype(np.int64)

    def _line(self, arc: int) -> NDArray[np.float64]:
        line: NDArray[np.float64] = shapely.get_coordinates(self.city.streets.geometry.iloc[int(self.street[arc])])
        return line if self.forward[arc] else line[::-1]


def _arcs(city: City, profile: SpeedProfile) -> tuple[Ints, Ints, Ints, Ints, NDArray[np.bool_]]:
    table = city.streets[city.streets["drive"]]
    u, v, row = (a.to_numpy(dtype=np.int64) for a in (table["u"], table["v"], table.index))
    speed_m_per_ms = table["speed_kmh"].to_numpy() * profile.of_classes(table["street_class"]) / 3600.0
    ms = np.maximum(1, np.rint(table["length_m"].to_numpy() / speed_m_per_ms)).astype(np.int64)
    back = ~table["oneway"].to_numpy()
    tail, head = np.concatenate([u, v[back]]), np.concatenate([v, u[back]])
    arc_ms, street = np.concatenate([ms, ms[back]]), np.concatenate([row, row[back]])
    forward = np.arange(len(tail)) < len(u)
    order = np.lexsort((street, arc_ms, head, tail))
    order = order[tail[order] != head[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    keep = order[first]
    return tail[keep], head[keep], arc_ms[keep], street[keep], forward[keep]


def _largest_component(
    matrix: Any, length_mm: Ints, tail: Ints, head: Ints, drivable: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the nodes of the strong component with the most street in it, of equals the one with the lowest node.

    Length and not the count of nodes decides: in a small extract a car park has more junctions than the avenue.
    """
    _, label = connected_components(matrix, directed=True, connection="strong")
    inside = label[tail] == label[head]
    street_mm = np.bincount(label[tail[inside]], weights=length_mm[inside], minlength=len(drivable))
    nodes = np.flatnonzero(drivable)
    best = label[nodes[np.argmax(street_mm[label[nodes]])]]
    mask: NDArray[np.bool_] = drivable & (label == best)
    return mask


def _pose_on(line: NDArray[np.float64], share: float) -> tuple[float, float, float]:
    steps = np.diff(line, axis=0)
    step_m = np.hypot(steps[:, 0], steps[:, 1])
    at_m = np.concatenate([[0.0], np.cumsum(step_m)])
    along_m = share * at_m[-1]
    i = int(np.clip(np.searchsorted(at_m, along_m, side="right") - 1, 0, len(steps) - 1))
    x_m, y_m = line[i] + steps[i] * min(1.0, (along_m - at_m[i]) / max(step_m[i], 1e-9))
    return float(x_m), float(y_m), float(np.degrees(np.arctan2(steps[i, 0], steps[i, 1])) % 360.0)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array
