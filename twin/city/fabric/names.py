"""Names of synthetic streets: words, quarters by number, passages and dead ends numbered off the street they leave.

The pattern is that of the city's register of names: ``Navnihol ko‘chasi``, ``Navnihol, 2 tor ko‘chasi``,
``Navnihol, 1 berk ko‘chasi``; of its 8,061 names 3,242 are passages and 1,756 dead ends
(InvestUz/tutash-hudud.toshkentinvest.uz 05267f6).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import hypot
from typing import Final

from twin.city.fabric.plan import Edge, Plan
from twin.streams import stream

STREET: Final = "ko‘chasi"
PASSAGE_SHARE: Final = 3242 / 8061
DEAD_END_SHARE: Final = 1756 / 8061
SHARED: Final = 0.9  # street names found in one district only, of those given out in all
MARK: Final = "#"


class NameGiver:
    """Gives out the names of a district in an order that the seed decides, each once."""

    def __init__(self, words: Sequence[str], district: str, seed: int) -> None:
        known = list(dict.fromkeys(words))
        self._words = [known[i] for i in stream(seed, "city", district, "names").permutation(len(known))]
        self._given = self._quarters = self._marks = 0

    def street(self) -> str:
        """Return the next name of a street, such as ``Chinor ko‘chasi`` or ``2-Chinor ko‘chasi``."""
        turn, index = divmod(self._given, len(self._words))
        self._given += 1
        return f"{turn + 1}-{self._words[index]} {STREET}" if turn else f"{self._words[index]} {STREET}"

    def quarter(self) -> str:
        """Return the next name of a quarter, such as ``4-mavze``."""
        self._quarters += 1
        return f"{self._quarters}-mavze"

    def mark(self) -> str:
        """Return a mark that holds the place of a passage's name until all passages are laid."""
        self._marks += 1
        return f"{MARK}{self._marks}"


def name_passages(plan: Plan, district: str) -> None:
    """Name the longest passages and dead ends off the streets they leave; the others have no name.

    So many are named that they stand to the district's streets as in the city's register.
    """
    runs: dict[str, list[Edge]] = defaultdict(list)
    streets: set[str] = set()
    arms: dict[int, list[Edge]] = defaultdict(list)
    for edge, way in sorted(plan.ways.items()):
        if way is None:
            continue
        for point in edge:
            arms[point].append(edge)
        if way.name.startswith(MARK):
            runs[way.name].append(edge)
        elif way.name:
            streets.add(way.name)
    ends = {mark for mark, run in runs.items() if any(len(arms[point]) == 1 for edge in run for point in edge)}
    named: set[str] = set()
    wanted = SHARED * len(streets) / (1.0 - PASSAGE_SHARE - DEAD_END_SHARE)
    for share, marks in ((DEAD_END_SHARE, ends), (PASSAGE_SHARE, set(runs) - ends)):
        order = sorted(marks, key=lambda mark: (-round(_length(plan, runs[mark]), 2), int(mark[1:])))
        named |= set(order[: round(share * wanted)])
    _write(plan, runs, arms, ends, named, district)


def _write(
    plan: Plan,
    runs: dict[str, list[Edge]],
    arms: dict[int, list[Edge]],
    ends: set[str],
    named: set[str],
    district: str,
) -> None:
    count: Counter[tuple[str, str]] = Counter()
    for mark in sorted(runs, key=lambda mark: int(mark[1:])):
        name = ""
        if mark in named:
            stem, kind = _stem(plan, runs[mark], arms, district), "berk" if mark in ends else "tor"
            count[stem, kind] += 1
            name = f"{stem}, {count[stem, kind]} {kind} {STREET}"
        for edge in runs[mark]:
            way = plan.ways[edge]
            if way is not None:
                plan.ways[edge] = replace(way, name=name)


def _stem(plan: Plan, run: Sequence[Edge], arms: dict[int, list[Edge]], district: str) -> str:
    """Return the name of a street that a passage meets, without the word for street."""
    met = [plan.ways[edge] for leg in run for point in leg for edge in arms[point] if edge in plan.ways]
    names = [way.name for way in met if way is not None and way.name.endswith(STREET) and "," not in way.name]
    return min(names)[: -len(STREET)].strip() if names else district


def _length(plan: Plan, run: Sequence[Edge]) -> float:
    return sum(hypot(plan.points[u][0] - plan.points[v][0], plan.points[u][1] - plan.points[v][1]) for u, v in run)
