"""Whatever stands in a file: a sound city in which nothing is lost uncounted, or one clear message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import osmium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.benchmarks.osm_fuzz import outcomes
from tests.twin.osm_judge import CITY, CRASH, GOOD, REFUSED, TRACEBACK, Judge, unaccounted
from tests.twin.osm_mutants import ABSURD, mutants
from tests.twin.osm_text import crossing

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12)
VALUES = st.one_of(st.sampled_from(["yes", "no", "2", "-1", "50", "12 ft", "3;4", *ABSURD]), PLAIN)
WAYS = (
    "highway=primary", "highway=residential", "highway=footway", "highway=motorway_link", "highway=service",
    "highway=construction", "highway=pedestrian", "junction=roundabout", "building=yes", "building=apartments",
    "building=no", "building:part=yes", "natural=water", "waterway=canal", "waterway=riverbank", "landuse=industrial",
    "amenity=school", "leisure=park", "location=underground", "",
)  # fmt: skip
POINTS = (
    "", "", "", "highway=traffic_signals", "highway=crossing", "barrier=bollard", "barrier=gate", "amenity=police",
    "building=yes", "building=entrance", "entrance=main",
)  # fmt: skip
RELATIONS = (
    "type=multipolygon,building=yes", "type=multipolygon,natural=water", "type=multipolygon",
    "type=site,amenity=school",
    "type=restriction,restriction=no_left_turn", "type=restriction,restriction=only_straight_on",
    "type=restriction,restriction=no_entry", "type=restriction,restriction:conditional=no_u_turn @ (8:00)",
    "type=boundary,boundary=administrative,admin_level=6", "type=boundary,boundary=administrative,admin_level=10", "",
)  # fmt: skip
FREE = (
    "maxspeed", "lanes", "lanes:forward", "lanes:backward", "oneway", "width", "layer", "bridge", "tunnel", "access",
    "name", "name:ru", "height", "building:levels", "building:flats", "start_date", "roof:levels", "admin_level",
    "area", "except", "highway", "building", "type", "restriction", "waterway", "barrier",
)  # fmt: skip
WILD = ((0.0, 0.0), (180.0, 90.0), (-180.0, -90.0), (200.0, 95.0), (69.2, 41.3), (69.2000001, 41.3), (69.3, 41.3))
NODES = st.integers(1, 13)


@st.composite
def tag_lines(draw: st.DrawFn, themes: tuple[str, ...]) -> str:
    theme = draw(st.sampled_from(themes))
    chosen = dict(pair.split("=") for pair in theme.split(",") if pair)
    if draw(st.integers(0, 2)) == 0:
        chosen |= {key: draw(VALUES) for key in draw(st.sets(st.sampled_from(FREE), min_size=1, max_size=4))}
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in chosen.items())


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A small town of twelve nodes, its ways and relations; some nodes are wild, ids may stand twice, in any order."""
    parts = []
    for i in draw(st.permutations(range(12))):
        lon, lat = 69.2 + (i % 4) * 4e-4, 41.3 + (i // 4) * 3e-4
        parts.append(f'<node id="{i + 1}" lon="{lon:.7f}" lat="{lat:.7f}">{draw(tag_lines(POINTS))}</node>')
    for _ in range(draw(st.integers(0, 2))):
        lon, lat = draw(st.sampled_from(WILD))
        parts.append(f'<node id="{draw(NODES)}" lon="{lon!r}" lat="{lat!r}"/>')
    for way in range(20, 20 + draw(st.integers(2, 9))):
        refs = draw(st.lists(NODES, min_size=draw(st.sampled_from([0, 2, 3, 4])), max_size=7))
        closed = [*refs, *refs[:1]] if draw(st.booleans()) else refs
        inside = "".join(f'<nd ref="{ref}"/>' for ref in closed)
        osm_id = draw(st.sampled_from([way, way, way, 20]))
        parts.append(f'<way id="{osm_id}">{inside}{draw(tag_lines(WAYS))}</way>')
    for relation in range(40, 40 + draw(st.integers(0, 4))):
        inside = draw(members())
        parts.append(f'<relation id="{relation}">{inside}{draw(tag_lines(RELATIONS))}</relation>')
    parts.append(
        '<way id="50"><nd ref="1"/><nd ref="2"/><nd ref="6"/><nd ref="10"/><tag k="highway" v="primary"/></way>'
    )
    parts.append('<way id="51"><nd ref="5"/><nd ref="6"/><nd ref="7"/><tag k="highway" v="residential"/></way>')
    if draw(st.booleans()):
        parts = draw(st.permutations(parts))
    return f'<osm version="0.6">{"".join(parts)}</osm>'.encode()


@st.composite
def members(draw: st.DrawFn) -> str:
    """Members of a relation: the rings of an area, a turn at node 6, or anything."""
    form = draw(st.sampled_from(["rings", "turn", "any"]))
    ways = st.one_of(st.integers(20, 29), st.sampled_from([50, 51]))
    if form == "rings":
        chosen = [
            ("way", ref, draw(st.sampled_from(["outer", "outer", "inner"]))) for ref in draw(st.lists(ways, max_size=4))
        ]
    elif form == "turn":
        via = draw(st.sampled_from([("node", 6), ("node", 6), ("node", 2), ("way", 50)]))
        chosen = [("way", draw(ways), "from"), (*via, "via"), ("way", draw(ways), "to")]
    else:
        kinds, roles = st.sampled_from(["way", "node", "relation"]), st.sampled_from(["outer", "from", "via", "to", ""])
        chosen = draw(st.lists(st.tuples(kinds, st.integers(1, 52), roles), max_size=6))
    return "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in chosen)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("fuzz")) as one:
        yield one


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=documents())
def test_any_document_becomes_a_sound_city_or_a_clear_message(judge: Judge, content: bytes) -> None:
    outcome, said = judge.verdict("any.osm", content)
    assert outcome in GOOD, (outcome, said)


