"""Synthetic number plates: Uzbek patterns with region code 00, which was never issued."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.streams import draw_u32, happens

REGION: Final = "00"
_LETTERS: Final = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), dtype="<U1")
_DIGITS: Final = np.array(list("0123456789"), dtype="<U1")
_PRIVATE: Final = "A999AA"  # people: 00 A 123 BC
_COMPANY: Final = "999AAA"  # firms: 00 123 ABC
_COMPANY_SHARE: Final = 0.2  # assumed


def plate_of(key: int) -> str:
    """Return the plate that belongs to a key, such as ``"00A123BC"`` or, for a firm's vehicle, ``"00123ABC"``."""
    return str(plates_of(np.array([key]))[0])


def plates_of(keys: ArrayLike) -> NDArray[np.str_]:
    """Return the plates of many keys, (n,) str of 8 characters; equal keys have equal plates.

    Patterns: GOST-like Uzbek plates in use since 2008, ``00 A 123 BC`` for people and ``00 123 ABC`` for firms.
    """
    key = np.atleast_1d(np.asarray(keys, dtype=np.int64))
    draws = draw_u32(0, "plate", key[:, None], np.arange(len(_PRIVATE)))
    texts = [_fill(pattern, draws) for pattern in (_PRIVATE, _COMPANY)]
    firm = happens(0, "plate of a firm", _COMPANY_SHARE, key)
    return np.asarray(np.char.add(REGION, np.where(firm, texts[1], texts[0])), dtype="<U8")


def _fill(pattern: str, draws: NDArray[np.uint32]) -> NDArray[np.str_]:
    columns = [
        (_LETTERS if sign == "A" else _DIGITS)[draws[:, i] % (26 if sign == "A" else 10)]
        for i, sign in enumerate(pattern)
    ]
    return np.ascontiguousarray(np.stack(columns, axis=1)).view(f"<U{len(pattern)}")[:, 0]
