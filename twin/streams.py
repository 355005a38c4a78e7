"""Randomness: one seed, one stream per purpose; draws tied to things are a hash of seed, purpose and ids.

Streams are used where draws form a sequence (a day's incidents). Hash draws are used where a draw belongs to a thing
(camera 17 looking at incident 4), so that adding a thing changes no other thing's draw. Probabilities are turned into
32-bit integers before they are compared, since vector ``exp`` and ``log`` differ between processors.
"""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GOLDEN: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1
U32_SPAN: Final = 1 << 32


def stream(seed: int, *purpose: str) -> np.random.Generator:
    """Return the generator for one purpose, such as ``stream(7, "calls", "north")``."""
    key = tuple(zlib.crc32(part.encode()) for part in purpose)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def draw_u32(seed: int, purpose: str, *ids: ArrayLike) -> NDArray[np.uint32]:
    """Return a uniform 32-bit integer for each tuple of ids, the same on every machine.

    Args:
        seed: the run's seed, not negative.
        purpose: what the draw is for; two purposes never share draws.
        ids: integers or arrays of integers, broadcast against each other.

    The mixing is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), applied once for each key in turn.
    """
    with np.errstate(over="ignore"):
        state = _mix(np.asarray((seed * _GOLDEN + zlib.crc32(purpose.encode())) & _MASK, dtype=np.uint64))
        for part in ids:
            state = _mix(state ^ _mix(np.asarray(part).astype(np.int64).astype(np.uint64) + np.uint64(_GOLDEN)))
    return (state >> np.uint64(32)).astype(np.uint32)


def draw_unit(seed: int, purpose: str, *ids: ArrayLike) -> NDArray[np.float64]:
    """Return a uniform number in (0, 1) for each tuple of ids: ``(draw_u32 + 0.5) / 2**32``, exact in float64."""
    return (draw_u32(seed, purpose, *ids).astype(np.float64) + 0.5) / U32_SPAN


def draw_one(seed: int, purpose: str, *ids: int) -> float:
    """Return :func:`draw_unit` of single ids, the same number, without an array: for draws that come one by one."""
    return ((_mixed_one(seed, purpose, *ids) >> 32) + 0.5) / U32_SPAN


def happens_one(seed: int, purpose: str, probability: float, *ids: int) -> bool:
    """Return :func:`happens` for single ids, the same answer, without an array."""
    threshold = round(min(max(probability, 0.0), 1.0) * (1 << 24)) << 8
    return _mixed_one(seed, purpose, *ids) >> 32 < threshold


def threshold_u32(probability: ArrayLike) -> NDArray[np.uint64]:
    """Return the integer a 32-bit draw is compared with: ``draw < threshold`` holds with that probability.

    Probabilities are rounded to 24 bits first, so that a last-digit difference between processors cannot change a
    comparison unless it crosses one of 16 million steps.
    """
    p = np.clip(np.asarray(probability, dtype=np.float64), 0.0, 1.0)
    return np.rint(p * (1 << 24)).astype(np.uint64) << np.uint64(8)


def happens(seed: int, purpose: str, probability: ArrayLike, *ids: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each thing happens, a draw tied to its ids against its probability."""
    return draw_u32(seed, purpose, *ids).astype(np.uint64) < threshold_u32(probability)


def _mixed_one(seed: int, purpose: str, *ids: int) -> int:
    state = _mix_one((seed * _GOLDEN + zlib.crc32(purpose.encode())) & _MASK)
    for part in ids:
        state = _mix_one(state ^ _mix_one((part + _GOLDEN) & _MASK))
    return state


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return z


def _mix_one(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)
