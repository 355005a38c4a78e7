"""Names of what one entry of a fleet file stands for."""

from __future__ import annotations


def numbered(name: str, count: int | None) -> list[str]:
    """Return the name itself without a count; else NAME-01 and so on, with two digits or as many as the count needs."""
    if count is None:
        return [name]
    digits = max(2, len(str(count)))
    return [f"{name}-{number:0{digits}d}" for number in range(1, count + 1)]
