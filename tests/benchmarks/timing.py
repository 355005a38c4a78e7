"""Timing two ways of doing one job, in turn, so that a machine whose speed drifts is fair to both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        figure: what was measured.
        ours, peer: medians, in ``unit``; peer is None where there is none.
        peer_name: what ours is held against.
        unit: of both.
        better: ``low`` or ``high``.
        target: what an issue asks for, in words.
    """

    figure: str
    ours: float
    peer: float | None
    peer_name: str
    unit: str
    better: str = "low"
    target: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better ours is than the peer; below 1 it is worse."""
        if self.peer is None or not self.ours or not self.peer:
            return None
        return self.peer / self.ours if self.better == "low" else self.ours / self.peer


def seconds(job: Callable[[], object], runs: int = 5, warm: int = 1) -> float:
    """Return the median seconds of some runs after a warm-up."""
    for _ in range(warm):
        job()
    return median(_once(job) for _ in range(runs))


def in_turn(
    ours: Callable[[], object], peer: Callable[[], object], runs: int = 5, warm: int = 1
) -> tuple[float, float]:
    """Return the median seconds of both, run A B A B."""
    for _ in range(warm):
        ours(), peer()
    pairs = [(_once(ours), _once(peer)) for _ in range(runs)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def _once(job: Callable[[], object]) -> float:
    start = perf_counter()
    job()
    return perf_counter() - start
