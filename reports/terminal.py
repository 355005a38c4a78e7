"""The last lines on the terminal: what was found and where it lies."""

from __future__ import annotations

from typing import Any

from reports.headlines import camera_headline, help_headline, on_time, recogniser_headline
from reports.histories import histories
from reports.metrics import metrics_of
from reports.record import Record, read_record
from reports.story import stories
from reports.words import clock, figure, interval, lasting, plural, seconds, service_word, starts_at, told
from twin.runfolder import RunFolder


def summary_lines(run: RunFolder) -> list[str]:
    """Return six to ten short lines on a run, from what lies in its folder."""
    record = read_record(run)
    metrics = metrics_of(record)
    lines = [_heading(record), *_help_lines(metrics), _camera_line(record, metrics), _recogniser_line(record)]
    lines += [_story_line(record), *record.faults, f"Report:     {run.report}", f"Figures:    {run.metrics}"]
    return [line for line in lines if line]


def _heading(record: Record) -> str:
    info = record.info
    city = info.get("city", {}).get("name", "") if isinstance(info.get("city"), dict) else ""
    state = "finished" if record.status == "done" else "INTERRUPTED"
    place = f" in {city}" if city else ""
    window = lasting(record.window_s)
    return (
        f"Run:        {told(info.get('scenario', 'run'))}{place}, seed {info.get('seed')}: {state}, {window} simulated"
    )


def _help_lines(metrics: dict[str, Any]) -> list[str]:
    services = [(name, found) for name, found in metrics["by_service"].items() if found["incidents"]]
    if not services:
        return [f"Help:       {help_headline(metrics).answer}"]
    lines = [f"Help:       {service_word(name)}, {_reached(found)}" for name, found in services]
    return [lines[0], *(f"{'':12}{line[12:]}" for line in lines[1:])]


def _reached(found: dict[str, Any]) -> str:
    level, kept = found["response_s"]["p90"], on_time(found["norms"])
    norm, of = f"; {kept}" if kept else "", f"{plural(found['incidents'], 'incident')}"
    if level["value"] is None:
        return f"{of}: {found['helped']} helped, {found['waiting']} still waiting at the end{norm}"
    bounds = interval(level["low"], level["high"])
    return f"{of}: 9 in 10 within {seconds(level['value'])} ({bounds}){norm}"


def _camera_line(record: Record, metrics: dict[str, Any]) -> str:
    card = camera_headline(record, metrics)
    if not card.figure:
        return f"Cameras:    {card.answer}"
    alarms = metrics["alarms"]
    cost = f"{figure(alarms['false_team_min'])} team minutes"
    return (
        f"Cameras:    {card.figure} incidents first noticed by a camera; {alarms['false']} of "
        f"{plural(alarms['raised'], 'alarm')} false, {cost}"
    )


def _recogniser_line(record: Record) -> str:
    card = recogniser_headline(record)
    if not card.figure:
        return f"Recogniser: {card.answer}"
    return f"Recogniser: mAP50 {card.figure} on {plural(record.recognition['frames'], 'frame')}; {card.lines[0]}"


def _story_line(record: Record) -> str:
    followed = stories(record, histories(record.events))
    if not followed:
        return ""
    story = followed[0]
    begins = clock(starts_at(record.info), story.time_of("incident") or 0)
    words = {"sighting": "seen", "alarm": "alarm", "dispatched": "team sent", "arrived": "help"}
    steps = [f"{word} +{seconds(since)}" for kind, word in words.items() if (since := story.since(kind)) is not None]
    return f"Followed:   {told(story.category)} at {begins}: {', '.join(steps) or 'nobody noticed'}"
