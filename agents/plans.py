"""Response plans: which teams each category asks for, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

from agents.durations import Duration

When = Literal["always", "injured", "second_alarm"]
WHENS: Final = ("always", "injured", "second_alarm")


@dataclass(frozen=True, slots=True)
class Need:
    """Some like teams that a plan asks for.

    Attributes:
        service: whose.
        kinds: of vehicle that will do; empty: any.
        count: how many, at least 1.
        when: ``always``; ``injured``: when the notice tells of injured people, or the first team finds some;
            ``second_alarm``: when the first team finds it bigger than reported.
        on_scene: how long each works there; None: as long as the incident takes.
    """

    service: str
    kinds: tuple[str, ...] = ()
    count: int = 1
    when: When = "always"
    on_scene: Duration | None = None

    def __post_init__(self) -> None:
        if self.count < 1 or self.when not in WHENS:
            raise ValueError(f"count must be at least 1 and when one of {', '.join(WHENS)}, but got {self}")


@dataclass(frozen=True)
class Plans:
    """The plan of each category; a category without one gets one team of the service that was asked for.

    Attributes:
        by_category: the plans.
        families: what each category is a report of, such as ``crash``; notices of one family may be one incident,
            whichever service they ask for. Notices of categories without a family join by service alone.
        size_up_s: from the first arrival until the first team asks for more.
    """

    by_category: Mapping[str, tuple[Need, ...]] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    size_up_s: float = 60.0

    def of(self, service: str, category: str) -> tuple[Need, ...]:
        """Return what is asked for."""
        return self.by_category.get(category) or _one_of(service)

    def family(self, category: str) -> str:
        """Return what a category is a report of, "" where that is not said."""
        return self.families.get(category, "")


@cache
def _one_of(service: str) -> tuple[Need, ...]:
    return (Need(service),)
