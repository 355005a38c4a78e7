"""OpenDRIVE: CARLA's client makes and loads the map, and it has the city's connections and lengths."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.towns import grid_town
from tests.twin.full_town import full_town
from twin.city.forms import export_city, opendrive, tiles
from twin.city.forms.opendrive import write_opendrive
from twin.city.model import LAYERS
from twin.city.osm import import_osm
from twin.city.schema import layer_table
from twin.errors import InputError, MissingPart

pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")
HELSINKI = Path(__file__).parents[3] / "shared/data/osm_other_cities/helsinki_centre.osm.pbf"
LOADS = "import carla, sys; print(len(carla.Map('city', open(sys.argv[1]).read()).get_topology()))"


def shares(words: str) -> tuple[int, int]:
    """Return the numbers of «12 of 34, ...»."""
    first, of, second, *_ = words.replace(",", "").split()
    assert of == "of"
    return int(first), int(second)


def length_ratio(words: str) -> float:
    return float(words.removeprefix("from street to street ").split()[0])


def test_a_grid_has_all_its_streets_and_connections(tmp_path: Path) -> None:
    out = tmp_path / "grid.xodr"
    _, account = export_city(grid_town(), "opendrive", out)
    assert shares(account.said["streets"]) == (48, 48)
    assert account.said["connections"] == "104 of 104, 0 more than the city allows"
    assert length_ratio(account.said["lengths"]) == pytest.approx(1.0, abs=0.03)
    loaded = subprocess.run([sys.executable, "-c", LOADS, str(out)], capture_output=True, text=True, check=True)
    assert int(loaded.stdout) == 208
    assert [path.name for path in tmp_path.iterdir()] == ["grid.xodr"]


def test_the_map_lies_where_the_city_does(tmp_path: Path) -> None:
    """The origin is the south-west corner of the streets, and the header says so to other programs."""
    account = write_opendrive(grid_town(), tmp_path / "grid")
    assert account.said["origin"] == "516000, 4570000 in EPSG:32642"
    text = (tmp_path / "grid").read_text()
    assert '<offset x="-516000.00" y="-4570000.00"' in text
    assert "+proj=utm +zone=42" in text


def test_a_forbidden_turn_is_not_in_the_map(tmp_path: Path) -> None:
    town = full_town()
    free = write_opendrive(replace(town, restrictions=town.restrictions.iloc[:0]), tmp_path / "free")
    bound = write_opendrive(town, tmp_path / "bound")
    assert shares(bound.said["connections"])[1] == shares(free.said["connections"])[1] - 3
    assert shares(bound.said["connections"])[0] == shares(bound.said["connections"])[1]
    assert ", 0 more than the city allows" in bound.said["connections"]


def test_the_same_streets_are_the_same_map_whenever_it_is_made(tmp_path: Path) -> None:
    write_opendrive(grid_town(), tmp_path / "a")
    write_opendrive(grid_town(), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.skipif(not HELSINKI.is_file(), reason="the extract of Helsinki is not beside the repository")
def test_helsinki_has_its_connections_and_lengths(tmp_path: Path) -> None:
    """Its footways cut the streets into pieces of some metres, many of which CARLA's junctions swallow."""
    account = write_opendrive(import_osm(HELSINKI, "helsinki", None, None), tmp_path / "helsinki")
    there, wanted = shares(account.said["connections"])
    assert there / wanted > 0.9
    assert length_ratio(account.said["lengths"]) == pytest.approx(1.0, abs=0.05)


def test_a_city_too_large_for_one_map_is_refused_with_its_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opendrive, "MOST_JUNCTIONS", 6)
    monkeypatch.setattr(opendrive, "tiles_of", lambda city: tiles.tiles_of(city, 6))
    with pytest.raises(InputError) as found:
        export_city(grid_town(), "opendrive", tmp_path / "grid.xodr")
    said = str(found.value)
    assert "grid-town has 12 junctions, and one map holds at most 6: more takes minutes and gigabytes" in said
    assert "0: 516000 to 516200, 4570000 to 4570300, 6 junctions; 1: 516200 to 516300" in said
    with pytest.raises(InputError, match="grid-town-town has 12 junctions"):
        export_city(grid_town(), "opendrive", tmp_path / "grid.xodr", "Town")


