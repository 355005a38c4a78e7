"""What the tags of a routable way say of its streets, worked out once for each set of tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from twin.city.osm.directions import ONEWAY_KEYS, Direction, direction, unusable_direction
from twin.city.osm.figures import figures
from twin.city.osm.lanes import LANE_KEYS, lane_count, shared_lanes, tagged_lanes
from twin.city.osm.limits import CHANGING, LIMIT_KEYS, limits_kmh, speed_limit_kmh
from twin.city.osm.tags import (
    ACCESS_KEYS,
    DRIVABLE,
    closed_to_vehicles,
    is_link,
    layer_tag,
    level,
    may_walk,
    opened_to_vehicles,
    street_class,
    structure,
    width_m,
)

_KEYS: Final = (
    "highway", "junction", "motorroad", "foot", "emergency", "width", "est_width", "layer", "bridge", "tunnel",
    *ACCESS_KEYS, *ONEWAY_KEYS, *LANE_KEYS, *LIMIT_KEYS,
)  # fmt: skip

_INFERRED_LANES: Final = ("lanes_forward", "lanes_backward")


@dataclass(frozen=True, slots=True)
class WayFacts:
    """The columns of the streets of a way, and what its tags leave open.

    Attributes:
        columns: by name, as the street runs (a one-way against its line is turned round).
        turned: whether the streets run against the way's line.
        unusable: keys with values that say nothing.
        closed: the access value that keeps vehicles out of a way they would use by its class.
        limited: the access value under which such a way is open to some.
        two_limits: whether the speed limit differs by direction; the lower stands in the columns.
    """

    columns: dict[str, Any]
    turned: bool
    unusable: tuple[tuple[str, str], ...]
    closed: str | None
    limited: str | None
    two_limits: bool

    @property
    def drivable_class(self) -> bool:
        """Whether vehicles use ways of this class, whatever the access tags say."""
        return self.columns["street_class"] in DRIVABLE


def way_facts(tags: Mapping[str, str]) -> WayFacts:
    """Return what the tags of a routable way say."""
    return _facts(tuple((key, tags[key]) for key in _KEYS if key in tags))


@lru_cache(maxsize=65536)
def _facts(items: tuple[tuple[str, str], ...]) -> WayFacts:
    tags = dict(items)
    name = street_class(tags) or ""
    way = direction(tags)
    closed = closed_to_vehicles(tags) if name in DRIVABLE else None
    drive = closed is None if name in DRIVABLE else opened_to_vehicles(tags)
    counts, inferred = _lane_columns(tags, way, name, drive)
    limits, width = limits_kmh(tags, way), width_m(tags)
    speed_kmh = min(limits, default=None)
    if width is None:
        inferred = ["width_m", *inferred]
    if "lanes" in inferred:
        inferred = ["lanes", *(column for column in inferred if column != "lanes")]
    if speed_kmh is None:
        inferred = ["speed_kmh", *inferred]
    columns = {
        "oneway": way is not Direction.BOTH,
        "street_class": name,
        "speed_kmh": speed_kmh or _usual_speed_kmh(tags, name, drive),
        "width_m": width or float(max(1, counts["lanes"]) * figures()["streets"][name]["lane_m"]),
        "drive": drive,
        "walk": may_walk(tags, name),
        "layer": level(tags),
        "structure": structure(tags),
        "inferred": ",".join(inferred),
        **counts,
    }
    limited = None if not drive else next((tags[key] for key in ACCESS_KEYS if tags.get(key) in _LIMITED), None)
    return WayFacts(columns, way is Direction.AGAINST, tuple(_unusable(tags)), closed, limited, len(limits) > 1)


def _lane_columns(tags: Mapping[str, str], way: Direction, name: str, drive: bool) -> tuple[dict[str, int], list[str]]:
    stated = tagged_lanes(tags, way)
    whole = stated.whole or _usual_lanes(tags, int(figures()["streets"][name]["lanes"]), way, drive)
    inferred = [] if stated.whole or not whole else ["lanes"]
    forward, backward = shared_lanes(whole, way)
    if stated.forward is not None and stated.backward is not None:
        forward, backward = stated.forward, stated.backward
    elif drive:
        inferred += _INFERRED_LANES
    if not drive:
        forward = backward = 0
    if way is Direction.AGAINST:
        forward, backward = backward, forward
    return {"lanes": whole, "lanes_forward": forward, "lanes_backward": backward}, inferred


def _usual_lanes(tags: Mapping[str, str], of_class: int, way: Direction, drive: bool) -> int:
    if is_link(tags):
        return int(figures()["link_lanes"])
    return max(int(drive), of_class // 2 if way is not Direction.BOTH else of_class)


def _usual_speed_kmh(tags: Mapping[str, str], name: str, drive: bool) -> float:
    if is_link(tags):
        return float(figures()["link_speed_kmh"])
    if drive and name not in DRIVABLE:
        return float(figures()["opened_path_speed_kmh"])
    return float(figures()["streets"][name]["speed_kmh"])


def _unusable(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    found = [(key, tags[key]) for key in LANE_KEYS if key in tags and lane_count(tags[key]) is None]
    limit = tags.get("maxspeed")
    if limit is not None and limit not in CHANGING | {"none"} and speed_limit_kmh({"maxspeed": limit}) is None:
        found.append(("maxspeed", limit))
    if "width" in tags and width_m({"width": tags["width"]}) is None:
        found.append(("width", tags["width"]))
    if "layer" in tags and layer_tag(tags) is None:
        found.append(("layer", tags["layer"]))
    turn = unusable_direction(tags)
    return [*found, ("oneway", turn)] if turn is not None else found


_LIMITED: Final = frozenset({"destination", "customers", "delivery", "permissive", "official", "designated"})
