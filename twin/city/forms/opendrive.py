"""A road map in OpenDRIVE for CARLA, made by the converter of CARLA's client from a district's or tile's streets.

The converter reads OpenStreetMap text. It gets the drivable streets alone, each under a name that leads back to its row
in the city, the smaller classes as ``residential``, for it closes those below to cars. It joins junctions that lie
close together and streets that go on into each other, so its roads are fewer than the streets, and takes no notice of
turn restrictions. What it made is held against the streets: turns that the city forbids are taken out again.
Coordinates are the city's metres from the south-west corner of the map.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyproj

from twin.city.forms.account import Account
from twin.city.forms.network import Network
from twin.city.forms.opendrive_map import in_words, links_of, read_roads
from twin.city.forms.opendrive_prune import rewrite
from twin.city.forms.osm_text import OsmText, Tags, refs_of
from twin.city.forms.projection import proj_text
from twin.city.forms.tiles import MOST_JUNCTIONS, junctions_of, tiles_of
from twin.city.model import City
from twin.errors import Fault, InputError, MissingPart

KEPT_CLASSES: Final = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential")
"""Classes the converter gives driving lanes of their own; any other goes as the last of them."""


def refuse_too_large(part: City) -> list[Fault]:
    """Return why a city or part is too large for one map, with the tiles that would work; [] where it is not."""
    count = int(junctions_of(part).sum())
    if count <= MOST_JUNCTIONS:
        return []
    tiles = tiles_of(part)
    told = "; ".join(_told(part, tile.box_m, tile.number, tile.junctions) for tile in tiles)
    return [
        Fault(
            f"{part.name} has {count:,} junctions, and one map holds at most {MOST_JUNCTIONS:,}: more takes minutes "
            f"and gigabytes to convert and to load; take one of its {len(tiles)} tiles by --tile (metres from west to "
            f"east and from south to north): {told}"
        )
    ]


def write_opendrive(city: City, out: Path) -> Account:
    """Write one map of a city that is small enough, and check it by loading it into ``carla.Map``.

    Raises:
        InputError: the city has no drivable street, or the converter cannot make a map of it.
        MissingPart: the client of CARLA is not installed.
    """
    if not city.streets["drive"].any():
        raise InputError(f"write {city.name} as OpenDRIVE", "it has no drivable street; choose a larger area")
    network = Network.of(city)
    west_m, south_m = np.floor(network.xy_m[network.used].min(axis=0)).tolist()
    source, made, pruned = (out.with_name(f"{out.name}.{end}") for end in ("osm", "made", "pruned"))
    source.write_text(converter_text(city, network), encoding="utf-8")
    order = {
        "osm": str(source),
        "xodr": str(made),
        "projection": proj_text(city.crs),
        "offset_x": -west_m,
        "offset_y": -south_m,
        "probes": _probes(network, west_m, south_m),
    }
    turns = network.turns(city)
    found = _in_a_process_of_its_own(order, city.name)
    roads, probes = read_roads(made), [probe and tuple(probe) for probe in found["probes"]]
    forbidden = links_of(roads, probes, network, *turns).more
    rewrite(made, pruned, [road for pair in forbidden for road in roads.ways[pair]])
    notes = []
    if forbidden:
        try:
            found = _in_a_process_of_its_own({"xodr": str(pruned), "probes": []}, city.name)
        except InputError:
            rewrite(made, pruned, ())
            notes.append(
                f"carla.Map does not load it without {len(forbidden)} turns that the city forbids: they are in it"
            )
        roads = read_roads(pruned)
    said = in_words(links_of(roads, probes, network, *turns), len(probes))
    pruned.replace(out)
    part = city.manifest.get("part", {})
    cut = len(part.get("cut_streets", []))
    said["loaded"] = f"by carla.Map: {found['roads']:,} roads, {found['segments']:,} segments of its topology"
    said["origin"] = f"{west_m:.0f}, {south_m:.0f} in {city.crs}"
    notes += [f"{cut} streets are cut at the border of the part; each goes on in its neighbour"] if cut else []
    return Account(said, notes)


def converter_text(city: City, network: Network) -> str:
    """Return the streets as the converter is to read them, each way called by its street's row."""
    file = io.StringIO()
    text = OsmText(file, city.crs)
    signals = {int(row): {"highway": "traffic_signals"} for row in np.flatnonzero(network.signal)}
    text.nodes(network.xy_m, signals)
    ahead = np.flatnonzero(network.ahead)
    inner = [network.line[i][1:-1] for i in ahead]
    first = text.nodes(np.concatenate([np.zeros((0, 2)), *inner]))
    table = city.streets
    classes, speed, oneway = (table[c].to_numpy() for c in ("street_class", "speed_kmh", "oneway"))
    back = {(int(s), int(p)): int(n) for s, p, n, a in _rows(network) if not a}
    for i, corners in zip(ahead.tolist(), inner, strict=True):
        street, part = int(network.street[i]), int(network.part[i])
        tags = _tags(
            classes[street], speed[street], bool(oneway[street]), int(network.lanes[i]), back.get((street, part), 0)
        )
        refs = refs_of(len(corners), first, int(network.tail[i]) + 1, int(network.head[i]) + 1)
        text.way(refs, {**tags, "name": road_name(street, part)})
        first += len(corners)
    text.end()
    return file.getvalue()


