"""Trials a minute, what a second worker gives, the memory of a day, and the time of the theory table.

1,000 whole days under two policies are not lived here: their time is projected from a few, and the row says so.
"""

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
EVENINGS, DAYS = 24, 8
ASKED = 1000


def trial_rows() -> Iterator[Row]:
    """Yield the rows, in the whole default city: evenings of three hours, and days of 24."""
    setting = Setting("friday_evening")
    yield _workers_row("evenings of 3 h under two policies, 2 workers", setting, EVENINGS, "")
    row = _workers_row("days of 24 h under two policies, 2 workers", Setting("weekday"), DAYS, "40, and 1.7 times")
    yield row
    yield Row(f"{ASKED:,} such days, PROJECTED from {DAYS}", ASKED / row.ours, None, "", "min", target="25")
    yield Row("memory for a day beyond the city", _memory_mb(setting), None, "", "MB", target="500")
    begun = perf_counter()
    theory_rows(20)
    yield Row("theory table of queues, 20 seeds", perf_counter() - begun, None, "", "s")


def _workers_row(figure: str, setting: Setting, days: int, target: str) -> Row:
    one, two = _minutes(Alone(), setting, days), _minutes(Pool(2), setting, days)
    return Row(figure, days / two, days / one, "1 worker", "days/min", "high", target)


def _minutes(engine: Engine, setting: Setting, days: int) -> float:
    """Minutes for so many days under two policies, the workers' cities open already."""
    hashes = hashes_of(setting)
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(Shelf.at(Path(folder) / "out"), engine, hashes, silent)
        trials.live([Trial(setting, 10_000 + seed, "closest") for seed in range(4)])
        begun = perf_counter()
        trials.live([Trial(setting, seed, policy) for seed in range(1, days + 1) for policy in POLICIES])
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
