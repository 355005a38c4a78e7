"""A network for the traffic simulator SUMO: plain XML of nodes, edges and connections, and what netconvert makes of it.

Coordinates are the city's metres from its south-west corner; the file's ``location`` says where that is. Every allowed
turn is a connection of its own, and netconvert adds none; it chooses the lanes. Lanes are trimmed where a junction
begins and go on inside it, so a street's length is its lane's and half of the ways over the junctions at its ends.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pyproj
from numpy.typing import NDArray

from twin.city.forms.account import Account
from twin.city.forms.network import Network
from twin.city.forms.projection import proj_text
from twin.city.forms.sumo_net import compare_with, read_net
from twin.city.forms.xml_words import attribute
from twin.city.model import STREET_CLASSES, City
from twin.errors import InputError, MissingPart

NET: Final = "city.net.xml"
FILES: Final = {"--node-files": "city.nod.xml", "--edge-files": "city.edg.xml", "--type-files": "city.typ.xml",
                "--connection-files": "city.con.xml"}  # fmt: skip
NO_ROAD: Final = "pedestrian tram rail_urban rail rail_electric rail_fast ship"
"""SUMO's classes of users that no drivable street is for."""

_MADE_ON: Final = re.compile(rb"generated on \S+")
_HEAD_BYTES: Final = 4096


def write_sumo(city: City, out: Path) -> Account:
    """Write a folder with the plain files, ``city.net.xml`` and ``city.sumocfg``, and check it against the streets.

    Raises:
        InputError: the city has no drivable street, or netconvert does not accept it.
        MissingPart: eclipse-sumo is not installed.
    """
    netconvert = sumo_program("netconvert", "writing a SUMO network")
    if not city.streets["drive"].any():
        raise InputError(f"write {city.name} for SUMO", "it has no drivable street; choose a larger area")
    out.mkdir()
    network = Network.of(city)
    ids = edge_ids(network)
    into, onto = network.turns(city)
    _write(out / FILES["--type-files"], "types", _types())
    _write(out / FILES["--node-files"], "nodes", _nodes(city, network))
    _write(out / FILES["--edge-files"], "edges", _edges(city, network, ids))
    _write(out / FILES["--connection-files"], "connections", _connections(ids, into, onto))
    warned = _convert(netconvert, out, city.name)
    (out / "city.sumocfg").write_text(
        f'<configuration>\n  <input><net-file value="{NET}"/></input>\n</configuration>\n', encoding="utf-8"
    )
    return Account(compare_with(read_net(out / NET), network, ids, into, onto), warned)


def sumo_program(name: str, purpose: str) -> str:
    """Return the path of one of SUMO's programs: beside this Python, in the package eclipse-sumo, or on the PATH.

    Raises:
        MissingPart: there is none.
    """
    package = importlib.util.find_spec("sumo")  # not imported: it would lead all of PROJ to its own data
    homes = [Path(place) for place in package.submodule_search_locations or []] if package else []
    for place in [*(home / "bin" for home in homes), Path(sys.executable).parent]:
        if (place / name).is_file():
            return str(place / name)
    found = shutil.which(name)
    if found is None:
        raise MissingPart("eclipse-sumo", purpose, "sumo")
    return found


def edge_ids(network: Network) -> list[str]:
    """Return the name of each edge: the street's row, a minus before it against its line, ``#0`` and ``#1`` halves."""
    return [
        f"{'' if ahead else '-'}{street}{f'#{part}' if halved else ''}"
        for ahead, street, part, halved in zip(
            network.ahead.tolist(), network.street.tolist(), network.part.tolist(), network.halved.tolist(), strict=True
        )
    ]


def _types() -> list[str]:
    most = len(STREET_CLASSES)
    return [
        f'<type id="{name}" priority="{most - rank}" disallow="{NO_ROAD}"/>' for rank, name in enumerate(STREET_CLASSES)
    ]


def _nodes(city: City, network: Network) -> list[str]:
    xy = network.xy_m[network.used]
    west, south = xy.min(axis=0)
    east, north = xy.max(axis=0)
    box = f"{west:.3f},{south:.3f},{east:.3f},{north:.3f}"
    degrees = pyproj.Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True).transform_bounds(
        west, south, east, north
    )
    where = ",".join(f"{value:.6f}" for value in degrees)
    projection = proj_text(city.crs)
    lines = [
        f'<location netOffset="0.00,0.00" convBoundary="{box}" origBoundary="{where}" '
        f"projParameter={attribute(projection)}/>"
    ]
    for node in np.flatnonzero(network.used).tolist():
        x, y = network.xy_m[node]
        kind = "traffic_light" if network.signal[node] else "priority"
        lines.append(f'<node id="{node}" x="{x:.3f}" y="{y:.3f}" type="{kind}"/>')
    return lines


def _edges(city: City, network: Network, ids: list[str]) -> list[str]:
    classes, speeds, names, oneway, layer = (
        city.streets[column].to_numpy() for column in ("street_class", "speed_kmh", "name", "oneway", "layer")
    )
    lines = []
    for i, street in enumerate(network.street.tolist()):
        shape = " ".join(f"{x:.3f},{y:.3f}" for x, y in network.line[i].tolist())
        called = f" name={attribute(names[street])}" if names[street] else ""
        lines.append(
            f'<edge id="{ids[i]}" from="{network.tail[i]}" to="{network.head[i]}" type="{classes[street]}" '
            f'numLanes="{network.lanes[i]}" speed="{speeds[street] / 3.6:.3f}" '
            f'spreadType="{"center" if oneway[street] else "right"}" shape="{shape}"{called}>'
            + (f'<param key="layer" value="{layer[street]}"/>' if layer[street] else "")
            + "</edge>"
        )
    return lines


def _connections(ids: list[str], into: NDArray[np.int64], onto: NDArray[np.int64]) -> list[str]:
    lines = [f'<connection from="{ids[a]}" to="{ids[b]}"/>' for a, b in zip(into.tolist(), onto.tolist(), strict=True)]
    dead = set(range(len(ids))) - set(into.tolist())
    return lines + [f'<connection from="{ids[a]}"/>' for a in sorted(dead)]


def _write(path: Path, root: str, lines: list[str]) -> None:
    body = "\n".join(lines)
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{body}\n</{root}>\n', encoding="utf-8")


def _convert(netconvert: str, folder: Path, name: str) -> list[str]:
    """Run netconvert in the folder, and return what it warned of."""
    inputs = [part for option in FILES.items() for part in option]
    command = [
        netconvert, *inputs, "--output-file", NET, "--no-turnarounds.except-deadend", "true",
        "--output.street-names", "true", "--precision", "3", "--aggregate-warnings", "3", "--xml-validation", "never",
    ]  # fmt: skip
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    said = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    if ended.returncode != 0 or not (folder / NET).is_file():
        raise InputError(f"write {name} for SUMO", f"netconvert does not accept it: {' '.join(said[-5:])}")
    _undate(folder / NET)
    return [line for line in said if line.startswith("Warning")]


def _undate(path: Path) -> None:
    """Take the hour of its making out of a file: the same city is the same file, whenever it is written."""
    with path.open("r+b") as file:
        head = file.read(_HEAD_BYTES)
        found = _MADE_ON.search(head)
        if found:
            file.seek(found.start())
            file.write(b"generated".ljust(len(found[0])))
