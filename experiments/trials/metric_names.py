"""What is compared: ``response_p90_s``, ``response_p90_s:ambulance`` or ``response_p90_s:ambulance:1``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.trials.figures import BETTER_HIGH, METRICS
from experiments.trials.outcome import ALL
from twin.errors import Fault, InputError, unknown_name
from twin.records import Service

DEFAULT = ("response_mean_s", "response_p90_s", "on_time_share", "help_mean_s")


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a life: its metric, whose, and of which priority (0: all)."""

    name: str
    service: str = ALL
    priority: int = 0

    def __str__(self) -> str:
        parts = [self.name, self.service, str(self.priority)]
        return ":".join(parts[: 3 if self.priority else 2 if self.service != ALL else 1])

    @property
    def words(self) -> str:
        """What it is, for readers."""
        whose = "" if self.service == ALL else f", {self.service}"
        return METRICS[self.name] + whose + (f", priority {self.priority}" if self.priority else "")

    @property
    def better_high(self) -> bool:
        """Whether more is better."""
        return self.name in BETTER_HIGH

    @property
    def key(self) -> tuple[str, str, int]:
        """How a :class:`experiments.trials.outcome.Figure` is found."""
        return self.name, self.service, self.priority


def metrics_named(asked: Sequence[str]) -> list[Metric]:
    """Read names; none asked for gives DEFAULT.

    Raises:
        InputError: some are not known; all of them at once.
    """
    found, faults = [], []
    for text in dict.fromkeys(asked or DEFAULT):
        try:
            found.append(_metric(text))
        except ValueError as fault:
            faults.append(Fault(f"--metric {text}: {fault}"))
    if faults:
        raise InputError("compare by these metrics", faults)
    return found


def _metric(text: str) -> Metric:
    name, *rest = text.split(":")
    services = [ALL, *map(str, Service)]
    if name not in METRICS:
        raise ValueError(unknown_name("metric", name, list(METRICS)))
    if rest and rest[0] not in services:
        raise ValueError(unknown_name("service", rest[0], services))
    if len(rest) > 2 or (len(rest) == 2 and rest[1] not in "123"):
        raise ValueError("write NAME, NAME:SERVICE or NAME:SERVICE:PRIORITY with a priority of 1, 2 or 3")
    return Metric(name, *rest[:1], *map(int, rest[1:]))
