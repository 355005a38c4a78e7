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
    yield from recognition(city)
    yield from flight_rows(city)
    whole = open_city(None)
    yield from chain_rows(whole)
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


def recognition(city: City) -> Iterator[Row]:
    """The whole recogniser (resize, detect, track, plates) against the bare forward pass of the same weights."""
    import torch

    from vision.recogniser import Recogniser

    recogniser = Recogniser.load()
    images = list(np.random.default_rng(1).integers(0, 255, (16, 540, 960, 3), dtype=np.uint8))
    batch = torch.rand(8, 3, 256, 448)

    def bare() -> None:
        with torch.inference_mode():
            for _ in range(2):
                recogniser.model(batch)

    a, b = in_turn(lambda: recogniser.recognise(images, 5.0), bare, runs=5)
    yield Row("recogniser, 16 frames", 1000 * a / 16, 1000 * b / 16, "bare forward pass", "ms/frame")