def road_name(street: int, part: int) -> str:
    """Return what the roads of a street are called in the map."""
    return f"street {street}.{part}"


def _probes(network: Network, west_m: float, south_m: float) -> list[list[float]]:
    """Return the middle of each edge in the map's metres, and the direction there as a unit vector."""
    probes = []
    for line in network.line:
        step = np.diff(line, axis=0)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])
        i = int(np.clip(np.searchsorted(along, along[-1] / 2.0, side="right") - 1, 0, len(step) - 1))
        ahead = step[i] / max(along[i + 1] - along[i], 1e-9)
        at = line[i] + ahead * (along[-1] / 2.0 - along[i]) - (west_m, south_m)
        probes.append([*at.tolist(), *ahead.tolist()])
    return probes


def _rows(network: Network) -> Any:
    columns = (network.street, network.part, network.lanes, network.ahead)
    return zip(*(column.tolist() for column in columns), strict=True)


def _tags(street_class: str, speed_kmh: float, oneway: bool, ahead: int, back: int) -> Tags:
    tags = {
        "highway": street_class if street_class in KEPT_CLASSES else KEPT_CLASSES[-1],
        "maxspeed": f"{speed_kmh:g}",
        "lanes": str(ahead + back),
        "oneway": "yes" if oneway else "no",
    }
    return tags if oneway else {**tags, "lanes:forward": str(ahead), "lanes:backward": str(back)}


def _in_a_process_of_its_own(order: dict[str, Any], name: str) -> dict[str, Any]:
    """Convert and load in a child process: a fault in the native converter must not end this one."""
    try:
        import carla  # noqa: F401
    except ImportError as missing:
        raise MissingPart("carla", "writing an OpenDRIVE map", "carla") from missing
    data = pyproj.datadir.get_data_dir()
    command = [sys.executable, "-m", "twin.city.forms.opendrive_child"]
    ended = subprocess.run(
        command, input=json.dumps(order), capture_output=True, text=True, check=False,
        env={**os.environ, "PROJ_LIB": data, "PROJ_DATA": data, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    answer = ended.stdout[ended.stdout.rfind("\n{") + 1 :]
    if ended.returncode != 0 or not answer.startswith("{"):
        last = [line for line in ended.stderr.splitlines() if line.strip()][-3:]
        raise InputError(
            f"write {name} as OpenDRIVE",
            f"CARLA's converter cannot make a map of it ({' '.join(last) or f'it ended with {ended.returncode}'}); "
            "take a smaller part",
        )
    found: dict[str, Any] = json.loads(answer)
    return found


def _told(city: City, box_m: tuple[float, float, float, float], number: int, junctions: int) -> str:
    whole = city.bounds_m
    west, south = (max(box_m[i], whole[i]) for i in (0, 1))
    east, north = (min(box_m[i], whole[i]) for i in (2, 3))
    return f"{number}: {west:.0f} to {east:.0f}, {south:.0f} to {north:.0f}, {junctions:,} junctions"
