"""Travel profiles: how fast a kind of traveller goes, by period of the week, as data with its assumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.checked_yaml import read_checked
from twin.errors import InputError, unknown_name
from twin.speed_file import DAY_MINUTES, Profile, SpeedFile

WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True)
class SpeedPeriod:
    """Speeds in one period of the week.

    Attributes:
        name: such as ``"evening_peak"``.
        factors: speed over the limit by street class on a street without traffic; 1 where a class is not named.
        traffic: what traffic leaves of that speed to somebody it hinders in full; 1 where a class is not named.
        signal_delay_ms: mean wait at a junction with signals, added to each arc that ends there.
    """

    name: str
    factors: Mapping[str, float] = field(default_factory=dict)
    traffic: Mapping[str, float] = field(default_factory=dict)
    signal_delay_ms: int = 0


@dataclass(frozen=True)
class SpeedProfile:
    """How fast one kind of traveller goes.

    Attributes:
        name: such as ``"blue_light"``.
        assumption: the sentence that says what is assumed.
        mode: ``"drive"`` or ``"walk"``: which streets it may use, and whether one-ways and turns bind it.
        periods: at least one, at most six; period 0 holds wherever the week names no other.
        week: (10,080,) period of each minute of the local week, from Monday 00:00; () for the same all week.
        pace_kmh: the speed on every street, whatever its limit; None drives by the limit.
        won_back: ``(from_width_m, share)``, rising: the share of the time lost to traffic that is won back on a
            carriageway of at least that width.
    """

    name: str
    assumption: str
    mode: str = "drive"
    periods: tuple[SpeedPeriod, ...] = (SpeedPeriod("always"),)
    week: tuple[int, ...] = ()
    pace_kmh: float | None = None
    won_back: tuple[tuple[float, float], ...] = ()

    def period_of(self, local: datetime) -> int:
        """Return the period in force at a local time; its zone is not looked at."""
        return self.period_of_minute((local.weekday() * 24 + local.hour) * 60 + local.minute)

    def period_of_minute(self, minute: int) -> int:
        """Return the period in force at a minute of the local week, counted from Monday 00:00."""
        return self.week[minute % WEEK_MINUTES] if self.week else 0

    def speeds_kmh(self, streets: pd.DataFrame, period: int = 0) -> NDArray[np.float64]:
        """Return the (streets,) speed between junctions.

        ``limit x factor x (1 - lost x (1 - won back))``, where ``lost = 1 - traffic``.

        Args:
            streets: rows with ``speed_kmh``, ``street_class`` and ``width_m``.
            period: index into ``periods``.
        """
        if self.pace_kmh is not None:
            return np.full(len(streets), self.pace_kmh)
        now = self.periods[period]
        lost = 1.0 - _by_class(now.traffic, streets["street_class"])
        if self.won_back:
            from_width_m, share = np.array(self.won_back).T
            width_class = np.searchsorted(from_width_m, streets["width_m"].to_numpy(), side="right")
            lost *= 1.0 - np.concatenate([[0.0], share])[width_class]
        limit = streets["speed_kmh"].to_numpy(dtype=np.float64)
        return limit * _by_class(now.factors, streets["street_class"]) * (1.0 - lost)


def _by_class(factors: Mapping[str, float], street_class: pd.Series[str]) -> NDArray[np.float64]:
    codes, names = pd.factorize(street_class)
    return np.array([factors.get(str(name), 1.0) for name in names], dtype=np.float64)[codes]


def speed_profile(name: str) -> SpeedProfile:
    """Return a profile by name, from ``twin/data/speed_profiles.yaml`` or from a file of one's own.

    Args:
        name: such as ``"blue_light"``, or ``"sweep.yaml:slow_evening"``.

    Raises:
        InputError: there is no such profile or file, or the file has faults.
    """
    path, colon, own = name.rpartition(":")
    known = read_speed_profiles(Path(path)) if colon else _built_in()
    if own not in known:
        raise InputError(f"use the speed profile {name!r}", unknown_name("speed profile", own, list(known)))
    return known[own]


@cache
def _built_in() -> Mapping[str, SpeedProfile]:
    with as_file(files("twin") / "data" / "speed_profiles.yaml") as path:
        return read_speed_profiles(path)


def read_speed_profiles(path: Path) -> Mapping[str, SpeedProfile]:
    """Read a file of speed profiles.

    Raises:
        InputError: missing, not YAML, or with faults; all of them, by line.
    """
    table = read_checked(path, SpeedFile, f"read the speed profiles {path.name}")
    return {name: _profile(name, row, table) for name, row in table.profiles.items()}


def _profile(name: str, row: Profile, table: SpeedFile) -> SpeedProfile:
    traffic = table.profiles[row.in_traffic_of] if row.in_traffic_of else None
    week = table.weeks.get((traffic or row).week or "")
    periods = [_period(period, row, traffic) for period in week.periods] if week else [_always(row)]
    return SpeedProfile(
        name,
        " ".join(row.assumption.split()),
        row.mode,
        tuple(periods),
        tuple(week.minutes()) if week else (),
        row.pace_kmh,
        tuple(sorted((step.from_width_m, step.share) for step in row.won_back)),
    )


def _period(period: str, row: Profile, traffic: Profile | None) -> SpeedPeriod:
    if traffic is not None:
        return SpeedPeriod(period, row.factors, traffic.periods[period].factors, _ms(row.signal_delay_s))
    return SpeedPeriod(period, {}, row.periods[period].factors, _ms(row.periods[period].signal_delay_s))


def _always(row: Profile) -> SpeedPeriod:
    return SpeedPeriod("always", row.factors, {}, _ms(row.signal_delay_s))


def _ms(delay_s: float) -> int:
    return round(delay_s * 1000.0)
