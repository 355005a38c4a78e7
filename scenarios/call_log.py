"""A real call log from a dispatch system: read and checked whole, then replayed, or resampled by blocks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from scenarios.batches import Batch, channels
from scenarios.demand import Day, Placed, day_of, scripted_batch
from scenarios.injects import category_of
from scenarios.places import NearestNode
from scenarios.schema import Scenario
from twin.city import City
from twin.errors import Fault, InputError, unknown_name
from twin.records import Visual
from twin.streams import happens, stream

COLUMNS: Final = ("time", "lon", "lat", "category", "priority")
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
MOST_FAULTS: Final = 50
Mode = Literal["replay", "bootstrap"]


@dataclass(frozen=True)
class CallLog:
    """The calls of a log, by time.

    Attributes:
        t_ms: (n,) int64 from midnight of the log's first day; a log in seconds counts from the scenario's start.
        first_weekday: of that day, 0 for Monday; -1 for a log in seconds.
        at_m: (n, 2) city metres.
        category: (n,) names in the scenario's demand.
        priority: (n,) 1 to 3.
        carried: (n,) what else the log says of each call, as JSON objects, "" for nothing.
    """

    t_ms: NDArray[np.int64]
    first_weekday: int
    at_m: NDArray[np.float64]
    category: Sequence[str]
    priority: Sequence[int]
    carried: Sequence[str]


def read_call_log(path: Path, city: City, scenario: Scenario) -> CallLog:
    """Read a CSV or Parquet file with the columns of COLUMNS; other columns are carried along.

    ``time`` is local time (ISO 8601; an offset is taken off after conversion to the city's zone) or seconds from the
    scenario's start.

    Raises:
        InputError: not readable, columns missing, calls out of order, outside the city, at negative times, of unknown
            categories or priorities; all of them, by line.
    """
    asked = f"read the call log {path.name}"
    table = _table(path, asked)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise InputError(asked, f"no column {', '.join(missing)}; wanted: {', '.join(COLUMNS)}", path)
    if not len(table):
        raise InputError(asked, "it has no call", path)
    t_ms, weekday, faults = _times(table["time"], str(city.manifest["timezone"]))
    at_m, strange = _places(table, city)
    faults += strange + _words(table, scenario)
    if faults:
        faults.sort(key=lambda fault: fault.line or 0)
        more = len(faults) - MOST_FAULTS
        shown = faults[:MOST_FAULTS] + ([Fault(f"and {more} more")] if more > 0 else [])
        raise InputError(asked, shown, path)
    extra = [name for name in table.columns if name not in COLUMNS]
    carried = [json.dumps(row, default=str) for row in table[extra].to_dict("records")] if extra else [""] * len(table)
    return CallLog(
        t_ms, weekday, at_m, table["category"].astype(str).tolist(), table["priority"].astype(int).tolist(), carried
    )


def log_day(
    city: City, graph: NearestNode, scenario: Scenario, seed: int, log: CallLog, mode: Mode,
    placed: Sequence[Placed] = (),
) -> tuple[Day, str]:  # fmt: skip
    """Return the day of a log, and a sentence that says how it was laid on the scenario.

    ``replay`` takes the calls as they are: the log's first day becomes the scenario's. ``bootstrap`` draws for each
    hour of the scenario one such hour of the log, of the same hour of day and where it can of the same kind of day
    (working day or weekend), with all its calls. Each call is an incident; what the log does not say (work on scene,
    transport, injuries) is drawn as for the scenario's own categories.

    Raises:
        InputError: no call of the log falls into the scenario's time.
    """
    rows, t_ms = _replayed(scenario, log) if mode == "replay" else _resampled(scenario, seed, log)
    if not len(rows):
        raise InputError(f"{mode} a call log in {scenario.name}", "none of its calls falls into the scenario's time")
    batches = [
        _batch(scenario, seed, name, log, rows[mine], t_ms[mine])
        for name in dict.fromkeys(log.category)
        if (mine := np.array([log.category[row] == name for row in rows.tolist()], dtype=bool)).any()
    ]
    batches += [scripted_batch(seed, number, item) for number, item in enumerate(placed)]
    told = f"calls come from a log of {len(log.t_ms):,} calls, {mode}: {len(rows):,} fall into the scenario's time"
    return day_of(graph, batches), told


def _replayed(scenario: Scenario, log: CallLog) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    t_ms = log.t_ms - (_start_of_day_ms(scenario) if log.first_weekday >= 0 else 0)
    rows = np.flatnonzero((t_ms >= 0) & (t_ms < scenario.duration_ms))
    return rows, t_ms[rows]


def _resampled(scenario: Scenario, seed: int, log: CallLog) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    rng = stream(seed, "call log", "bootstrap")
    into_ms = _start_of_day_ms(scenario)
    log_hour = log.t_ms // HOUR_MS
    days = int(log.t_ms.max() // DAY_MS) + 1
    rows, times = [], []
    for hour in range(into_ms // HOUR_MS, -(-(into_ms + scenario.duration_ms) // HOUR_MS)):
        candidates = np.arange(days)
        if log.first_weekday >= 0:
            weekend = (scenario.start.weekday() + hour // 24) % 7 >= 5
            alike = candidates[((log.first_weekday + candidates) % 7 >= 5) == weekend]
            candidates = alike if len(alike) else candidates
        block = int(rng.choice(candidates)) * 24 + hour % 24
        mine = np.flatnonzero(log_hour == block)
        rows.append(mine)
        times.append(log.t_ms[mine] - block * HOUR_MS + hour * HOUR_MS - into_ms)
    every, when = np.concatenate(rows), np.concatenate(times)
    inside = (when >= 0) & (when < scenario.duration_ms)
    return every[inside], when[inside]


def _start_of_day_ms(scenario: Scenario) -> int:
    start = scenario.start
    return ((start.hour * 60 + start.minute) * 60 + start.second) * 1000


def _batch(
    scenario: Scenario, seed: int, name: str, log: CallLog, rows: NDArray[np.intp], t_ms: NDArray[np.int64]
) -> Batch:
    found = category_of(scenario, name)
    assert found is not None, "categories were checked when the log was read"
    service, category = found
    n, tied_to = len(rows), f"log/{service}/{name}"
    number = np.arange(n)
    share = scenario.demand[service].share_112
    draw = {
        what: happens(seed, f"{what}/{tied_to}", p, number)
        for what, p in (("injured", category.injured), ("second_alarm", category.second_alarm),
                        ("transport", category.transport), ("outdoors", category.outdoors))
    }  # fmt: skip
    return Batch(
        service, name, [log.priority[row] for row in rows.tolist()], round(category.visible_min * 60_000), t_ms,
        log.at_m[rows], [category.visual if out else Visual.NONE for out in draw["outdoors"].tolist()],
        category.on_scene.duration().draw_ms(seed, f"on_scene/{tied_to}", number), draw["transport"], draw["injured"],
        1 + draw["second_alarm"].astype(np.int64), [""] * n, number, t_ms,
        channels(seed, tied_to, service, category.channel, share.value if share else None, n),
        [log.carried[row] for row in rows.tolist()],
    )  # fmt: skip


def _table(path: Path, asked: str) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(asked, "no such file", path)
    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as fault:  # pyarrow's and pandas' faults are ValueErrors or OSErrors
        raise InputError(asked, f"it is no whole CSV or Parquet table: {fault}", path) from None


def _times(column: pd.Series[Any], zone: str) -> tuple[NDArray[np.int64], int, list[Fault]]:
    faults: list[Fault] = []
    if pd.api.types.is_numeric_dtype(column):
        seconds = column.to_numpy(dtype=np.float64)
        bad = np.flatnonzero(~np.isfinite(seconds) | (seconds < 0))
        faults = [Fault(f"time {seconds[i]:g}: seconds from the start, not negative", int(i) + 2) for i in bad]
        t_ms, weekday = np.rint(np.nan_to_num(seconds) * 1000).astype(np.int64), -1
    else:
        when = pd.to_datetime(column, errors="coerce", format="ISO8601", utc=False)
        if getattr(when.dtype, "tz", None) is not None:
            when = when.dt.tz_convert(zone).dt.tz_localize(None)
        bad = np.flatnonzero(when.isna().to_numpy())
        faults = [Fault(f"time {column.iloc[i]!r}: no ISO 8601 date and time", int(i) + 2) for i in bad]
        midnight = when.min().normalize() if when.notna().any() else pd.Timestamp(0)
        t_ms = ((when.fillna(midnight) - midnight) // pd.Timedelta(milliseconds=1)).to_numpy(dtype=np.int64)
        weekday = int(midnight.weekday())
    good = np.setdiff1d(np.arange(len(t_ms)), bad)
    late = good[1:][np.diff(t_ms[good]) < 0]
    faults += [Fault(f"time {column.iloc[i]}: before the call above it", int(i) + 2) for i in late]
    return t_ms, weekday, faults


def _places(table: pd.DataFrame, city: City) -> tuple[NDArray[np.float64], list[Fault]]:
    lon, lat = (pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    x_m, y_m = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True).transform(lon, lat)
    west, south, east, north = city.bounds_m
    inside = np.isfinite(x_m) & (x_m >= west) & (x_m <= east) & (y_m >= south) & (y_m <= north)
    faults = [
        Fault(f"lon {table['lon'].iloc[i]}, lat {table['lat'].iloc[i]}: outside the city {city.name}", int(i) + 2)
        for i in np.flatnonzero(~inside)
    ]
    return np.column_stack([x_m, y_m]).round(2), faults


def _words(table: pd.DataFrame, scenario: Scenario) -> list[Fault]:
    known = sorted({name for demand in scenario.demand.values() for name in demand.categories})
    names = table["category"].astype(str)
    faults = [
        Fault(f"category: {unknown_name('category', str(name), known)}", int(i) + 2)
        for i, name in zip(np.flatnonzero(~names.isin(known)), names[~names.isin(known)], strict=True)
    ]
    priority = pd.to_numeric(table["priority"], errors="coerce")
    bad = np.flatnonzero(~priority.isin([1, 2, 3]).to_numpy())
    return faults + [Fault(f"priority {table['priority'].iloc[i]}: 1, 2 or 3", int(i) + 2) for i in bad]
