"""Drones of a fleet file: put on docks and into the air, and refused whole with every fault by its line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from agents.drones.air import drawn_winds
from agents.flight.fitted import load_fitted
from agents.injects import DroneFails
from scenarios import drone_file
from scenarios.fleet_file import read_fleet_file
from scenarios.injects import build_doings
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from sensors.cameras import fleet_of
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.airspace import AirSpace, Zone, load_rules
from twin.errors import InputError
from twin.streets import StreetGraph

START = datetime(2026, 5, 15, 18, 0, tzinfo=ZoneInfo("Asia/Tashkent"))


@pytest.fixture(scope="module")
def town():
    return grid_town(columns=12, rows=12)


@pytest.fixture
def read(town, tmp_path, monkeypatch):
    """Reads lines as a fleet file, under a sky with a palace at 800 m, 800 m."""
    import shapely

    palace = Zone("palace", "red", shapely.Point(WEST_M + 800, SOUTH_M + 800).buffer(100), 0.0)
    monkeypatch.setattr(drone_file, "air_space", lambda city: AirSpace((palace,), load_rules()))

    def reading(*lines: str):
        path: Path = tmp_path / "fleet.yaml"
        path.write_text("\n".join(["version: 1", "name: docks", "source: assumed", *lines]) + "\n", encoding="utf-8")
        return read_fleet_file(path, town, StreetGraph.of(town), read_scenario("friday_evening"))

    return reading


def at(x: float, y: float) -> str:
    return f"{{x_m: {WEST_M + x}, y_m: {SOUTH_M + y}}}"


def test_drones_stand_on_docks_and_teams_are_those_of_the_residents(read):
    fleet, told = read(
        "drones:",
        f"  - {{id: N, class: dock_quad, count: 2, dock: {at(50, 50)}}}",
        f"  - {{id: S, class: dock_quad, dock: {at(100, 100)}, charge: 0.5, full_charge_min: 60}}",
        "patrols:",
        f"  - {{name: gap, drones: [N, S], starts: ['18:30', '03:00'], points: [{at(300, 0)}]}}",
        "operations: {wind: {speed_ms: 4, from_deg: 90}, routes: streets}",
    )
    drones = fleet.drones
    assert [(d.id, d.dock, d.pad_m, d.charge) for d in drones.specs] == [
        ("N-01", "N", 12.0, 1.0), ("N-02", "N", 12.0, 1.0), ("S", "S", 0.0, 0.5),
    ]  # fmt: skip
    assert drones.patrols[0].drone_ids == ("N-01", "N-02", "S")
    assert drones.patrols[0].starts_ms == (30 * 60_000,)  # the run is over at three
    assert {"crash", "fire", "person_lying", "listed_plate"} < drones.visible
    assert "cardiac" not in drones.visible
    assert len(fleet.teams) >= 3
    assert "3 drones on 2 docks and 1 rounds" in told[0]
    air = drones.air(read_scenario("friday_evening"), START, seed=1)
    assert air.wind_ms(0) == pytest.approx([-4.0, 0.0], abs=1e-9)


def test_every_fault_at_once_each_by_its_line(read, monkeypatch):
    def shipped(name: str):
        if name == "heavy_quad":
            raise InputError("read the fitted flight of heavy_quad", "there is no fitted_heavy_quad.json")
        return load_fitted(name)

    monkeypatch.setattr(drone_file, "load_fitted", shipped)
    with pytest.raises(InputError) as refused:
        read(
            "drones:",
            f"  - {{id: A, class: dock_quad, dock: {at(800, 850)}}}",
            f"  - {{id: B, class: dock_quad, dock: {at(-5000, 0)}}}",
            f"  - {{id: C, class: balloon, dock: {at(50, 50)}}}",
            f"  - {{id: D, class: heavy_quad, dock: {at(50, 50)}}}",
            f"  - {{id: E, class: dock_quad, charge: 0.0, dock: {at(50, 50)}}}",
            f"  - {{id: F, class: dock_quad, on_roof: false, dock: {at(50, 50)}}}",
            "  - {id: G, class: dock_quad, dock: {kind: lighthouse}}",
            f"  - {{id: A, class: dock_quad, dock: {at(100, 100)}}}",
            "patrols:",
            f"  - {{name: x, drones: [Q], starts: ['18:30'], points: [{{x_m: {WEST_M + 800}, y_m: {SOUTH_M + 800}}}]}}",
            f"  - {{name: x, drones: [A], starts: ['18:30'], points: [{{x_m: {WEST_M}, y_m: {SOUTH_M}}}]}}",
            "operations:",
            "  wind:",
            "    speed_ms: 20",
        )
    faults = [(fault.line, fault.what) for fault in refused.value.faults]
    wanted = [
        (5, "A: its dock lies in a red zone: palace"),
        (6, "B: its dock lies outside the city"),
        (7, "C: there is no drone class 'balloon'"),
        (8, "D: there is no fitted_heavy_quad.json"),
        (9, "E: 0 of a full battery leaves nothing above the reserve"),
        (10, "F: its dock stands inside building"),
        (11, "G: there is no kind of places in the city 'lighthouse'"),
        (12, "A: there is a team or a drone of that name already"),
        (14, "x: there is no drone 'Q'"),
        (14, "x: point 1 lies in a red zone: palace"),
        (15, "x: there is such a round already"),
    ]
    for line, words in wanted:
        assert any(line == at_line and words in what for at_line, what in faults), (line, words, faults)
    assert sum("above the limit of dock_quad, 12 m/s" in what for line, what in faults if line == 18) == 6


def test_a_round_beyond_the_range_is_refused_before_the_run(read):
    with pytest.raises(InputError) as refused:
        read(
            "drones:",
            f"  - {{id: A, class: dock_quad, dock: {at(50, 50)}}}",
            "patrols:",
            "  - name: long",
            "    drones: [A]",
            "    starts: ['18:30']",
            f"    points: [{{x_m: {WEST_M + 300}, y_m: {SOUTH_M}, stay_s: 3000}}]",
        )
    (fault,) = refused.value.faults
    assert fault.line == 10
    assert "long: A cannot fly it: its battery does not last" in fault.what


def test_a_drone_that_would_leave_before_it_has_looked_is_refused(read):
    with pytest.raises(InputError, match="least_station_s 30 is less than look_s and judge_s together"):
        read("drones:", f"  - {{id: A, class: dock_quad, dock: {at(50, 50)}}}", "operations: {least_station_s: 30}")


def test_neither_teams_nor_drones_is_no_fleet(read):
    with pytest.raises(InputError, match="it names neither teams nor drones"):
        read("drones: []")


def test_the_wind_of_a_day_comes_from_a_stream_of_its_own():
    day = drawn_winds(3, 86_400_000, 2.0)
    assert day.shape == (25, 2)
    assert (day == drawn_winds(3, 86_400_000, 2.0)).all()
    speeds = np.array([np.hypot(*drawn_winds(seed, 3_600_000, 2.0)[0]) for seed in range(800)])
    assert speeds.mean() == pytest.approx(2.0 * 6**0.25, rel=0.1)


def test_a_drone_of_the_run_can_be_made_to_fail_and_no_other(town):
    data = read_scenario("friday_evening").model_dump(mode="json")
    data["injects"] = [
        {"inject": "drone_fault", "at_min": 30, "drone": "A", "what": "motor"},
        {"inject": "drone_fault", "at_min": 10, "drone": "B", "what": "link"},
    ]
    scenario, graph, none = Scenario.model_validate(data), StreetGraph.of(town), fleet_of([])
    injects = build_doings(town, graph, scenario, 1, [], none, drones=["A", "B"]).injects
    failing = [inject for inject in injects if isinstance(inject, DroneFails)]
    assert [(f.t_ms, f.drone_id, f.what) for f in failing] == [(600_000, "B", "link"), (1_800_000, "A", "motor")]
    with pytest.raises(InputError, match=r"inject 2 \(drone_fault\): there is no drone 'B'; known: A"):
        build_doings(town, graph, scenario, 1, [], none, drones=["A"])
