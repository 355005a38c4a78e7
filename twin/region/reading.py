"""A folder of tables becomes a region; every fault in any of them is told at once.

``region.yaml`` says what it is. ``zones.csv`` has ``id``, ``x_m, y_m`` or ``lon, lat``, and optionally ``residents``,
``district`` and ``ambulance_per_h``, ``fire_per_h``, ``police_per_h``, ``security_per_h`` (mean requests an hour).
``times.csv`` has ``from, to, minutes`` and optionally ``from_hour``, from which hour of the day the time holds; pairs
that are not there have no way. ``posts.csv`` has ``zone, service, teams`` and optionally ``kind``; ``hospitals.csv``
has ``zone``. A post with 0 teams is one where teams may be sent to wait.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from twin.checked_yaml import Strict, read_checked
from twin.errors import InputError, unknown_name
from twin.records import Service
from twin.region.model import MatrixRegion, PostTeams
from twin.region.tables import Faults, Row, read_rows
from twin.travel.contract import Ints

RATES: Final = {f"{service}_per_h": service for service in Service}
RESIDENTS: Final = 100_000
"""Of all zones together where the table names none; amounts that go by residents are then by this number (assumed)."""


class RegionFile(Strict):
    """``region.yaml``.

    Attributes:
        source: where the figures are from.
        crs: of ``x_m, y_m``, or to which ``lon, lat`` are turned.
    """

    version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9_-]+$")
    title: str
    source: str = Field(min_length=3)
    timezone: str = "Asia/Tashkent"
    crs: str = "EPSG:32642"

    @field_validator("crs")
    @classmethod
    def _in_metres(cls, crs: str) -> str:
        try:
            projected = CRS(crs).is_projected
        except CRSError:
            projected = False
        if not projected:
            raise ValueError("the code of a projected system in metres is wanted, such as EPSG:32642")
        return crs


def is_region(folder: Path) -> bool:
    """Return whether a folder is meant as a region of zones: ``region.yaml`` lies in it."""
    return (folder / "region.yaml").is_file()


def read_region(folder: Path) -> MatrixRegion:
    """Read a region.

    Raises:
        InputError: the folder is not there, or its files have faults; all of them, with file and line.
    """
    asked = f"read the region {folder}"
    if not folder.is_dir():
        raise InputError(asked, f"there is no folder {folder}")
    faults = Faults()
    about = _about(folder / "region.yaml", faults)
    zones = list(read_rows(folder / "zones.csv", ["id"], [*_PLACES, "residents", "district", *RATES], faults))
    row_of = _rows(folder / "zones.csv", zones, faults)
    xy_m = _places(folder / "zones.csv", zones, about.crs if about else "EPSG:32642", faults)
    residents = [row.number("residents", 0, default=0.0) for row in zones]
    rates = {s: np.array([row.number(c, 0, default=0.0) for row in zones]) for c, s in RATES.items() if _has(zones, c)}
    times_ms, from_hour = _times(folder / "times.csv", row_of, faults)
    posts = _posts(folder / "posts.csv", row_of, faults)
    hospitals = [_zone(row, "zone", row_of) for row in read_rows(folder / "hospitals.csv", ["zone"], ["name"], faults)]
    _check_whole(folder, residents, rates, posts, faults)
    if faults.found or about is None:
        raise InputError(asked, faults.found)
    names = [row.cells.get("district") or about.title for row in zones]
    districts = tuple(dict.fromkeys(names))
    return MatrixRegion(
        name=about.name, title=about.title, source=about.source, timezone=about.timezone, crs=about.crs,
        zone=tuple(row_of), xy_m=xy_m, residents=_shared_out(residents, rates),
        district=np.array([districts.index(name) for name in names], dtype=np.int64), districts=districts,
        rate_per_h=rates, times_ms=times_ms, from_hour=from_hour, posts=tuple(posts), hospitals=tuple(hospitals),
    )  # fmt: skip


_PLACES: Final = ("x_m", "y_m", "lon", "lat")


def _about(file: Path, faults: Faults) -> RegionFile | None:
    try:
        return read_checked(file, RegionFile, "read the region")
    except InputError as refused:
        for fault in refused.faults:
            faults.say(file, fault.line, fault.what)
        return None


def _has(zones: list[Row], column: str) -> bool:
    return bool(zones) and column in zones[0].cells


def _rows(file: Path, zones: list[Row], faults: Faults) -> dict[str, int]:
    row_of: dict[str, int] = {}
    for row in zones:
        name = row.cells["id"]
        if not name or name in row_of:
            row.say(f"id: found {name!r}; a name that no other zone has is wanted")
        row_of.setdefault(name, len(row_of))
    if not zones and not faults.found:
        faults.say(file, None, "there is no zone")
    return row_of


def _places(file: Path, zones: list[Row], crs: str, faults: Faults) -> NDArray[np.float64]:
    if _has(zones, "x_m") and _has(zones, "y_m"):
        return np.array([(row.number("x_m"), row.number("y_m")) for row in zones]).reshape(-1, 2)
    if _has(zones, "lon") and _has(zones, "lat"):
        at = np.array([(row.number("lon", -180, 180), row.number("lat", -90, 90)) for row in zones]).reshape(-1, 2)
        there = Transformer.from_crs(4326, crs, always_xy=True)
        return np.column_stack(there.transform(at[:, 0], at[:, 1]))
    if zones:
        faults.say(file, 1, "where the zones lie is not said; give the columns x_m and y_m, or lon and lat")
    return np.zeros((len(zones), 2))


def _zone(row: Row, column: str, row_of: dict[str, int]) -> int:
    """The row of the zone that a cell names; -1 where there is none, which is said unless there are no zones at all."""
    name = row.cells.get(column, "")
    if name not in row_of and row_of:
        row.say(f"{column}: {unknown_name('zone', name, list(row_of)[:20])}")
    return row_of.get(name, -1)


def _times(file: Path, row_of: dict[str, int], faults: Faults) -> tuple[Ints, tuple[int, ...]]:
    n = len(row_of)
    tables: dict[int, Ints] = {}
    for row in read_rows(file, ["from", "to", "minutes"], ["from_hour"], faults):
        hour = row.whole("from_hour", 0, 23, default=0)
        table = tables.setdefault(hour, np.full((n, n), -1, dtype=np.int64))
        origin, goal = _zone(row, "from", row_of), _zone(row, "to", row_of)
        time_ms = round(row.number("minutes", 0, 24 * 60) * 60_000)
        if origin < 0 or goal < 0:
            continue
        if origin == goal and time_ms:
            row.say("minutes: from a zone to itself it is 0")
        elif origin != goal and table[origin, goal] >= 0:
            row.say(f"the time from {row.cells['from']} to {row.cells['to']} stands there twice")
        table[origin, goal] = time_ms
    for table in tables.values():
        np.fill_diagonal(table, 0)
    hours = tuple(sorted(tables))
    return np.array([tables[hour] for hour in hours]).reshape(len(hours), n, n), hours


def _posts(file: Path, row_of: dict[str, int], faults: Faults) -> list[PostTeams]:
    posts = []
    for row in read_rows(file, ["zone", "service", "teams"], ["kind"], faults):
        zone, teams, service = _zone(row, "zone", row_of), row.whole("teams", 0, 10_000), row.cells.get("service", "")
        if service not in list(Service):
            row.say(f"service: {unknown_name('service', service, list(Service))}")
        else:
            posts.append(PostTeams(zone, Service(service), teams, row.cells.get("kind", "")))
    return posts


def _check_whole(
    folder: Path, residents: list[float], rates: dict[Service, NDArray[np.float64]], posts: list[PostTeams],
    faults: Faults,
) -> None:  # fmt: skip
    if residents and not sum(residents) and not any(rate.sum() for rate in rates.values()):
        faults.say(folder / "zones.csv", 1, "no demand: give residents, or requests an hour such as ambulance_per_h")
    served = {post.service for post in posts if post.teams}
    unserved = sorted(service for service, rate in rates.items() if rate.sum() and service not in served)
    if unserved:
        faults.say(folder / "posts.csv", None, f"no team of {', '.join(unserved)}, where zones.csv names demand on it")


def _shared_out(residents: list[float], rates: dict[Service, NDArray[np.float64]]) -> Ints:
    """Residents as given, or where there are none RESIDENTS shared out as demand is."""
    if sum(residents):
        return np.rint(residents).astype(np.int64)
    weight = np.sum(list(rates.values()), axis=0)
    return np.asarray(np.rint(RESIDENTS * weight / weight.sum()), dtype=np.int64)
