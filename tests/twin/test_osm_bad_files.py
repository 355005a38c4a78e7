"""Files that are no extract, or none with a street in it: one clear message each."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import osmium
import pytest

from tests.twin.osm_city import made
from tests.twin.osm_text import OsmText, crossing, lon_lat
from twin.city.osm import import_osm
from twin.errors import InputError

BAD_FILES = (
    "half.osm", "half.osm.gz", "half.osm.bz2", "words.osm.pbf", "words.osm", "page.osm", "id.osm", "place.osm",
    "nothing.osm", "bare.osm", "map.geojson", "streetless.osm", "nan.osm", "bomb.osm", "outer.osm", "packed.osm",
    "packed.osm.bz2", "binary.osm", "long.osm", "torn.osm.pbf", "letters.osm",
)  # fmt: skip


def _bad_files(folder: Path) -> dict[str, bytes]:
    whole = crossing().write(folder / "whole.osm").read_bytes()
    packed = gzip.compress(whole)
    return {
        "half.osm": whole[: len(whole) // 2],
        "half.osm.gz": packed[: len(packed) // 2],
        "half.osm.bz2": bz2.compress(whole)[:60],
        "words.osm.pbf": b"these are only words, many of them, and no map at all",
        "words.osm": b"these are only words",
        "page.osm": b"<html></html>",
        "id.osm": b'<osm version="0.6"><node id="one" lat="1" lon="2"/></osm>',
        "place.osm": b'<osm version="0.6"><node id="1" lat="north" lon="2"/></osm>',
        "nothing.osm": b"",
        "bare.osm": b'<osm version="0.6"></osm>',
        "map.geojson": b"{}",
        "streetless.osm": b'<osm version="0.6"><node id="1" lat="41" lon="69"/></osm>',
        "nan.osm": whole.replace(b'lat="', b'lat="nan', 1),
        "bomb.osm": BOMB,
        "outer.osm": BOMB.replace(b'"&a;&a;&a;&a;"', b'SYSTEM "file:///etc/hostname"'),
        "packed.osm": packed,
        "packed.osm.bz2": packed,
        "binary.osm": bytes(range(256)) * 50,
        "long.osm": b'<osm version="0.6"><node id="1" lat="1" lon="2"><tag k="a" v="'
        + b"x" * 10**6
        + b'"/></node></osm>',
        "torn.osm.pbf": _pbf(folder)[:-20],
        "letters.osm": whole.replace(b"North", b"\xff\xfe", 1),
    }


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<osm version="0.6"><node id="1" lat="41" lon="69"><tag k="name" v="&b;"/></node></osm>'
)


def _pbf(folder: Path) -> bytes:
    with osmium.SimpleWriter(str(folder / "whole.osm.pbf")) as out:
        for thing in osmium.FileProcessor(str(folder / "whole.osm")):
            out.add(thing)
    return (folder / "whole.osm.pbf").read_bytes()


@pytest.mark.parametrize("name", [*BAD_FILES, "missing.osm", "folder.osm"])
def test_a_file_that_is_no_extract_is_refused_and_never_a_traceback(tmp_path: Path, name: str) -> None:
    if name in BAD_FILES:
        (tmp_path / name).write_bytes(_bad_files(tmp_path)[name])
    if name == "folder.osm":
        (tmp_path / name).mkdir()
    with pytest.raises(InputError) as refusal:
        import_osm(tmp_path / name, "town")
    assert name in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 2


def test_a_file_that_goes_by_another_name_says_which_would_do(tmp_path: Path) -> None:
    (tmp_path / "town.osm").write_bytes(_pbf(crossing().write(tmp_path / "whole.osm").parent))
    with pytest.raises(InputError, match=r"its content is that of a \.pbf file; give it a name that ends so"):
        import_osm(tmp_path / "town.osm", "town")


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = crossing().write(tmp_path / "town.osm")

    def shut(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", shut)
    with pytest.raises(InputError, match="Permission denied; it must be readable"):
        import_osm(path, "town")


def test_nodes_out_of_the_world_are_counted_and_listed(tmp_path: Path) -> None:
    text = crossing()
    text.lines += ['<node id="98" lat="95" lon="200"/>', '<node id="99"/>']
    city = made(text, tmp_path)
    assert city.manifest["refused_objects"]["nodes"] == {"without a sound location": ["n98", "n99"]}


def test_an_extract_without_buildings_is_a_city_without_residents(tmp_path: Path) -> None:
    city = made(crossing(), tmp_path)
    assert (len(city.buildings), city.residents, len(city.districts)) == (0, 0, 1)


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((69.5, 41.0, 69.4, 41.1), "west 69.5 must be less than east 69.4"),
        ((60.0, 30.0, 60.1, 30.1), "no node lies in the box 60.0,30.0,60.1,30.1; the file spans 69."),
        ((*lon_lat(95, 95), *lon_lat(105, 105)), "of its 2 drivable ways none can be driven in the box"),
    ],
)
def test_a_box_without_streets_says_what_the_file_spans(tmp_path: Path, box: tuple[float, ...], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        made(crossing(), tmp_path, bbox=box)
    assert said in str(refusal.value)


def test_footpaths_alone_make_no_city(tmp_path: Path) -> None:
    text = OsmText().nodes({1: (0, 0), 2: (10, 0)}).way(3, [1, 2], {"highway": "footway"})
    with pytest.raises(InputError, match="no street that vehicles may use"):
        made(text, tmp_path)
