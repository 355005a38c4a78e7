"""An OpenStreetMap file in memory: the ways, relations and nodes a city is made of, in any order they stand in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import osmium
from numpy.typing import NDArray

from twin.city.osm.opl import Block, parsed_members, parsed_tags, read_blocks
from twin.errors import InputError

FORMATS: Final = (".osm", ".osm.pbf", ".pbf", ".osm.gz", ".osm.bz2")
_NODE_KEYS: Final = re.compile(
    "(?:^|,)(?:highway|entrance|building|amenity|healthcare|emergency|railway|leisure|telecom|barrier|aeroway|tourism"
    "|historic|natural)="
)

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Way:
    """A way; its nodes are ``start`` to ``stop`` of the extract's ``refs`` and ``rows``."""

    id: int
    tags: dict[str, str]
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation; its members are split when they are asked for, which few of them are."""

    id: int
    tags: dict[str, str]
    member_text: str

    @property
    def members(self) -> list[tuple[str, int, str]]:
        """Kind (``n``, ``w`` or ``r``), id and role of each member."""
        return parsed_members(self.member_text)

    @property
    def ways(self) -> list[tuple[int, str]]:
        """The ways among the members, each with its role."""
        return [(ref, role) for kind, ref, role in self.members if kind == "w"]


@dataclass(frozen=True)
class Extract:
    """What was read.

    Attributes:
        path: the file.
        sha256: of the file as it lies.
        data_date: the date in the file's header, or "".
        ways, relations: by id, each id once; the last version in the file counts.
        node_tags: tags of the nodes that have some of interest and a sound location.
        node_ids: (n,) sorted ids of the nodes with a sound location.
        lon_lat: (n, 2) degrees.
        refs, rows: ids of the nodes of all ways, and the row of each in ``lon_lat``, -1 for one that is not there.
        twice: objects whose id stood in the file more than once.
        no_location: ids of the nodes without a sound location.
    """

    path: Path
    sha256: str
    data_date: str
    ways: dict[int, Way]
    relations: dict[int, Relation]
    node_tags: dict[int, dict[str, str]]
    node_ids: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    refs: Rows
    rows: Rows
    twice: int
    no_location: list[int]

    def rows_of(self, way: Way) -> Rows:
        """Return the row of each node of a way in ``lon_lat``, -1 for a node that is not in the file."""
        return self.rows[way.start : way.stop]

    def rows_of_ids(self, ids: Sequence[int]) -> Rows:
        """Return the row of each node in ``lon_lat``, -1 for a node that is not in the file."""
        return _rows(self.node_ids, np.asarray(ids, dtype=np.int64))

    def is_closed(self, way: Way) -> bool:
        """Return whether a way ends where it begins."""
        return way.stop > way.start and bool(self.refs[way.start] == self.refs[way.stop - 1])


def read_extract(path: Path) -> Extract:
    """Read an OpenStreetMap file (``.osm``, ``.osm.pbf``, ``.osm.gz``, ``.osm.bz2``) whole.

    Raises:
        InputError: the file is missing, cut short, empty, or no OpenStreetMap file.
    """
    asked = f"read the OpenStreetMap file {path}"
    _refuse_early(path, asked)
    try:
        date, blocks = read_blocks(path)
        return _whole(path, date, list(blocks))
    except PermissionError as fault:
        raise InputError(asked, f"{fault.strerror}; it must be readable") from fault
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as fault:
        said = str(fault) or type(fault).__name__
        hint = "the file is cut short, damaged, or no OpenStreetMap file; fetch it again"
        if "No space left" in said:
            hint = "reading needs room in the folder of temporary files; free some, or set TMPDIR to another folder"
        raise InputError(asked, f"{said}: {hint}") from fault


def _refuse_early(path: Path, asked: str) -> None:
    if not path.exists():
        raise InputError(asked, "there is no such file")
    if not path.is_file():
        raise InputError(asked, f"it is a folder or a device; give a file ({', '.join(FORMATS)})")
    name = path.name.lower()
    if not name.endswith(FORMATS):
        raise InputError(asked, f"its name ends in {path.suffix or 'nothing'!r}; known: {', '.join(FORMATS)}")
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as fault:
        raise InputError(asked, f"{fault.strerror or fault}; it must be readable") from fault
    if not head:
        raise InputError(asked, "the file is empty; fetch it again")
    looks = _looks_like(head)
    if looks and not name.endswith(looks):
        raise InputError(asked, f"its content is that of a {looks[0]} file; give it a name that ends so")


def _looks_like(head: bytes) -> tuple[str, ...]:
    """Return the ends of names that go with the first bytes of a file, () where they tell nothing."""
    if head.startswith(b"\x1f\x8b"):
        return (".gz",)
    if head.startswith(b"BZh"):
        return (".bz2",)
    return (".pbf",) if head[4:].startswith(b"\n\tOSMHeader") else ()


def _whole(path: Path, date: str, blocks: list[Block]) -> Extract:
    node_ids, lon_lat, no_location, again = _node_table(blocks)
    refs = _joined([block.refs for block in blocks])
    ways, relations, texts = _objects(blocks)
    doubles = sum(len(block.node_ids) for block in blocks) - len(node_ids) - len(no_location)
    doubles += sum(len(block.ways) + len(block.relations) for block in blocks) - len(ways) - len(relations)
    unsound = set(no_location) | _bare_in_the_end(blocks, again)
    tagged = ((osm_id, text) for osm_id, text in texts.items() if osm_id not in unsound and _NODE_KEYS.search(text))
    return Extract(
        path=path,
        sha256=_sha256(path),
        data_date=date,
        ways=ways,
        relations=relations,
        node_tags={osm_id: parsed_tags(text) for osm_id, text in tagged},
        node_ids=node_ids,
        lon_lat=lon_lat,
        refs=refs,
        rows=_rows(node_ids, refs),
        twice=doubles,
        no_location=no_location,
    )


def _objects(blocks: list[Block]) -> tuple[dict[int, Way], dict[int, Relation], dict[int, str]]:
    """Return ways, relations, and the tag texts of nodes, each by id, in the order of their first mention."""
    ways: dict[int, Way] = {}
    relations: dict[int, Relation] = {}
    texts: dict[int, str] = {}
    start = 0
    for block in blocks:
        texts.update(block.tagged_nodes)
        for (osm_id, text), size in zip(block.ways, block.way_sizes.tolist(), strict=True):
            ways[osm_id] = Way(osm_id, parsed_tags(text), start, start + size)
            start += size
        for osm_id, text, members in block.relations:
            relations[osm_id] = Relation(osm_id, parsed_tags(text), members)
    return ways, relations, texts


def _node_table(blocks: list[Block]) -> tuple[NDArray[np.int64], NDArray[np.float64], list[int], NDArray[np.int64]]:
    """Return sorted ids, their places, the ids without a sound place, and the ids that stood there twice."""
    ids = _joined([block.node_ids for block in blocks])
    lon_lat = np.concatenate([np.zeros((0, 2)), *(block.lon_lat for block in blocks)])
    unique, last, times = np.unique(ids[::-1], return_index=True, return_counts=True)
    places = lon_lat[::-1][last]
    sound = (np.abs(places) <= (180.0, 90.0)).all(axis=1)
    return unique[sound], places[sound], unique[~sound].tolist(), unique[times > 1]


def _bare_in_the_end(blocks: list[Block], again: NDArray[np.int64]) -> set[int]:
    """Return the nodes that stood there twice, with tags before and without them the last time."""
    tagged: dict[int, bool] = {}
    for block in blocks if len(again) else ():
        bearing = set(block.tagged_at)
        for i in np.flatnonzero(np.isin(block.node_ids, again)).tolist():
            tagged[int(block.node_ids[i])] = i in bearing
    return {osm_id for osm_id, bears in tagged.items() if not bears}


def _rows(node_ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> Rows:
    if not len(node_ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(node_ids, wanted), len(node_ids) - 1)
    return np.where(node_ids[at] == wanted, at, -1)


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
