"""Work that may never end, given so long and no longer."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def within(limit_s: float, work: Callable[[], Result]) -> Result:
    """Do some work in a thread of its own and return what it returns.

    A Python loop that goes on after its time is stopped; a call into a library that never comes back is left behind
    in a thread that ends with the program.

    Raises:
        TimeoutError: it had not returned after ``limit_s`` seconds.
        Exception: whatever the work raised.
    """
    returned: list[Result] = []
    raised: list[BaseException] = []

    def do() -> None:
        try:
            returned.append(work())
        except BaseException as fault:
            raised.append(fault)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
        raise TimeoutError(f"it had not returned after {limit_s:g} s")
    if raised:
        raise raised[0]
    return returned[0]
