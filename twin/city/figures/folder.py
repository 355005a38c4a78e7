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
    with tempfile.TemporaryDirectory(prefix="twin-build-") as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(seed), str(Path(folder) / "city")], capture_output=True, text=True
        )
        wall_s = time.perf_counter() - start
    if done.returncode:
        raise InputError("build the default city anew", f"it failed: {done.stderr.strip().splitlines()[-1:]}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak_gb = used.ru_maxrss * 1024 / 1e9
    return Figure(
        "build the default city",
        f"{BUILD_S:g} s, {BUILD_GB:g} GB",
        f"{wall_s:.0f} s, {peak_gb:.1f} GB",
        verdict_of(wall_s <= BUILD_S and peak_gb <= BUILD_GB),
        f"{used.ru_utime + used.ru_stime:.0f} s of the processor, checking and writing included",
        {"wall_s": round(wall_s, 1), "cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_gb": round(peak_gb, 2)},
    )


def _is_made_on_use(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).parts[0].startswith(MADE_ON_USE)


def _timed_load(folder: Path) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    load_city(folder)
    return time.perf_counter() - wall, time.process_time() - cpu
