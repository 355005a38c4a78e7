"""The one log: small frozen events in the order they happened; everything else only listens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import InputError
from twin.records import EVENT_COLUMNS, Event, Kind
from twin.runfolder import write_whole

EVENT_SCHEMA: Final = pa.schema(
    [
        pa.field("t_ms", pa.int64(), nullable=False),
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("incident_id", pa.int32()),
        pa.field("call_id", pa.int32()),
        pa.field("alarm_id", pa.int32()),
        pa.field("team_id", pa.string(), nullable=False),
        pa.field("camera_id", pa.string(), nullable=False),
        pa.field("node", pa.int32(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("detail", pa.string(), nullable=False),
    ]
)

_SEQ: Final = EVENT_SCHEMA.get_field_index("seq")
_ROW: Final = pa.struct([field for field in EVENT_SCHEMA if field.name != "seq"])

Listener = Callable[[Event], None]
_REPEATED: Final = ("kind", "team_id", "camera_id")  # a dictionary of what is seldom said twice costs time and room
_AT_A_TIME: Final = 512
"""Rows that are put into a table together: few enough to be at hand still, enough that a table each costs nothing."""

_Row = tuple[Any, ...]


class EventLog:
    """Collects events; ``seq`` counts them from 0 without gaps.

    An event is kept in one step, so a run that is cut at any moment leaves whole events only.
    """

    def __init__(self) -> None:
        self._filed: list[pa.RecordBatch] = []  # each of _AT_A_TIME rows
        self._rows: list[_Row] = []  # the latest
        self._listeners: list[Listener] = []

    def __len__(self) -> int:
        return _AT_A_TIME * len(self._filed) + len(self._rows)

    def __iter__(self) -> Iterator[Event]:
        seq = 0
        while seq < len(self):
            part = self._part(seq // _AT_A_TIME)
            yield from part[seq % _AT_A_TIME :]
            seq += len(part) - seq % _AT_A_TIME

    def __getitem__(self, seq: int) -> Event:
        seq = range(len(self))[seq]
        return self._part(seq // _AT_A_TIME)[seq % _AT_A_TIME]

    def subscribe(self, listener: Listener) -> None:
        """Let ``listener`` be told of every later event, in order; it must not change the world."""
        self._listeners.append(listener)

    def emit(
        self,
        t_ms: int,
        kind: Kind,
        incident_id: int | None = None,
        call_id: int | None = None,
        alarm_id: int | None = None,
        team_id: str = "",
        camera_id: str = "",
        node: int = -1,
        value: float | None = None,
        detail: str = "",
    ) -> None:
        """Put one event into the log; the arguments are the fields of :class:`twin.records.Event`."""
        rows = self._rows
        if len(rows) == _AT_A_TIME:
            self._file()
            rows = self._rows
        row = (t_ms, kind, incident_id, call_id, alarm_id, team_id, camera_id, node, value, detail)
        rows.append(row)
        if self._listeners:
            event = _event(len(self) - 1, row)
            for listener in self._listeners:
                listener(event)

    def clear(self) -> None:
        """Let go of all events, once they are in a table."""
        self._filed, self._rows = [], []

    def to_table(self) -> pa.Table:
        """Return the log as a table with the columns of EVENT_SCHEMA."""
        latest = _batch(_AT_A_TIME * len(self._filed), self._rows)
        return pa.Table.from_batches([*self._filed, latest], schema=EVENT_SCHEMA)

    def _file(self) -> None:
        """Put the latest events into a table of their own."""
        self._filed.append(_batch(_AT_A_TIME * len(self._filed), self._rows))
        self._rows = []

    def _part(self, number: int) -> list[Event]:
        """Return the events of one table, or the latest."""
        seq = _AT_A_TIME * number
        if number == len(self._filed):
            return [_event(seq + nth, row) for nth, row in enumerate(self._rows)]
        columns = [column.to_pylist() for column in self._filed[number].columns]
        return [Event(t_ms, seq, Kind(kind), *rest) for t_ms, seq, kind, *rest in zip(*columns, strict=True)]

    def write(self, path: Path) -> None:
        """Write ``events.parquet``; the file is either whole or not there."""
        table = self.to_table()
        write_whole(path, lambda part: pq.write_table(table, part, use_dictionary=list(_REPEATED)))


def read_events(path: Path) -> pa.Table:
    """Read a log that :meth:`EventLog.write` wrote, with the columns of EVENT_SCHEMA.

    Ids are nullable; ``table.to_pandas()`` shows them as floats with NaN.

    Raises:
        InputError: no such file, not Parquet, or other columns.
    """
    asked = "read the events of a run"
    if not path.is_file():
        raise InputError(asked, "no such file; give the events.parquet of a run", path)
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as fault:
        raise InputError(asked, f"not a whole Parquet file ({fault}); run again", path) from fault
    if tuple(table.column_names) != EVENT_COLUMNS:
        found, wanted = ", ".join(table.column_names), ", ".join(EVENT_COLUMNS)
        raise InputError(asked, f"it has the columns {found}; wanted: {wanted}", path)
    return table.cast(EVENT_SCHEMA)


def content_hash(table: pa.Table) -> str:
    """Return the SHA-256 of what a table says: names, types, order and values, but not how the file stores them."""
    digest = hashlib.sha256()
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        digest.update(f"{name}:{column.type}:{len(column)};".encode())
        digest.update(np.packbits(column.is_valid().to_numpy(zero_copy_only=False)).tobytes())
        digest.update(_value_bytes(column))
    return digest.hexdigest()


def _value_bytes(column: Any) -> bytes:
    if pa.types.is_string(column.type):
        words = [(word or "").encode() for word in column.to_pylist()]
        return np.array([len(word) for word in words], dtype="<i8").tobytes() + b"".join(words)
    values = column.fill_null(0).to_numpy(zero_copy_only=False)
    little: bytes = values.astype(values.dtype.newbyteorder("<")).tobytes()
    return little


def _batch(first_seq: int, rows: Sequence[_Row]) -> pa.RecordBatch:
    """Return rows as a table, numbered on from their first."""
    columns = pa.array(rows, type=_ROW).flatten()  # Arrow reads the rows itself, which is quicker than by column
    columns.insert(_SEQ, pa.array(np.arange(first_seq, first_seq + len(rows), dtype=np.int64)))
    return pa.RecordBatch.from_arrays(columns, schema=EVENT_SCHEMA)


def _event(seq: int, row: _Row) -> Event:
    return Event(row[0], seq, *row[1:])
