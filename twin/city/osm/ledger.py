"""The account of an import: nothing that was read is lost without standing here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd


@dataclass
class Ledger:
    """Counts by name; ``read[kind] == imported[kind] + the sum of refused[kind]`` for ways and buildings.

    Attributes:
        read, imported: objects by kind (``drivable_ways``, ``walking_ways``, ``buildings``, ``places``, ...).
        refused: by kind, then by reason.
        closed: drivable ways that were kept but that traffic may not use, by their access value.
        repaired: what was mended, by what was wrong.
        inferred: rows by ``layer.column``.
    """

    read: Counter[str] = field(default_factory=Counter)
    imported: Counter[str] = field(default_factory=Counter)
    refused: dict[str, Counter[str]] = field(default_factory=dict)
    closed: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    inferred: Counter[str] = field(default_factory=Counter)

    def refuse(self, kind: str, reason: str) -> None:
        """Count one object that is not in the city."""
        self.refused.setdefault(kind, Counter())[reason] += 1

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
            "closed_to_traffic": dict(self.closed),
            "repaired": {what: n for what, n in self.repaired.items() if n},
            "inferred": dict(self.inferred),
        }
