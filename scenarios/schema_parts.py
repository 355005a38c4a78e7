"""Small parts that scenario files are made of: lengths of time, figures with a source, places, hours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from agents.durations import Duration
from twin.checked_yaml import Strict


def _callers(mean: float) -> float:
    if 0 < mean < 1:
        raise ValueError("0 (nobody calls) or at least 1")
    return mean


def _weights(weights: list[float]) -> list[float]:
    if min(weights) < 0 or sum(weights) <= 0:
        raise ValueError(f"the {len(weights)} weights must not be negative, and not all zero")
    return weights


Callers = Annotated[float, Field(ge=0, le=10), AfterValidator(_callers)]
Hours = Annotated[list[float], Field(min_length=24, max_length=24), AfterValidator(_weights)]
Weekdays = Annotated[list[float], Field(min_length=7, max_length=7), AfterValidator(_weights)]
Months = Annotated[list[float], Field(min_length=12, max_length=12), AfterValidator(_weights)]


class DurationSpec(Strict):
    """A length of time, drawn for each thing from a distribution with this mean and coefficient of variation."""

    mean_s: float = Field(ge=0)
    cv: float = Field(default=0.0, ge=0, le=5)
    kind: Literal["lognormal", "exponential", "constant"] = "lognormal"

    def duration(self) -> Duration:
        """Return the distribution it names."""
        return Duration(self.mean_s, self.cv, self.kind)


class Sourced(Strict):
    """A figure and where it comes from; ``assumed`` is a source that says so."""

    value: float = Field(ge=0)
    source: str = Field(min_length=3)


class PlaceSpec(Strict):
    """A place: WGS84 ``lon`` and ``lat``, or the name of one of the city's places."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    place: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> PlaceSpec:
        if (self.lon is None) != (self.lat is None) or (self.lon is None) == (self.place is None):
            raise ValueError("give lon and lat, or the name of a place")
        return self


class ShiftTimes(Strict):
    """From one time of day to another, past midnight where ``until`` is not later."""

    start: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    until: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
