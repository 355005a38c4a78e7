"""Labels on disk: kept under what they were made of, written whole or not at all, checked when they are read."""

from __future__ import annotations

import json
import shutil
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.model import City
from twin.city.store import cache_folder
from twin.travel.hub_labels import Labels
from twin.travel.label_graph import LabelGraph
from twin.travel.label_set import METHOD, LabelSet, make_labels, placed
from twin.travel.trees import trees_of

_ABOUT: Final = "labels.json"
_PARTS: Final = ("first", "entry", "step")
_COLUMNS: Final = ("places", *(f"{way}_{part}" for way in ("out", "into") for part in _PARTS))


def labels_of(city: City, graph: LabelGraph, progress: Callable[[float], None] = lambda share: None) -> LabelSet:
    """Return the labels of a graph: kept ones where they are sound, else new ones, which are kept.

    They lie in ``travel/`` of the city's folder, or of the cache folder where the city has none, under the hash of all
    they depend on; a folder that cannot be written goes without.

    Raises:
        OverflowError: a way takes longer than labels can hold.
    """
    folder = (city.folder or cache_folder()) / "travel" / f"{graph.key[:24]}-v{METHOD}"
    kept = read_labels(folder, graph)
    if kept is not None:
        return kept
    made = make_labels(graph, progress)
    shutil.rmtree(folder, ignore_errors=True)
    write_labels(made, folder)
    return read_labels(folder, graph) or made


def write_labels(labels: LabelSet, folder: Path) -> None:
    """Write labels in one step; a folder that cannot be written, or that another wrote first, stays as it is."""
    columns = _columns(labels)
    about = {"method": METHOD, "key": labels.graph.key, "crc32": {name: _crc(a) for name, a in columns.items()}}
    part = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        for name, column in columns.items():
            np.save(part / f"{name}.npy", column)
        (part / _ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        part.chmod(0o755)
        part.replace(folder)
    except OSError:
        pass
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def read_labels(folder: Path, graph: LabelGraph) -> LabelSet | None:
    """Return the labels in a folder, mapped; None where there are none, or none that are whole and of this graph."""
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if about["method"] != METHOD or about["key"] != graph.key:
            return None
        columns = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _COLUMNS}
        if any(_crc(column) != about["crc32"][name] for name, column in columns.items()):
            return None
        tree = trees_of(graph).table
        out, into = (Labels(*(columns[f"{way}_{part}"] for part in _PARTS)) for way in ("out", "into"))
        return LabelSet(graph, tree, placed(tree, np.array(columns["places"])), out, into)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _columns(labels: LabelSet) -> dict[str, NDArray[Any]]:
    sides = {"out": labels.out, "into": labels.into}
    columns = {f"{way}_{part}": getattr(side, part) for way, side in sides.items() for part in _PARTS}
    return {"places": labels.place[labels.place >= 0], **columns}


def _crc(column: NDArray[Any]) -> int:
    """Return the checksum of an array: kind, shape and bytes."""
    head = zlib.crc32(f"{column.dtype.str} {column.shape}".encode())
    return zlib.crc32(np.ascontiguousarray(column).data, head) if column.size else head
