"""The law of conservation: every call and every alarm in a log ends in exactly one way."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from twin.records import Kind


def unaccounted(events: pa.Table) -> list[str]:
    """Return a sentence for each call and alarm of a log that did not end exactly once, [] where all did.

    Args:
        events: with the columns of ``twin.log.EVENT_SCHEMA``.
    """
    begun: Counter[tuple[str, int]] = Counter()
    ended: Counter[tuple[str, int]] = Counter()
    columns = (events.column(name).to_pylist() for name in ("kind", "call_id", "alarm_id"))
    for kind, call_id, alarm_id in zip(*columns, strict=True):
        if kind in (Kind.CALL, Kind.ALARM):
            begun[kind, call_id if kind == Kind.CALL else alarm_id] += 1
        elif kind == Kind.ENDED:
            what = (str(Kind.ALARM), alarm_id) if call_id is None else (str(Kind.CALL), call_id)
            ended[what] += 1
    wrong = [what for what in sorted(begun | ended) if (begun[what], ended[what]) != (1, 1)]
    return [
        f"{kind} {number} began {begun[kind, number]} and ended {ended[kind, number]} times" for kind, number in wrong
    ]