def test_the_two_tiles_of_a_grid_have_its_street_between_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = tiles.tiles_of(grid_town(), 6)
    monkeypatch.setattr("twin.city.forms.part.tile_numbered", lambda city, number: cut[number])
    parts = [export_city(grid_town(), "opendrive", tmp_path / f"{i}.xodr", tile=i) for i in (0, 1)]
    assert sum(part.streets["length_m"].sum() for part, _ in parts) == 2400.0
    for part, account in parts:
        assert len(part.manifest["part"]["cut_streets"]) == 4
        assert account.warnings == ["4 streets are cut at the border of the part; each goes on in its neighbour"]
        there, wanted = shares(account.said["connections"])
        assert there == wanted


def test_a_converter_that_fails_is_told_of_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opendrive, "converter_text", lambda city, network: "<osm>")
    with pytest.raises(InputError, match="CARLA's converter cannot make a map"):
        export_city(grid_town(), "opendrive", tmp_path / "grid.xodr")
    assert list(tmp_path.iterdir()) == []


def test_without_carla_the_export_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "carla", None)
    with pytest.raises(MissingPart, match=r"tashkent-twin\[carla\]"):
        export_city(grid_town(), "opendrive", tmp_path / "grid.xodr")
    assert list(tmp_path.iterdir()) == []


def test_probes_stand_in_the_middle_of_the_lines() -> None:
    town = grid_town(2, 2)
    network = opendrive.Network.of(town)
    probes = np.array(opendrive._probes(network, 516_000.0, 4_570_000.0))
    assert probes[0].tolist() == [50.0, 0.0, 1.0, 0.0]
    assert probes[4].tolist() == [50.0, 0.0, -1.0, 0.0]


def test_lights_stay_where_forbidden_turns_go(tmp_path: Path) -> None:
    """Every junction has lights and forbids straight on, so roads that bear lights go: the map must still load."""
    town = grid_town()
    town = replace(town, nodes=town.nodes.assign(signal=True))
    free = write_opendrive(town, tmp_path / "free")
    network = opendrive.Network.of(town)
    into, onto = network.turns(town)
    ahead = [network.line[edge][-1] - network.line[edge][0] for edge in range(len(network.line))]
    straight = [(a, b) for a, b in zip(into.tolist(), onto.tolist(), strict=True) if np.dot(ahead[a], ahead[b]) > 1]
    rows = {
        "from_street": network.street[[a for a, _ in straight]],
        "via_node": network.head[[a for a, _ in straight]],
        "to_street": network.street[[b for _, b in straight]],
        "kind": "no",
        "osm_id": -1,
        "inferred": "",
    }
    shapes = town.nodes.geometry.to_numpy()[rows["via_node"]]
    columns = {name: rows[name] for name in LAYERS["restrictions"]}
    bound = write_opendrive(
        replace(town, restrictions=layer_table("restrictions", columns, shapes, town.crs)), tmp_path / "bound"
    )
    assert not bound.warnings
    assert "<controller " in (tmp_path / "bound").read_text()
    assert shares(free.said["connections"])[1] - shares(bound.said["connections"])[1] == len(straight) > 0
    assert ", 0 more than the city allows" in bound.said["connections"]


def test_turns_without_which_a_map_does_not_load_stay_in_it_and_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = opendrive._in_a_process_of_its_own

    def converts_and_loads_no_other(order: dict[str, object], name: str) -> dict[str, object]:
        if "osm" not in order:
            raise InputError(f"write {name} as OpenDRIVE", "it ended with -11")
        return real(order, name)

    monkeypatch.setattr(opendrive, "_in_a_process_of_its_own", converts_and_loads_no_other)
    account = write_opendrive(full_town(), tmp_path / "town")
    assert "carla.Map does not load it without 3 turns that the city forbids: they are in it" in account.warnings
    assert ", 3 more than the city allows" in account.said["connections"]
    loaded = subprocess.run([sys.executable, "-c", LOADS, str(tmp_path / "town")], capture_output=True, check=True)
    assert int(loaded.stdout) > 0
