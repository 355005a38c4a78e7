"""The drones' part of the figures of one life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from experiments.columns import Columns
from experiments.trials.cases import first_of_kinds
from experiments.trials.outcome import ALL, Figure
from reports.drone_figures import DRONE_KINDS, DroneEvent, drone_figures
from twin.records import Kind

DRONE_METRICS: Final = {
    "drone_sorties": "drone flights",
    "drone_refused": "drone flights refused before take-off",
    "drone_first_seen": "incidents a drone saw before any team was there",
    "drone_seen_mean_s": "seen first by a drone: since the first notice, mean",
    "drone_lead_mean_s": "seen first by a drone: ahead of the first team, mean",
    "drone_spared": "units spared by what a drone saw",
    "drone_recalled": "teams turned back by what a drone saw",
    "drone_mistakes": "real incidents that a drone called nothing",
    "drone_charge_least": "drones: least charge left at a landing",
    "drone_flight_h": "drones: hours in the air",
    "drone_violations": "drones: rules of the air broken, no fault injected",
}
"""Every metric of drones with its words."""
DRONE_BETTER_HIGH: Final = frozenset(
    {"drone_first_seen", "drone_lead_mean_s", "drone_spared", "drone_recalled", "drone_charge_least"}
)


def of_drones(columns: Columns) -> Iterator[Figure]:
    """Yield the figures of drones; counts are 0 and the others NaN where nothing flew."""
    rows = columns.rows(*DRONE_KINDS)
    kinds = {kind: columns.is_kind(kind)[rows] for kind in DRONE_KINDS}
    named = [next(kind for kind in DRONE_KINDS if kinds[kind][k]) for k in range(len(rows))]
    table = zip(
        named, columns.t_ms[rows].tolist(), columns.value[rows].tolist(), columns.incident_id[rows].tolist(),
        columns.teams(rows), columns.details(rows), strict=True,
    )  # fmt: skip
    events = [DroneEvent(kind, t, value, i, team or "", about) for kind, t, value, i, team, about in table]
    noticed, arrived = first_of_kinds(columns, Kind.CALL, Kind.ALARM)[0], first_of_kinds(columns, Kind.ARRIVED)[0]
    found = drone_figures(events, noticed, arrived)
    values = {
        "drone_sorties": found.get("sorties", 0),
        "drone_refused": sum(found.get("refused", {}).values()),
        "drone_first_seen": found.get("first_seen", 0),
        "drone_seen_mean_s": found["seen_after_s"]["mean"] if found else None,
        "drone_lead_mean_s": found["lead_s"]["mean"] if found else None,
        "drone_spared": found.get("spared", 0),
        "drone_recalled": found.get("recalled", 0),
        "drone_mistakes": found.get("mistakes", 0),
        "drone_charge_least": found["charge_left"]["least"] if found else None,
        "drone_flight_h": found.get("flight_h", 0.0),
        "drone_violations": sum(found.get("violations", {}).values()),
    }
    for name, value in values.items():
        yield Figure(name, ALL, 0, np.nan if value is None else float(value))
