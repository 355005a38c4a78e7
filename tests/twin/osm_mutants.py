"""Damaged extracts: real files and a hand-made one with bytes flipped, parts cut or spliced, values made absurd."""

from __future__ import annotations

import bz2
import gzip
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import osmium

from tests.twin.osm_text import OsmText, crossing

FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm_other_cities"
REAL: Final = ("bishkek.osm", "moscow.osm.gz", "helsinki_centre.osm.pbf")

ABSURD: Final = (
    "1e309", "-3", "99999", "NaN", "", "inf", "0", "yes", "no", "-1", "1e-320", "9" * 200, "<", "&amp;", "\u202e",
    "\U0001f3e0", "2147483648", "-9223372036854775808", "91", "181", "-180", "0.0000001", "50;70", "RU:urban", "30 mph",
    "multipolygon", "restriction", "boundary", "outer", "inner", "via", "roundabout", "traffic_signals", "tunnel", "1",
)  # fmt: skip
_QUOTED: Final = re.compile(rb"[\"']([^\"'<>]*)[\"']")
_TAG_VALUE: Final = re.compile(rb"\bv=[\"']([^\"'<>]*)[\"']")
_ROLE: Final = re.compile(rb"\brole=[\"']([^\"'<>]*)[\"']")
_REFERENCE: Final = re.compile(rb"\bref=[\"']([^\"'<>]*)[\"']")
_PLACE: Final = re.compile(rb"\b(?:lat|lon)=[\"']([^\"'<>]*)[\"']")
_ID: Final = re.compile(rb"\bid=[\"']([^\"'<>]*)[\"']")
_ELEMENT: Final = re.compile(rb"<(node|nd|member|tag)\b[^<>]*/>")

Mutation = Callable[[bytes, np.random.Generator], bytes]


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    """One to twenty bytes become others."""
    data = bytearray(content)
    for at in rng.integers(0, len(data), rng.integers(1, 21)).tolist():
        data[at] = int(rng.integers(0, 256))
    return bytes(data)


def cut_short(content: bytes, rng: np.random.Generator) -> bytes:
    """The file ends somewhere."""
    return content[: int(rng.integers(0, len(content)))]


def spliced(content: bytes, rng: np.random.Generator) -> bytes:
    """A part stands in another place as well."""
    start, stop = np.sort(rng.integers(0, len(content), 2)).tolist()
    at = int(rng.integers(0, len(content)))
    return content[:at] + content[start : min(stop, start + 5000)] + content[at:]


def torn(content: bytes, rng: np.random.Generator) -> bytes:
    """A part is missing."""
    start = int(rng.integers(0, len(content)))
    return content[:start] + content[start + int(rng.integers(1, 2000)) :]


def elements_lost(content: bytes, rng: np.random.Generator) -> bytes:
    """Some nodes, references, members and tags are gone; the text stays sound."""
    share = float(rng.choice([0.001, 0.01, 0.1, 0.5]))
    return _ELEMENT.sub(lambda found: b"" if rng.random() < share else found[0], content)


def elements_exchanged(content: bytes, rng: np.random.Generator) -> bytes:
    """Some elements stand in the place of others of their kind: ids stand twice, members and tags move."""
    kinds: dict[bytes, list[bytes]] = {}
    for found in _ELEMENT.finditer(content):
        kinds.setdefault(found[1], []).append(found[0])
    share = float(rng.choice([0.001, 0.01, 0.1]))

    def other(found: re.Match[bytes]) -> bytes:
        if rng.random() >= share:
            return found[0]
        like = kinds[found[1]]
        return like[int(rng.integers(len(like)))]

    return _ELEMENT.sub(other, content)


def values_absurd(content: bytes, rng: np.random.Generator) -> bytes:
    """Some quoted values of any kind become absurd."""
    return _replaced(content, rng, _QUOTED, lambda _: _absurd(rng), most=3)


def tags_absurd(content: bytes, rng: np.random.Generator) -> bytes:
    """Some values of tags become absurd."""
    return _replaced(content, rng, _TAG_VALUE, lambda _: _absurd(rng), most=200)


def tags_exchanged(content: bytes, rng: np.random.Generator) -> bytes:
    """Some tags take the value of another tag."""
    return _replaced(content, rng, _TAG_VALUE, lambda spots: spots[int(rng.integers(len(spots)))][1], most=500)


def roles_exchanged(content: bytes, rng: np.random.Generator) -> bytes:
    """Some members of relations play another's part."""
    return _replaced(content, rng, _ROLE, lambda spots: spots[int(rng.integers(len(spots)))][1], most=100)


def references_exchanged(content: bytes, rng: np.random.Generator) -> bytes:
    """Some ways and relations name what others name, or nothing."""

    def other(spots: list[re.Match[bytes]]) -> bytes:
        return b"123456789012" if rng.random() < 0.2 else spots[int(rng.integers(len(spots)))][1]

    return _replaced(content, rng, _REFERENCE, other, most=300)


def places_moved(content: bytes, rng: np.random.Generator) -> bytes:
    """Some coordinates are those of another node, turned over, or out of the world."""

    def other(spots: list[re.Match[bytes]]) -> bytes:
        if rng.random() < 0.7:
            return spots[int(rng.integers(len(spots)))][1]
        return str(rng.choice(["0", "90", "-90", "180", "-180", "200", "41.0000001", "89.9999"])).encode()

    return _replaced(content, rng, _PLACE, other, most=200)


