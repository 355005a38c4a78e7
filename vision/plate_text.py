"""The texts of number plates as the reader meets them: which patterns there are, and where the blanks stand.

Texts are compact (``00A123BC``); :func:`spaced` puts the blanks in that a plate shows. ``twin.plates`` says which
plate belongs to which vehicle. Region codes 01 to 99 are in use in Uzbekistan; 00 keeps every plate here apart from
any real person's.
"""

from __future__ import annotations

import re
from typing import Final

from twin.plates import REGION

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS: Final = "0123456789"
PATTERNS: Final = ("LDDDLL", "DDDLLL")  # after the region code: people's plates and firms'
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
