"""A SUMO network read back, and held against the streets it was made of."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.city.forms.network import Network


@dataclass(frozen=True)
class SumoNet:
    """What a ``.net.xml`` says of its roads.

    Attributes:
        length_m: by edge, of its lanes, without the junctions at its ends.
        via_m: by edges one comes and goes on by, the shortest way over the junction between.
        lights: how many traffic lights there are.
    """

    length_m: dict[str, float]
    via_m: dict[tuple[str, str], float]
    lights: int


def read_net(path: Path) -> SumoNet:
    """Read a network in one pass; memory grows with its edges and turns only."""
    length_m: dict[str, float] = {}
    inside_m: dict[str, float] = {}
    follows: dict[str, str] = {}
    turns: list[tuple[str, str, str]] = []
    lights = 0
    for _, element in ET.iterparse(path, events=("end",)):
        if element.tag == "edge":
            _take_edge(element, length_m, inside_m)
        elif element.tag == "connection":
            if element.attrib["from"].startswith(":"):
                follows[f"{element.attrib['from']}_{element.attrib['fromLane']}"] = element.attrib.get("via", "")
            else:
                turns.append((element.attrib["from"], element.attrib["to"], element.attrib.get("via", "")))
        elif element.tag == "tlLogic":
            lights += 1
        if element.tag not in {"lane", "param", "phase", "request", "neigh"}:
            element.clear()
    via_m: dict[tuple[str, str], float] = {}
    for tail, head, via in turns:
        over = 0.0
        while via:
            over += inside_m.get(via, 0.0)
            via = follows.get(via, "")
        via_m[tail, head] = min(over, via_m.get((tail, head), np.inf))
    return SumoNet(length_m, via_m, lights)


def compare_with(
    net: SumoNet, network: Network, ids: list[str], into: NDArray[np.int64], onto: NDArray[np.int64]
) -> dict[str, str]:
    """Return, in words, how a network agrees with the streets: edges, turns, and lengths.

    A length is taken from the middle of a street over a turn to the middle of the next.
    """
    here = [edge in net.length_m for edge in ids]
    found, its_m, own_m = turn_lengths(net, network, ids, into, onto)
    there = len(net.via_m)
    more = there - int(found.sum())
    return {
        "edges": f"{sum(here):,} of {len(ids):,}",
        "turns": f"{int(found.sum()):,} of {len(into):,}, {more} more than the city allows",
        "lengths": lengths_in_words(its_m, own_m),
        "traffic lights": f"{net.lights}",
    }


def turn_lengths(
    net: SumoNet, network: Network, ids: list[str], into: NDArray[np.int64], onto: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Return which turns the network has, and of those that do not lead back its lengths and the city's."""
    found = np.array([(ids[a], ids[b]) in net.via_m for a, b in zip(into, onto, strict=True)], dtype=bool)
    ahead = np.flatnonzero(found & ~network.turns_back(into, onto))
    own = (network.length_m[into[ahead]] + network.length_m[onto[ahead]]) / 2.0
    pairs = [(ids[into[i]], ids[onto[i]]) for i in ahead]
    its = [(net.length_m[a] + net.length_m[b]) / 2.0 + net.via_m[a, b] for a, b in pairs]
    return found, np.array(its), own


def lengths_in_words(its_m: NDArray[np.float64], own_m: NDArray[np.float64]) -> str:
    """Say how lengths from the middle of a street to the middle of the next agree with the city's."""
    if not len(own_m):
        return "there is no turn to measure"
    low, high = np.quantile(its_m - own_m, [0.05, 0.95])
    return (
        f"from street to street {its_m.sum() / own_m.sum():.3f} of the city's, "
        f"9 of 10 turns between {low:+.1f} m and {high:+.1f} m"
    )


def _take_edge(element: ET.Element, length_m: dict[str, float], inside_m: dict[str, float]) -> None:
    lanes = element.findall("lane")
    if element.attrib.get("function") == "internal":
        inside_m.update({lane.attrib["id"]: float(lane.attrib["length"]) for lane in lanes})
    elif lanes:
        length_m[element.attrib["id"]] = float(np.mean([float(lane.attrib["length"]) for lane in lanes]))
