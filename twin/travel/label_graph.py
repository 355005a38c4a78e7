"""A street graph as the plain directed graph that labels are made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.streets import StreetGraph

Ints = NDArray[np.int64]

NO_ARC: Final = -1


@dataclass(frozen=True, eq=False)
class LabelGraph:
    """States of a street graph, and one more vertex for each split node: where trips to it end, however they come.

    Attributes:
        vertices: number of vertices; the first are the nodes.
        tail, head, ms: (edges,) int64, sorted by ``(tail, head)``, one edge for each pair, none from a vertex to
            itself.
        arc: (edges,) int64 arc of the street graph, NO_ARC for the step of 0 ms onto the vertex where a trip ends.
        goal: (nodes,) int64 the vertex where trips to a node end.
    """

    vertices: int
    tail: Ints
    head: Ints
    ms: Ints
    arc: Ints
    goal: Ints

    @classmethod
    def of(cls, streets: StreetGraph) -> LabelGraph:
        """Make the graph; of parallel ways from state to state the quickest stays, of equals the lowest arc."""
        states, nodes = streets.states, len(streets.drivable)
        tail = np.repeat(np.arange(len(states.node)), np.diff(states.first))
        head, ms = states.arrival[states.arc], streets.arc_ms[states.arc]
        order = np.lexsort((states.arc, ms, head, tail))
        order = order[tail[order] != head[order]]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
        best = order[first]
        further = np.arange(nodes, len(states.node))
        split = np.unique(states.node[further])
        goal = np.arange(nodes)
        goal[split] = len(states.node) + np.arange(len(split))
        ends = np.concatenate([split, further])
        nothing = np.zeros(len(ends), dtype=np.int64)
        tail = np.concatenate([tail[best], ends])
        head = np.concatenate([head[best], goal[states.node[ends]]])
        ms = np.concatenate([ms[best], nothing])
        arc = np.concatenate([states.arc[best], nothing + NO_ARC])
        order = np.lexsort((head, tail))
        return cls(len(states.node) + len(split), tail[order], head[order], ms[order], arc[order], goal)

    @property
    def key(self) -> str:
        """The SHA-256 of all that labels depend on: the streets, the speeds, the turns and what is laid over them."""
        digest = hashlib.sha256(f"{self.vertices} {len(self.goal)}".encode())
        for column in (self.tail, self.head, self.ms, self.goal):
            digest.update(column.astype("<i8").tobytes())
        return digest.hexdigest()
