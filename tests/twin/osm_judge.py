"""Imports damaged extracts in a process of its own, so that a crash of the C++ reader is an outcome and not the end.

Run as a module it reads paths, one a line, and answers each with a line of JSON: the outcome and what was said.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

CITY: Final = "a sound city, every object accounted for"
REFUSED: Final = "refused with a clear message"
LOST: Final = "FAULT: objects lost without a count"
UNSOUND: Final = "FAULT: the city is unsound"
TRACEBACK: Final = "FAULT: a traceback"
CRASH: Final = "FAULT: the process died"
HANG: Final = "FAULT: no answer in time"
GOOD: Final = frozenset({CITY, REFUSED})
ACCOUNTED: Final = (
    "nodes", "drivable_ways", "walking_ways", "other_highway_ways", "barriers", "signals", "signal_crossings",
    "building_points", "buildings", "building_parts", "places", "boundaries", "areas", "waterways", "turn_restrictions",
    "trees", "tree_rows", "barrier_lines",
)  # fmt: skip


class Judge:
    """A child process that imports one file after another; it is started anew when it dies or falls silent."""

    def __init__(self, folder: Path, patience_s: float = 120.0) -> None:
        self.folder, self.patience_s = folder, patience_s
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def verdict(self, name: str, content: bytes) -> tuple[str, str]:
        """Return the outcome of importing a file of that name and content, and what was said."""
        path = self.folder / name
        path.write_bytes(content)
        child = self._child if self._child is not None and self._child.poll() is None else self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(f"{path}\n")
            child.stdin.flush()
        except BrokenPipeError:
            return CRASH, f"status {child.wait()}"
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            if not ready.select(self.patience_s):
                self._stop()
                return HANG, f"nothing in {self.patience_s:.0f} s"
        line = child.stdout.readline()
        if not line:
            return CRASH, f"status {child.wait()}"
        outcome, said = json.loads(line)
        return str(outcome), str(said)

    def _start(self) -> subprocess.Popen[str]:
        root = Path(__file__).resolve().parents[2]
        own = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.twin.osm_judge"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=root, env=own,
        )  # fmt: skip
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def judged(path: Path) -> tuple[str, str]:
    """Import a file here and now, and say how it went."""
    from twin.city.osm import import_osm
    from twin.city.schema import city_faults
    from twin.errors import InputError

    try:
        city = import_osm(path, "mutant")
    except InputError as refusal:
        return REFUSED, str(refusal).splitlines()[-1].strip()
    except Exception as fault:  # what a user must never see
        at = fault.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
        return TRACEBACK, f"{type(fault).__name__} at {where}: {fault}"
    faults = city_faults(city)
    if faults:
        return UNSOUND, faults[0]
    lost = unaccounted(city.manifest)
    return (LOST, str(lost)) if lost else (CITY, "")


def unaccounted(manifest: Mapping[str, Any]) -> dict[str, int]:
    """Return for each kind of object how many were read and are neither imported nor refused, or not listed."""
    lost = {}
    for kind in ACCOUNTED:
        refused = manifest["refused"].get(kind, {})
        named = manifest["refused_objects"].get(kind, {})
        left = manifest["read"].get(kind, 0) - manifest["imported"].get(kind, 0) - sum(refused.values())
        unlisted = sum(n - len(named.get(reason, ())) for reason, n in refused.items() if reason != "outside the box")
        if left or unlisted:
            lost[kind] = left or unlisted
    return lost


def main() -> None:
    """Answer each path on the input with a line."""
    for line in sys.stdin:
        print(json.dumps(judged(Path(line.rstrip("\n")))), flush=True)


if __name__ == "__main__":
    main()
