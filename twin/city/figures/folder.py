"""What a city costs: its folder on disk, the time to load it, and, on request, the time and memory to build it."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from twin.city.figures.figure import SKIPPED, Figure, verdict_of
from twin.city.model import City
from twin.city.store import load_city
from twin.errors import InputError

FOLDER_MB: Final = 250.0
LOAD_S: Final = 2.0
SAMPLE_S: Final = 0.2
BUILD_S: Final = 90.0
BUILD_GB: Final = 6.0
MADE_ON_USE: Final = ("heights", "travel")
_BUILD: Final = (
    "import sys; from pathlib import Path; from twin.city.default import default_city; "
    "from twin.city.store import save_city; save_city(default_city(int(sys.argv[1])), Path(sys.argv[2]))"
)


def folder_size(city: City, judged: bool) -> Figure:
    """Return the size of the folder without what is made on first use: height rasters, labels of travel times."""
    if city.folder is None:
        return Figure("folder", "", "not on disk", SKIPPED, "the city was only made in memory")
    files = [path for path in city.folder.rglob("*") if path.is_file()]
    size_mb = sum(path.stat().st_size for path in files if not _is_made_on_use(path, city.folder)) / 1e6
    return Figure(
        "folder without the raster",
        f"{FOLDER_MB:g} MB" if judged else "",
        f"{size_mb:.1f} MB",
        verdict_of(size_mb <= FOLDER_MB if judged else None),
        str(city.folder),
        {"size_mb": round(size_mb, 2)},
    )


def load_time(city: City, judged: bool) -> Figure:
    """Return the time to load the city from disk, the better of two loads; the processor's time stands in the note."""
    if city.folder is None:
        return Figure("load from disk", "", "not on disk", SKIPPED, "the city was only made in memory")
    wall_s, cpu_s = zip(*(_timed_load(city.folder) for _ in range(2)), strict=True)
    return Figure(
        "load from disk",
        f"{LOAD_S:g} s" if judged else "",
        f"{min(wall_s):.2f} s",
        verdict_of(min(wall_s) <= LOAD_S if judged else None),
        f"{min(cpu_s):.2f} s of the processor",
        {"wall_s": round(min(wall_s), 3), "cpu_s": round(min(cpu_s), 3)},
    )


def build_cost(seed: int) -> Figure:
    """Build the default city anew in a process of its own and return what that took.

    Raises:
        InputError: the build fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="twin-build-") as folder, tempfile.TemporaryFile("w+") as told:
        command = [sys.executable, "-c", _BUILD, str(seed), str(Path(folder) / "city")]
        running = subprocess.Popen(command, stdout=told, stderr=told, start_new_session=True)
        peak_gb = _peak_gb(running)
        wall_s = time.perf_counter() - start
        told.seek(0)
        said = told.read().strip().splitlines()
    if running.returncode:
        raise InputError("build the default city anew", f"it failed: {said[-1] if said else running.returncode}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return Figure(
        "build the default city",
        f"{BUILD_S:g} s, {BUILD_GB:g} GB",
        f"{wall_s:.0f} s, {peak_gb:.1f} GB",
        verdict_of(wall_s <= BUILD_S and peak_gb <= BUILD_GB),
        f"{cpu_s:.0f} s of the processor, checking and writing included; memory of all its processes together",
        {"wall_s": round(wall_s, 1), "cpu_s": round(cpu_s, 1), "peak_gb": round(peak_gb, 2)},
    )


def _peak_gb(running: subprocess.Popen[bytes]) -> float:
    """Wait for a process and return the most memory that it and those it started held together.

    Sampled from ``/proc``; where there is none, the most that a single one of them held.
    """
    peak = 0
    while running.poll() is None:
        peak = max(peak, _held_bytes(running.pid))
        time.sleep(SAMPLE_S)
    return (peak or resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024) / 1e9


def _held_bytes(session: int) -> int:
    """Return the resident memory of all processes of a session, shared pages counted in each; 0 without ``/proc``."""
    held = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(fields[3]) == session:
            held += int(fields[21]) * resource.getpagesize()
    return held


def _is_made_on_use(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).parts[0].startswith(MADE_ON_USE)


def _timed_load(folder: Path) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    load_city(folder)
    return time.perf_counter() - wall, time.process_time() - cpu
