"""What a run was made of: versions, git commit, hashes of its inputs; so that it can be made again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

NOTED = (
    "tashkent-twin", "numpy", "scipy", "numba", "simpy", "mesa", "geopandas", "shapely", "pyarrow", "torch",
    "ultralytics", "opencv-python", "moderngl",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a figure could depend on."""
    found = {"python": platform.python_version()}
    for name in NOTED:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@cache
def git_commit() -> str:
    """Return the commit of the checkout the program runs from, with ``+changes`` if files differ; "" outside git.

    A process that asks again gets the same: it goes on with the code that it began with, whatever is edited or
    committed meanwhile.
    """
    home = Path(__file__).resolve().parents[1]
    try:
        commit = _git(home, "rev-parse", "HEAD")
        return commit + ("+changes" if _git(home, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def file_hashes(files: Mapping[str, Path | None]) -> dict[str, str]:
    """Return the SHA-256 of each file that there is, by its name in the run."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items() if path and path.is_file()
    }


def _git(home: Path, *words: str) -> str:
    command = ["git", "--no-optional-locks", "-C", str(home), *words]  # in nobody's way who commits at the same time
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
