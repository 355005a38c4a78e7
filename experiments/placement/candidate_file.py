"""Candidate poses from a planner's own GeoJSON file: cameras as in a fleet file, each with a price."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sensors.candidate_options import MOUNTS
from sensors.candidates import Candidates
from sensors.fleet_file import read_fleet
from twin.city import City
from twin.errors import Fault, InputError


def read_candidates(path: Path, city: City, currency: str) -> Candidates:
    """Read poses: the properties of a camera, ``price``, and ``site`` where several poses share one mount.

    Poses without a ``site`` are on one mount where their coordinates are equal.

    Raises:
        InputError: missing, not GeoJSON, or with faults: those of cameras (outside the city, inside a building, doubled
            ids and the rest), and prices that are missing or not above 0; all of them.
    """
    asked = f"read the candidates {path.name}"
    faults: list[Fault] = []
    fleet = None
    try:
        fleet = read_fleet(path, city.crs, city.bounds_m, city.buildings)
    except InputError as wrong:
        faults += [Fault(fault.what, fault.line) for fault in wrong.faults]
    features = _features(path)
    prices = [_price(feature) for feature in features]
    faults += [
        Fault(f"feature {number}: price is {found!r}; a number above 0 was wanted")
        for number, (found, price) in enumerate(prices, 1)
        if price is None
    ]
    if fleet is not None and not len(fleet):
        faults.append(Fault("found no candidates; at least one point was wanted"))
    if faults or fleet is None:
        raise InputError(asked, faults, path)
    properties = [feature["properties"] for feature in features]
    family = [MOUNTS.index(p["mount"]) if p.get("mount") in MOUNTS else -1 for p in properties]
    site = [str(p.get("site") or (round(float(x), 2), round(float(y), 2))) for p, x, y in
            zip(properties, fleet.x_m, fleet.y_m, strict=True)]  # fmt: skip
    numbers = {name: number for number, name in enumerate(dict.fromkeys(site))}
    return Candidates(
        fleet, np.array([numbers[name] for name in site], dtype=np.int64), np.array(family, dtype=np.int8),
        np.array([price for _, price in prices], dtype=np.float64), currency,
    )  # fmt: skip


def _features(path: Path) -> list[Any]:
    try:
        features = json.loads(path.read_text(encoding="utf-8")).get("features")
    except (OSError, ValueError, AttributeError):
        return []
    return [feature for feature in features if isinstance(feature, dict)] if isinstance(features, list) else []


def _price(feature: Any) -> tuple[Any, float | None]:
    found = (feature.get("properties") or {}).get("price")
    fits = isinstance(found, int | float) and not isinstance(found, bool) and 0 < found < float("inf")
    return found, float(found) if fits else None
