"""Camera plans: a district at 2 m and the whole city, each in a process of its own, whose memory is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.timing import Row


@dataclass(frozen=True)
class Case:
    """One plan to be made, and what is asked of it."""

    name: str
    words: tuple[str, ...]
    time: str
    memory: str
    gap: str


CASES = (
    Case(
        "200 cameras for Yunusobod, 200,000 poses, cells of 2 m", ("--area", "Yunusobod", "--budget", "200"),
        "60 s", "6 GB", "3 %",
    ),
    Case(
        "1,000 cameras for the whole city, 1,000,000 poses, cells of 4 m",
        ("--budget", "1000", "--poses", "1000000", "--cell", "4"), "10 min", "16 GB", "printed",
    ),
)  # fmt: skip


def placement_rows() -> Iterator[Row]:
    """Yield time from start to page, memory and proven gap of each plan; no peer places cameras on such a scale."""
    for case in CASES:
        taken_s, peak_gb, plan = _made(case.words)
        yield Row(case.name, taken_s, None, "", "s", target=case.time)
        yield Row(f"{case.name}: memory", peak_gb, None, "", "GB", target=case.memory)
        yield Row(f"{case.name}: proven gap", 100.0 * plan["gap"], None, plan["bound_by"], "%", target=case.gap)


def _made(words: tuple[str, ...]) -> tuple[float, float, dict[str, Any]]:
    """Make a plan; return the seconds from start to files, the peak of memory in GB, and the plan's figures."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "plan"
        command = [sys.executable, "-m", "console.main", "place", "default", *words, "--out", str(out), "--json"]
        start = perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        taken_s = perf_counter() - start
        if status:
            raise RuntimeError(f"{' '.join(command)} ended with status {status}")
        return taken_s, used.ru_maxrss / 1e6, json.loads((out / "plan.json").read_text(encoding="utf-8"))["plan"]
