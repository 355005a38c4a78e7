"""How far a policy is from what any relocation could do: the bound of ``agents.relocation_bound`` for a lived day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agents.positions_reach import PositionsReach
from agents.relocation_bound import ASSUMPTIONS, Requests, may_be_joined, relocation_bound
from experiments.columns import Columns, Ints
from experiments.life.assemble import Assembly
from experiments.trials.cases import cases_of
from reports.norms import Norms
from scenarios.expected import ExpectedRequests
from twin.cover import CoverBounds
from twin.records import Incident, Kind

OVERTIME_MS: Final = 4 * 3_600_000
"""No job goes on for longer after the end of a shift (assumed)."""


@dataclass(frozen=True)
class RelocationGap:
    """One service on one day, or on several together.

    Attributes:
        service: whose.
        judged: incidents with a response norm.
        on_time: share of them that were reached within it.
        bound: share that could have been under any relocation, in expectation.
        assumptions: under which the bound holds, as sentences.
    """

    service: str
    judged: int
    on_time: float
    bound: float
    assumptions: tuple[str, ...] = ASSUMPTIONS


class Reaches:
    """What positions reach in a city, kept from day to day: places of demand by service, positions everywhere."""

    def __init__(self, parts: Assembly, groups: int = 300) -> None:
        """Take the demand and the travel times of a scenario in a city."""
        expected, travel = parts.known.demand, parts.travel
        assert isinstance(expected, ExpectedRequests), "parts are assembled with what is expected of their scenario"
        home = int(parts.teams[0].post_node)
        nodes = np.arange(travel.node_count, dtype=np.int64)
        there_and_back = travel.one_to_many_ms(home, nodes, 0), travel.many_to_one_ms(nodes, home, 0)
        nodes = nodes[(there_and_back[0] >= 0) & (there_and_back[1] >= 0)]
        self._services = list(expected.by_node())
        self._reach = [PositionsReach(travel, nodes, mean, groups) for mean in expected.by_node().values()]

    def setting(self, service: str, period: int) -> int:
        """Return the number of a service's demand at a period."""
        return period * len(self._reach) + self._services.index(service)

    def __call__(self, setting: int, driving_ms: int) -> CoverBounds:
        """Return bounds on the share of a service's demand that positions reach."""
        period, service = divmod(setting, len(self._reach))
        return self._reach[service](period, driving_ms)


def relocation_gaps(parts: Assembly, log: pa.Table, norms: Norms, reaches: Reaches) -> list[RelocationGap]:
    """Return for each service with a response norm what was on time in a lived day, and what could have been.

    Args:
        parts: of the day.
        log: ``EventLog.to_table()`` of its life under any policy that answers at once when a team is free.
        norms: response norms.
        reaches: of the city.
    """
    columns = Columns.of(log)
    cases = cases_of(columns, parts.scenario.duration_ms, norms)
    asked = _asked(parts, columns)
    could = np.zeros(len(cases))
    rows = {incident_id: row for row, incident_id in enumerate(cases.incident_id.tolist())}
    for service in sorted({str(team.service) for team in parts.teams}):
        could += _could(service, parts, asked, rows, cases.limit_ms, reaches)
    could = np.minimum(could, 1.0)
    met = ~cases.open & (cases.response_ms <= cases.limit_ms)
    found = []
    for service in sorted(set(cases.service[cases.limit_ms > 0].tolist())):
        of = (cases.service == service) & (cases.limit_ms > 0)
        found.append(RelocationGap(service, int(of.sum()), float(met[of].mean()), float(could[of].mean())))
    return found


def together(days: Sequence[Sequence[RelocationGap]]) -> list[RelocationGap]:
    """Return the gaps of several days as one for each service, each incident counted alike."""
    by_service: dict[str, list[RelocationGap]] = {}
    for gap in (gap for day in days for gap in day):
        by_service.setdefault(gap.service, []).append(gap)
    return [
        RelocationGap(
            service, sum(gap.judged for gap in gaps),
            float(np.average([gap.on_time for gap in gaps], weights=[gap.judged for gap in gaps])),
            float(np.average([gap.bound for gap in gaps], weights=[gap.judged for gap in gaps])),
        )
        for service, gaps in by_service.items()
    ]  # fmt: skip


class _Asked(NamedTuple):
    """What asks for teams: an incident that was told of, or a false call, whose incident is None."""

    ready_ms: int
    first_ms: int
    last_ms: int
    x_m: float
    y_m: float
    service: str
    category: str
    priority: int
    node: int
    work_ms: int
    handed_ms: int
    foreseen: bool
    incident: Incident | None
    cluster: int = 0


