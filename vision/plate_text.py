"""Synthetic number plates: texts in the two Uzbek patterns, with the region code 00 that is never issued.

Texts are compact (``00A123BC``); :func:`spaced` puts the blanks in that a plate shows. Patterns and region codes are
those listed for Uzbekistan (01 to 99 are in use); 00 keeps every generated plate apart from any real person's.
"""

from __future__ import annotations

import re
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from twin.streams import draw_u32, happens

REGION: Final = "00"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS: Final = "0123456789"
PRIVATE: Final = "LDDDLL"  # 00 A 123 BC
LEGAL: Final = "DDDLLL"  # 00 123 ABC
PATTERNS: Final = (PRIVATE, LEGAL)
LEGAL_SHARE: Final = 0.15  # assumed share of vehicles owned by companies and the state
_PLATE: Final = re.compile(rf"{REGION}(?:[A-Z]\d{{3}}[A-Z]{{2}}|\d{{3}}[A-Z]{{3}})")
_SPACED: Final = re.compile(r"(\d\d)(?:([A-Z])(\d{3})([A-Z]{2})|(\d{3})([A-Z]{3}))")


def is_plate(text: str) -> bool:
    """Return whether a compact text is one of ours.

    >>> is_plate("00A123BC"), is_plate("00123ABC"), is_plate("01A123BC")
    (True, True, False)
    """
    return _PLATE.fullmatch(text) is not None


def spaced(text: str) -> str:
    """Return a plate's text as it is painted; other texts come back as they are.

    >>> spaced("00A123BC"), spaced("00123ABC")
    ('00 A 123 BC', '00 123 ABC')
    """
    found = _SPACED.fullmatch(text)
    return " ".join(part for part in found.groups() if part) if found else text


@overload
def plate_of(key: int) -> str: ...
@overload
def plate_of(key: NDArray[np.integer]) -> NDArray[np.str_]: ...
def plate_of(key: int | NDArray[np.integer]) -> str | NDArray[np.str_]:
    """Return the plate that belongs to a vehicle's number, always the same one.

    Args:
        key: the vehicle's number (a track id), or an array of them.

    Returns:
        A compact text, or an array of them with the same shape. There are 17.6 million private and 17.6 million
        company plates: among 1,000 vehicles two share one in about 2 runs of 100.
    """
    keys = np.asarray(key, dtype=np.int64)
    legal = happens(0, "plate pattern", LEGAL_SHARE, keys)
    number = draw_u32(0, "plate number", keys) % 1000
    letters = draw_u32(0, "plate letters", keys) % 26**3
    texts = [_text(int(n), int(s), bool(own)) for n, s, own in zip(number.flat, letters.flat, legal.flat, strict=True)]
    return texts[0] if keys.ndim == 0 else np.array(texts, dtype="<U8").reshape(keys.shape)


def _text(number: int, letters: int, legal: bool) -> str:
    a, b, c = (LETTERS[letters // 26**place % 26] for place in (2, 1, 0))
    return f"{REGION}{number:03d}{a}{b}{c}" if legal else f"{REGION}{a}{number:03d}{b}{c}"
