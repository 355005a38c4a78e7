"""Response norms as dated data: what they ask, of whom, since when, and where that was read."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from twin.checked_yaml import Strict, read_checked
from twin.records import Service

NORMS = Path(__file__).parent / "data" / "norms.yaml"

Measure = Literal["answer_wait", "answer_to_dispatch", "turnout", "travel", "response"]


class Norm(Strict):
    """One norm.

    Attributes:
        id: short name, unique in its file.
        name: what a reader calls it.
        issuer, edition, clause, source: who says so, in which edition, where in it, and where that was read.
        services: whom it binds.
        measure: the time it limits, seconds.
        limit_s: the limit.
        share: the part of cases that must keep it, or None where the source states a task without one.
        note: how to read it.
    """

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    issuer: str = Field(min_length=1)
    edition: str = Field(pattern=r"^\d{4}(-\d{2}){0,2}$")
    clause: str = Field(min_length=1)
    source: str = Field(pattern=r"^https?://")
    services: tuple[Service, ...] = Field(min_length=1)
    measure: Measure
    limit_s: float = Field(gt=0)
    share: float | None = Field(default=None, gt=0, le=1)
    note: str = ""

    @field_validator("services")
    @classmethod
    def _each_once(cls, services: tuple[Service, ...]) -> tuple[Service, ...]:
        if len(set(services)) < len(services):
            raise ValueError("a service is named twice")
        return services


class Norms(Strict):
    """A norms file: ``checked`` is the day somebody last held it against its sources."""

    schema_version: Literal[1]
    checked: dt.date
    norms: tuple[Norm, ...]

    @model_validator(mode="after")
    def _ids_once(self) -> Norms:
        ids = [norm.id for norm in self.norms]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"two norms have the same id: {', '.join(twice)}")
        return self

    def of(self, service: str, measure: str) -> list[Norm]:
        """Return the norms on one measure of one service, strictest limit first."""
        found = [norm for norm in self.norms if norm.measure == measure and service in norm.services]
        return sorted(found, key=lambda norm: (norm.limit_s, norm.id))


@cache
def load_norms(path: Path = NORMS) -> Norms:
    """Read a norms file.

    Raises:
        InputError: missing, not YAML, or with faults; all of them, by line.
    """
    return read_checked(path, Norms, f"read the norms {path.name}")
