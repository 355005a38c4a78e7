"""Ctrl-C and a polite kill between two steps, not within one.

Python raises KeyboardInterrupt wherever the program happens to be: in a callback it is swallowed, in a lock of the pool
it leaves the lock taken. While trials are lived by a pool, the wish is kept and looked at where it is safe to stop.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def held_back() -> Iterator[Callable[[], None]]:
    """Hold both back and give a function that raises KeyboardInterrupt if one came; a second one is not held back.

    Outside of the main thread nothing is held back, for signals do not go there.
    """
    came: list[int] = []

    def keep(number: int, frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    def look() -> None:
        if came:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield look
        return
    before = {number: signal.signal(number, keep) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield look
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
