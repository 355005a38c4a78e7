"""Inputs of a scenario set to other values, checked as if the file had said so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from experiments.trials.trial import Change
from scenarios.schema import Scenario, Sourced
from twin.errors import Fault, InputError, unknown_name


def changed(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """Return the scenario with some inputs changed.

    Raises:
        InputError: no such input, or a value the scenario may not have; all faults at once.
    """
    if not changes:
        return scenario
    asked, faults = f"change inputs of the scenario {scenario.name}", []
    data = scenario.model_dump(mode="json")
    for change in changes:
        try:
            _set(data, change)
        except ValueError as fault:
            faults.append(Fault(f"{change}: {fault}"))
    if faults:
        raise InputError(asked, faults)
    try:
        return Scenario.model_validate(data)
    except ValidationError as refused:
        told = [Fault(f"{'.'.join(map(str, e['loc'])) or 'together'}: {e['msg']}") for e in refused.errors()]
        raise InputError(asked, told) from None


def assumed_inputs(scenario: Scenario) -> list[str]:
    """Return the dotted paths of all figures whose source begins with ``assumed``, in the order of the file."""
    return [path for path, figure in _sourced(scenario, "") if figure.source.startswith("assumed")]


def _set(data: dict[str, Any], change: Change) -> None:
    parts = change.path.split(".")
    holder: Any = data
    for depth, part in enumerate(parts[:-1]):
        holder = _step(holder, part, ".".join(parts[:depth]))
    old = _step(holder, parts[-1], ".".join(parts[:-1]))
    if isinstance(old, dict) and {"value", "source"} <= set(old):
        holder, key, old = old, "value", old["value"]
    else:
        key = int(parts[-1]) if isinstance(holder, list) else parts[-1]
    holder[key] = _value(old, change.file or change.value)
    if key == "value":
        holder["source"] = f"changed to {change.value} for a trial"


def _step(holder: Any, part: str, where: str) -> Any:
    if isinstance(holder, list) and part.isdigit() and int(part) < len(holder):
        return holder[int(part)]
    if isinstance(holder, dict) and part in holder:
        return holder[part]
    known = list(holder) if isinstance(holder, dict) else [str(i) for i in range(len(holder or []))]
    raise ValueError(unknown_name(f"input in {where or 'the scenario'}", part, known))


def _value(old: Any, text: str) -> Any:
    if isinstance(old, dict | list):
        raise ValueError("it holds several inputs; name one of them")
    if isinstance(old, bool) or not isinstance(old, int | float):
        return text
    try:
        number = float(text.removeprefix("x"))
    except ValueError:
        raise ValueError("a number was wanted, or x1.5 for so many times the scenario's own") from None
    number = old * number if text.startswith("x") else number
    return round(number) if isinstance(old, int) else number


def _sourced(part: BaseModel, where: str) -> list[tuple[str, Sourced]]:
    found: list[tuple[str, Sourced]] = []
    for name in type(part).model_fields:
        value, path = getattr(part, name), f"{where}.{name}".lstrip(".")
        items = value.items() if isinstance(value, dict) else [("", value)]
        for key, item in items:
            at = f"{path}.{key}" if key else path
            if isinstance(item, Sourced):
                found.append((at, item))
            elif isinstance(item, BaseModel):
                found += _sourced(item, at)
    return found
