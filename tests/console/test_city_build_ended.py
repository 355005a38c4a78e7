"""A build that is ended half-way leaves nothing half-made, and no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHILDREN = "/proc/{0}/task/{0}/children"


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(CHILDREN.format(pid)).read_text().split()]


@pytest.mark.skipif(not Path(CHILDREN.format(os.getpid())).exists(), reason="needs /proc to see a process's children")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_build_ended_while_districts_are_filled_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    words = ["city", "build", "--default", "--district", "Uchtepa", "--district", "Chilonzor", "--out"]
    listening = "import signal, runpy; signal.signal(signal.SIGINT, signal.default_int_handler); "
    build = subprocess.Popen(
        [sys.executable, "-c", f"{listening}runpy.run_module('console.main', run_name='__main__')", *words,
         str(tmp_path / "town")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while len(workers := children_of(build.pid)) < 2 and build.poll() is None:
        time.sleep(0.05)
    build.send_signal(how)
    _, said = build.communicate(timeout=120)
    assert build.returncode == 130, said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
    assert len(workers) == 2
    patience = time.monotonic() + 20  # the system takes ended orphans off its list in its own time
    while (left := [pid for pid in workers if Path(f"/proc/{pid}").exists()]) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not left
