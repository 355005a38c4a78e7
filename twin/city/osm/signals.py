"""Traffic signals: those that stand before a junction count for it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.osm.cutting import Pieces
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger
from twin.city.osm.reading import Extract, Rows
from twin.city.osm.tags import Tags

SIGNAL_REACH_M: Final = 50.0


def signal_rows(pieces: Pieces, driven: NDArray[np.bool_], extract: Extract, ground: Ground, ledger: Ledger) -> Rows:
    """Return the rows of nodes with signals; one that stands before its junction counts for the nearer end in reach.

    Args:
        pieces: of the routable ways.
        driven: (pieces,) bool, of a class that vehicles use.
        extract: what was read.
        ground: where it lies.
        ledger: the account.
    """
    kinds = {osm_id: kind for osm_id, tags in extract.node_tags.items() if (kind := _kind(tags))}
    ids = list(kinds)
    rows = extract.rows_of_ids(ids)
    stands_for = _junctions(pieces, driven, pieces.same[rows], ground)
    for kind in ("signals", "signal_crossings"):
        lost = [i for i, at in zip(ids, stands_for.tolist(), strict=True) if kinds[i] == kind and at < 0]
        ledger.read[kind] += sum(found == kind for found in kinds.values())
        ledger.imported[kind] += sum(found == kind for found in kinds.values()) - len(lost)
        reason = f"no junction of a drivable street within {SIGNAL_REACH_M:.0f} m"
        ledger.refuse(kind, reason, (f"n{i}" for i in lost))
    return np.unique(stands_for[stands_for >= 0])


def _kind(tags: Tags) -> str | None:
    if tags.get("highway") == "traffic_signals":
        return "signals"
    crossed = tags.get("highway") == "crossing" and (
        tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes"
    )
    return "signal_crossings" if crossed else None


def _junctions(pieces: Pieces, driven: NDArray[np.bool_], rows: Rows, ground: Ground) -> Rows:
    """Return for each row the end of a street it stands for, -1 for none."""
    ends = np.unique(np.concatenate([pieces.first[driven], pieces.last[driven]]))
    found = np.where(np.isin(rows, ends), rows, -1)
    waiting = {row: i for i, row in enumerate(rows.tolist()) if found[i] < 0}
    if not waiting:
        return found
    hits = np.flatnonzero(np.isin(pieces.rows, list(waiting)))
    for hit, piece in zip(hits.tolist(), (np.searchsorted(pieces.start, hits, side="right") - 1).tolist(), strict=True):
        if piece < 0 or hit >= pieces.stop[piece] or not driven[piece]:
            continue
        start, stop = int(pieces.start[piece]), int(pieces.stop[piece])
        steps = np.diff(ground.xy_m[pieces.rows[start:stop]], axis=0)
        along_m = np.hypot(steps[:, 0], steps[:, 1])
        back_m, ahead_m = along_m[: hit - start].sum(), along_m[hit - start :].sum()
        if min(back_m, ahead_m) <= SIGNAL_REACH_M:
            end = start if back_m <= ahead_m else stop - 1
            found[waiting[int(pieces.rows[hit])]] = pieces.rows[end]
    return found
