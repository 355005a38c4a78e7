"""Streets as directed arcs with their times: what a search runs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.model import City
from twin.overlays import Overlay, closed_streets, slowing
from twin.speeds import SpeedProfile

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs, sorted by ``(tail, head, arc_ms, street)``.

    Of parallel arcs the quickest stays (of equals the lower street row), and arcs from a node to itself are left out;
    but at a node where a turn is restricted all of them stay, for the turn may be open to one of them alone.

    Attributes:
        tail, head: (arcs,) int64 nodes.
        arc_ms: (arcs,) int64 travel time, at least 1.
        street: (arcs,) int64 row of ``city.streets``.
        forward: (arcs,) bool, True where the arc runs along the street's line.
    """

    tail: Ints
    head: Ints
    arc_ms: Ints
    street: Ints
    forward: NDArray[np.bool_]


def usable(city: City, profile: SpeedProfile) -> NDArray[np.bool_]:
    """Return the (streets,) mask of what a traveller of this profile may use."""
    mask: NDArray[np.bool_] = city.streets[profile.mode].to_numpy(dtype=bool)
    return mask


def arcs_of(city: City, profile: SpeedProfile, period: int = 0, overlays: Sequence[Overlay] = ()) -> Arcs:
    """Make the arcs of one period.

    An arc takes ``length_m / speed`` and the wait at the signal it ends at, rounded to a millisecond. Who walks goes
    both ways on every street.
    """
    rows = np.flatnonzero(usable(city, profile) & ~closed_streets(city, overlays))
    table = city.streets.iloc[rows]
    u, v = table["u"].to_numpy(np.int64), table["v"].to_numpy(np.int64)
    speed_m_per_ms = profile.speeds_kmh(table, period) * slowing(city, overlays)[rows] / 3600.0
    ms = np.maximum(1, np.rint(table["length_m"].to_numpy() / speed_m_per_ms)).astype(np.int64)
    back = ~table["oneway"].to_numpy(dtype=bool) | (profile.mode == "walk")
    tail, head = np.concatenate([u, v[back]]), np.concatenate([v, u[back]])
    wait_ms = np.where(city.nodes["signal"].to_numpy(dtype=bool), profile.periods[period].signal_delay_ms, 0)
    arc_ms, street = np.concatenate([ms, ms[back]]) + wait_ms[head], np.concatenate([rows, rows[back]])
    forward = np.arange(len(tail)) < len(u)
    order = np.lexsort((street, arc_ms, head, tail))
    keep = order[_kept(tail[order], head[order], _ruled(city, profile))]
    return Arcs(tail[keep], head[keep], arc_ms[keep], street[keep], forward[keep])


def _ruled(city: City, profile: SpeedProfile) -> NDArray[np.bool_]:
    ruled = np.zeros(len(city.nodes), dtype=bool)
    if profile.mode == "drive":
        ruled[city.restrictions["via_node"].to_numpy(np.int64)] = True
    return ruled


def _kept(tail: Ints, head: Ints, ruled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    kept: NDArray[np.bool_] = (first & (tail != head)) | ruled[tail] | ruled[head]
    return kept
