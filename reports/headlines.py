"""The three answers a reader came for, in sentences: how long until help, what cameras saw, whether plates read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reports.record import Record
from reports.words import figure, interval, minutes_of, percent, plural, seconds, service_word, whole

PLATE_PX_M = 200.0


@dataclass(frozen=True)
class Headline:
    """One card.

    Attributes:
        question: whose question it is.
        figure: the figure that answers it, with its unit, or "" where there is none.
        answer: the sentence round it.
        lines: what else must be known to read it rightly.
        rows: small table (service, half, nine in ten, against the norm), only of the first card.
    """

    question: str
    figure: str
    answer: str
    lines: list[str] = field(default_factory=list)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)


def headlines(record: Record, metrics: dict[str, Any]) -> list[Headline]:
    """Return the three cards."""
    return [help_headline(metrics), camera_headline(record, metrics), recogniser_headline(record)]


def help_headline(metrics: dict[str, Any]) -> Headline:
    """How long until help, over all services and by each."""
    question, overall = "How long until help?", metrics["overall"]
    if not overall["incidents"]:
        return Headline(question, "", "Nothing happened in this time: no incident, so no response time to report.")
    level = overall["response_s"]["p90"]
    rows = [_service_row(service, found) for service, found in metrics["by_service"].items() if found["incidents"]]
    lines = [line for line in (_left_open(overall), _unnoticed(overall)) if line]
    if level["value"] is None:
        helped, noticed = overall["helped"], overall["helped"] + overall["waiting"]
        answer = f"noticed incidents had a team on scene when the log ended; 9 in 10 was not reached ({_ends(metrics)})"
        return Headline(question, f"{whole(helped)} of {whole(noticed)}", answer, lines, rows)
    answer = (
        f"({minutes_of(level['value'])}) is the most that 9 in 10 incidents, of all services, waited from the first "
        f"notice to the first team on scene; {_bounds(level)}"
    )
    return Headline(question, seconds(level["value"]), answer, lines, rows)


def camera_headline(record: Record, metrics: dict[str, Any]) -> Headline:
    """What the cameras saw, what that covered and what their false alarms cost."""
    question, overall, cameras, alarms = (
        "What did the cameras see?", metrics["overall"], metrics["cameras"], metrics["alarms"],
    )  # fmt: skip
    lines = [_coverage_line(record.coverage), _alarm_line(alarms), _lead_line(cameras)]
    kept = [line for line in lines if line]
    if not overall["incidents"]:
        return Headline(question, "", "There was no incident to see.", kept)
    answer = (
        f"incidents were first noticed by a camera; {whole(cameras['incidents_visible'])} could be seen from outside, "
        f"{whole(cameras['incidents_seen'])} of these were seen by some camera"
    )
    shown = f"{whole(overall['noticed_first_by_camera'])} of {whole(overall['incidents'])}"
    return Headline(question, shown, answer, kept)


def recogniser_headline(record: Record) -> Headline:
    """Does the recogniser read: its score on this run's own footage."""
    question, score = "Does the recogniser read?", record.recognition
    if not score.get("frames"):
        lines = ["All cameras drew what they saw from the model fitted to the recogniser on labelled footage."]
        reason = "was run without footage" if record.info.get("footage") is False else "left no recognised footage"
        return Headline(question, "", f"Not asked here: the scenario {reason}.", lines)
    lines = [_plate_line(score.get("plates", [])), _false_line(score), _dark_line(score.get("dark_frames", {}))]
    answer = f"over all classes on {plural(score['frames'], 'frame')} of this run's footage (mAP50; 1 is perfect)"
    return Headline(question, figure(score.get("map50")), answer, [line for line in lines if line])


def _dark_line(dark_frames: dict[str, int]) -> str:
    """Name the cameras that hang inside a building, "" where none does."""
    if not dark_frames:
        return ""
    named = ", ".join(f"{camera} ({whole(frames)})" for camera, frames in dark_frames.items())
    return f"Dark frames, taken from inside a building and scored as empty streets: {named}."


