"""A plain pyosmium pass over a file: which objects a city should account for, found without the importer's own code."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import osmium

from twin.city import City

VEHICLE_CLASSES = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "track", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link", "residential_link",
    "road", "minor",
}  # fmt: skip
WALKING_CLASSES = {"pedestrian", "footway", "path", "steps", "cycleway", "bridleway"}


def plain_pass(path: Path) -> dict[str, set[str]]:
    """Return the names (``n1``, ``w2``, ``r3``) of the objects of each kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for thing in osmium.FileProcessor(str(path)):
        name = f"{thing.type_str()}{thing.id}"
        tags = thing.tags
        if thing.is_node():
            found["nodes"].add(name)
            if tags.get("highway") == "traffic_signals":
                found["signals"].add(name)
            continue
        kind = tags.get("type")
        building = tags.get("building", "no") != "no"
        if thing.is_way():
            highway = tags.get("highway")
            if highway in VEHICLE_CLASSES:
                found["drivable_ways"].add(name)
            elif highway in WALKING_CLASSES:
                found["walking_ways"].add(name)
            elif highway is not None:
                found["other_highway_ways"].add(name)
        elif kind is not None and kind.startswith("restriction"):
            found["turn_restrictions"].add(name)
        elif tags.get("boundary") == "administrative" and tags.get("admin_level", "").isdecimal():
            found["boundaries"].add(name)
        if building and (thing.is_way() or kind == "multipolygon"):
            found["buildings"].add(name)
    return dict(found)


def differences(path: Path, city: City) -> list[str]:
    """Return, one by one, the objects of a plain pass that are neither in the city nor listed as refused."""
    plain, made = plain_pass(path), city.manifest
    present = {
        "drivable_ways": {f"w{i}" for i in city.streets["osm_id"]},
        "walking_ways": {f"w{i}" for i in city.streets["osm_id"]},
        "buildings": {f"w{i}" if i > 0 else f"r{-i}" for i in city.buildings["osm_id"]},
        "turn_restrictions": {f"r{i}" for i in city.restrictions["osm_id"]},
        "other_highway_ways": set(),
    }
    missing = []
    for kind, there in present.items():
        refused = {name for names in made["refused_objects"].get(kind, {}).values() for name in names}
        gone = plain.get(kind, set()) - there - refused
        if kind == "buildings":
            gone -= _merged(path, there)
        missing += [f"{kind}: {name}" for name in sorted(gone)]
    for kind in ("nodes", "signals", "boundaries", *present):
        counted = made["imported"].get(kind, 0) + sum(made["refused"].get(kind, {}).values())
        if not len(plain.get(kind, set())) == made["read"].get(kind, 0) == counted:
            missing.append(f"{kind}: {len(plain.get(kind, set()))} by a plain pass, {counted} accounted for")
    return missing


def _merged(path: Path, there: set[str]) -> set[str]:
    """Return building ways that are the outline of a building relation in the city."""
    merged = set()
    for thing in osmium.FileProcessor(str(path), osmium.osm.RELATION):
        if f"r{thing.id}" in there:
            merged |= {f"w{member.ref}" for member in thing.members if member.type == "w" and member.role != "inner"}
    return merged
