"""Little's law on every queue of a log: what waited, taken from two statements that know nothing of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.columns import Columns, Ints
from experiments.theory.exact import Exact
from twin.records import Ending, Kind

Floats = NDArray[np.float64]
Queue = tuple[Ints, Ints, Floats]
"""When each came and went, ms, in any order; and how long each waited by its own account, s."""

_ANSWERS = ("dispatch", "redispatch", "decline")


def littles_law(lives: Sequence[Columns]) -> list[Exact]:
    """Hold the area under each queue's length against the waits that the log itself states, over whole lives.

    ``L = lambda W`` (Little, Operations Research 9, 1961) as it holds on a path: the integral of the length is the sum
    of the waits, of those whose wait is over by the end. Lengths come from when things came and went, waits from the
    value of the event that ends them.
    """
    return [
        Exact(f"Little's law: {what}, area less {waits}", "s", sum(_gap(*queue(c)) for c in lives), len(lives), SOURCE)
        for what, waits, queue in QUEUES
    ]


SOURCE = "Little 1961"


def _ringing(columns: Columns) -> Queue:
    """Calls until they are answered, or until who rang hangs up."""
    rang, ended = columns.rows(Kind.CALL), columns.rows(Kind.ENDED)
    hung_up = ended[columns.says(ended, f'"how": "{Ending.ABANDONED}"')]
    over = np.concatenate([columns.rows(Kind.ANSWERED), hung_up])
    who = np.isin(columns.call_id[rang], columns.call_id[over])
    return columns.t_ms[rang[who]], columns.t_ms[over], columns.value[over]


def _checked(columns: Columns) -> Queue:
    came, told = columns.rows(Kind.ALARM), columns.rows(Kind.ALARM_CONFIRMED, Kind.ALARM_DISMISSED)
    who = np.isin(columns.alarm_id[came], columns.alarm_id[told])
    return columns.t_ms[came[who]], columns.t_ms[told], columns.value[told]


def _ready(columns: Columns) -> Queue:
    """Requests from when the notice that opened them is processed until the first decision that answers them."""
    came = _by_notice(columns, columns.rows(Kind.PROCESSED, Kind.ALARM_CONFIRMED))
    went = _by_notice(columns, columns.decided(*_ANSWERS))
    both = [notice for notice in went if notice in came]
    rows = np.array([went[notice] for notice in both], dtype=np.int64)
    since = np.array([came[notice] for notice in both], dtype=np.int64)
    return columns.t_ms[since], columns.t_ms[rows], columns.value[rows]


def _on_scene(columns: Columns) -> Queue:
    return _stays(columns, Kind.ARRIVED, Kind.SCENE_CLEARED)


def _at_hospital(columns: Columns) -> Queue:
    """Crews that wait for a bay or hand over in one."""
    return _stays(columns, Kind.AT_HOSPITAL, Kind.HANDED_OVER)


def _stays(columns: Columns, begin: Kind, end: Kind) -> Queue:
    """What teams do from one event of theirs to another; one still at it at the end is left out."""
    came, went = columns.rows(begin), columns.rows(end)
    left: Counter[str] = Counter(columns.teams(went))
    kept = []
    for row, team in zip(came.tolist(), columns.teams(came), strict=True):
        left[team] -= 1
        kept += [row] if left[team] >= 0 else []
    return columns.t_ms[np.array(kept, dtype=np.int64)], columns.t_ms[went], columns.value[went]


QUEUES: tuple[tuple[str, str, Callable[[Columns], Queue]], ...] = (
    ("calls that ring", "waits", _ringing),
    ("alarms that are checked", "waits", _checked),
    ("requests ready for a team", "waits", _ready),
    ("teams on scene", "work", _on_scene),
    ("crews at hospitals, for a bay and in it", "stays", _at_hospital),
)


def _by_notice(columns: Columns, rows: Ints) -> dict[tuple[int, int], int]:
    """The first of some rows about each notice, by its call and alarm ids."""
    found: dict[tuple[int, int], int] = {}
    for row, call, alarm in zip(
        rows.tolist(), columns.call_id[rows].tolist(), columns.alarm_id[rows].tolist(), strict=True
    ):
        found.setdefault((call, alarm), row)
    return found


def _gap(came_ms: Ints, went_ms: Ints, stated_s: Floats) -> float:
    """Area under the length, by steps in time, less the stated waits, in seconds."""
    times = np.concatenate([came_ms, went_ms])
    step = np.concatenate([np.ones(len(came_ms), np.int64), -np.ones(len(went_ms), np.int64)])
    order = np.argsort(times, kind="stable")
    area = int((np.cumsum(step[order])[:-1] * np.diff(times[order])).sum()) if len(times) else 0
    return abs(area - int(np.rint(1000 * stated_s).sum())) / 1000
