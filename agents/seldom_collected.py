"""Garbage is looked for seldom while a day is lived: almost nothing a day leaves behind hangs in cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NEW_OBJECTS: Final = 1_000_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Leave what was there before alone, the city above all, and look through the rest seldom; then as before."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.freeze()  # what the day leaves grows old without being looked through: the next full collection finds it
        gc.set_threshold(*before)
        gc.unfreeze()
