"""SUMO: netconvert accepts the network, sumo drives on it, and it has the city's turns and lengths."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from tests.towns import grid_town
from tests.twin.full_town import full_town
from twin.city import City
from twin.city.forms import export_city
from twin.city.forms.lanes import lanes_each_way
from twin.city.forms.network import Network
from twin.city.forms.sumo import edge_ids, sumo_program
from twin.city.forms.sumo_net import read_net, turn_lengths
from twin.city.osm import import_osm
from twin.city.resolve import open_city
from twin.errors import MissingPart
from twin.streets import StreetGraph

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("sumo") is None,  # not imported: it would lead all of PROJ to its own data
    reason="eclipse-sumo is not installed: pip install 'tashkent-twin[sumo]'",
)
HELSINKI = Path(__file__).parents[3] / "shared/data/osm_other_cities/helsinki_centre.osm.pbf"


def written(city: City, folder: Path) -> Path:
    """Export a city and return the network file."""
    export_city(city, "sumo", folder / "sumo")
    return folder / "sumo" / "city.net.xml"


def compared(city: City, net: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return which turns are there, their lengths in SUMO and in the city, and how many turns SUMO has more."""
    network = Network.of(city)
    into, onto = network.turns(city)
    read = read_net(net)
    found, its_m, own_m = turn_lengths(read, network, edge_ids(network), into, onto)
    return found, its_m, own_m, len(read.via_m) - int(found.sum())


def driven(net: Path, folder: Path, trips: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Let SUMO drive from edge to edge, and return what it says of each trip."""
    lines = "".join(f'<trip id="{i}" depart="{3 * i}" from="{a}" to="{b}"/>' for i, (a, b) in enumerate(trips))
    (folder / "trips.rou.xml").write_text(f"<routes>{lines}</routes>", encoding="utf-8")
    command = [
        sumo_program("sumo", "a test"), "-n", str(net), "-r", str(folder / "trips.rou.xml"), "--end", "3600",
        "--tripinfo-output", str(folder / "trips.xml"), "--no-step-log", "--xml-validation", "never",
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "Error" not in ended.stderr
    return [dict(trip.attrib) for trip in ET.parse(folder / "trips.xml").getroot()]


def test_a_grid_has_all_its_turns_and_sumo_drives_as_far_as_the_street_graph(tmp_path: Path) -> None:
    """From the west end of the south street to the east end of the north one: six blocks of 100 m."""
    town = grid_town()
    net = written(town, tmp_path)
    found, its_m, own_m, more = compared(town, net)
    assert (found.all(), more) == (True, 0)
    assert its_m.sum() / own_m.sum() == pytest.approx(1.0, abs=0.03)
    trips = driven(net, tmp_path, [("0", "11")])
    assert float(trips[0]["routeLength"]) == pytest.approx(600.0, rel=0.05)


def test_restrictions_loops_one_ways_lanes_and_signals_are_in_the_network(tmp_path: Path) -> None:
    town = full_town()
    net = written(town, tmp_path)
    found, _, _, more = compared(town, net)
    assert (found.all(), more) == (True, 0)
    read = read_net(net)
    row = town.restrictions.iloc[0]
    names = [
        name for name in (f"{row['from_street']}", f"-{row['from_street']}") if any(a == name for a, _ in read.via_m)
    ]
    onto = {f"{row['to_street']}", f"-{row['to_street']}"}
    via = int(row["via_node"])
    into = str(row["from_street"]) if town.streets["v"][row["from_street"]] == via else f"-{row['from_street']}"
    assert into in names
    assert not {b for a, b in read.via_m if a == into} & onto
    assert "-0" not in read.length_m
    assert {"31#0", "31#1", "-31#0", "-31#1"} <= set(read.length_m)
    assert read.lights == 1
    lanes = {edge.attrib["id"]: len(edge.findall("lane")) for edge in ET.parse(net).getroot().iter("edge")}
    assert (lanes["0"], lanes["1"], lanes["-1"]) == (3, 1, 1)
    assert "7" not in read.length_m


@pytest.mark.skipif(not HELSINKI.is_file(), reason="the extract of Helsinki is not beside the repository")
def test_helsinki_has_its_turns_and_lengths_and_sumo_drives_there(tmp_path: Path) -> None:
    city = import_osm(HELSINKI, "helsinki", None, None)
    net = written(city, tmp_path)
    found, its_m, own_m, more = compared(city, net)
    assert found.mean() > 0.999
    assert more == 0
    assert its_m.sum() / own_m.sum() == pytest.approx(1.0, abs=0.05)
    network, graph = Network.of(city), StreetGraph.of(city)
    ids = edge_ids(network)
    inner = np.flatnonzero(graph.main_component[network.tail] & graph.main_component[network.head])
    trips = [(ids[inner[i]], ids[inner[-1 - i]]) for i in range(0, 200, 10)]
    done = driven(net, tmp_path, trips)
    assert len(done) >= 15


@pytest.mark.slow
def test_the_default_city_has_its_turns_and_lengths(tmp_path: Path) -> None:
    city = open_city(None)
    district = str(city.districts["name"].iloc[0])
    _, account = export_city(city, "sumo", tmp_path / "sumo", district)
    assert "0 more than the city allows" in account.said["turns"]


def test_the_network_is_the_same_file_whenever_it_is_made(tmp_path: Path) -> None:
    assert written(grid_town(), tmp_path / "a").read_bytes() == written(grid_town(), tmp_path / "b").read_bytes()


def test_without_sumo_the_export_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sumo", None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPart, match=r"tashkent-twin\[sumo\]"):
        export_city(grid_town(), "sumo", tmp_path / "sumo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("lanes", "oneway", "known", "each"),
    [(2, False, (0, 0), (1, 1)), (1, False, (0, 0), (1, 1)), (5, False, (0, 0), (3, 2)), (3, True, (0, 0), (3, 0)),
     (3, False, (1, 2), (1, 2)), (4, False, (0, 3), (1, 3)), (4, False, (3, 0), (3, 1))],
)  # fmt: skip
def test_lanes_each_way(lanes: int, oneway: bool, known: tuple[int, int], each: tuple[int, int]) -> None:
    streets = grid_town(2, 2).streets.assign(
        lanes=lanes, oneway=oneway, lanes_forward=known[0], lanes_backward=known[1]
    )
    ahead, back = lanes_each_way(streets)
    assert (ahead[0], back[0]) == each
