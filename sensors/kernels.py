"""Numba, with types that survive it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function to machine code, kept on disk; no fastmath, so equal inputs give equal bits."""
    return cast(Function, njit(cache=True)(function))


def parallel_kernel(function: Function) -> Function:
    """Compile a function whose ``prange`` loops write to cells that no other turn of the loop touches."""
    return cast(Function, njit(cache=True, parallel=True)(function))
