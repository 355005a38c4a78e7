"""Avenues become two carriageways; the rest of the network keeps its junctions and loses its bends."""

from __future__ import annotations

import pytest

from twin.city.fabric.network import Network, network_of
from twin.city.fabric.plan import edge_of
from twin.city.fabric.ways import COLLECTOR, QUARTER, avenue

AVENUE = avenue("A", lanes=6, speed_kmh=60, inferred="all")
OFFSET_M = 3.0 + 6 * 3.5 / 4  # half the median and half a carriageway of three lanes


def laid(points, ways) -> Network:
    """The network of loose streets."""
    return network_of(points, {edge_of(a, b): way for a, b, way in ways})


def test_a_bend_is_no_junction():
    """Two stretches of one street that meet in a bend are one street with the bend in its line."""
    network = laid([(0, 0), (100, 0), (100, 80)], [(0, 1, QUARTER), (1, 2, QUARTER)])
    assert len(network.points) == 2
    assert [street.line for street in network.streets] == [((0, 0), (100, 0), (100, 80))]


def test_streets_of_two_kinds_stay_two():
    network = laid([(0, 0), (100, 0), (200, 0)], [(0, 1, QUARTER), (1, 2, COLLECTOR)])
    assert len(network.points) == 3
    assert len(network.streets) == 2


def test_an_avenue_has_two_carriageways_driven_on_the_right():
    """Past a bend the eastbound carriageway lies to the south of the middle, the westbound to the north."""
    network = laid(
        [(0, 0), (300, 0), (600, 0), (300, -200)], [(0, 1, AVENUE), (1, 2, AVENUE), (1, 3, QUARTER)]
    )  # fmt: skip
    halves = [street for street in network.streets if street.way.street_class == "primary"]
    assert {(street.way.lanes, street.way.oneway) for street in halves} == {(3, True)}
    for street in halves:
        (x1, _), (x2, _) = street.line[0], street.line[-1]
        side = next(y for x, y in street.line if x == 300)
        assert side == pytest.approx(-OFFSET_M if x2 > x1 else OFFSET_M)


def test_a_side_street_of_low_rank_meets_only_its_own_side():
    """A quarter road from the south reaches the eastbound carriageway, and nobody turns across the median."""
    network = laid(
        [(0, 0), (300, 0), (600, 0), (300, -200)], [(0, 1, AVENUE), (1, 2, AVENUE), (1, 3, QUARTER)]
    )  # fmt: skip
    (road,) = (street for street in network.streets if street.way == QUARTER)
    assert max(y for _, y in road.line) == pytest.approx(-OFFSET_M)
    assert all(street.way.name == "A" or street.way == QUARTER for street in network.streets)


def test_two_avenues_cross_in_a_ring_driven_anticlockwise():
    """Four corners, four one-way links, signals; round the ring one comes from any arm to any other."""
    arms = [(1, (400, 0)), (2, (0, 400)), (3, (-400, 0)), (4, (0, -400))]
    network = laid([(0, 0), *(xy for _, xy in arms)], [(0, i, AVENUE) for i, _ in arms])
    links = [s for s in network.streets if s.way.name == "" and s.way.oneway]
    assert len(links) == 4
    assert sum(network.signals) == 4
    for link in links:
        (x1, y1), (x2, y2) = link.line
        assert x1 * y2 - y1 * x2 > 0  # anticlockwise round the middle
        assert abs(x1) == pytest.approx(OFFSET_M)
        assert abs(y1) == pytest.approx(OFFSET_M)