def _asked(parts: Assembly, columns: Columns) -> list[_Asked]:
    """By the time of getting ready; what never got ready keeps no team busy, and counts as on time."""
    incidents = {incident.id: incident for incident in parts.day.incidents}
    heard = columns.rows(Kind.CALL, Kind.ALARM)
    ready = columns.rows(Kind.PROCESSED, Kind.ALARM_CONFIRMED)
    by_call = {int(columns.call_id[row]): int(columns.t_ms[row]) for row in ready if columns.call_id[row] >= 0}
    first, last = _spans(columns, heard)
    ready_first, ready_last = _spans(columns, ready)
    alarm_first = {int(columns.incident_id[row]) for row in ready if columns.alarm_id[row] >= 0}
    handed = _handed_over(columns)
    made = []
    for key, incident in incidents.items():
        if key not in first:
            continue
        never = key not in ready_first
        made.append(
            _Asked(
                ready_first.get(key, first[key]), first[key], max(last[key], ready_last.get(key, 0)), incident.x_m,
                incident.y_m, str(incident.service), incident.category, incident.priority, incident.node,
                0 if never else incident.on_scene_ms, handed.get(key, 0),
                never or incident.scripted or key in alarm_first, incident,
            )
        )  # fmt: skip
    for call in parts.day.calls:
        if call.incident_id is None and call.id in by_call:
            at = by_call[call.id]
            made.append(
                _Asked(at, call.t_ms, at, call.x_m, call.y_m, str(call.service), call.category, call.priority,
                       call.node, call.on_scene_ms, 0, False, None)
            )  # fmt: skip
    return _clustered(sorted(made, key=lambda one: one[:5]), parts)


def _spans(columns: Columns, rows: Ints) -> tuple[dict[int, int], dict[int, int]]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for row in rows.tolist():
        incident, t_ms = int(columns.incident_id[row]), int(columns.t_ms[row])
        if incident >= 0:
            first.setdefault(incident, t_ms)
            last[incident] = t_ms
    return first, last


def _handed_over(columns: Columns) -> dict[int, int]:
    """Milliseconds of hand-over by incident, the least where there were several."""
    took: dict[int, int] = {}
    for row in columns.rows(Kind.HANDED_OVER).tolist():
        incident, took_ms = int(columns.incident_id[row]), int(1000 * columns.value[row])
        took[incident] = min(took.get(incident, took_ms), took_ms)
    return took


def _clustered(asked: list[_Asked], parts: Assembly) -> list[_Asked]:
    centre = parts.settings.centre
    x, y, first, last = (np.array([one[column] for one in asked]) for column in (3, 4, 1, 2))
    cluster = may_be_joined(x, y, first, last, centre.join_radius_m, 1000 * centre.join_window_s)
    alone = np.bincount(cluster, minlength=len(asked))[cluster] == 1
    return [
        one._replace(cluster=int(number), handed_ms=one.handed_ms if single else 0)
        for one, number, single in zip(asked, cluster, alone, strict=True)
    ]


def _could(
    service: str, parts: Assembly, asked: Sequence[_Asked], rows: Mapping[int, int], limit_ms: Ints, reaches: Reaches
) -> NDArray[np.float64]:
    """For each case the probability that a team of the service could be there in time, 0 where none is sent."""
    mine = [one for one in asked if service in _services(one, parts)]
    could = np.zeros(len(rows))
    if not mine or not len(could):
        return could
    case = np.array([rows.get(one.incident.id, -1) if one.incident else -1 for one in mine])
    norm_ms = np.where(case >= 0, limit_ms[case], 0)
    ready, first = (np.array([one[column] for one in mine], dtype=np.int64) for column in (0, 1))
    requests = Requests(
        ready_ms=ready,
        driving_ms=norm_ms - (ready - first),
        taken_ms=np.array([_taken_ms(one, service, parts) for one in mine], dtype=np.int64),
        setting=np.array([reaches.setting(one.service, parts.travel.period_at(one.ready_ms)) for one in mine]),
        cluster=np.array([one.cluster for one in mine]),
        foreseen=np.array([one.foreseen for one in mine]),
        counted=norm_ms > 0,
    )
    bound = relocation_bound(requests, _teams(service, parts), reaches)
    could[case[norm_ms > 0]] = bound.each[norm_ms > 0]
    return could


def _services(one: _Asked, parts: Assembly) -> set[str]:
    """The services that may be sent; whichever is first there answers."""
    return {one.service} | {str(need.service) for need in parts.settings.plans.of(one.service, one.category)}


def _taken_ms(one: _Asked, service: str, parts: Assembly) -> int:
    """The least time a team of the service is kept; 0 where it may not be sent at all, or does other work."""
    turned_away = any(rule.service == service and one.priority in rule.priorities for rule in parts.settings.overload)
    needs = parts.settings.plans.of(one.service, one.category)
    other_work = any(need.service == service and need.on_scene is not None for need in needs)
    if service != one.service or turned_away or other_work:
        return 0
    if one.incident is None or not one.incident.transport or not parts.hospitals:
        return one.work_ms
    period = parts.travel.period_at(one.ready_ms)
    ways = parts.travel.one_to_many_ms(one.node, np.array(parts.hospitals, dtype=np.int64), period)
    ways = ways[ways >= 0]
    return one.work_ms + (int(ways.min()) + one.handed_ms if len(ways) else 0)


def _teams(service: str, parts: Assembly) -> tuple[Ints, Ints]:
    """The most teams that may be free or at work from each time on: those on duty, and OVERTIME_MS longer."""
    spans = [
        (start, end + OVERTIME_MS)
        for team in parts.teams
        if str(team.service) == service
        for start, end in ([(0, parts.scenario.duration_ms)] if team.duty_ms is None or team.outside else team.duty_ms)
    ]
    at_ms = np.array(sorted({0, *(max(0, t_ms) for span in spans for t_ms in span)}), dtype=np.int64)
    count = [sum(start <= t < end for start, end in spans) for t in at_ms.tolist()]
    return at_ms, np.array(count, dtype=np.int64)
