"""A log as numpy columns, so that a life's figures cost milliseconds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twin.records import Kind

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """The columns of a log, in the order of its events; ids are -1 where there is none.

    Attributes:
        t_ms, incident_id, call_id, alarm_id: (n,) int64.
        value: (n,) float64, NaN where there is none.
    """

    t_ms: Ints
    incident_id: Ints
    call_id: Ints
    alarm_id: Ints
    value: NDArray[np.float64]
    _kind: Ints
    _kinds: dict[str, int]
    _team: Any
    _detail: Any
    _decided: dict[str, Ints] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pa.Table) -> Columns:
        """Take a log's columns from ``EventLog.to_table`` or ``read_events``."""
        table = table.combine_chunks()
        kind = table.column("kind").combine_chunks().dictionary_encode()
        ids = (_filled(table, name) for name in ("incident_id", "call_id", "alarm_id"))
        return cls(
            table.column("t_ms").to_numpy(),
            *ids,
            table.column("value").to_numpy(),
            kind.indices.to_numpy().astype(np.int64),
            {name: code for code, name in enumerate(kind.dictionary.to_pylist())},
            table.column("team_id"),
            table.column("detail"),
        )

    def rows(self, *kinds: str) -> Ints:
        """Return the rows of events of these kinds, in the order of the log."""
        wanted = np.zeros(len(self._kinds), dtype=np.bool_)
        wanted[[self._kinds[kind] for kind in kinds if kind in self._kinds]] = True
        return np.flatnonzero(wanted[self._kind])

    def is_kind(self, kind: str) -> NDArray[np.bool_]:
        """Return (n,) whether each event is of a kind."""
        return self._kind == self._kinds.get(kind, -1)

    def says(self, rows: Ints, words: str) -> NDArray[np.bool_]:
        """Return (k,) whether the detail of some rows holds these words as they stand, without parsing any."""
        found: NDArray[np.bool_] = pc.match_substring(self._detail.take(pa.array(rows)), words).to_numpy()
        return found

    def decided(self, *actions: str) -> Ints:
        """Return the rows of the decisions of some kinds, such as ``dispatch``, in the order of the log."""
        rows = self.rows(Kind.DECISION)
        for action in actions:
            if action not in self._decided:
                self._decided[action] = rows[self.says(rows, f'"action": "{action}"')]
        return np.sort(np.concatenate([self._decided[action] for action in actions]))

    def teams(self, rows: Ints) -> list[str]:
        """Return the teams' names on some rows."""
        names: list[str] = self._team.take(pa.array(rows)).to_pylist()
        return names

    def details(self, rows: Ints) -> list[dict[str, Any]]:
        """Return the parsed details of some rows, {} where there is none."""
        texts = self._detail.take(pa.array(rows)).to_pylist()
        parsed: list[dict[str, Any]] = json.loads(f"[{','.join(text or '{}' for text in texts)}]")
        return parsed


def _filled(table: pa.Table, name: str) -> Ints:
    filled: Ints = pc.fill_null(table.column(name), -1).to_numpy().astype(np.int64)
    return filled
