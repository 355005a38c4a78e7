"""The incidents a life is judged by, from its log."""

from __future__ import annotations

import numpy as np

from experiments.columns import Columns, Ints
from experiments.trials.outcome import Cases
from reports.norms import Norms
from twin.records import Kind, Service

TAIL_MS = 1_800_000


def tail_ms(end_ms: int) -> int:
    """Return how long before the end an incident must be noticed to be judged: 30 minutes (assumed), or a quarter.

    What is noticed later could not be helped by the end under any policy, and would pull every figure to the middle.
    Who notices what when does not depend on the policy, so all policies are judged by the same incidents. It does
    depend on the cameras: who compares fleets judges by the incidents that somebody ``called`` about in time.
    """
    return min(TAIL_MS, end_ms // 4)


def cases_of(columns: Columns, end_ms: int, norms: Norms) -> Cases:
    """Return the incidents noticed in time to be judged, by id.

    Args:
        columns: the log.
        end_ms: when it ended.
        norms: the response norm of each service; the strictest counts.
    """
    began, about = first_of_kinds(columns, Kind.INCIDENT)
    noticed, notice = first_of_kinds(columns, Kind.CALL, Kind.ALARM)
    called, _ = first_of_kinds(columns, Kind.CALL)
    seen = set(columns.incident_id[notice[columns.is_kind(Kind.ALARM)[notice]]].tolist())
    arrived, _ = first_of_kinds(columns, Kind.ARRIVED)
    ids = np.array(sorted(set(began) & set(noticed)), dtype=np.int64)
    first_ms = np.array([noticed[i] for i in ids.tolist()], dtype=np.int64)
    ids = ids[first_ms < end_ms - tail_ms(end_ms)] if len(ids) else ids
    told = dict(zip(began, columns.details(about), strict=True))
    service = np.array([str(told[i]["service"]) for i in ids.tolist()], dtype=np.str_)
    limits = {str(name): _limit_ms(norms, str(name)) for name in Service}
    return Cases(
        incident_id=ids,
        service=service,
        priority=_column(ids, dict(zip(began, columns.value[about].astype(int).tolist(), strict=True))),
        response_ms=_column(ids, arrived, end_ms) - _column(ids, noticed),
        help_ms=_column(ids, arrived, end_ms) - _column(ids, began),
        open=np.array([i not in arrived for i in ids.tolist()], dtype=np.bool_),
        limit_ms=np.array([limits.get(name, 0) for name in service.tolist()], dtype=np.int64),
        x_m=np.array([told[i]["x_m"] for i in ids.tolist()], dtype=np.float64),
        y_m=np.array([told[i]["y_m"] for i in ids.tolist()], dtype=np.float64),
        visible=np.array([told[i]["visual"] != "none" for i in ids.tolist()], dtype=np.bool_),
        by_camera=np.array([i in seen for i in ids.tolist()], dtype=np.bool_),
        scripted=np.array([bool(told[i]["scripted"]) for i in ids.tolist()], dtype=np.bool_),
        called=_column(ids, called, end_ms) < end_ms - tail_ms(end_ms),
    )


def first_of_kinds(columns: Columns, *kinds: Kind) -> tuple[dict[int, int], Ints]:
    """Time of the first event of these kinds for each incident, by id in the order of the log, and their rows."""
    rows = columns.rows(*map(str, kinds))
    rows = rows[columns.incident_id[rows] >= 0]
    ids, first = np.unique(columns.incident_id[rows], return_index=True)
    return dict(zip(ids.tolist(), columns.t_ms[rows[first]].tolist(), strict=True)), rows[first]


def _column(ids: Ints, found: dict[int, int], other: int = 0) -> Ints:
    return np.array([found.get(i, other) for i in ids.tolist()], dtype=np.int64)


def _limit_ms(norms: Norms, service: str) -> int:
    found = norms.of(service, "response")
    return round(1000 * found[0].limit_s) if found else 0
