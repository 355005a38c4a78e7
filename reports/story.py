"""One incident followed from pixels to alarm, to dispatch, to arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.record import Record
from reports.words import figure, told

MILESTONES = ("sighting", "alarm", "alarm_confirmed", "dispatched", "arrived")


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of the story: when, what kind of event, what it is called and what more is known."""

    t_ms: int
    kind: str
    name: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the time between two steps was spent on, as a piece of a bar."""

    name: str
    kind: str
    seconds: float


@dataclass(frozen=True)
class Story:
    """An incident's life as far as the log goes.

    Attributes:
        incident_id, service, category, scripted: what it was.
        steps: first of each kind, by time.
        stretches: from its beginning to help, one after another, without gaps.
        clip: its footage from ``clips.json``, {} where there is none.
    """

    incident_id: int
    service: str
    category: str
    scripted: bool
    steps: list[Step]
    stretches: list[Stretch]
    clip: dict[str, Any]

    def time_of(self, kind: str) -> int | None:
        """When the first event of a kind happened, ms, None where it did not."""
        return next((step.t_ms for step in self.steps if step.kind == kind), None)

    def since(self, kind: str) -> float | None:
        """Seconds from the beginning of the incident to the first event of a kind."""
        t_ms, began_ms = self.time_of(kind), self.time_of("incident")
        return None if t_ms is None or began_ms is None else (t_ms - began_ms) / 1000.0


def stories(record: Record, table: pd.DataFrame) -> list[Story]:
    """Return the scripted incidents' stories, the one that went furthest first; without any, the camera-noticed ones.

    Args:
        record: the run.
        table: ``histories`` of its events.
    """
    scripted = table["scripted"].astype(bool)
    chosen = table[scripted] if scripted.any() else table[table["noticed_by"] == "camera"]
    ids = set(chosen["incident_id"])
    events = record.events[record.events["incident_id"].isin(ids)].sort_values(["t_ms", "seq"], kind="stable")
    told_all = [_story(record, events[events["incident_id"] == row.incident_id], row) for row in chosen.itertuples()]
    return sorted(told_all, key=lambda story: (-_reached(story), story.incident_id))


def _reached(story: Story) -> int:
    return sum(story.time_of(kind) is not None for kind in MILESTONES) + bool(story.clip)


def _story(record: Record, events: pd.DataFrame, row: Any) -> Story:
    way = _way(events)
    sent = "dispatched" in set(events["kind"])
    told_here = {
        *way,
        *(() if sent else ("joined",)),
        "incident",
        "call",
        "alarm",
        "alarm_confirmed",
        "alarm_dismissed",
    }
    firsts = events[events["kind"].isin(told_here)].drop_duplicates("kind")
    seen = _first_sighting(record.sightings, row.incident_id)
    steps = [_step(event) for event in firsts.itertuples(index=False)] + ([seen] if seen else [])
    steps.sort(key=lambda step: (step.t_ms, step.kind != "incident"))
    return Story(
        incident_id=int(row.incident_id),
        service=row.service,
        category=row.category,
        scripted=bool(row.scripted),
        steps=steps,
        stretches=_stretches(steps, way),
        clip=next((clip for clip in record.clips if clip.get("incident_id") == row.incident_id), {}),
    )


def _first_sighting(sightings: pd.DataFrame, incident_id: int) -> Step | None:
    mine = sightings[sightings["incident_id"] == incident_id]
    if not len(mine):
        return None
    first = mine.loc[mine["t_ms"].idxmin()]
    more = f"{first['camera_id']}: {told(first['seen'])}, score {figure(float(first['score']))}"
    return Step(int(first["t_ms"]), "sighting", "first seen", more)


def _step(event: Any) -> Step:
    about, value = event.about, None if pd.isna(event.value) else float(event.value)
    took = f"{figure(value)} s" if value is not None else ""
    words = {
        "incident": ("begins", told(about.get("category", ""))),
        "call": ("first call", told(about.get("channel", ""))),
        "answered": ("call answered", f"after {took}"),
        "processed": ("call processed", f"took {took}"),
        "alarm": ("alarm raised", f"{told(about.get('rule', ''))} · {event.camera_id}"),
        "alarm_confirmed": ("operator confirms", f"after {took}"),
        "alarm_dismissed": ("operator dismisses", f"after {took}"),
        "joined": ("joins a known request", "a team was sent for it already"),
        "dispatched": ("team dispatched", event.team_id),
        "turned_out": ("team turns out", f"after {took}"),
        "arrived": ("help arrives", f"{event.team_id}, {took} of travel"),
    }
    return Step(int(event.t_ms), event.kind, *words[event.kind])


_SPENT = {
    "sighting": "not yet seen",
    "alarm": "recognising",
    "alarm_confirmed": "operator checks",
    "call": "nobody has called",
    "answered": "waiting for an operator",
    "processed": "call processing",
    "dispatched": "waiting for a team",
    "turned_out": "turnout",
    "arrived": "travel",
}
"""What the time before a step was spent on."""
_BY_CAMERA = ("sighting", "alarm", "alarm_confirmed", "dispatched", "turned_out", "arrived")
_BY_CALL = ("call", "answered", "processed", "dispatched", "turned_out", "arrived")


def _way(events: pd.DataFrame) -> tuple[str, ...]:
    """The steps that led to help: the camera's when the team was sent for an alarm, else the call's.

    With no team sent, those of the first notice.
    """
    sent = events[events["kind"] == "dispatched"]
    notice = sent if len(sent) else events[events["kind"].isin(["call", "alarm"])]
    return _BY_CAMERA if len(notice) and not pd.isna(notice["alarm_id"].iloc[0]) else _BY_CALL


def _stretches(steps: list[Step], way: tuple[str, ...]) -> list[Stretch]:
    """Cut the time from the beginning to help at the steps of the way that led to it."""
    stretches, at_ms = [], steps[0].t_ms if steps else 0
    for kind in way:
        t_ms = next((step.t_ms for step in steps if step.kind == kind), None)
        if t_ms is not None and t_ms > at_ms:
            stretches.append(Stretch(_SPENT[kind], kind, (t_ms - at_ms) / 1000.0))
            at_ms = t_ms
    return stretches
