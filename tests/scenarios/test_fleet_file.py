"""A fleet of named teams: put where the file says, and refused whole with every fault by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyproj import Transformer

from scenarios.fleet_file import read_fleet_file
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from tests.towns import grid_town
from twin.errors import InputError
from twin.streets import StreetGraph

HOUR = 3_600_000


@pytest.fixture(scope="module")
def town():
    return grid_town(columns=8, rows=8, storeys=4)


@pytest.fixture(scope="module")
def graph(town):
    return StreetGraph.of(town)


@pytest.fixture(scope="module")
def ambulances():
    """Friday evening, 18:00 to 21:00, with ambulances alone, whose births need reanimation or a line team."""
    data = read_scenario("friday_evening").model_dump(mode="json")
    data["demand"] = {"ambulance": data["demand"]["ambulance"]}
    data["plans"] = {"birth": data["plans"]["birth"]}
    data["spotlights"]["incidents"] = []
    return Scenario.model_validate(data)


def at(town, share: float) -> str:
    west, south, east, north = town.bounds_m
    back = Transformer.from_crs(town.crs, "EPSG:4326", always_xy=True)
    lon, lat = back.transform(west + share * (east - west), south + share * (north - south))
    return f"{{lon: {lon:.7f}, lat: {lat:.7f}}}"


def written(path: Path, *entries: str) -> Path:
    lines = ["version: 1", "name: a town's fleet", "source: assumed", "teams:", *(f"  - {e}" for e in entries)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_teams_wait_where_the_file_says(tmp_path, town, graph, ambulances):
    path = written(
        tmp_path / "fleet.yaml",
        f"{{id: R1, service: ambulance, kind: reanimation, post: {at(town, 0.0)}}}",
        f"{{id: L, service: ambulance, kind: line, count: 2, post: {at(town, 1.0)}, "
        "shifts: [{start: '16:00', until: '19:00'}, {start: '18:30', until: '20:00'}]}",
    )
    fleet, told = read_fleet_file(path, town, graph, ambulances)
    corner = [graph.nearest_node(*town.bounds_m[:2]), graph.nearest_node(*town.bounds_m[2:])]
    own = [team for team in fleet.teams if not team.outside]
    assert [(team.id, team.kind, team.post_node) for team in own] == [
        ("R1", "reanimation", corner[0]), ("L-01", "line", corner[1]), ("L-02", "line", corner[1]),
    ]  # fmt: skip
    assert own[0].duty_ms is None
    assert own[1].duty_ms == ((-2 * HOUR, 2 * HOUR),), "16 to 19 h and 18:30 to 20 h are one stretch, by the run's 18 h"
    assert fleet.posts == {"ambulance": corner}
    assert len(told) == 1
    assert "3 teams" in told[0]


def test_a_post_in_city_metres_is_that_in_degrees(tmp_path, town, graph, ambulances):
    corner = f"{{x_m: {town.bounds_m[0]}, y_m: {town.bounds_m[1]}}}"
    path = written(tmp_path / "fleet.yaml", *(
        f"{{id: {name}, service: ambulance, kind: line, post: {post}}}" for name, post in
        (("A", corner), ("B", at(town, 0.0)))
    ))  # fmt: skip
    fleet, _ = read_fleet_file(path, town, graph, ambulances)
    assert len({team.post_node for team in fleet.teams if not team.outside}) == 1


def test_an_hour_without_anybody_is_told_and_not_refused(tmp_path, town, graph, ambulances):
    shift = "{start: '17:00', until: '19:15'}"
    early = f"{{id: E, service: ambulance, kind: line, post: {at(town, 0.5)}, shifts: [{shift}]}}"
    _, told = read_fleet_file(written(tmp_path / "fleet.yaml", early), town, graph, ambulances)
    assert told[1] == "nobody of ambulance is on duty from 19.06. 19:15 to 19.06. 21:00"


def test_every_fault_is_told_at_once_by_its_line(tmp_path, town, graph, ambulances):
    path = written(
        tmp_path / "fleet.yaml",
        f"{{id: A, service: ambulance, kind: helicopter, count: 2, post: {at(town, 0.5)}}}",
        f"{{id: A-02, service: ambulance, kind: helicopter, post: {at(town, 9.0)}}}",
        "{id: B, service: ambulance, kind: helicopter, post: {place: Atlantis}}",
        "{id: C, service: ambulance, kind: helicopter, post: {kind: castle}}",
        f"{{id: D, service: ambulance, kind: helicopter, post: {at(town, 0.5)}, district: Nowhere}}",
    )
    with pytest.raises(InputError) as refused:
        read_fleet_file(path, town, graph, ambulances)
    told = str(refused.value)
    assert f"{path}:5: A: there is no kind of ambulance team 'helicopter'" in told
    assert f"{path}:6: A-02: there is such a team already, from line 5" in told
    assert f"{path}:6: A-02: its post is " in told
    assert "at most 300 m would work" in told
    assert f"{path}:7: B: there is no place 'Atlantis'" in told
    assert f"{path}:8: C: there is no kind of places in the city 'castle'" in told
    assert f"{path}:9: D: there is no district 'Nowhere'" in told
    assert f"{path}:4: the plan of birth needs a ambulance team of the kind reanimation or line" in told


def test_the_file_itself_is_checked(tmp_path, town, graph):
    friday = read_scenario("friday_evening")
    path = written(
        tmp_path / "fleet.yaml",
        "{id: A, service: balloon, count: -3, post: {lon: 69.2}}",
        "{id: B, service: police, kind: drone, post: {kind: police, place: here}}",
    )
    with pytest.raises(InputError) as refused:
        read_fleet_file(path, town, graph, friday)
    assert [fault.line for fault in refused.value.faults] == [5, 5, 5, 6, 6]
    assert "drones stand under `drones`" in str(refused.value)
    with pytest.raises(InputError, match="no team of fire, which the scenario friday_evening has calls for"):
        read_fleet_file(written(path, f"{{id: P, service: police, post: {at(town, 0.5)}}}"), town, graph, friday)
