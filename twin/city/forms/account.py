"""What an export says of itself: what was written, what was left out, and what a check found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """Lines by heading, in the order in which they are to be read, and warnings about what the form cannot hold."""

    said: dict[str, str]
    warnings: list[str] = field(default_factory=list)
