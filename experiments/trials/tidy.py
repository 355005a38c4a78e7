"""Results as files: one tidy table of all days, and one JSON of what was made of them; the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.trials.outcome import Outcome
from twin.runfolder import write_whole

DAYS = pa.schema(
    [
        pa.field("policy", pa.string(), nullable=False),
        pa.field("changes", pa.string(), nullable=False),
        pa.field("seed", pa.int64(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("service", pa.string(), nullable=False),
        pa.field("priority", pa.int64(), nullable=False),
        pa.field("value", pa.float64()),
    ]
)
"""One row for each figure of each life; ``value`` is null where there was no case."""


def write_days(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the tidy table, in the order of the outcomes given."""
    rows = [
        (
            o.said["policy"], ", ".join(f"{p}={v}" for p, v in o.said["changes"]), o.said["seed"], f.metric, f.service,
            f.priority, f.value if isfinite(f.value) else None,
        )
        for o in outcomes
        for f in o.figures
    ]  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [[] for _ in DAYS]
    arrays = [pa.array(list(column), type=field.type) for column, field in zip(columns, DAYS, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=DAYS)
    write_whole(path, lambda part: pq.write_table(table, part, compression="zstd"))


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with sorted keys, whole or not at all."""
    text = json.dumps(plain(content), indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))


def plain(value: Any) -> Any:
    """Return the same with None for what is no number, as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value
