"""Whatever stands in a file: a sound city in which nothing is lost uncounted, or one clear message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.benchmarks.osm_fuzz import outcomes
from tests.twin.osm_judge import CITY, CRASH, GOOD, TRACEBACK, Judge, unaccounted
from tests.twin.osm_mutants import ABSURD, mutants

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12)
VALUES = st.one_of(st.sampled_from(["yes", "no", "2", "-1", "50", "12 ft", "3;4", *ABSURD]), PLAIN)
TAGS = {
    "highway": (
        "primary", "residential", "footway", "motorway_link", "service", "construction", "traffic_signals", "crossing",
    ),
    "building": ("yes", "apartments", "house", "no", "entrance"),
    "type": ("multipolygon", "restriction", "boundary", "site", "route"),
    "restriction": ("no_left_turn", "only_straight_on", "no_u_turn", "no_entry"),
    "boundary": ("administrative",),
    "barrier": ("bollard", "gate"),
    "natural": ("water", "wood"),
    "waterway": ("river", "canal", "riverbank"),
    "landuse": ("industrial", "cemetery"),
    "amenity": ("school", "police", "hospital"),
    "junction": ("roundabout", "circular"),
    "location": ("underground",),
    "building:part": ("yes",),
}  # fmt: skip
FREE = (
    "maxspeed", "lanes", "lanes:forward", "lanes:backward", "oneway", "width", "layer", "bridge", "tunnel", "access",
    "name", "name:ru", "height", "building:levels", "building:flats", "start_date", "roof:levels", "admin_level",
    "area", "except",
)  # fmt: skip
NODES = st.integers(1, 12)
PLACES = st.one_of(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda at: (69.2 + at[0] * 1e-4, 41.3 + at[1] * 1e-4)),
    st.sampled_from([(0.0, 0.0), (180.0, 90.0), (-180.0, -90.0), (200.0, 95.0), (69.2, 41.3), (69.2000001, 41.3)]),
)


@st.composite
def tag_lines(draw: st.DrawFn) -> str:
    chosen = {key: draw(st.sampled_from(TAGS[key])) for key in draw(st.sets(st.sampled_from(sorted(TAGS)), max_size=3))}
    chosen |= {key: draw(VALUES) for key in draw(st.sets(st.sampled_from(FREE), max_size=4))}
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in chosen.items())


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """An extract of a few objects, mostly in a small town, some of them wild; any order, ids may stand twice."""
    parts = []
    for _ in range(draw(st.integers(3, 16))):
        lon, lat = draw(PLACES)
        tags = draw(tag_lines()) if draw(st.booleans()) else ""
        parts.append(f'<node id="{draw(NODES)}" lon="{lon!r}" lat="{lat!r}">{tags}</node>')
    for _ in range(draw(st.integers(1, 8))):
        refs = draw(st.lists(NODES, max_size=8))
        closed = [*refs, *refs[:1]] if draw(st.booleans()) else refs
        inside = "".join(f'<nd ref="{ref}"/>' for ref in closed)
        parts.append(f'<way id="{draw(st.integers(20, 27))}">{inside}{draw(tag_lines())}</way>')
    for _ in range(draw(st.integers(0, 4))):
        members = draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["way", "way", "node", "relation"]),
                    st.integers(1, 42),
                    st.sampled_from(["outer", "inner", "from", "via", "to", ""]),
                ),
                max_size=6,
            )
        )
        inside = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
        parts.append(f'<relation id="{draw(st.integers(40, 42))}">{inside}{draw(tag_lines())}</relation>')
    parts.append('<way id="28"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>')
    if draw(st.booleans()):
        parts = draw(st.permutations(parts))
    return f'<osm version="0.6">{"".join(parts)}</osm>'.encode()


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
