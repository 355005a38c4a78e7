"""Whose homes the drones of a run flew over, from the tracks in its log."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.airspace import HomesBelow
from twin.city import City
from twin.records import Kind

Floats = NDArray[np.float64]
Track = NDArray[np.float64]
"""(k, 4) moments in ms, and places."""


def overflown(table: pa.Table, city: City) -> dict[str, float]:
    """Return the dwellings that the drones of a log flew over; {} where it has no drones.

    Each flight counts once for each home; see :meth:`twin.airspace.HomesBelow.overflown`.

    Args:
        table: of ``EventLog.to_table``.
        city: its dwellings.
    """
    ways = flown_ways(table)
    if not ways and not _drone_rows(table):
        return {}
    below = HomesBelow(city)
    return below.overflown(below.under(ways)) | {"flights": len(ways)}


def flown_ways(table: pa.Table) -> list[Floats]:
    """Return the way (k, 2) over the ground of each flight of a log, in the order of take-off."""
    flights: list[list[Track]] = []
    current: dict[str, list[Track]] = {}
    for kind, drone, about in _drone_rows(table):
        track = np.array(about.get("track") or np.zeros((0, 4)), dtype=np.float64).reshape(-1, 4)
        if kind == Kind.DRONE_LAUNCHED:
            current[drone] = []
            flights.append(current[drone])
        if len(track) and drone in current:
            current[drone].append(track)
    return [way for tracks in flights if len(way := _joined(tracks))]


def _drone_rows(table: pa.Table) -> list[tuple[str, str, dict[str, Any]]]:
    kinds, teams, details = (table.column(name).to_pylist() for name in ("kind", "team_id", "detail"))
    return [
        (kind, team or "", json.loads(detail) if detail else {})
        for kind, team, detail in zip(kinds, teams, details, strict=True)
        if kind.startswith("drone_")
    ]


def _joined(tracks: list[Track]) -> Floats:
    """Return what was flown: each track until the next one begins."""
    parts = [np.zeros((0, 2))]
    for number, track in enumerate(tracks):
        end = tracks[number + 1][0, 0] if number + 1 < len(tracks) else np.inf
        kept = track[track[:, 0] < end]
        if end < track[-1, 0] and len(kept):
            cut = [np.interp(end, track[:, 0], track[:, axis]) for axis in (1, 2)]
            parts.append(np.vstack([kept[:, 1:3], cut]))
        else:
            parts.append(kept[:, 1:3])
    return np.vstack(parts)
