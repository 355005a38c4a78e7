"""A limit on how long a policy may think, in real time.

It cannot change what is simulated: a policy that keeps within the limit is not touched, and one that does not ends the
run. In the main thread a timer of the operating system interrupts it, even where it sleeps or waits; in another thread
an exception is raised in it at its next step of Python. Code that never comes back from a compiled extension cannot be
interrupted from within its own process.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Final, TypeVar

LIMIT_S: Final = 60.0
_AGAIN_S: Final = 1.0  # a policy that swallows the exception gets it again

Answer = TypeVar("Answer")
_guards: list[bool] = []  # whether the handler is in place


class _Bell(BaseException):
    """Raised inside a policy that thinks for longer than the limit; not an Exception, lest the policy catch it."""


class NeverReturned(TimeoutError):
    """Somebody thought for longer than the limit."""


def within(limit_s: float, think: Callable[[], Answer]) -> Answer:
    """Return what ``think`` returns.

    Raises:
        NeverReturned: it took longer than ``limit_s`` seconds of real time.
        Exception: whatever it raised itself.
    """
    try:
        if threading.current_thread() is threading.main_thread():
            return _in_main_thread(limit_s, think)
        return _in_other_thread(limit_s, think)
    except _Bell:
        raise NeverReturned(f"it had not returned after {limit_s:g} s") from None


@contextmanager
def on_guard() -> Iterator[None]:
    """Keep the timer's handler in place for many calls of :func:`within`; the timer is set for each all the same."""
    if threading.current_thread() is not threading.main_thread() or _guards:
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    _guards.append(True)
    try:
        yield
    finally:
        _guards.pop()
        signal.signal(signal.SIGALRM, before)


def _in_main_thread(limit_s: float, think: Callable[[], Answer]) -> Answer:
    with nullcontext() if _guards else on_guard():
        rest = signal.setitimer(signal.ITIMER_REAL, limit_s, _AGAIN_S)
        try:
            return think()
        finally:
            signal.setitimer(signal.ITIMER_REAL, *rest)


def _ring(number: int, frame: FrameType | None) -> None:
    raise _Bell


def _in_other_thread(limit_s: float, think: Callable[[], Answer]) -> Answer:
    over = threading.Event()
    thread = threading.get_ident()

    def watch() -> None:
        wait_s = limit_s
        while not over.wait(wait_s):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_Bell))
            wait_s = _AGAIN_S

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return think()
    finally:
        over.set()
        watcher.join()
