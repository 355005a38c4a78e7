"""What a recogniser must reach: thresholds from a YAML file or from options, held against any report of figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, model_validator

from twin.checked_yaml import Strict, read_checked
from twin.errors import Fault, InputError

TARGETS: Final = Path(__file__).parent / "data"
Where = dict[str, str | int | float]
_NEED: Final = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(>=|<=|=)\s*(\S+)\s*")


class Threshold(Strict):
    """One figure and what it must be.

    Attributes:
        metric: name of the figure in the report; parts of parts with dots (``tracking.all.hota``). Where the way leads
            through a table, each row that fits ``where`` is judged (``cells.recall``).
        at_least, at_most: one of them, or both.
        where: what a table's row must say, such as ``{light: day, weather: clear}``.
        least_n: rows of fewer than that many (their ``n``) are not judged.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    where: Where = Field(default_factory=dict)
    least_n: int = 1

    @model_validator(mode="after")
    def _asks_for_something(self) -> Threshold:
        if self.at_least is None and self.at_most is None:
            raise ValueError("at_least or at_most is needed, such as at_least: 0.85")
        return self


class ThresholdFile(Strict):
    """A file of thresholds."""

    schema_version: Literal[1]
    thresholds: list[Threshold] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure beside its threshold.

    Attributes:
        name: the figure, and the row it is of.
        value: what was found; None where there was nothing to find it on.
        ok: whether it is reached; never where there is no value.
        told: the verdict in words.
    """

    name: str
    value: float | None
    ok: bool
    told: str


def shipped_targets(command: str) -> Path:
    """Return the file of targets that the project sets itself for a command.

    Raises:
        InputError: there is none.
    """
    path = TARGETS / f"targets_{command}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem.removeprefix("targets_") for file in TARGETS.glob("targets_*.yaml")))
        raise InputError("read the targets", f"none are set for {command}, but for {known}; name a file of your own")
    return path


def read_thresholds(path: Path | None, needs: Sequence[str]) -> list[Threshold]:
    """Return the thresholds of a file and of options such as ``map50>=0.8`` (``=`` means at least).

    Raises:
        InputError: the file or an option is none; all faulty options at once.
    """
    from_file = read_checked(path, ThresholdFile, f"read the thresholds {path}").thresholds if path else []
    parsed = [(text, _of_option(text)) for text in needs]
    faults = [
        Fault(f"--need {text!r}: write a figure, >= or <=, and a number, such as map50>=0.8")
        for text, threshold in parsed
        if threshold is None
    ]
    if faults:
        raise InputError("read what is to be reached", faults)
    return [*from_file, *(threshold for _, threshold in parsed if threshold is not None)]


def _of_option(text: str) -> Threshold | None:
    read = _NEED.fullmatch(text)
    try:
        value = float(read[3]) if read else float("nan")
    except ValueError:
        return None
    if read is None or not isfinite(value):
        return None
    most = read[2] == "<="
    return Threshold(metric=read[1], at_most=value if most else None, at_least=None if most else value)


def judge(report: Mapping[str, Any], thresholds: Sequence[Threshold]) -> list[Verdict]:
    """Hold a report against thresholds.

    Raises:
        InputError: the report has no such figure, or no row that fits; all such faults at once.
    """
    verdicts: list[Verdict] = []
    faults: list[Fault] = []
    for threshold in thresholds:
        rows = list(_figures(report, threshold.metric.split("."), threshold, ""))
        if not rows:
            faults.append(Fault(f"{_named(threshold)}: the report has no such figure; it has {_known(report)}"))
        judged = [row for row in rows if row[2]]
        verdicts += [_verdict(threshold, name, value) for name, value, _ in judged]
        if rows and not judged:
            verdicts.append(_verdict(threshold, f"{_named(threshold)} (fewer than {threshold.least_n})", None))
    if faults:
        raise InputError("judge the report", faults)
    return verdicts


def _figures(
    part: Any, path: Sequence[str], threshold: Threshold, row: str, n: float = float("inf")
) -> Iterator[tuple[str, float | None, bool]]:
    """Yield name, value and whether there are enough, of each figure that a threshold speaks of."""
    if isinstance(part, list):
        for each in part:
            if isinstance(each, Mapping) and _fits(each, threshold.where):
                name = ", ".join(f"{key} {value}" for key, value in each.items() if _says_which(key, value))
                yield from _figures(each, path, threshold, name, float(each.get("n", n)))
    elif not path:
        if part is None or (isinstance(part, int | float) and not isinstance(part, bool)):
            named = f"{threshold.metric} ({row})" if row else threshold.metric
            yield named, None if part is None else float(part), n >= threshold.least_n
    elif isinstance(part, Mapping) and path[0] in part:
        yield from _figures(part[path[0]], path[1:], threshold, row, n)


def _fits(row: Mapping[str, Any], where: Where) -> bool:
    return all(key in row and str(row[key]) == str(value) for key, value in where.items())


def _says_which(key: str, value: Any) -> bool:
    return isinstance(value, str) or key.startswith(("from_", "to_"))


def _verdict(threshold: Threshold, name: str, value: float | None) -> Verdict:
    limits = []
    if threshold.at_least is not None:
        limits.append(f"at least {threshold.at_least:g}")
    if threshold.at_most is not None:
        limits.append(f"at most {threshold.at_most:g}")
    wanted = " and ".join(limits)
    if value is None:
        return Verdict(name, None, False, f"{name}: there was nothing to judge it on; {wanted} was asked for")
    low = threshold.at_least is None or value >= threshold.at_least
    high = threshold.at_most is None or value <= threshold.at_most
    return Verdict(name, value, low and high, f"{name} is {value:.4g}; {wanted} was asked for")


def _named(threshold: Threshold) -> str:
    rows = ", ".join(f"{key} {value}" for key, value in threshold.where.items())
    return f"{threshold.metric} ({rows})" if rows else threshold.metric


def _known(report: Mapping[str, Any]) -> str:
    names = []
    for key, value in report.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            names.append(key)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            names += [f"{key}.{name}" for name, found in value[0].items() if isinstance(found, int | float)]
        elif isinstance(value, Mapping):
            names += [f"{key}.…"] if any(isinstance(v, Mapping | int | float) for v in value.values()) else []
    return ", ".join(dict.fromkeys(names)) or "none"
