"""The figures: streets, import, coverage, the chain, footage, recognition."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np

from tests.benchmarks.chain import chain_rows
from tests.benchmarks.cover import cover_rows
from tests.benchmarks.coverage import coverage_rows, whole_coverage_rows
from tests.benchmarks.exports import export_rows
from tests.benchmarks.flight import flight_rows
from tests.benchmarks.footage import footage_rows
from tests.benchmarks.memory import memory_rows
from tests.benchmarks.osm import osm_rows
from tests.benchmarks.placement import placement_rows
from tests.benchmarks.policies import policy_rows
from tests.benchmarks.scoring import scoring_rows
from tests.benchmarks.sorties import sortie_rows
from tests.benchmarks.timing import Row, in_turn
from tests.benchmarks.travel import travel_rows
from tests.benchmarks.trials import trial_rows
from tests.benchmarks.whole_city import whole_city_rows
from twin.city import City
from twin.city.resolve import open_city
from twin.streets import StreetGraph


def all_rows() -> Iterator[Row]:
    """Yield every row, cheap ones first."""
    city = open_city("default:Chilonzor")
    yield travel_times(city)
    yield from osm_rows()
    yield from coverage_rows(city)
    yield from export_rows(city)
    yield from trial_rows()
    yield from policy_rows()
    yield from cover_rows()
    yield from footage_rows(city)
    yield from scoring_rows(city)
    yield from flight_rows(city)
    whole = open_city(None)
    yield from chain_rows(whole)
    yield from sortie_rows()
    yield from memory_rows()
    yield from whole_city_rows(whole)
    yield from whole_coverage_rows(whole)
    yield from travel_rows(whole)
    yield from placement_rows()


def travel_times(city: City) -> Row:
    """One origin to all junctions of the default district."""
    graph = StreetGraph.of(city)
    peer = nx.DiGraph()
    peer.add_weighted_edges_from(zip(graph.tail.tolist(), graph.head.tolist(), graph.arc_ms.tolist(), strict=True))
    node = int(np.flatnonzero(graph.main_component)[0])

    def ours() -> object:
        graph._times.clear()
        return graph.times_from_ms(node)

    a, b = in_turn(ours, lambda: nx.single_source_dijkstra_path_length(peer, node))
    return Row("one junction to all others", 1000 * a, 1000 * b, "networkx", "ms")
