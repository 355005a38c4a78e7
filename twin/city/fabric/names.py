"""Names for synthetic streets, from plain words, each used once before a number is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from twin.streams import stream


class NameGiver:
    """Gives out street names in an order that the seed decides."""

    def __init__(self, words: Sequence[str], seed: int) -> None:
        self._words = [words[i] for i in stream(seed, "city", "names").permutation(len(words))]
        self._given = 0
        self._counts: Counter[str] = Counter()

    def street(self) -> str:
        """Return the next name of a district street, such as ``Chinor ko‘chasi`` or ``2-Chinor ko‘chasi``."""
        turn, index = divmod(self._given, len(self._words))
        self._given += 1
        return f"{turn + 1}-{self._words[index]} ko‘chasi" if turn else f"{self._words[index]} ko‘chasi"

    def numbered(self, base: str, kind: str) -> str:
        """Return the next number of a kind, such as ``Novza 4-tor ko‘chasi``."""
        self._counts[base + kind] += 1
        return f"{base} {self._counts[base + kind]}-{kind}"
