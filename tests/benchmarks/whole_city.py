"""The whole default city: loading it, making its fleets, drawing it, walking from its metro."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely

from tests.benchmarks.timing import Row, in_turn, seconds
from twin.city import City
from twin.city.figures.walking import MINUTES, WALK_M_PER_MIN, WalkGraph
from twin.city.model import LAYERS
from twin.city.store import load_city


def whole_city_rows(city: City) -> Iterator[Row]:
    """Yield the rows, cheap ones first."""
    if city.folder is not None:
        yield loading(city.folder)
    yield walks(city)
    yield stress_fleet(city)
    yield drawing(city)


def loading(folder: Path) -> Row:
    """The city, checked whole and hashed, against the bare reading of the same files."""
    bare = lambda: [gpd.read_parquet(folder / f"{layer}.parquet") for layer in LAYERS]  # noqa: E731
    ours, peer = in_turn(lambda: load_city(folder), bare, runs=3)
    return Row("default city from disk, checked", ours, peer, "geopandas, unchecked", "s", target="2 s")


def walks(city: City) -> Row:
    """Ground reached on foot in 5, 10 and 15 minutes from each station, against networkx on the same graph."""
    stations = city.places[city.places["kind"] == "metro"]
    points = shapely.get_coordinates(stations.geometry.to_numpy())
    limits = tuple(WALK_M_PER_MIN * minutes for minutes in MINUTES)
    graph = WalkGraph.of(city)
    peer_graph = nx.from_scipy_sparse_array(graph.lengths)
    near = [int(np.argmin(np.hypot(*(graph.xy - point).T))) for point in points]

    def by_networkx() -> object:
        found = [nx.single_source_dijkstra_path_length(peer_graph, node, limits[-1]) for node in near]
        return [
            shapely.convex_hull(shapely.multipoints(graph.xy[[n for n, away in reach.items() if away <= limit]])).area
            for reach in found
            for limit in limits
        ]

    ours, peer = in_turn(lambda: graph.reached_m2(points, limits), by_networkx, runs=3)
    return Row(f"areas walked from {len(points)} stations", ours, peer, "networkx", "s")


def stress_fleet(city: City) -> Row:
    """42,750 cameras hung, each clear of walls and carriageways."""
    from sensors.default_fleet import default_fleet

    return Row("42,750 cameras hung", seconds(lambda: default_fleet(city, 42_750, seed=0), 3), None, "", "s")


def drawing(city: City) -> Row:
    """The whole city as a picture, against geopandas' own plot of its buildings and streets alone."""
    from twin.city.picture import draw_city, whole

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.png"

        def by_geopandas() -> None:
            import matplotlib

            matplotlib.use("Agg")
            from matplotlib import pyplot

            figure, axes = pyplot.subplots(figsize=(12, 12))
            city.buildings.plot(ax=axes)
            city.streets.plot(ax=axes)
            figure.savefig(path, dpi=200)
            pyplot.close(figure)

        ours, peer = in_turn(lambda: draw_city(city, whole(city), path), by_geopandas, runs=1, warm=0)
    return Row("whole city drawn", ours, peer, "geopandas, two layers", "s", target="30 s")
