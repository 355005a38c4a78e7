"""A fleet's tally as figures ready for JSON: ground, streets, areas, places, night, sightings."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.fleet_cells import FleetTally
from sensors.region_sums import RegionSums
from sensors.samples import STREET, Samples
from sensors.sighting_odds import LIGHTS

HALF: Final = 0.5
Floats = NDArray[np.float64]


def ground_figures(found: FleetTally) -> dict[str, Any]:
    """Return the city's ground as a whole: see :func:`region_rows` for one row, here with km2.

    Returns:
        ``classes`` (best first: ``name``, ``px_per_m``, ``km2``, ``share_open``, ``share_night``, ``share_watched``),
        ``open_km2``, ``cameras``, ``edition``, ``seen_by`` (share of ground by ``0``, ``1``, ``2``, ``3+`` cameras),
        ``sighting`` (mean chance over the ground, by what and light) and ``seen_for_s``.
    """
    sums = found.regions["city"]
    km2 = found.grid.cell_m**2 / 1e6
    row = _row(sums, 0, found)
    day, _ = (_at_least(part)[0] for part in (sums.best, sums.night))
    classes = [
        {
            "name": name,
            "px_per_m": bound,
            "km2": float(day[k + 1]) * km2,
            "share_open": row["share"][name],
            "share_night": row["night"][name],
            "share_watched": row["watched"][name],
        }
        for k, (name, bound) in enumerate(found.dori.classes.items())
    ]
    return {
        "classes": classes[::-1],
        "open_km2": float(sums.whole[0]) * km2,
        "cameras": len(found.fleet),
        "edition": found.dori.edition,
        "seen_by": row["seen_by"],
        "sighting": row["sighting"],
        "seen_for_s": found.odds.seen_for_s,
    }


def area_rows(found: FleetTally, level: str, names: list[str]) -> list[dict[str, Any]]:
    """Return a row for each area of a level, in their order: ``name``, ``open_km2`` and those of a region."""
    sums, km2 = found.regions[level], found.grid.cell_m**2 / 1e6
    return [
        {"name": name, "open_km2": float(sums.whole[g]) * km2, **_row(sums, g, found)} for g, name in enumerate(names)
    ]


def street_rows(found: FleetTally, samples: Samples) -> list[dict[str, Any]]:
    """Return a row for each class of street: ``street_class``, ``km`` and those of a region; open ground or not."""
    rows = np.flatnonzero(samples.kind == STREET)
    km = np.bincount(samples.group, samples.weight, len(samples.kind)) / 1000.0
    return [
        {"street_class": str(samples.name[g]), "km": float(km[g]), **_row(found.samples, g, found)}
        for g in rows.tolist()
    ]


def place_rows(found: FleetTally, samples: Samples) -> list[dict[str, Any]]:
    """Return a row for each kind of named ground but streets: how many, how much of their ground is seen, and how many.

    Returns:
        ``kind``, ``places``, the figures of a region over all their ground, ``half_seen``: places of whose ground at
        least half is seen at the least class, ``unseen``: places nobody sees, ``least``: up to five names of those
        with least.
    """
    told = []
    seen = 1.0 - _share(found.samples.best[:, 0], found.samples.whole)
    for kind in dict.fromkeys(samples.kind[samples.kind != STREET].tolist()):
        own = np.flatnonzero((samples.kind == kind) & (found.samples.whole > 0))
        if not len(own):
            continue
        sums = RegionSums(*(part[own].sum(axis=0, keepdims=True) for part in vars(found.samples).values()))
        order = own[np.argsort(seen[own], kind="stable")]
        least = [str(samples.name[g]) for g in order.tolist() if samples.name[g] and seen[g] < HALF]
        told.append(
            {
                "kind": kind,
                "places": len(own),
                **_row(sums, 0, found),
                "half_seen": int((seen[own] >= HALF).sum()),
                "unseen": int((seen[own] == 0.0).sum()),
                "least": list(dict.fromkeys(least))[:5],
            }
        )
    return told


def _row(sums: RegionSums, g: int, found: FleetTally) -> dict[str, Any]:
    """Return one region's shares of open ground: by class by day, at night and expected; by count; chances."""
    whole = sums.whole[g]
    names = found.dori.names[1:]
    day, night = (_share(_at_least(part)[g, 1:], whole) for part in (sums.best, sums.night))
    watched = _share(sums.watched[g], whole)
    noticed = _share(sums.noticed[g], whole)
    by_class = [dict(zip(names, part.tolist(), strict=True)) for part in (day, night, watched)]
    return {
        "share": by_class[0],
        "night": by_class[1],
        "watched": by_class[2],
        "seen_by": dict(zip(("0", "1", "2", "3+"), _share(sums.seen_by[g], whole).tolist(), strict=True)),
        "sighting": {
            what: dict(zip(LIGHTS, noticed[r].tolist(), strict=True)) for r, what in enumerate(found.odds.what)
        },
    }


def _at_least(by_class: Floats) -> Floats:
    """Return (g, k + 1) sums at each class or better."""
    return np.cumsum(by_class[:, ::-1], axis=1)[:, ::-1]


def _share(part: Floats, whole: Any) -> Floats:
    there = np.broadcast_to(np.asarray(whole) > 0, np.shape(part))
    share: Floats = np.divide(part, whole, out=np.zeros(np.shape(part)), where=there)
    return share
