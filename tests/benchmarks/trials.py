"""How many days a comparison lives, what a second worker gives, the memory of a day, and the time of the theory table.

1,000 days under two policies are not lived here: from some, the days of 25 minutes are told by proportion, and the row
says so. ``python -m tests.benchmarks.trials`` measures that alone, in 3 to 4 minutes on a quiet machine.
"""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from experiments.request import silent
from experiments.theory.rows import theory_rows
from experiments.trials.batch import Trials
from experiments.trials.engine import Pool
from experiments.trials.shelf import Shelf
from experiments.trials.trial import Setting, Trial
from experiments.trials.workshop import hashes_of, live
from tests.benchmarks.timing import Row

POLICIES: Final = ("closest", "preempting")
DAYS: Final = {1: 20, 2: 40}
"""Days lived by so many workers: about as long each, and the fewer are the first of the more."""
ASKED_DAYS, ASKED_MIN = 1000, 25.0


@dataclass(frozen=True)
class Pace:
    """How fast some workers live days under two policies.

    Attributes:
        start_s: from nothing to every worker having the city open and a day lived under each policy.
        days_per_min: from then on, with each day's draw and figures, both lives of it counted as one day.
    """

    start_s: float
    days_per_min: float


def trial_rows() -> Iterator[Row]:
    """Yield the rows, in the whole default city."""
    yield from pace_rows()
    yield Row("memory for a day beyond the city", _memory_mb(Setting("weekday")), None, "", "MB", target="500")
    begun = perf_counter()
    theory_rows(20)
    yield Row("theory table of queues, 20 seeds", perf_counter() - begun, None, "", "s")


def pace_rows() -> Iterator[Row]:
    """Yield what one and two workers do: days of 24 h, the library's weekday, metrics kept."""
    one, two = _pace(1), _pace(2)
    yield Row("start of two workers, city and kernels at hand", two.start_s, one.start_s, "1 worker", "s")
    yield Row("days of 24 h under two policies, 2 workers", two.days_per_min, one.days_per_min, "1 worker", "days/min",
              "high", "40, and 1.7 times")  # fmt: skip
    within = two.days_per_min * (ASKED_MIN - two.start_s / 60)
    yield Row(
        f"such days in {ASKED_MIN:g} min, start included, BY PROPORTION", within, None, "", "days", "high", "1,000"
    )
    takes_min = ASKED_DAYS / two.days_per_min + two.start_s / 60
    yield Row(f"{ASKED_DAYS:,} such days, BY PROPORTION", takes_min, None, "", "min", target="25")


def _pace(workers: int) -> Pace:
    """Let some workers start and live one day each, and then time others."""
    setting = Setting("weekday")
    hashes, engine = hashes_of(setting), Pool(workers)
    try:
        with tempfile.TemporaryDirectory() as folder:
            trials = Trials(Shelf.at(Path(folder) / "out"), engine, hashes, silent)
            start_s = _seconds(trials, setting, range(10_000, 10_000 + 2 * workers), engine)
            spent_s = _seconds(trials, setting, range(1, DAYS[workers] + 1))
    finally:
        engine.close()
    return Pace(start_s, 60 * DAYS[workers] / spent_s)


def _seconds(trials: Trials, setting: Setting, seeds: range, opened: Pool | None = None) -> float:
    """Seconds for the days of some seeds under both policies; the workers are started first where they are not yet."""
    begun = perf_counter()
    if opened is not None:
        opened.open(setting)
    trials.live([Trial(setting, seed, policy) for seed in seeds for policy in POLICIES])
    return perf_counter() - begun


def _memory_mb(setting: Setting) -> float:
    """The most that living another day takes beyond what is kept from the last one."""
    live(Trial(setting, 1, "closest"))
    tracemalloc.start()
    live(Trial(setting, 2, "closest"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    for row in pace_rows():
        times = "" if row.peer is None else f"; {row.peer_name} {row.peer:.3g}, {row.ratio:.2f} times"
        print(f"{row.figure}: {row.ours:.4g} {row.unit}{times} (asked {row.target or 'nothing'})", flush=True)
