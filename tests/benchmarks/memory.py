"""What a day takes beyond the city, as the operating system counts it, in a process of its own."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.benchmarks.timing import Row

_STATUS: Final = Path("/proc/self/status")


def memory_rows() -> Iterator[Row]:
    """Yield the row, where the operating system tells; the whole default city, its weekday, labels and ground open."""
    if not _STATUS.is_file():
        return
    said = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True).stdout
    before_mb, peak_mb = map(float, said.split()[-2:])
    yield Row("memory of a day beyond the city, log written", peak_mb - before_mb, None, "", "MB", target="500")
    yield Row("memory of the city, labels and ground of that day", before_mb, None, "", "MB")


def main() -> None:
    """Print the resident memory, in MB, before a day is lived, and the most there was while it was."""
    from experiments.life.assemble import make_ready
    from scenarios.demand import draw_day
    from tests.benchmarks.chain import live_day, stage_of
    from twin.city.resolve import open_city

    stage = stage_of(open_city(None))
    make_ready(stage.travel, stage.scenario.duration_ms)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free already would hide what a day needs
    before_mb = _resident_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    day = draw_day(stage.city, stage.graph, stage.scenario, 1, spots=stage.spots)
    with TemporaryDirectory() as folder:
        live_day(stage, day, Path(folder))
    print(before_mb, _resident_mb("VmHWM"))


def _resident_mb(name: str) -> float:
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return int(lines[name].split()[0]) / 1000.0


if __name__ == "__main__":
    main()
