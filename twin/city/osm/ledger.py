"""The account of an import: nothing that was read is lost without standing here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd

OUTSIDE: Final = "outside the box"
_UNLISTED: Final = frozenset({OUTSIDE})
_LONGEST_VALUE: Final = 40


@dataclass
class Ledger:
    """Counts by name; ``read[kind] == imported[kind] + the sum of refused[kind]``.

    Attributes:
        read, imported: objects by kind (``drivable_ways``, ``walking_ways``, ``buildings``, ``places``, ...).
        refused: by kind, then by reason, the objects as ``n1``, ``w2``, ``r3``; those beyond the box are counted and
            not listed.
        closed: drivable ways that were kept but that traffic may not use, by their access value.
        limited: drivable ways that are open to some, by their access value.
        repaired: what was mended, by what was wrong.
        not_understood: values that say nothing usable, by key, then by value; what they should say was inferred.
        inferred: rows by ``layer.column``.
    """

    read: Counter[str] = field(default_factory=Counter)
    imported: Counter[str] = field(default_factory=Counter)
    refused: dict[str, Counter[str]] = field(default_factory=dict)
    listed: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    closed: Counter[str] = field(default_factory=Counter)
    limited: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    not_understood: dict[str, Counter[str]] = field(default_factory=dict)
    inferred: Counter[str] = field(default_factory=Counter)

    def refuse(self, kind: str, reason: str, objects: Iterable[str]) -> None:
        """Count and list objects that are not in the city."""
        names = list(objects)
        if not names:
            return
        self.refused.setdefault(kind, Counter())[reason] += len(names)
        if reason not in _UNLISTED:
            self.listed.setdefault(kind, {}).setdefault(reason, []).extend(names)

    def note_unusable(self, key: str, value: str, times: int = 1) -> None:
        """Count a tag whose value says nothing usable."""
        self.not_understood.setdefault(key, Counter())[shown(value)] += times

    def note_inferred(self, layer: str, table: gpd.GeoDataFrame) -> None:
        """Count the inferred values of a finished layer, column by column."""
        for names, rows in Counter(table["inferred"]).items():
            for name in filter(None, names.split(",")):
                self.inferred[f"{layer}.{name}"] += rows

    def as_manifest(self) -> dict[str, Mapping[str, object]]:
        """Return the account as plain JSON."""
        return {
            "read": dict(self.read),
            "imported": dict(self.imported),
            "refused": {kind: dict(reasons) for kind, reasons in self.refused.items()},
            "refused_objects": self.listed,
            "closed_to_traffic": dict(self.closed),
            "open_to_some": dict(self.limited),
            "repaired": {what: n for what, n in self.repaired.items() if n},
            "not_understood": {key: dict(values) for key, values in self.not_understood.items()},
            "inferred": dict(self.inferred),
        }


def way_name(osm_id: int) -> str:
    """Return the name under which a way is listed, such as ``w17``; that of a relation for a negative id."""
    return f"w{osm_id}" if osm_id >= 0 else f"r{-osm_id}"


def shown(value: str) -> str:
    """Return a value of a tag for a message, cut where it is long."""
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}..."
