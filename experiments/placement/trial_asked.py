"""What is asked of a trial beside a plan; apart from the trial itself, so that a plan alone loads none of it."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.read import read_scenario
from twin.errors import InputError


@dataclass(frozen=True, slots=True)
class TrialAsked:
    """A trial as asked for beside a plan.

    Attributes:
        scenario: library name or file; None: no trial.
        half_width, most_days, workers: as in ``experiments.placement.verify.VerifyRequest``.
    """

    scenario: str | None
    half_width: float
    most_days: int
    workers: int | None = None

    def faults(self) -> list[str]:
        """Return what is wrong with it, so that it is told before a plan is made."""
        if self.scenario is None:
            return []
        found = []
        if not 0 < self.half_width < float("inf"):
            found.append(f"--half-width {self.half_width:g}: more than 0 seconds would work")
        if self.most_days < 2:
            found.append(f"--most-days {self.most_days}: 2 or more would work; a single day has no interval")
        if self.workers is not None and self.workers < 1:
            found.append(f"--workers {self.workers}: at least 1 would work")
        try:
            read_scenario(self.scenario)
        except InputError as wrong:
            found += [f"--verify {self.scenario}: {fault.what}" for fault in wrong.faults]
        return found
