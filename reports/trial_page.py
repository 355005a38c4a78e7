"""What the pages of experiments share: how a figure is shown in its unit, and how a page is made whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from reports import words
from twin.runfolder import write_whole

TEMPLATES = Path(__file__).parent / "templates"
UNITS = {"_s": "s", "_min": "min", "_share": "%", "utilisation": "%"}


def unit_of(metric: str) -> str:
    """Return the unit a metric is shown in, "" for a count.

    >>> unit_of("response_mean_s"), unit_of("on_time_share"), unit_of("declined")
    ('s', '%', '')
    """
    return next((unit for end, unit in UNITS.items() if metric.endswith(end)), "")


def scale_of(metric: str) -> float:
    """Return what a metric's value is multiplied with to be in the unit it is shown in."""
    return 100.0 if unit_of(metric) == "%" else 1.0


def shown(metric: str, value: float | None, sign: bool = False) -> str:
    """Return a value with its unit; with a sign where it is a difference.

    >>> shown("response_mean_s", -3.21, sign=True), shown("on_time_share", 0.845)
    ('−3.21 s', '84.5 %')
    """
    if value is None:
        return words.NONE
    text = words.figure(abs(value) * scale_of(metric))
    unit = unit_of(metric).replace("%", "points") if sign else unit_of(metric)
    mark = "−" if value < 0 else "+" if sign and value > 0 else ""
    return f"{mark}{text} {unit}".strip()


def between(metric: str, low: float | None, high: float | None, sign: bool = False) -> str:
    """Return an interval in the metric's unit."""
    if low is None or high is None:
        return "too few for an interval"
    if unit_of(metric) == "%" and not sign:  # a t interval knows nothing of where shares end
        low, high = max(0.0, low), min(1.0, high)
    return f"{shown(metric, low, sign)} to {shown(metric, high, sign)}"


def p_word(p: float | None) -> str:
    """Return a p-value as readers want it.

    >>> p_word(0.03121), p_word(1e-9)
    ('0.031', '< 0.001')
    """
    if p is None:
        return words.NONE
    return "< 0.001" if p < 0.001 else f"{p:.2g}" if p < 0.995 else "1"


def write_page(path: Path, template: str, context: Mapping[str, Any]) -> Path:
    """Render one self-contained page and put it in its place whole."""
    room = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=ChainableUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    filters: dict[str, Callable[..., str]] = {"figure": words.figure, "whole": words.whole, "p_word": p_word}
    room.filters.update(filters)
    css = (TEMPLATES / "report.css").read_text("utf-8")
    page = room.get_template(template).render({**context, "css": css})
    write_whole(path, lambda part: part.write_text(page, encoding="utf-8"))
    return path
