"""What is kept of a life that was lived on trial: one row for each incident judged, and tidy figures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Ints = NDArray[np.int64]
ALL = "all"


@dataclass(frozen=True, slots=True)
class Figure:
    """One tidy figure of one life.

    Attributes:
        metric: its name, unit included, such as ``response_mean_s``.
        service: which service's, or ``all``.
        priority: of which priority, 0 for all of them.
        value: NaN where there was no case.
    """

    metric: str
    service: str
    priority: int
    value: float


@dataclass(frozen=True)
class Cases:
    """The incidents a life is judged by; k may be 0.

    Attributes:
        incident_id: (k,) ids, ascending.
        service: (k,) str.
        priority: (k,) 1 to 3.
        response_ms: (k,) first notice to first team on scene; for one still open, so far.
        help_ms: (k,) incident to first team on scene, likewise.
        open: (k,) bool, nobody was there by the end.
        limit_ms: (k,) the response norm that binds it, 0 for none.
        x_m, y_m: (k,) where it is.
        visible: (k,) bool, a camera could see it.
        by_camera: (k,) bool, the first notice of it was an alarm.
        called: (k,) bool, somebody calls about it in time for it to be judged, whatever cameras see.
        scripted: (k,) bool, put before a spotlight camera.
    """

    incident_id: Ints
    service: NDArray[np.str_]
    priority: Ints
    response_ms: Ints
    help_ms: Ints
    open: NDArray[np.bool_]
    limit_ms: Ints
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    visible: NDArray[np.bool_]
    by_camera: NDArray[np.bool_]
    called: NDArray[np.bool_]
    scripted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.incident_id)

    def take(self, rows: NDArray[np.bool_]) -> Cases:
        """Return some of them."""
        return Cases(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Outcome:
    """A finished trial.

    Attributes:
        said: the trial in words: scenario, seed, policy, changes, hashes.
        figures: tidy.
        cases: what they were computed from.
    """

    said: dict[str, Any]
    figures: tuple[Figure, ...]
    cases: Cases

    def table(self) -> dict[tuple[str, str, int], float]:
        """Return the figures by metric, service and priority."""
        return {(f.metric, f.service, f.priority): f.value for f in self.figures}

    def to_bytes(self) -> bytes:
        """Return it as a Parquet file: the cases as its table, the rest as its metadata."""
        rest = {"said": self.said, "figures": [[f.metric, f.service, f.priority, _null(f.value)] for f in self.figures]}
        table = pa.table({name: getattr(self.cases, name) for name in self.cases.__dataclass_fields__})
        table = table.replace_schema_metadata({"outcome": json.dumps(rest, sort_keys=True, ensure_ascii=False)})
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        return bytes(sink.getvalue())

    @classmethod
    def from_bytes(cls, content: bytes) -> Outcome:
        """Read what :meth:`to_bytes` wrote.

        Raises:
            ValueError: it is not such a file, or not whole.
        """
        try:
            table = pq.read_table(pa.BufferReader(content))
            rest = json.loads(table.schema.metadata[b"outcome"])
        except (pa.ArrowInvalid, OSError, KeyError, TypeError) as fault:
            raise ValueError(f"no outcome of a trial: {fault}") from fault
        figures = tuple(Figure(m, s, p, nan if v is None else v) for m, s, p, v in rest["figures"])
        columns = [
            np.array(table.column(name).to_pylist(), dtype=kind)
            if kind is np.str_
            else table.column(name).to_numpy().astype(kind)
            for name, kind in zip(Cases.__dataclass_fields__, _KINDS, strict=True)
        ]
        return cls(rest["said"], figures, Cases(*columns))


_KINDS = (
    np.int64, np.str_, np.int64, np.int64, np.int64, np.bool_, np.int64, np.float64, np.float64, np.bool_, np.bool_,
    np.bool_, np.bool_,
)  # fmt: skip


def _null(value: float) -> float | None:
    return None if value != value else value
