"""Who lives the trials: this process, a pool of processes, or a Ray cluster; what comes back is the same bytes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar

from experiments.trials.interruption import held_back
from experiments.trials.trial import Setting, Trial, code_hash
from experiments.trials.workshop import live, parts_of
from twin.city.resolve import is_built
from twin.errors import InputError, MissingPart

Item = TypeVar("Item")
Result = TypeVar("Result")
Task = tuple[Trial, ...]
"""Trials of one day, lived one after the other by one worker, so that the day is drawn once."""
ENGINES = ("local", "ray")
LOOK_S = 0.2
"""How often the pool looks whether it is to stop, in real seconds."""


class Engine(Protocol):
    """Does jobs in any order."""

    def open(self, setting: Setting) -> None:
        """Let the workers open the setting's city, while the first process does other things; faults show later."""
        ...

    def done(self, job: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        """Yield each item, when the job is done on it, with its result; ``job`` is a function of a module.

        Raises:
            InputError: an input is wrong, or a policy broke its contract.
        """
        ...

    def close(self) -> None:
        """Give the workers back."""
        ...


def make_engine(name: str, workers: int | None) -> Engine:
    """Return an engine.

    Args:
        name: one of ENGINES.
        workers: how many; None is as many as there are processors (local) or as the cluster has (ray).

    Raises:
        InputError: no such engine, or fewer than one worker.
        MissingPart: Ray is not installed.
    """
    if name not in ENGINES:
        raise InputError(f"use the engine {name}", f"known: {', '.join(ENGINES)}")
    if workers is not None and workers < 1:
        raise InputError(f"use {workers} workers", "at least 1 would work")
    if name == "ray":
        return RayEngine(workers)
    count = workers or len(os.sched_getaffinity(0))
    return Alone() if count == 1 else Pool(count)


def live_task(task: Task) -> list[bytes]:
    """Live the trials of one task; return :meth:`experiments.trials.outcome.Outcome.to_bytes` of each."""
    return [live(trial).to_bytes() for trial in task]


def work(job: Callable[[Item], Result], item: Item, code: str) -> Result:
    """Do a job in a worker.

    Args:
        job: what is done.
        item: what it is done on.
        code: hash of the program's code in the process that asks; see :func:`experiments.trials.trial.code_hash`.

    Raises:
        InputError: an input is wrong, a policy broke its contract, or the worker runs another state of the program:
            what it finds would be kept as if this one had found it.
    """
    if code_hash() != code:
        raise InputError(
            "live the trials",
            f"a worker runs another state of the program, from {Path(__file__).parents[2]}: files were edited "
            "meanwhile, or its machine has another version; the same command goes on where it stopped",
        )
    return job(item)


class Alone:
    """This process does it all."""

    def open(self, setting: Setting) -> None:
        """Nothing is to be had before it is asked for."""

    def done(self, job: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        """Yield them in order."""
        for item in items:
            yield item, job(item)

    def close(self) -> None:
        """Nothing to give back."""


class Pool:
    """Processes on this machine; started by ``spawn``, whatever another library chose for the program."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)

    def open(self, setting: Setting) -> None:
        """Start all workers, each with the city; one that has to be built first is left to the first process."""
        if is_built(setting.city):
            for _ in range(self._workers):
                self._pool.submit(parts_of, setting, ())

    def done(self, job: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        """Yield them as they are done; no more are handed out than the workers need not to wait."""
        queue, at_work = iter(items), dict[Future[Result], Item]()
        with ExitStack() as undo:
            undo.callback(lambda: [future.cancel() for future in at_work])
            stop_if_asked = undo.enter_context(held_back())
            while True:
                stop_if_asked()
                while len(at_work) < 2 * self._workers and (item := next(queue, None)) is not None:
                    at_work[self._pool.submit(work, job, item, code_hash())] = item
                if not at_work:
                    return
                done, _ = wait(at_work, LOOK_S, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=lambda f: list(at_work).index(f)):
                    yield at_work.pop(future), _result(future)

    def close(self) -> None:
        """End the workers; what they are at is dropped."""
        workers = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()


class RayEngine:
    """A Ray cluster, the one ``RAY_ADDRESS`` names or one of this machine's own."""

    def __init__(self, workers: int | None) -> None:
        try:
            import ray
        except ImportError:
            raise MissingPart("ray", "--engine ray", "ray") from None
        self._ray: Any = ray
        self._own = not ray.is_initialized()
        if self._own:
            cluster = "RAY_ADDRESS" in os.environ
            size = {} if cluster else {"num_cpus": workers}
            ray.init(log_to_driver=False, include_dashboard=None if cluster else False, **size)
        self._workers = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))

    def open(self, setting: Setting) -> None:
        """A cluster starts its workers when it wants to."""

    def done(self, job: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        """Yield them as they are done."""
        ray, queue, at_work = self._ray, iter(items), dict[Any, Item]()
        remote = ray.remote(num_cpus=1)(work)
        while True:
            while len(at_work) < 2 * self._workers and (item := next(queue, None)) is not None:
                at_work[remote.remote(job, item, code_hash())] = item
            if not at_work:
                return
            done, _ = ray.wait(list(at_work), num_returns=1)
            for reference in done:
                try:
                    found = ray.get(reference)
                except ray.exceptions.RayTaskError as fault:
                    raise fault.cause if isinstance(fault.cause, InputError) else fault from None
                yield at_work.pop(reference), found

    def close(self) -> None:
        """Leave the cluster."""
        if self._own:
            self._ray.shutdown()


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; it is for the first one to end the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        raise InputError(
            "live the trials", "a worker was ended, perhaps for want of memory, or by a policy that cannot be stopped "
            "(then it says so above); with fewer --workers, the same command goes on where it stopped"
        ) from None  # fmt: skip
