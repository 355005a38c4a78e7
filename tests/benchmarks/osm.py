"""The OpenStreetMap importer beside OSMnx on the same files, and its counts beside those of a plain pass.

Both read the same ``.osm`` file in the same run, in turn; CPU seconds of the process, threads included. Ours makes the
whole city (junctions, streets, restrictions, buildings with heights and residents, areas, places, districts), OSMnx its
graph (``graph_from_xml``) and its buildings (``features_from_xml``). OSMnx reads neither ``.pbf`` nor a way that names
a node which is not in the file, so the file is first written once through pyosmium without such references.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time

import osmium

from tests.benchmarks.timing import Row
from tests.twin.osm_plain import differences
from twin.city.osm import import_osm

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm_other_cities"
EXTRACTS = ("helsinki_centre.osm.pbf", "moscow.osm.gz", "bishkek.osm")
TARGET = "5 times as fast as OSMnx"


def osm_rows() -> Iterator[Row]:
    """Yield the rows of each extract that is here; nothing without ``../shared``."""
    for name in EXTRACTS:
        path = FOLDER / name
        if path.is_file():
            yield from _speed(path)
            yield _counts(path)


def _speed(path: Path) -> Iterator[Row]:
    short = path.name.split(".")[0]
    try:
        import osmnx
    except ImportError:
        (ours,) = _in_turn(lambda: import_osm(path, short))
        yield Row(
            f"OSM import, {short}", ours, None, "OSMnx: pip install 'tashkent-twin[peers]'", "s CPU", target=TARGET
        )
        return
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, roads = Path(folder) / "whole.osm", Path(folder) / "roads.osm"
        _rewritten(path, whole, roads_only=False)
        _rewritten(path, roads, roads_only=True)
        a, b, c, d, e = _in_turn(
            lambda: import_osm(whole, short),
            lambda: osmnx.graph_from_xml(whole),
            lambda: osmnx.features_from_xml(whole, tags={"building": True}),
            lambda: osmnx.graph_from_xml(roads),
            lambda: sum(1 for _ in osmium.FileProcessor(str(whole)).with_locations()),
        )
    yield Row(f"OSM import, {short}", a, b + c, "OSMnx, graph and buildings", "s CPU", target=TARGET)
    yield Row(f"the same, {short}", a, d + c, "OSMnx given the roads alone for its graph", "s CPU", target=TARGET)
    yield Row(f"the same, {short}", a, e, "bare pyosmium pass", "s CPU")


def _counts(path: Path) -> Row:
    """Objects of a plain pass that are neither in the city nor listed as refused."""
    missing = differences(path, import_osm(path, "count"))
    return Row(f"objects without an account, {path.name}", len(missing), None, "", "objects", target="0")


def _in_turn(*jobs: Callable[[], object]) -> list[float]:
    """Return the median CPU seconds of each job over five rounds after one to warm up."""
    spent: list[list[float]] = [[] for _ in jobs]
    for _ in range(6):
        for job, times in zip(jobs, spent, strict=True):
            start = process_time()
            job()
            times.append(process_time() - start)
    return [median(times[1:]) for times in spent]


def _rewritten(path: Path, target: Path, roads_only: bool) -> None:
    nodes = {node.id for node in osmium.FileProcessor(str(path), osmium.osm.NODE)}
    with osmium.SimpleWriter(str(target)) as out:
        for thing in osmium.FileProcessor(str(path)):
            if thing.is_way():
                refs = [node.ref for node in thing.nodes if node.ref in nodes]
                if len(refs) > 1 and (not roads_only or "highway" in thing.tags):
                    out.add(thing.replace(nodes=refs))
            elif thing.is_node() or not roads_only:
                out.add(thing)
