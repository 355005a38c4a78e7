"""All that answers from labels need: the graph, its dead ends, and the labels of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.travel.contraction import contract
from twin.travel.hub_labels import Labels, label
from twin.travel.label_graph import LabelGraph
from twin.travel.trees import DEPTH, trees_of

Ints = NDArray[np.int64]

METHOD: Final = 2
"""Version of how labels are made; kept labels of another version are made anew."""

_CONTRACTION_SHARE: Final = 0.6


@dataclass(frozen=True, eq=False)
class LabelSet:
    """Labels of one street graph.

    Attributes:
        graph: what they were made of.
        tree: (vertices, 7) int64, see :attr:`twin.travel.trees.Trees.table`.
        place: (vertices,) int64 place of each root in the labels, -1 for others.
        out, into: labels from each root, and to it.
    """

    graph: LabelGraph
    tree: Ints
    place: Ints
    out: Labels
    into: Labels

    @property
    def bytes(self) -> int:
        """Size of the labels."""
        sides = (self.out, self.into)
        return sum(a.nbytes for side in sides for a in (side.first, side.entry, side.step))


def make_labels(graph: LabelGraph, progress: Callable[[float], None] = lambda share: None) -> LabelSet:
    """Make the labels; the same graph gives the same bytes.

    Args:
        graph: the graph.
        progress: told the share that is done, from time to time.

    Raises:
        OverflowError: a way takes longer than labels can hold.
    """
    progress(0.0)
    trees = trees_of(graph)
    core = np.full(graph.vertices, -1, dtype=np.int64)
    core[trees.roots] = np.arange(len(trees.roots))
    rows = np.flatnonzero((core[graph.tail] >= 0) & (core[graph.head] >= 0))
    hierarchy = contract(
        len(trees.roots),
        core[graph.tail[rows]],
        core[graph.head[rows]],
        graph.ms[rows],
        rows,
        lambda share: progress(_CONTRACTION_SHARE * share),
    )
    out, into, places = label(
        hierarchy,
        core[graph.head],
        core[graph.tail],
        lambda share: progress(_CONTRACTION_SHARE + (1.0 - _CONTRACTION_SHARE) * share),
    )
    return LabelSet(graph, trees.table, placed(trees.table, places), out, into)


def placed(tree: Ints, places: Ints) -> Ints:
    """Return the (vertices,) places, from those of the roots in their order; -1 for what is no root."""
    place = np.full(len(tree), -1, dtype=np.int64)
    place[tree[:, DEPTH] == 0] = places
    return place