def ids_doubled(content: bytes, rng: np.random.Generator) -> bytes:
    """Some objects have the id of another."""
    return _replaced(content, rng, _ID, lambda spots: spots[int(rng.integers(len(spots)))][1], most=100)


def _replaced(
    content: bytes,
    rng: np.random.Generator,
    form: re.Pattern[bytes],
    other: Callable[[list[re.Match[bytes]]], bytes],
    most: int,
) -> bytes:
    spots = list(form.finditer(content))
    if not spots:
        return content
    most = min(most, 1 + len(spots) // 10)
    parts, done = [], 0
    for i in sorted({int(i) for i in rng.integers(0, len(spots), rng.integers(1, most + 1))}):
        parts += [content[done : spots[i].start(1)], other(spots)]
        done = spots[i].end(1)
    return b"".join([*parts, content[done:]])


def _absurd(rng: np.random.Generator) -> bytes:
    return str(rng.choice(ABSURD)).replace("<", "&lt;").encode()


RAW: Final[tuple[Mutation, ...]] = (flipped, cut_short, spliced, torn)
TEXT: Final[tuple[Mutation, ...]] = (
    elements_lost, elements_exchanged, values_absurd, tags_absurd, tags_exchanged, roles_exchanged,
    references_exchanged, places_moved, ids_doubled, *RAW,
)  # fmt: skip


def mutants(seed: int, count: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield the mutation, a file name and the content of damaged files, the same for the same seed.

    Of ten, eight are text, and of those one in ten is packed; two are packed files damaged as they lie.
    """
    rng = np.random.default_rng(seed)
    texts, packed = sources()
    for i in range(count):
        if rng.random() < 0.8:
            mutate = TEXT[int(rng.integers(len(TEXT)))]
            content = mutate(texts[int(rng.choice(len(texts), p=_weights(texts)))], rng)
            suffix = str(rng.choice([".osm", ".osm.gz", ".osm.bz2"], p=[0.9, 0.05, 0.05]))
            content = {".osm": bytes, ".osm.gz": gzip.compress, ".osm.bz2": bz2.compress}[suffix](content)  # type: ignore[operator]
        else:
            mutate = RAW[int(rng.integers(len(RAW)))]
            suffix, whole = packed[int(rng.integers(len(packed)))]
            content = mutate(whole, rng)
        yield mutate.__name__, f"mutant{i}{suffix}", content


@cache
def sources() -> tuple[list[bytes], list[tuple[str, bytes]]]:
    """Return whole files as text, small ones first, and whole packed files with their suffixes."""
    texts = [_hand_made()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts += [_as_text(FOLDER / real, folder / f"{real}.osm") for real in REAL if (FOLDER / real).is_file()]
        packed = [(".osm.gz", gzip.compress(text)) for text in texts[:2]]
        packed += [(".osm.bz2", bz2.compress(text)) for text in texts[:2]]
        for i, text in enumerate(texts):
            (folder / "one.osm").write_bytes(text)
            for form in ("pbf", "pbf,pbf_compression=none", "pbf,pbf_dense_nodes=false,pbf_compression=none"):
                target = folder / f"{i}{len(packed)}.osm.pbf"
                with osmium.SimpleWriter(osmium.io.File(str(target), form)) as out:
                    for thing in osmium.FileProcessor(str(folder / "one.osm")):
                        out.add(thing)
                packed.append((".osm.pbf", target.read_bytes()))
    return texts, packed


def _weights(texts: list[bytes]) -> list[float]:
    """Small files are chosen more often, so that ten thousand take minutes."""
    shares = np.array([1.0 / (1.0 + len(text) / 200_000) for text in texts])
    return (shares / shares.sum()).tolist()  # type: ignore[no-any-return]


def _as_text(path: Path, target: Path) -> bytes:
    with osmium.SimpleWriter(osmium.io.File(str(target), "osm,add_metadata=false")) as out:
        for thing in osmium.FileProcessor(str(path)):
            out.add(thing)
    return target.read_bytes()


def _hand_made() -> bytes:
    text = crossing().nodes(
        {21: (10, 10), 22: (30, 10), 23: (30, 40), 24: (10, 40), 25: (15, 15), 26: (25, 15), 27: (25, 25)}
    )
    text.node(28, 150, 100, highway="traffic_signals").node(29, 50, 100, barrier="bollard")
    text.way(10, [1, 29, 5, 28, 2], {"highway": "primary", "maxspeed": "RU:urban", "lanes": "3", "lanes:forward": "2"})
    text.way(20, [21, 22, 23, 24, 21], {"building": "apartments", "building:levels": "9", "start_date": "1970s"})
    text.way(22, [25, 26, 27, 25], {"building:part": "yes", "height": "12 ft"})
    text.way(23, [21, 3], {"waterway": "canal", "width": "4"}).way(24, [1, 4, 2, 3, 1], {"leisure": "park"})
    text.relation(30, [(20, "outer"), (22, "inner")], {"type": "multipolygon", "building": "yes"})
    text.relation(31, [(10, "from"), (5, "via"), (11, "to")], {"type": "restriction", "restriction": "no_left_turn"})
    tags = {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": "D"}
    return _body(text.relation(32, [(24, "outer")], tags))


def _body(text: OsmText) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        return text.write(Path(name) / "hand.osm").read_bytes()