def test_damaged_files_end_in_a_city_or_a_clear_message(tmp_path: Path) -> None:
    found, faults = outcomes(180, seed=1)
    print(dict(found))
    assert faults == []
    assert sum(found.values()) == 180


def test_text_that_is_no_unicode_is_told_and_does_not_end_the_process(tmp_path: Path) -> None:
    """The C++ writer tries again when it is freed; a fault there once aborted the interpreter."""
    plain = crossing().write(tmp_path / "whole.osm")
    form = osmium.io.File(str(tmp_path / "whole.osm.pbf"), "pbf,pbf_compression=none")
    with osmium.SimpleWriter(form) as out:
        for thing in osmium.FileProcessor(str(plain)):
            out.add(thing)
    damaged = (tmp_path / "whole.osm.pbf").read_bytes().replace(b"North", b"\xff\xfe\xff\xfe\xff")
    with Judge(tmp_path) as judge:
        outcome, said = judge.verdict("damaged.osm.pbf", damaged)
        assert outcome == REFUSED
        assert said.startswith("invalid Unicode codepoint: the file is cut short, damaged")
        assert judge.verdict("sound.osm", plain.read_bytes())[0] == CITY


@pytest.mark.slow
def test_ten_thousand_damaged_files_end_in_a_city_or_a_clear_message() -> None:
    found, faults = outcomes(10_000, seed=2)
    print(dict(found))
    assert faults == []


def test_the_same_seed_damages_alike() -> None:
    assert list(mutants(3, 5)) == list(mutants(3, 5))


def test_the_judge_outlives_the_death_and_the_faults_of_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judge that cannot tell a crash, a traceback or a loss would call everything good."""
    import twin.city.osm
    from tests.twin.osm_judge import judged

    with Judge(tmp_path) as judge:
        child = judge._start()
        child.kill()
        child.wait()
        judge._child = child
        assert judge.verdict("any.osm", b"<osm/>")[0] in GOOD
        child = judge._child
        assert child is not None
        monkeypatch.setattr(child, "poll", lambda: None)
        child.kill()
        child.wait()
        assert judge.verdict("any.osm", b"<osm/>")[0] == CRASH

    def broken(path: Path, name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(twin.city.osm, "import_osm", broken)
    assert judged(tmp_path / "any.osm")[0] == TRACEBACK
    manifest = {"read": {"buildings": 3}, "imported": {"buildings": 1}, "refused": {}, "refused_objects": {}}
    assert unaccounted(manifest) == {"buildings": 2}
    told = {"refused": {"buildings": {"too small": 2}}, "refused_objects": {"buildings": {"too small": ["w1"]}}}
    assert unaccounted(manifest | told) == {"buildings": 1}
    assert CITY in GOOD
