"""Machine code of numba's kernels, kept for one state of the sources.

Numba keeps compiled kernels on disk and makes one anew when its own file changes, but not when a kernel that it calls
changes in another file. So the folder is named by a hash over all files that hold kernels: another state of the
sources has another folder, and nothing stale is ever run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from twin.cache import cache_folder

ROOMS: Final = ("twin", "sensors", "agents", "vision", "scenarios", "reports", "experiments")
MOST_KEPT: Final = 4


def sources_hash(root: Path) -> str:
    """Return a hash over all sources under the rooms of ``root`` that speak of numba or of kernels."""
    whole = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*.py")):
        text = path.read_bytes()
        if b"numba" in text or b"kernel" in text:
            whole.update(path.relative_to(root).as_posix().encode() + b"\0" + text + b"\0")
    return whole.hexdigest()[:16]


def keep_kernels() -> None:
    """Tell numba where to keep the machine code of this state of the sources; the user's own NUMBA_CACHE_DIR holds."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    kept = cache_folder() / "kernels"
    own = kept / sources_hash(Path(__file__).parents[1])
    try:
        own.mkdir(parents=True, exist_ok=True)
        os.utime(own)
        _drop_old(kept)
    except OSError:
        return  # a folder that cannot be written: numba keeps its code beside the sources, as it would without us
    os.environ["NUMBA_CACHE_DIR"] = str(own)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(own)


def _drop_old(kept: Path) -> None:
    """Drop all folders but those used last."""
    by_use = sorted((path for path in kept.iterdir() if path.is_dir()), key=lambda path: -path.stat().st_mtime_ns)
    for old in by_use[MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
