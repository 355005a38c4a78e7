"""The spotlight cameras of a recorded run: what they saw is read back, not rendered again."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from experiments.columns import Columns
from experiments.footage.windows import Window, windows_of
from experiments.life.assemble import Assembly
from sensors.source import Report
from twin.records import Alarm, Kind, Sighting

SPOTLIGHT = "spotlight"


class ReplaySource:
    """A :class:`sensors.source.SightingSource` that says at each window what was said in the recorded run.

    Args:
        parts: the run's parts, assembled again.
        events: its log.
        sightings: its sightings.
        renderer: what drew them then.
    """

    name = SPOTLIGHT

    def __init__(self, parts: Assembly, events: pa.Table, sightings: pd.DataFrame, renderer: str) -> None:
        scenario = parts.scenario
        self._windows = windows_of(parts.spotlights, scenario.spotlights, scenario.duration_ms, parts.request.seed)
        self.camera_ids = [spotlight.camera.id for spotlight in parts.spotlights]
        self.renderer_name = renderer
        self._sightings = _sightings(sightings)
        self._alarms = _alarms(parts, events)

    def wakes_ms(self) -> Sequence[int]:
        """Return the start of each window, as the recorded run was asked."""
        return sorted({window.wake_ms for window in self._windows})

    def look(self, t_ms: int) -> Report:
        """Return what was seen in the windows that begin now."""
        seen, raised = [], []
        for window in self._windows:
            if window.wake_ms == t_ms:
                camera_id = window.spotlight.camera.id
                mine = [
                    s for s in self._sightings if s.camera_id == camera_id and window.t0_ms <= s.t_ms < window.t1_ms
                ]
                seen += mine
                raised += [a for a in self._alarms if a.camera_id == camera_id and self._window_of(a) is window]
        return Report(seen, raised)

    def _window_of(self, alarm: Alarm) -> Window | None:
        """The last window of its camera that had begun: alarms come a few seconds after their frame."""
        begun = [w for w in self._windows if w.spotlight.camera.id == alarm.camera_id and w.wake_ms <= alarm.t_ms]
        return max(begun, key=lambda w: w.wake_ms, default=None)


def _sightings(table: pd.DataFrame) -> list[Sighting]:
    rows = table[table["source"] == SPOTLIGHT].to_dict("records")
    return [
        Sighting(**{**row, "incident_id": None if pd.isna(row["incident_id"]) else int(row["incident_id"])})
        for row in rows
    ]


def _alarms(parts: Assembly, events: pa.Table) -> list[Alarm]:
    columns = Columns.of(events)
    rows = columns.rows(Kind.ALARM)
    camera, node = events.column("camera_id").to_pylist(), events.column("node").to_pylist()
    alarms = []
    for row, told in zip(rows.tolist(), columns.details(rows), strict=True):
        if told["source"] != SPOTLIGHT:
            continue
        rule, incident = parts.rules.rule(told["rule"]), int(columns.incident_id[row])
        alarms.append(
            Alarm(
                id=-1, t_ms=int(columns.t_ms[row]), camera_id=camera[row], rule=rule.name, service=rule.service,
                category=rule.category, priority=rule.priority, node=node[row], x_m=told["x_m"], y_m=told["y_m"],
                incident_id=None if incident < 0 else incident, plate=told["plate"], source=SPOTLIGHT,
            )
        )  # fmt: skip
    return alarms
