"""A real call log: replayed as it is, resampled by hours, and refused whole with every fault by its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from scenarios.call_log import log_day, read_call_log
from scenarios.read import read_scenario
from tests.towns import grid_town
from twin.errors import InputError
from twin.records import Channel
from twin.streets import StreetGraph


@pytest.fixture(scope="module")
def town():
    return grid_town(columns=8, rows=8, storeys=4)


@pytest.fixture(scope="module")
def graph(town):
    return StreetGraph.of(town)


@pytest.fixture(scope="module")
def friday():
    return read_scenario("friday_evening")


def written(path: Path, town, rows) -> Path:
    """Rows of time, category, priority and a note, all in the middle of the town."""
    west, south, east, north = town.bounds_m
    back = Transformer.from_crs(town.crs, "EPSG:4326", always_xy=True)
    lon, lat = back.transform((west + east) / 2, (south + north) / 2)
    lines = [f"{time},{lon:.6f},{lat:.6f},{category},{priority},{note}" for time, category, priority, note in rows]
    path.write_text("\n".join(["time,lon,lat,category,priority,note", *lines]) + "\n")
    return path


def test_a_log_is_replayed_call_by_call(tmp_path, town, graph, friday):
    """The log's first day becomes the scenario's, which begins at 18:00: the call at noon does not fall into it."""
    rows = [("2025-03-03T12:00:00", "birth", 1, "a"), ("2025-03-03T18:00:05", "birth", 1, "b"),
            ("2025-03-03T18:30:00", "quarrel", 2, "c")]  # fmt: skip
    log = read_call_log(written(tmp_path / "calls.csv", town, rows), town, friday)
    day, told = log_day(town, graph, friday, 1, log, "replay")
    assert [(c.t_ms, c.category, c.priority) for c in day.calls] == [(5000, "birth", 1), (1_800_000, "quarrel", 2)]
    assert [c.carried for c in day.calls] == ['{"note": "b"}', '{"note": "c"}']
    assert [i.t_ms for i in day.incidents] == [5000, 1_800_000]
    assert day.calls[0].channel in (Channel.PHONE_112, Channel.PHONE_103)
    assert "3 calls, replay: 2 fall" in told


def test_seconds_count_from_the_start(tmp_path, town, graph, friday):
    log = read_call_log(written(tmp_path / "calls.csv", town, [(7.5, "birth", 1, "")]), town, friday)
    day, _ = log_day(town, graph, friday, 1, log, "replay")
    assert [c.t_ms for c in day.calls] == [7500]


def test_a_bootstrap_draws_whole_hours_of_the_log(tmp_path, town, graph, friday):
    """Two Mondays and a Sunday at 18:10 and 19:20; a Friday draws from the working days alone, an hour as a whole."""
    rows = [(f"2025-03-0{day}T{time}", "birth", 1, day) for day in (2, 3, 4) for time in ("18:10:00", "19:20:00")]
    log = read_call_log(written(tmp_path / "calls.csv", town, rows), town, friday)
    days = [log_day(town, graph, friday, seed, log, "bootstrap")[0] for seed in range(20)]
    assert all([c.t_ms for c in day.calls] == [600_000, 4_800_000] for day in days)
    notes = {c.carried for day in days for c in day.calls}
    assert notes == {'{"note": 3}', '{"note": 4}'}, "the Sunday is not drawn for a Friday"
    assert log_day(town, graph, friday, 3, log, "bootstrap")[0] == days[3]


def test_every_fault_is_named_at_once_with_its_line(tmp_path, town, friday):
    path = written(tmp_path / "calls.csv", town, [(-5, "birth", 1, ""), (10, "brith", 1, ""), (20, "birth", 7, "")])
    path.write_text(path.read_text() + "30,0.0,0.0,birth,1,\n")
    with pytest.raises(InputError) as refused:
        read_call_log(path, town, friday)
    told = {fault.line: fault.what for fault in refused.value.faults}
    assert "not negative" in told[2]
    assert "did you mean 'birth'" in told[3]
    assert "1, 2 or 3" in told[4]
    assert "outside the city" in told[5]


def test_calls_out_of_order_and_wrong_tables_are_refused(tmp_path, town, friday):
    with pytest.raises(InputError, match="before the call above it"):
        read_call_log(written(tmp_path / "a.csv", town, [(10, "birth", 1, ""), (5, "birth", 1, "")]), town, friday)
    (tmp_path / "b.csv").write_text("when,where\n1,2\n")
    with pytest.raises(InputError, match="no column time, lon, lat, category, priority"):
        read_call_log(tmp_path / "b.csv", town, friday)
    with pytest.raises(InputError, match="no such file"):
        read_call_log(tmp_path / "none.csv", town, friday)
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match="no whole CSV or Parquet"):
        read_call_log(tmp_path / "c.parquet", town, friday)


def test_a_log_of_another_time_is_refused(tmp_path, town, graph, friday):
    log = read_call_log(written(tmp_path / "calls.csv", town, [("2025-03-03T03:00:00", "birth", 1, "")]), town, friday)
    with pytest.raises(InputError, match="none of its calls"):
        log_day(town, graph, friday, 1, log, "replay")
    assert np.array_equal(log.t_ms, [3 * 3_600_000])
