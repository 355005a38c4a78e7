"""Trials a minute, what a second worker gives, the memory of a day, and the time of the theory table."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from experiments.request import silent
from experiments.theory.rows import theory_rows
from experiments.trials.batch import Trials
from experiments.trials.engine import Alone, Engine, Pool
from experiments.trials.shelf import Shelf
from experiments.trials.trial import Setting, Trial
from experiments.trials.workshop import hashes_of, live
from tests.benchmarks.timing import Row

POLICIES = ("closest", "preempting")
DAYS = 24


def trial_rows() -> Iterator[Row]:
    """Yield the rows, on the flagship evening in the default city."""
    setting = Setting("friday_evening")
    one, two = _minutes(Alone(), setting), _minutes(Pool(2), setting)
    target = "40 with 2 workers (1,000 days in 25 minutes)"
    yield Row("days under two policies, 2 workers", DAYS / two, DAYS / one, "1 worker", "days/min", "high", target)
    yield Row("memory for a day beyond the city", _memory_mb(setting), None, "", "MB", target="500")
    begun = perf_counter()
    theory_rows(20)
    yield Row("theory table of queues, 20 seeds", perf_counter() - begun, None, "", "s")


def _minutes(engine: Engine, setting: Setting) -> float:
    """Minutes for DAYS days under two policies, the workers' cities open already."""
    hashes = hashes_of(setting)
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(Shelf.at(Path(folder) / "out"), engine, hashes, silent)
        trials.live([Trial(setting, 10_000 + seed, "closest") for seed in range(4)])
        begun = perf_counter()
        trials.live([Trial(setting, seed, policy) for seed in range(1, DAYS + 1) for policy in POLICIES])
        spent = perf_counter() - begun
    engine.close()
    return spent / 60


def _memory_mb(setting: Setting) -> float:
    """The most that living another day takes beyond what is kept from the last one."""
    live(Trial(setting, 1, "closest"))
    tracemalloc.start()
    live(Trial(setting, 2, "closest"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
