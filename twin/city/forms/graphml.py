"""The drivable streets as a GraphML graph, and back."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np
import pyproj
import shapely

from twin.city.forms.account import Account
from twin.city.forms.xml_words import text
from twin.city.model import City
from twin.errors import Fault, InputError
from twin.streets import StreetGraph

_TYPES: Final[Mapping[type, str]] = {float: "double", int: "long", bool: "boolean", str: "string"}
_GRAPH: Final[Mapping[str, type]] = {"name": str, "crs": str}
_NODE: Final[Mapping[str, type]] = {"x": float, "y": float, "lon": float, "lat": float, "osm_id": int, "signal": bool}
_EDGE: Final[Mapping[str, type]] = {
    "street": int, "length_m": float, "speed_kmh": float, "time_s": float, "street_class": str, "lanes": int,
    "name": str, "no_turn_to": str, "only_turn_to": str,
}  # fmt: skip


def to_networkx(city: City) -> nx.MultiDiGraph[int]:
    """Return the drivable streets as a graph, an edge for each direction of each street.

    Nodes have ``x``, ``y`` (metres), ``lon``, ``lat`` (degrees), ``osm_id``, ``signal``. Edges have ``street`` (row),
    ``length_m``, ``speed_kmh``, ``time_s`` (free flow), ``street_class``, ``lanes``, ``name``, and the turn
    restrictions at their head: ``no_turn_to`` and ``only_turn_to``, streets separated by blanks.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(name=city.name, crs=city.crs)
    xy_m = shapely.get_coordinates(city.nodes.geometry.to_numpy())
    to_degrees = pyproj.Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(xy_m[:, 0], xy_m[:, 1])
    osm_id, signal = city.nodes["osm_id"].to_numpy(), city.nodes["signal"].to_numpy()
    for node in np.flatnonzero(StreetGraph.of(city).drivable).tolist():
        place = {"x": float(xy_m[node, 0]), "y": float(xy_m[node, 1]), "lon": float(lon[node]), "lat": float(lat[node])}
        graph.add_node(node, **place, osm_id=int(osm_id[node]), signal=bool(signal[node]))
    turns = _turns(city)
    for street in city.streets[city.streets["drive"]].itertuples():
        about = {
            "street": int(street.Index),
            "length_m": float(street.length_m),
            "speed_kmh": float(street.speed_kmh),
            "time_s": round(float(street.length_m) / (float(street.speed_kmh) / 3.6), 3),
            "street_class": str(street.street_class),
            "lanes": int(street.lanes),
            "name": str(street.name),
        }
        ways = [(int(street.u), int(street.v))] + ([] if street.oneway else [(int(street.v), int(street.u))])
        for tail, head in ways:
            at_head = {f"{kind}_turn_to": turns.get((int(street.Index), head, kind), "") for kind in ("no", "only")}
            graph.add_edge(tail, head, **about, **at_head)
    return graph


def write_graphml(city: City, out: Path) -> Account:
    """Write ``to_networkx`` of a city, a node or edge a line, in the words of http://graphml.graphdrawing.org."""
    graph = to_networkx(city)
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        for what, about in (("node", _NODE), ("edge", _EDGE), ("graph", _GRAPH)):
            for name, kind in about.items():
                file.write(f'<key id="{what[0]}_{name}" for="{what}" attr.name="{name}" attr.type="{_TYPES[kind]}"/>\n')
        file.write(f'<graph edgedefault="directed">{_data("graph", _GRAPH, graph.graph)}\n')
        for node, about in graph.nodes(data=True):
            file.write(f'<node id="{node}">{_data("node", _NODE, about)}</node>\n')
        for tail, head, key, about in graph.edges(keys=True, data=True):
            data = _data("edge", _EDGE, about)
            file.write(f'<edge source="{tail}" target="{head}" id="{key}">{data}</edge>\n')
        file.write("</graph>\n</graphml>\n")
    return Account({"streets": f"{graph.number_of_nodes():,} nodes, {graph.number_of_edges():,} edges"})


def _data(what: str, kinds: Mapping[str, type], about: Mapping[str, Any]) -> str:
    return "".join(
        f'<data key="{what[0]}_{name}">{text(str(about[name]).lower() if kind is bool else about[name])}</data>'
        for name, kind in kinds.items()
    )


def read_graphml(path: Path) -> nx.MultiDiGraph[int]:
    """Read the graph that ``write_graphml`` wrote: the same nodes, edges and attributes.

    Raises:
        InputError: it is no GraphML, or nodes or edges lack attributes; all of them are named.
    """
    asked = f"read the streets {path}"
    try:
        read = nx.read_graphml(path, node_type=int, force_multigraph=True)
    except (OSError, ET.ParseError, nx.NetworkXError, ValueError, KeyError) as fault:
        raise InputError(asked, f"it is no GraphML graph of streets: {fault}", path) from fault
    faults = [
        Fault(f"node {node} has no {name}")
        for node, about in read.nodes(data=True)
        for name in _NODE
        if name not in about
    ]
    faults += [
        Fault(f"the edge from {u} to {v} has no {name}")
        for u, v, about in read.edges(data=True)
        for name in _EDGE
        if name not in about
    ]
    if faults:
        raise InputError(asked, faults[:20] + [Fault(f"and {len(faults) - 20} more")] * (len(faults) > 20), path)
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(**{name: read.graph.get(name, "") for name in _GRAPH})
    for node, about in read.nodes(data=True):
        graph.add_node(node, **{name: kind(about[name]) for name, kind in _NODE.items()})
    for tail, head, about in read.edges(data=True):
        graph.add_edge(tail, head, **{name: kind(about[name]) for name, kind in _EDGE.items()})
    return graph


def _turns(city: City) -> dict[tuple[int, int, str], str]:
    """Return the restricted streets for each street, node and kind of restriction."""
    turns: dict[tuple[int, int, str], list[int]] = {}
    for row in city.restrictions.itertuples():
        turns.setdefault((int(row.from_street), int(row.via_node), str(row.kind)), []).append(int(row.to_street))
    return {key: " ".join(map(str, sorted(set(streets)))) for key, streets in turns.items()}
