"""Points on streets that vehicles cannot pass: bollards, blocks, chains (wiki.openstreetmap.org/wiki/Key:barrier)."""

from __future__ import annotations

import numpy as np

from twin.city.osm.figures import figures
from twin.city.osm.ledger import Ledger, shown
from twin.city.osm.reading import Extract, Rows, Way
from twin.city.osm.tags import ACCESS_KEYS, Tags, closed_to_vehicles
from twin.city.osm.way_facts import WayFacts


def closing_points(extract: Extract, ways: list[Way], facts: list[WayFacts], ledger: Ledger) -> Rows:
    """Return the rows of the nodes of drivable ways that vehicles cannot pass; each barrier is counted."""
    driven = [extract.rows_of(way) for way, fact in zip(ways, facts, strict=True) if fact.columns["drive"]]
    on_street = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *driven]))
    ids = [osm_id for osm_id, tags in extract.node_tags.items() if tags.get("barrier", "no") != "no"]
    rows = extract.rows_of_ids(ids)
    closing = []
    for osm_id, row, on in zip(ids, rows.tolist(), np.isin(rows, on_street).tolist(), strict=True):
        if not on:
            continue
        tags = extract.node_tags[osm_id]
        ledger.read["barriers"] += 1
        if closes(tags):
            ledger.imported["barriers"] += 1
            closing.append(row)
        else:
            ledger.refuse("barriers", f"barrier={shown(tags['barrier'])} leaves the way open", [f"n{osm_id}"])
    return np.array(closing, dtype=np.int64)


def closes(tags: Tags) -> bool:
    """Return whether vehicles cannot pass a point; access tags decide before the kind of barrier does."""
    if tags.get("emergency", "no") not in {"no", "destination"}:
        return False
    if any(key in tags for key in ACCESS_KEYS):
        return closed_to_vehicles(tags) is not None
    return tags.get("barrier") in figures()["closing_barriers"]
