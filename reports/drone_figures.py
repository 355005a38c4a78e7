"""What drones did in a run: flights, what they saw first, patrols spared, charge, refusals, violations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from twin.records import Kind

DRONE_KINDS: Final = tuple(str(kind) for kind in Kind if str(kind).startswith("drone_"))
SEEN: Final = ("confirmed", "sighting")
"""What ``drone_saw`` says of something that is really there."""


class DroneEvent(NamedTuple):
    """One event of a drone, in the order of the log; ``incident_id`` is -1 where there is none."""

    kind: str
    t_ms: int
    value: float
    incident_id: int
    team_id: str
    about: Mapping[str, Any]


def drone_figures(
    events: Sequence[DroneEvent], noticed_ms: Mapping[int, int], arrived_ms: Mapping[int, int]
) -> dict[str, Any]:  # fmt: skip
    """Return the figures of all drones of a run, {} where no drone event is.

    Args:
        events: of the kinds DRONE_KINDS.
        noticed_ms: for each incident its first call or alarm.
        arrived_ms: for each incident its first team on scene.

    Returns:
        ``sorties`` and ``why`` (by what they were for); ``refused`` by reason; ``first_seen``: incidents that a drone
        saw before any team stood there, ``lead_s`` how long before (those that a team reached), ``seen_after_s`` after
        their first notice; ``spared`` units and ``recalled`` teams, ``mistakes`` among them; ``charge_left`` at each
        landing; ``violations`` with and without a fault behind them; flights that ended by the emergency rule; hours
        and kilometres.
    """
    if not events:
        return {}
    of = {kind: [event for event in events if event.kind == kind] for kind in DRONE_KINDS}
    launched, saw, landed = of[Kind.DRONE_LAUNCHED], of[Kind.DRONE_SAW], of[Kind.DRONE_LANDED]
    first = _first_seen(saw, arrived_ms)
    lead = [(arrived_ms[i] - t) / 1000.0 for i, t in first.items() if i in arrived_ms]
    after = [(t - noticed_ms[i]) / 1000.0 for i, t in first.items() if i in noticed_ms and noticed_ms[i] <= t]
    broken = of[Kind.DRONE_VIOLATION]
    return {
        "drones": len({event.team_id for event in events if event.team_id}),
        "sorties": len(launched),
        "why": _tally(event.about.get("why") for event in launched),
        "on_station_s": spread([event.value for event in of[Kind.DRONE_ARRIVED] if not _on_round(event)]),
        "refused": _tally(event.about.get("reason") for event in of[Kind.DRONE_REFUSED]),
        "saw": _tally(event.about.get("saw") for event in saw),
        "first_seen": len(first),
        "seen_after_s": spread(after),
        "lead_s": spread(lead),
        "gained_s": sum(lead),
        "spared": sum(int(event.about.get("spared") or 0) for event in saw),
        "recalled": sum(len(event.about.get("recalled") or ()) for event in saw),
        "mistakes": sum(bool(event.about.get("mistake")) for event in saw),
        "handed_over": len(of[Kind.DRONE_HANDED_OVER]),
        "watch_gaps": sum(event.value < 0 for event in of[Kind.DRONE_HANDED_OVER]),
        "landed": len(landed),
        "charge_left": spread([event.value for event in landed]),
        "charges_left": [round(event.value, 3) for event in landed],
        "flight_h": sum(float(event.about.get("flight_s") or 0.0) for event in landed) / 3600.0,
        "flown_km": sum(float(event.about.get("distance_m") or 0.0) for event in landed) / 1000.0,
        "failed": _tally(event.about.get("what") for event in of[Kind.DRONE_FAILED]),
        "down": len(of[Kind.DRONE_DOWN]),
        "violations": _tally(event.about.get("what") for event in broken if not event.about.get("fault")),
        "explained": _tally(event.about.get("what") for event in broken if event.about.get("fault")),
    }


def spread(values: Iterable[float]) -> dict[str, float | int | None]:
    """Return ``n``, ``mean``, ``least``, ``p10``, ``median``, ``p90`` and ``most``; None for none.

    Percentiles are values that occurred: the least one that so large a share does not exceed.
    """
    ordered = np.sort(np.array(list(values), dtype=np.float64))
    names = ("mean", "least", "p10", "median", "p90", "most")
    if not len(ordered):
        return {"n": 0, **dict.fromkeys(names)}
    levels = [float(ordered[max(0, -(-len(ordered) * tenth // 10) - 1)]) for tenth in (1, 5, 9)]
    found = (float(ordered.mean()), float(ordered[0]), *levels, float(ordered[-1]))
    return {"n": len(ordered), **dict(zip(names, found, strict=True))}


def _first_seen(saw: Sequence[DroneEvent], arrived_ms: Mapping[int, int]) -> dict[int, int]:
    """Return when a drone first saw each incident that no team had reached by then."""
    found: dict[int, int] = {}
    for event in saw:
        if event.incident_id >= 0 and event.about.get("saw") in SEEN:
            found.setdefault(event.incident_id, event.t_ms)
    return {i: t for i, t in found.items() if t < arrived_ms.get(i, t + 1)}


def _on_round(event: DroneEvent) -> bool:
    return bool(event.about.get("patrol"))


def _tally(words: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(str(word or "not stated") for word in words).items()))
