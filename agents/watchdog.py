"""A limit on how long a policy may think, in real time.

It cannot change what is simulated: a policy that keeps within the limit is not touched, and one that does not ends the
run. In the main thread a timer of the operating system interrupts it, even where it sleeps or waits; in another thread
an exception is raised in it at its next step of Python. Code that never comes back from a compiled extension cannot be
interrupted from within its own process. One that catches whatever it is interrupted with, again and again, ends the
process with a message and status 2: there is no other way out of it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Final, TypeVar

LIMIT_S: Final = 60.0
_AGAIN_S: Final = 1.0  # a policy that swallows the exception gets it again
_MOST_BELLS: Final = 10  # before the process is ended
_TICK_S: Final = 0.05

Answer = TypeVar("Answer")


class _Guard:
    """What the timer's handler goes by.

    Attributes:
        thread: the main thread, while the timer runs.
        until_s: when thinking has to be over, by the monotonic clock; None while nobody thinks.
        bells: how often it rang in the thought that is going on.
    """

    thread: int | None = None
    until_s: float | None = None
    bells: int = 0


_guard: Final = _Guard()


class _Bell(BaseException):
    """Raised inside a policy that thinks for longer than the limit; not an Exception, lest the policy catch it."""


class NeverReturned(TimeoutError):
    """Somebody thought for longer than the limit."""


def within(limit_s: float, think: Callable[..., Answer], *about: Any) -> Answer:
    """Return what ``think`` returns when it is asked about something.

    Raises:
        NeverReturned: it took longer than ``limit_s`` seconds of real time.
        Exception: whatever it raised itself.
    """
    try:
        if threading.get_ident() == _guard.thread:
            return _guarded(limit_s, think, about)
        if threading.current_thread() is threading.main_thread():
            with on_guard():
                return _guarded(limit_s, think, about)
        return _in_other_thread(limit_s, think, about)
    except _Bell:
        raise NeverReturned(f"it had not returned after {limit_s:g} s") from None


@contextmanager
def on_guard() -> Iterator[None]:
    """Let the timer run for many calls of :func:`within`: each then only says until when it may think."""
    if threading.current_thread() is not threading.main_thread() or _guard.thread is not None:
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    rest = signal.setitimer(signal.ITIMER_REAL, _TICK_S, _TICK_S)
    _guard.thread = threading.get_ident()
    try:
        yield
    finally:
        _guard.thread = None
        signal.setitimer(signal.ITIMER_REAL, *rest)
        signal.signal(signal.SIGALRM, before)


def _guarded(limit_s: float, think: Callable[..., Answer], about: tuple[Any, ...]) -> Answer:
    before = _guard.until_s
    _guard.until_s, _guard.bells = monotonic() + limit_s, 0
    try:
        return think(*about)
    finally:
        _guard.until_s = before


def _ring(number: int, frame: FrameType | None) -> None:
    if _guard.until_s is None or monotonic() <= _guard.until_s:
        return
    _guard.bells += 1
    if _guard.bells > _MOST_BELLS:
        at = f" at {frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
        told = f"twin: the policy does not return{at}, and catches every exception that is to stop it; the process ends"
        os.write(2, f"\n{told}\n".encode())
        os._exit(2)
    _guard.until_s = monotonic() + _AGAIN_S
    raise _Bell


def _in_other_thread(limit_s: float, think: Callable[..., Answer], about: tuple[Any, ...]) -> Answer:
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
        return think(*about)
    finally:
        over.set()
        watcher.join()