def _service_row(service: str, found: dict[str, Any]) -> tuple[str, str, str, str]:
    response = found["response_s"]
    return (
        service_word(service),
        seconds(response["p50"]["value"]),
        seconds(response["p90"]["value"]),
        on_time(found["norms"]) or "no norm on file",
    )


def on_time(norms: list[dict[str, Any]]) -> str:
    """Return how many kept the service's response norm, "" where it has none or nothing can be judged."""
    for norm in norms:
        if norm["measure"] == "response" and norm["within"]["share"] is not None:
            return f"{percent(norm['within']['share'])} within {norm['limit_s'] / 60:g} min"
    return ""


def _bounds(level: dict[str, Any]) -> str:
    if level["low"] is None and level["high"] is None:
        return "too few for an interval"
    return f"95 % interval {interval(level['low'], level['high'], unit=' s')}"


def _ends(metrics: dict[str, Any]) -> str:
    return "the run was cut short" if metrics["status"] != "done" else "too many were still waiting"


def _left_open(overall: dict[str, Any]) -> str:
    count = overall["waiting"]
    return f"{plural(count, 'noticed incident')} still waited for help at the end." if count else ""


def _unnoticed(overall: dict[str, Any]) -> str:
    count = overall["never_noticed"]
    return f"{plural(count, 'incident')} nobody had called about or seen by the end." if count else ""


def _coverage_line(coverage: dict[str, Any]) -> str:
    classes = {item.get("name"): item for item in coverage.get("classes", [])}
    if not {"detect", "recognise"} <= set(classes):
        return ""
    ground = [f"{percent(classes[name].get('share_open'))} at «{name}»" for name in ("detect", "recognise")]
    view = coverage.get("privacy", {}).get("in_view", {}).get("recognise")
    exposed = f"; at «recognise», {plural(view, 'dwelling')} in view" if view is not None else ""
    cameras = plural(coverage["cameras"], "camera") if "cameras" in coverage else "The cameras"
    return f"{cameras} see {' and '.join(ground)} of open ground{exposed}."


def _alarm_line(alarms: dict[str, Any]) -> str:
    if not alarms["raised"]:
        return "No camera raised an alarm."
    cost = (
        f"they cost {figure(alarms['false_team_min'])} team minutes"
        if alarms["false_dispatches"]
        else "no team was sent for one"
    )
    if not alarms["false"]:
        return f"No alarm was false, of {whole(alarms['raised'])} raised."
    verb = "was" if alarms["raised"] == 1 else "were"
    return f"{whole(alarms['false'])} of {plural(alarms['raised'], 'alarm')} {verb} false; {cost}."


def _lead_line(cameras: dict[str, Any]) -> str:
    if not cameras["alarm_and_call"]:
        return ""
    lead_s, count = cameras["median_lead_s"], cameras["alarm_and_call"]
    order = "before" if lead_s >= 0 else "after"
    median = "its" if count == 1 else "the median"
    both = plural(count, "incident")
    return f"Where both came ({both}), {median} alarm was {seconds(abs(lead_s))} {order} the first call."


def _plate_line(plates: list[dict[str, Any]]) -> str:
    near = [row for row in plates if row.get("from_px_per_m", 0) >= PLATE_PX_M and row.get("light") == "day"]
    chosen = near or plates
    truth = sum(int(row.get("truth", 0)) for row in chosen)
    if not truth:
        return "No plate came near enough to be read."
    read = sum(int(row.get("read", 0)) for row in chosen)
    which = f"of {figure(PLATE_PX_M)} px/m and more in daylight" if near else "of all sizes"
    return f"{whole(read)} of {plural(truth, 'plate')} {which} were read whole ({percent(read / truth)})."


def _false_line(score: dict[str, Any]) -> str:
    rate = score.get("false_per_frame")
    return "" if rate is None else f"{figure(rate)} false detections a frame."
