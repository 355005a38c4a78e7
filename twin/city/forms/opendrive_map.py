"""An OpenDRIVE map read back, and held against the streets it was made of.

The converter joins streets that go on into each other into one road, and swallows short streets between junctions it
joins. So a connection is judged between streets that the map still has as roads: whoever can come from one to the other
over a junction in the city, over swallowed streets if need be, must be able to in the map, and as far.
"""

from __future__ import annotations

import heapq
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.city.forms.network import Network
from twin.city.forms.sumo_net import lengths_in_words

Probe = tuple[str, float, bool] | None
"""Road, metres along it, and whether it is in a junction."""


@dataclass(frozen=True)
class Roads:
    """What an OpenDRIVE file says of its roads.

    Attributes:
        length_m: by road id.
        over: by road one comes by and road one goes on by, the shortest length of a road over the junction between.
        ways: by the same, all roads over the junction.
    """

    length_m: dict[str, float]
    over: dict[tuple[str, str], float]
    ways: dict[tuple[str, str], list[str]]


@dataclass(frozen=True)
class Links:
    """The connections of the streets that a map has as roads.

    Attributes:
        wanted: by (road, road) that the city connects: metres from the middle of one street to that of the other.
        found: the same, as the map has it; infinite where it has no connection.
        more: connections of the map, as (road, road), that the city does not have.
        roads: how many edges are roads of the map, or parts of one.
        swallowed: how many edges lie within a junction of the map.
    """

    wanted: NDArray[np.float64]
    found: NDArray[np.float64]
    more: list[tuple[str, str]]
    roads: int
    swallowed: int


def read_roads(path: Path) -> Roads:
    """Read the roads of a map and how they lead into each other."""
    length_m: dict[str, float] = {}
    over: dict[tuple[str, str], float] = {}
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for _, road in ET.iterparse(path, events=("end",)):
        if road.tag != "road":
            continue
        number = road.attrib["id"]
        length_m[number] = float(road.attrib["length"])
        before, after = road.find("link/predecessor"), road.find("link/successor")
        drives = any(lane.attrib.get("type") == "driving" for lane in road.iter("lane"))
        if road.attrib["junction"] != "-1" and before is not None and after is not None and drives:
            ends = (before.attrib["elementId"], after.attrib["elementId"])
            over[ends] = min(length_m[number], over.get(ends, np.inf))
            ways[ends].append(number)
        elif after is not None and after.attrib["elementType"] == "road":
            over.setdefault((number, after.attrib["elementId"]), 0.0)
        road.clear()
    return Roads(length_m, over, ways)


def in_words(links: Links, directions: int) -> dict[str, str]:
    """Return, in words, how a map agrees with the directed streets."""
    there = np.isfinite(links.found)
    return {
        "streets": f"{links.roads:,} of {directions:,} directions lie on roads, {links.swallowed:,} within junctions "
        "that the converter joined",
        "connections": f"{int(there.sum()):,} of {len(there):,}, {len(links.more):,} more than the city allows",
        "lengths": lengths_in_words(links.found[there], links.wanted[there]),
    }


def links_of(
    roads: Roads, probes: Sequence[Probe], network: Network, into: NDArray[np.int64], onto: NDArray[np.int64]
) -> Links:
    """Return the connections of city and map side by side; turning back is left to the driver.

    Args:
        roads: the map.
        probes: for each edge of the network the road under its middle, how far along it, and whether it is in a
            junction; None where there is none.
        network: the streets.
        into: the edge each allowed turn comes by.
        onto: the edge it goes on by.
    """
    inside = np.array([probe is not None and probe[2] for probe in probes], dtype=bool)
    outside = np.array([probe is not None and not probe[2] for probe in probes], dtype=bool)
    forth = ~network.turns_back(into, onto)
    onward: dict[int, list[int]] = defaultdict(list)
    for a, b in zip(into[forth].tolist(), onto[forth].tolist(), strict=True):
        onward[a].append(b)
    wanted: dict[tuple[str, str], tuple[float, float]] = {}
    for edge, come in enumerate(probes):
        if come is None or come[2]:
            continue
        for other, own_m in _reached(edge, onward, inside, outside, network.length_m).items():
            go = probes[other]
            assert go is not None
            key, its_m = _in_map(roads, come, go)
            wanted[key] = min(wanted.get(key, (np.inf, np.inf)), (own_m, its_m))
    back = {(_road(probes[a]), _road(probes[b])) for a, b in zip(into[~forth], onto[~forth], strict=True)}
    known = {_road(probe) for probe, out in zip(probes, outside, strict=True) if out}
    more = [
        (a, b)
        for a, b in roads.ways
        if a in known and b in known and a != b and (a, b) not in wanted and (a, b) not in back
    ]
    pairs = np.array(list(wanted.values())).reshape(-1, 2)
    return Links(pairs[:, 0], pairs[:, 1], more, int(outside.sum()), int(inside.sum()))


def _reached(
    edge: int, onward: Mapping[int, list[int]], inside: NDArray[np.bool_], outside: NDArray[np.bool_],
    length_m: NDArray[np.float64],
) -> dict[int, float]:  # fmt: skip
    """Return how far it is, middle to middle, to each edge that is next on the map, over edges within junctions."""
    reached: dict[int, float] = {}
    seen: set[int] = set()
    queue = [(float(length_m[edge]) / 2.0, edge)]
    while queue:
        gone_m, here = heapq.heappop(queue)
        if here in seen:
            continue
        seen.add(here)
        for then in onward.get(here, ()):
            if outside[then]:
                reached[then] = min(reached.get(then, np.inf), gone_m + float(length_m[then]) / 2.0)
            elif inside[then]:
                heapq.heappush(queue, (gone_m + float(length_m[then]), then))
    return reached


def _in_map(roads: Roads, come: tuple[str, float, bool], go: tuple[str, float, bool]) -> tuple[tuple[str, str], float]:
    (first, at_m, _), (last, then_m, _) = come, go
    if first == last and then_m > at_m:
        return (f"{first} at {at_m:.2f}", last), then_m - at_m
    over = roads.over.get((first, last), np.inf)
    return (first, last), roads.length_m[first] - at_m + over + then_m


def _road(probe: Probe) -> str:
    return "" if probe is None else probe[0]
