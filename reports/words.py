"""Figures as people read them: three significant digits, units, intervals, and a word where there is no figure."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

NONE: Final = "–"
SERVICE_WORDS: Final = {"ambulance": "Ambulance", "fire": "Fire", "police": "Police", "security": "Security service"}


def figure(value: float | None) -> str:
    """Return a number with at most three significant digits, thousands apart.

    >>> figure(1234.5), figure(0.04217), figure(12.0), figure(None)
    ('1,230', '0.0422', '12', '–')
    """
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    text = f"{rounded:,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(value: int | None) -> str:
    """Return a count as it is, thousands apart: counts are not rounded."""
    return NONE if value is None else f"{value:,}"


def seconds(value: float | None) -> str:
    """Return ``"612 s"``."""
    return NONE if value is None else f"{figure(value)} s"


def minutes_of(value_s: float | None) -> str:
    """Return seconds as minutes, ``"10.2 min"``."""
    return NONE if value_s is None else f"{figure(value_s / 60.0)} min"


def percent(share: float | None) -> str:
    """Return a share as ``"84.2 %"``."""
    return NONE if share is None else f"{figure(100.0 * share)} %"


def interval(low: float | None, high: float | None, scale: float = 1.0, unit: str = "") -> str:
    """Return ``"580 to 650"``; ``?`` for a bound that so few cases do not give.

    >>> interval(0.5, None, 100), interval(None, None)
    ('50 to ?', 'too few for an interval')
    """
    if low is None and high is None:
        return "too few for an interval"
    ends = ["?" if end is None else figure(end * scale) for end in (low, high)]
    return f"{ends[0]} to {ends[1]}{unit}"


def lasting(value_s: float) -> str:
    """Return a length of simulated time: ``"3 h"``, ``"3 h 20 min"``, ``"45 min"``, ``"25 s"``."""
    hours, rest = divmod(round(value_s), 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    return " ".join(part for part in parts if part) or "0 s"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return ``"1 alarm"``, ``"2 alarms"``."""
    return f"{whole(count)} {one if count == 1 else many or one + 's'}"


def starts_at(info: dict[str, Any]) -> dt.datetime | None:
    """Return the zoned start of a run, None where ``run.json`` does not say."""
    try:
        return dt.datetime.fromisoformat(str(info.get("start", "")))
    except ValueError:
        return None


def clock(start: dt.datetime | None, t_ms: int) -> str:
    """Return the time of day ``"18:10:43"`` of a simulated moment, or seconds from the start when that is unknown."""
    if start is None:
        return f"t = {figure(t_ms / 1000.0)} s"
    return (start + dt.timedelta(milliseconds=int(t_ms))).strftime("%H:%M:%S")


def service_word(service: str) -> str:
    """Return a service's name for a heading."""
    return SERVICE_WORDS.get(service, service.capitalize() or "not stated")


def told(name: str) -> str:
    """Return a name from the data as words: ``person_lying`` is ``person lying``."""
    return str(name).replace("_", " ")
