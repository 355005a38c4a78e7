"""An OpenStreetMap file as lines of text, one for each object, which are split in bulk.

pyosmium reads every form of file in C++ and writes it as OPL (osmcode.org/opl-file-format) without coming back to
Python for each object; that costs a tenth of a Python object for each node.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import osmium
from numpy.typing import NDArray

_FORM: Final = "opl,add_metadata=version,force_visible_flag=true"
_BLOCK_CHARACTERS: Final = 32_000_000
_NODE: Final = re.compile(r"^n(-?\d+) v\d+ d(.) T([^ \n]*) x([^ \n]*) y([^ \n]*)$", re.MULTILINE)
_WAY: Final = re.compile(r"^w(-?\d+) v\d+ d(.) T([^ \n]*) N([^ \n]*)$", re.MULTILINE)
_RELATION: Final = re.compile(r"^r(-?\d+) v\d+ d(.) T([^ \n]*) M([^ \n]*)$", re.MULTILINE)
_ESCAPED: Final = re.compile(r"%([0-9a-f]+)%")
_DELETED: Final = "D"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a file, deleted objects left out.

    Attributes:
        node_ids, lon_lat: (n,) and (n, 2); NaN for a node without a location.
        tagged_nodes: id and tag text of each node that has tags.
        tagged_at: position of each of those among ``node_ids``.
        ways: id and tag text of each way.
        way_sizes: (ways,) how many nodes each names.
        refs: ids of all nodes of all ways, one way after the other.
        relations: id, tag text and member text of each relation.
    """

    node_ids: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    tagged_nodes: list[tuple[int, str]]
    tagged_at: list[int]
    ways: list[tuple[int, str]]
    way_sizes: NDArray[np.int64]
    refs: NDArray[np.int64]
    relations: list[tuple[int, str, str]]


def read_blocks(path: Path) -> tuple[str, Iterator[Block]]:
    """Return the date in a file's header, "" for none, and an iterator over its parts.

    Raises:
        RuntimeError, ValueError, OSError, osmium.InvalidLocationError: the file is damaged or no OpenStreetMap file.
    """
    folder = TemporaryDirectory(prefix="twin-osm-")
    try:
        date = _as_text(path, Path(folder.name) / "whole.opl")
    except BaseException:
        folder.cleanup()
        raise
    return date, _blocks(folder)


def parsed_tags(text: str) -> dict[str, str]:
    """Return the tags of an object.

    >>> parsed_tags("highway=primary,name=Big%20%Street")
    {'highway': 'primary', 'name': 'Big Street'}
    """
    if not text:
        return {}
    pairs = [pair.split("=") for pair in text.split(",")]
    if "%" in text:
        return {_plain(key): _plain(value) for key, value in pairs}
    return dict(pairs)


def parsed_members(text: str) -> list[tuple[str, int, str]]:
    """Return kind (``n``, ``w`` or ``r``), id and role of each member of a relation.

    >>> parsed_members("w17@outer,n4@")
    [('w', 17, 'outer'), ('n', 4, '')]
    """
    members = []
    for member in text.split(",") if text else ():
        head, _, role = member.partition("@")
        members.append((head[0], int(head[1:]), _plain(role) if "%" in role else role))
    return members


def _as_text(path: Path, target: Path) -> str:
    with osmium.io.Reader(str(path), osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION) as reader:
        date = reader.header().get("osmosis_replication_timestamp") or ""
        writer = osmium.SimpleWriter(osmium.io.File(str(target), _FORM))
        try:
            osmium.apply(reader, writer)
        finally:
            _close(writer)
    return str(date)


def _close(writer: osmium.SimpleWriter) -> None:
    """Close a writer, so that one that cannot be closed does not end the process.

    After a failed write (text that is no Unicode, a full disk) the writer tries once more when it is freed, and a fault
    there aborts the process; such a writer is therefore never freed.
    """
    try:
        writer.close()
    except BaseException:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        raise


def _blocks(folder: TemporaryDirectory[str]) -> Iterator[Block]:
    with folder, (Path(folder.name) / "whole.opl").open(encoding="utf-8", errors="replace", newline="\n") as lines:
        while text := lines.read(_BLOCK_CHARACTERS):
            yield _block(text + lines.readline())


def _block(text: str) -> Block:
    nodes, ways, relations = (form.findall(text) for form in (_NODE, _WAY, _RELATION))
    if len(nodes) + len(ways) + len(relations) != text.count("\n"):
        raise ValueError("an object of it has no sound form")
    if f" d{_DELETED} " in text:
        nodes, ways, relations = ([row for row in rows if row[1] != _DELETED] for rows in (nodes, ways, relations))
    ids, _, tags, lon, lat = zip(*nodes, strict=True) if nodes else ((), (), (), (), ())
    node_ids = _integers(",".join(ids))
    return Block(
        node_ids=node_ids,
        lon_lat=np.stack([_floats(lon), _floats(lat)], axis=1),
        tagged_nodes=[(int(osm_id), tag) for osm_id, tag in zip(ids, tags, strict=True) if tag],
        tagged_at=[i for i, tag in enumerate(tags) if tag],
        ways=[(int(osm_id), tag) for osm_id, _, tag, _ in ways],
        way_sizes=np.array([refs.count(",") + bool(refs) for _, _, _, refs in ways], dtype=np.int64),
        refs=_integers(",".join(refs for _, _, _, refs in ways if refs).replace("n", "")),
        relations=[(int(osm_id), tag, members) for osm_id, _, tag, members in relations],
    )


def _integers(text: str) -> NDArray[np.int64]:
    return np.fromstring(text, dtype=np.int64, sep=",") if text else np.zeros(0, dtype=np.int64)


def _floats(texts: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([float(text) if text else np.nan for text in texts], dtype=np.float64)


def _plain(text: str) -> str:
    return _ESCAPED.sub(_character, text) if "%" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"
