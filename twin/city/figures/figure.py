"""One line of the table of figures: what was asked of a city, what it reaches, and whether that will do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

REACHED: Final = "reached"
MISSED: Final = "missed"
NO_FIGURE: Final = "no figure"
SKIPPED: Final = "skipped"


@dataclass(frozen=True)
class Figure:
    """One figure of a city.

    Attributes:
        what: such as ``street length``.
        asked: the target in words, "" where there is none.
        reached: what was measured, in words.
        verdict: REACHED, MISSED, NO_FIGURE (nothing is asked of this city) or SKIPPED (``note`` says why).
        note: how it was counted, or why it was not.
        values: the numbers behind it, plain JSON.
    """

    what: str
    asked: str
    reached: str
    verdict: str
    note: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the figure as a JSON object."""
        return asdict(self)


def verdict_of(good: bool | None) -> str:
    """Return REACHED or MISSED; NO_FIGURE where nothing is asked."""
    return NO_FIGURE if good is None else REACHED if good else MISSED
