"""What a cell of the height raster says: one uint16 that stands for a solid thing or for one that hangs.

Below 0x8000: solid from the ground up to so many decimetres. Top bit set: something hangs there (a crown, a bridge's
deck) and the air below is free: bits 8 to 14 are its underside and bits 0 to 7 its top, both in steps of 2 dm. The last
bit of the top is set for leaves and clear for what is built, so tops are kept to 4 dm. A cell holds one thing. The
functions from ``packed`` on take one code or a uint16 array, in Python and inside compiled kernels alike.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar, cast

import numpy as np
from numba.extending import register_jitable
from numpy.typing import ArrayLike, NDArray

HANGS: Final = 0x8000
STEP_DM: Final = 2
MOST_SOLID_DM: Final = 0x7FFF
MOST_BOTTOM_M: Final = 25.4
MOST_TOP_M: Final = 50.8
CUT_BACK_M: Final = 14.0
"""Assumed: crowns nearer to a camera are cut back by those who hang it. Footage leaves them out, and sight passes."""

Code = TypeVar("Code", bound=object)


def hanging(bottom_m: ArrayLike, top_m: ArrayLike, leaves: bool = False) -> NDArray[np.uint16]:
    """Return the codes of things that hang, their undersides rounded to 2 dm and their tops to 4 dm.

    Args:
        bottom_m: underside above ground, 0 to ``MOST_BOTTOM_M``.
        top_m: top above ground, above the underside and not over ``MOST_TOP_M``.
        leaves: whether it is a crown.

    Raises:
        ValueError: a height is outside these limits.
    """
    bottom, top = np.asarray(bottom_m, dtype=np.float64), np.asarray(top_m, dtype=np.float64)
    sound = (bottom >= 0) & (bottom <= MOST_BOTTOM_M) & (top > bottom) & (top <= MOST_TOP_M)
    if not np.all(sound):
        raise ValueError(
            f"a thing hangs with its underside at 0 to {MOST_BOTTOM_M} m and its top above that, up to {MOST_TOP_M} m; "
            f"found {_first(bottom, sound)} to {_first(top, sound)} m"
        )
    low = np.rint(bottom * 10 / STEP_DM).astype(np.int64)
    codes = packed(low, np.rint(top * 10 / STEP_DM).astype(np.int64), 1 if leaves else 0)
    return np.asarray(codes, dtype=np.uint16)


def solid(top_m: ArrayLike) -> NDArray[np.uint16]:
    """Return the codes of things that stand on the ground, rounded to 1 dm and cut at ``MOST_SOLID_DM``."""
    return np.clip(np.rint(np.asarray(top_m, dtype=np.float64) * 10.0), 0, MOST_SOLID_DM).astype(np.uint16)


def _first(values: NDArray[np.float64], sound: NDArray[np.bool_]) -> float:
    at = np.unravel_index(int(np.argmin(sound)), sound.shape)
    return float(np.broadcast_to(values, sound.shape)[at])


def _jitable(function: Code) -> Code:
    """Let compiled kernels call a plain function; in Python it stays what it is."""
    return cast(Code, register_jitable(function))


@_jitable
def packed(low: Any, high: Any, leaves: int) -> Any:
    """Return the code of a thing that hangs, from whole steps of 2 dm; a top of the wrong parity gives way by one."""
    high = high + ((high - leaves) & 1)
    return HANGS | (low << 8) | (high + 2 * (high <= low))


@_jitable
def is_crown(code: Any) -> Any:
    """Return whether leaves hang there."""
    return (code & (HANGS | 1)) == (HANGS | 1)


@_jitable
def is_hanging(code: Any) -> Any:
    """Return whether what stands there hangs, with free air under it."""
    return code >= HANGS


@_jitable
def bottom_dm(code: Any) -> Any:
    """Return the underside in decimetres: 0 for what stands on the ground."""
    return (code >> 15) * (((code >> 8) & 0x7F) * 2)


@_jitable
def top_dm(code: Any) -> Any:
    """Return the top in decimetres, of what stands and of what hangs; 0 where there is nothing."""
    hangs = code >> 15
    return hangs * ((code & 0xFF) * 2) + (1 - hangs) * code


@_jitable
def solid_dm(code: Any) -> Any:
    """Return how high the solid part reaches from the ground, in decimetres: 0 under a crown or a deck."""
    return (1 - (code >> 15)) * code


@_jitable
def blocks(code: Any, low_dm: float, high_dm: float) -> Any:
    """Return whether what stands there meets heights between ``low_dm`` and ``high_dm``: its underside is free."""
    return (bottom_dm(code) < high_dm) & (low_dm < top_dm(code))
