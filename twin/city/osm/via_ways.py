"""Restrictions whose via is a way, told as rows at junctions where that says the same."""

from __future__ import annotations

from typing import Final

from twin.city.osm.arms import Arms, Refused

Turn = tuple[int, int, int, str]

_LOST: Final = "its via is a way that others drive as well; rows at one junction cannot tell who came from where"


def via_turns(come: int, via: list[int], go: int, kind: str, arms: Arms) -> list[Turn]:
    """Return the rows of a restriction from a way over ways to a way.

    Whoever is on the via must have come from the ``from`` way: it is one-way and nobody else joins it. Then what is
    forbidden (or alone allowed) at its end is so for exactly those the restriction speaks of, but for a trip that
    begins where the via does.

    Raises:
        Refused: the via is no single line from one to the other, or others drive it too.
    """
    pieces = [row for way in via for row in arms.open_pieces(way)]
    starts = [(row, node) for row in arms.open_pieces(come) for node in _ends(row, arms) if arms.arrives(row, node)]
    ends = {node for row in arms.open_pieces(go) for node in _ends(row, arms) if arms.leaves(row, node)}
    lines = [(row, line) for row, node in starts for line in [_line(node, pieces, ends, arms)] if line]
    if len(lines) != 1:
        raise Refused("its via is no single line from its from way to its to way")
    first, line = lines[0]
    before = first
    for node, row in line:
        others = [other for other in arms.at(node) if other != before and arms.arrives(other, node)]
        if others or arms.two_way[row]:
            raise Refused(_LOST)
        before = row
    last_node = int(arms.v[before])
    targets = [row for row in arms.open_pieces(go) if arms.leaves(row, last_node)]
    if len(targets) != 1:
        raise Refused("its to way runs through the via: which side is meant is not said")
    turns: list[Turn] = [(before, last_node, targets[0], kind)]
    if kind == "only":
        chain = [first, *(row for _, row in line)]
        turns += [(a, node, b, kind) for a, b, (node, _) in zip(chain, chain[1:], line, strict=False)]
    return turns


def _line(node: int, pieces: list[int], ends: set[int], arms: Arms) -> list[tuple[int, int]]:
    """Return node and street of each step from a node along all the pieces to one of the ends, [] for none."""
    line: list[tuple[int, int]] = []
    left = set(pieces)
    while left:
        steps = [row for row in sorted(left) if arms.leaves(row, node)]
        if len(steps) != 1:
            return []
        line.append((node, steps[0]))
        left.remove(steps[0])
        node = arms.far_end(steps[0], node)
    return line if node in ends else []


def _ends(row: int, arms: Arms) -> set[int]:
    return {int(arms.u[row]), int(arms.v[row])}
