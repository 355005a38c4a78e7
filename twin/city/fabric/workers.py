"""Districts filled by worker processes, each of which keeps its skeleton and fills one district after another.

A worker is started as a module of its own and not through ``multiprocessing``, so a script that opens a city needs no
``if __name__ == "__main__"``.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import BinaryIO, cast

from twin.city.fabric.fill import Fabric, fill_district
from twin.city.fabric.skeleton import skeleton_of
from twin.city.frame import load_frame

Worker = subprocess.Popen[bytes]


def filled(numbers: Sequence[int], seed: int, workers: int) -> list[Fabric]:
    """Return the fabrics of the districts of these numbers, in their order, made by so many processes.

    One worker is this process itself. The greatest districts are begun first.
    """
    many = min(len(numbers), workers)
    if many < 2:
        return [_fill(number, seed) for number in numbers]
    frame = load_frame()
    todo: SimpleQueue[int] = SimpleQueue()
    for number in sorted(numbers, key=lambda n: (-frame.districts[n].figures.residents, n)):
        todo.put(number)
    started = [_started(seed) for _ in range(many)]
    try:
        with ThreadPoolExecutor(many) as threads:
            parts = [threads.submit(_feed, worker, todo) for worker in started]
            try:
                found = {number: fabric for part in parts for number, fabric in part.result().items()}
            except BaseException:
                _end(started)  # or the threads would wait for the districts begun
                raise
    finally:
        _end(started)
    return [found[number] for number in numbers]


def _fill(number: int, seed: int) -> Fabric:
    return fill_district(skeleton_of(seed), load_frame(), number, seed)


def _started(seed: int) -> Worker:
    path = os.pathsep.join(part or os.getcwd() for part in sys.path)
    return subprocess.Popen(
        [sys.executable, "-m", __name__, str(seed)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


def _feed(worker: Worker, todo: SimpleQueue[int]) -> dict[int, Fabric]:
    """Give one worker number after number until there are none left."""
    found: dict[int, Fabric] = {}
    asked, told = cast(BinaryIO, worker.stdin), cast(BinaryIO, worker.stdout)
    try:
        while True:
            number = todo.get_nowait()
            asked.write(f"{number}\n".encode())
            asked.flush()
            found[number] = pickle.load(told)
    except Empty:
        return found
    except (EOFError, BrokenPipeError, pickle.UnpicklingError) as fault:
        raise RuntimeError("a process that fills districts ended early; what it said stands above") from fault


def _end(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.kill()
        worker.wait()


def _serve(seed: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks; it ends this one
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to the error stream, not between the districts
    for line in sys.stdin:
        pickle.dump(_fill(int(line), seed), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
