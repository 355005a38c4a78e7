"""Routable ways cut into pieces between junctions, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.city.osm.ground import Ground
from twin.city.osm.ledger import OUTSIDE, Ledger
from twin.city.osm.reading import Extract, Rows, Way

CUT_WHERE_MISSING: Final = "ways cut where nodes are missing"


@dataclass(frozen=True)
class Pieces:
    """Parts of ways that lie between two nodes of the city, in the order of the ways.

    Attributes:
        way: (pieces,) position of each piece's way in the list of ways.
        rows: rows in the extract of all their nodes, in the direction of the street, one piece after the other.
        start, stop: (pieces,) first and one past the last of each piece in ``rows``.
        same: for every node of the extract the one that stands for it.
    """

    way: Rows
    rows: Rows
    start: Rows
    stop: Rows
    same: Rows

    @property
    def first(self) -> Rows:
        """(pieces,) the row of each piece's first node."""
        return self.rows[self.start]

    @property
    def last(self) -> Rows:
        """(pieces,) the row of each piece's last node."""
        return self.rows[self.stop - 1]

    def lines(self, ground: Ground) -> NDArray[np.object_]:
        """Return the pieces as LineStrings in metres."""
        sizes = self.stop - self.start
        if not len(sizes):
            return np.zeros(0, dtype=object)
        inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        at = np.repeat(self.start, sizes) + inside
        lines: NDArray[np.object_] = shapely.linestrings(
            ground.xy_m[self.rows[at]], indices=np.repeat(np.arange(len(sizes)), sizes)
        )
        return lines


def cut_ways(
    ways: list[Way],
    turned: NDArray[np.bool_],
    cuts: Rows,
    extract: Extract,
    ground: Ground,
    ledger: Ledger,
) -> tuple[Pieces, dict[int, str]]:
    """Cut ways at every node they share or meet twice, where nodes are missing or lie outside the box.

    Nodes on one spot that follow each other in a way become one.

    Args:
        ways: the routable ways.
        turned: (ways,) bool, those to be taken against their line.
        cuts: rows of further nodes at which to cut.
        extract: what was read.
        ground: where it lies.
        ledger: the account.

    Returns:
        The pieces, and for the position of each way that left none the reason.
    """
    rows, way = _in_order(ways, turned, extract)
    same = _one_spot(rows, way, ground, ledger)
    kept = rows >= 0
    kept[kept] = ground.inside[rows[kept]]
    lost = np.unique(way[rows < 0])
    chain, of, breaks = _chains(rows, way, kept, same)
    pieces = _pieces(chain, of, breaks, same, same[cuts], len(ground.xy_m))
    left = np.zeros(len(ways), dtype=bool)
    left[pieces.way] = True
    ledger.repaired[CUT_WHERE_MISSING] += int(left[lost].sum())
    first = np.searchsorted(way, np.arange(len(ways) + 1))
    why = {i: _why_not(rows[first[i] : first[i + 1]], ground) for i in np.flatnonzero(~left).tolist()}
    return pieces, why


def _in_order(ways: list[Way], turned: NDArray[np.bool_], extract: Extract) -> tuple[Rows, Rows]:
    """Return the node rows of all ways one after the other, and the way of each."""
    start = np.array([way.start for way in ways], dtype=np.int64)
    sizes = np.array([way.stop - way.start for way in ways], dtype=np.int64)
    way = np.repeat(np.arange(len(ways)), sizes)
    step = np.arange(len(way)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    step = np.where(turned[way], sizes[way] - 1 - step, step)
    return extract.rows[start[way] + step], way


def _one_spot(rows: Rows, way: Rows, ground: Ground, ledger: Ledger) -> Rows:
    """Return for each node the node that stands for it: itself, or the first of those on its spot in a way."""
    n = len(ground.xy_m)
    a, b = rows[:-1], rows[1:]
    ok = (a >= 0) & (b >= 0) & (a != b) & (way[:-1] == way[1:])
    ok[ok] = (ground.xy_m[a[ok]] == ground.xy_m[b[ok]]).all(axis=1)
    if not ok.any():
        return np.arange(n)
    _, label = connected_components(coo_array((np.ones(int(ok.sum())), (a[ok], b[ok])), shape=(n, n)), directed=False)
    _, first = np.unique(label, return_index=True)
    ledger.repaired["nodes on one spot joined"] += n - len(first)
    joined: Rows = first[label]
    return joined


def _chains(rows: Rows, way: Rows, kept: NDArray[np.bool_], same: Rows) -> tuple[Rows, Rows, NDArray[np.bool_]]:
    """Return the nodes of unbroken parts of two nodes or more, the way of each, and where a new part begins."""
    at = np.flatnonzero(kept)
    node, of = same[rows[at]], way[at]
    broken = np.ones(len(at), dtype=bool)
    broken[1:] = (np.diff(at) != 1) | (np.diff(of) != 0)
    new = broken.copy()
    new[1:] |= np.diff(node) != 0
    node, of, broken = node[new], of[new], broken[new]
    part = np.cumsum(broken) - 1
    long = np.bincount(part)[part] > 1 if len(part) else np.zeros(0, dtype=bool)
    return node[long], of[long], broken[long]


def _pieces(chain: Rows, of: Rows, breaks: NDArray[np.bool_], same: Rows, cuts: Rows, n: int) -> Pieces:
    ends = np.roll(breaks, -1)
    uses = np.bincount(chain, minlength=n) + np.bincount(chain[breaks | ends], minlength=n)
    wanted = np.zeros(n, dtype=bool)
    wanted[cuts] = True
    cut = np.flatnonzero((uses[chain] > 1) | wanted[chain])
    goes_on = ~breaks[cut[1:]] if len(cut) else np.zeros(0, dtype=bool)
    start, stop = cut[:-1][goes_on], cut[1:][goes_on] + 1
    return Pieces(of[start], chain, start, stop, same)


def _why_not(rows: Rows, ground: Ground) -> str:
    present = rows >= 0
    if present.sum() < 2 or not (present[1:] & present[:-1]).any():
        return "no two neighbouring nodes of it are in the file"
    if not ground.inside[rows[present]].all():
        return OUTSIDE
    return "no length"
