"""An OpenStreetMap file in memory: the ways, relations and nodes a city is made of, in any order they stand in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
from numpy.typing import NDArray

from twin.errors import InputError

FORMATS: Final = (".osm", ".osm.pbf", ".pbf", ".osm.gz", ".osm.bz2")
_NODE_KEYS: Final = frozenset(
    {"highway", "entrance", "building", "amenity", "healthcare", "emergency", "railway", "leisure", "telecom"}
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way with the ids of its nodes, in order."""

    id: int
    tags: dict[str, str]
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation with the ways among its members, each with its role."""

    id: int
    tags: dict[str, str]
    ways: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Extract:
    """What was read.

    Attributes:
        path: the file.
        sha256: of the file as it lies.
        data_date: the date in the file's header, or "".
        ways, relations: by id, each id once; the last version in the file counts.
        node_tags: tags of the nodes that have some of interest.
        node_ids: (n,) sorted ids of the nodes with a sound location.
        lon_lat: (n, 2) degrees.
        twice: objects whose id stood in the file more than once.
        no_location: nodes without a sound location.
    """

    path: Path
    sha256: str
    data_date: str
    ways: dict[int, Way]
    relations: dict[int, Relation]
    node_tags: dict[int, dict[str, str]]
    node_ids: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    twice: int
    no_location: int

    def rows(self, refs: Sequence[int]) -> NDArray[np.int64]:
        """Return the row of each node in ``lon_lat``, -1 for a node that is not in the file."""
        wanted = np.asarray(refs, dtype=np.int64)
        if not len(self.node_ids):
            return np.full(len(wanted), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.node_ids, wanted), len(self.node_ids) - 1)
        return np.where(self.node_ids[at] == wanted, at, -1)


def read_extract(path: Path) -> Extract:
    """Read an OpenStreetMap file (``.osm``, ``.osm.pbf``, ``.osm.gz``, ``.osm.bz2``) whole.

    Raises:
        InputError: the file is missing, cut short, empty, or no OpenStreetMap file.
    """
    asked = f"read the OpenStreetMap file {path}"
    _refuse_early(path, asked)
    try:
        return _read(path)
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as fault:
        hint = "the file is cut short, damaged, or no OpenStreetMap file; fetch it again"
        raise InputError(asked, f"{str(fault) or type(fault).__name__}: {hint}") from fault


def _refuse_early(path: Path, asked: str) -> None:
    if not path.exists():
        raise InputError(asked, "there is no such file")
    if not path.is_file():
        raise InputError(asked, f"it is a folder; give a file ({', '.join(FORMATS)})")
    if not path.name.lower().endswith(FORMATS):
        raise InputError(asked, f"its name ends in {path.suffix or 'nothing'!r}; known: {', '.join(FORMATS)}")
    if path.stat().st_size == 0:
        raise InputError(asked, "the file is empty; fetch it again")


def _read(path: Path) -> Extract:
    ways: dict[int, Way] = {}
    relations: dict[int, Relation] = {}
    twice = 0
    kinds = osmium.osm.WAY | osmium.osm.RELATION
    for thing in osmium.FileProcessor(str(path), kinds):
        if thing.deleted:
            continue
        twice += thing.id in (ways if thing.is_way() else relations)
        if thing.is_way():
            ways[thing.id] = Way(thing.id, dict(thing.tags), tuple(node.ref for node in thing.nodes))
        else:
            members = tuple((member.ref, member.role) for member in thing.members if member.type == "w")
            relations[thing.id] = Relation(thing.id, dict(thing.tags), members)
    nodes = _Nodes()
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE)
    for node in reader:
        nodes.add(node)
    node_ids, lon_lat, doubles = nodes.table()
    return Extract(
        path=path,
        sha256=_sha256(path),
        data_date=reader.header.get("osmosis_replication_timestamp") or "",
        ways=ways,
        relations=relations,
        node_tags=nodes.tags,
        node_ids=node_ids,
        lon_lat=lon_lat,
        twice=twice + doubles,
        no_location=nodes.no_location,
    )


class _Nodes:
    """Collects nodes in flat lists, which a million of them need."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.lon: list[float] = []
        self.lat: list[float] = []
        self.tags: dict[int, dict[str, str]] = {}
        self.no_location = 0

    def add(self, node: Any) -> None:
        if node.deleted:
            return
        place = node.location
        if not place.valid():
            self.no_location += 1
            return
        self.ids.append(node.id)
        self.lon.append(place.lon)
        self.lat.append(place.lat)
        if len(node.tags):
            tags = dict(node.tags)
            if not _NODE_KEYS.isdisjoint(tags):
                self.tags[node.id] = tags

    def table(self) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
        """Return sorted ids, their places, and how many ids stood there twice."""
        ids = np.asarray(self.ids, dtype=np.int64)
        lon_lat = np.stack([np.asarray(self.lon), np.asarray(self.lat)], axis=1).astype(np.float64)
        unique, last = np.unique(ids[::-1], return_index=True)
        return unique, lon_lat[::-1][last], len(ids) - len(unique)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
