"""Words as XML can hold them."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

_NOT_XML: Final = {
    code: None for code in (*range(32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)) if code not in (9, 10, 13)
}


def attribute(value: object) -> str:
    """Return a value as a quoted attribute, without the control characters that XML 1.0 forbids.

    >>> attribute('a "b" & c' + chr(7))
    '\\'a "b" &amp; c\\''
    """
    return quoteattr(str(value).translate(_NOT_XML))


def text(value: object) -> str:
    """Return a value as text between tags, without the control characters that XML 1.0 forbids."""
    return escape(str(value).translate(_NOT_XML))
