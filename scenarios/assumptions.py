"""What in a scenario is assumed and what is sourced, as sentences for the report."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from scenarios.schema import Scenario, Sourced


def assumptions(scenario: Scenario) -> list[str]:
    """Return one sentence for each figure that carries a source, assumed ones first."""
    figures = sorted(_figures(scenario, ""), key=lambda figure: (not figure[1].source.startswith("assumed"), figure[0]))
    return [f"{where} = {figure.value:g}: {figure.source}" for where, figure in figures]


def _figures(part: BaseModel, where: str) -> Iterator[tuple[str, Sourced]]:
    for name in type(part).model_fields:
        yield from _of(getattr(part, name), f"{where}.{name}".lstrip("."))


def _of(value: object, where: str) -> Iterator[tuple[str, Sourced]]:
    if isinstance(value, Sourced):
        yield where, value
    elif isinstance(value, BaseModel):
        yield from _figures(value, where)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _of(item, f"{where}.{key}")
