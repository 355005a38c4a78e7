"""How long each stage took, from the ring of the phone to the work on scene."""

from __future__ import annotations

from typing import Final

import pandas as pd

from reports.histories import first_of
from reports.quantiles import Waits

STAGES: Final = {
    "answer_wait": "waiting for an operator",
    "processing": "call processing",
    "verification": "checking an alarm",
    "dispatch_wait": "waiting for a free team",
    "turnout": "turnout",
    "travel": "travel",
    "on_scene": "on scene",
}
"""Name of each stage and the words for it, in the order they are lived through."""

_VALUED: Final = {
    "answered": "answer_wait",
    "processed": "processing",
    "alarm_confirmed": "verification",
    "alarm_dismissed": "verification",
    "scene_cleared": "on_scene",
}


def stage_table(events: pd.DataFrame, end_ms: int) -> pd.DataFrame:
    """Return one row for each stage lived: ``service``, ``stage``, ``seconds``, ``open`` (not over at ``end_ms``).

    Stages of taking a notice are of every call and alarm, false ones too. ``dispatch_wait`` and
    ``answer_to_dispatch`` are of the first team sent to an incident, ``turnout`` and ``travel`` of the first on scene:
    the ones norms ask about.
    """
    log = events.sort_values(["t_ms", "seq"], kind="stable").assign(notice=_notice, service=_services(events))
    parts = [_valued(log), _ringing(log, end_ms), _until_sent(log, end_ms), _first_on_scene(log)]
    table = pd.concat([part[["service", "stage", "seconds", "open"]] for part in parts], ignore_index=True)
    return table.astype({"seconds": float, "open": bool})


def stage_waits(table: pd.DataFrame, stage: str, service: str | None = None) -> Waits:
    """Return the times of one stage, of one service or of all."""
    chosen = table[(table["stage"] == stage) & (service is None or table["service"] == service)]
    return Waits.of(chosen.loc[~chosen["open"], "seconds"], chosen.loc[chosen["open"], "seconds"])


def _notice(events: pd.DataFrame) -> pd.Series:
    """Name what a row is about: ``alarm 3``, ``call 12`` or ""; after dispatch that is the first notice."""
    call = ("call " + events["call_id"].astype("string")).fillna("")
    return ("alarm " + events["alarm_id"].astype("string")).fillna(call)


def _services(events: pd.DataFrame) -> pd.Series:
    """The service a row is about: its own word, else that of its call or alarm, else of its incident."""
    own = pd.Series([about.get("service") for about in events["about"]], index=events.index, dtype="string")
    for kind, key in (("call", "call_id"), ("alarm", "alarm_id"), ("incident", "incident_id")):
        told = events["kind"] == kind
        by_id = pd.Series(own[told].to_numpy(), index=events.loc[told, key]).groupby(level=0).first()
        own = own.fillna(events[key].map(by_id).astype("string"))
    return own.fillna("")


def _valued(log: pd.DataFrame) -> pd.DataFrame:
    rows = log[log["kind"].isin(list(_VALUED)) & log["value"].notna()]
    return rows.assign(stage=rows["kind"].map(_VALUED), seconds=rows["value"], open=False)


def _ringing(log: pd.DataFrame, end_ms: int) -> pd.DataFrame:
    """Calls that no operator had answered at the end; panic buttons meet no phone queue."""
    answered = log.loc[log["kind"].isin(["answered", "processed"]), "notice"]
    buttons = pd.Series([about.get("channel") == "panic_button" for about in log["about"]], index=log.index, dtype=bool)
    rows = log[(log["kind"] == "call") & ~log["notice"].isin(answered) & ~buttons]
    return rows.assign(stage="answer_wait", seconds=(end_ms - rows["t_ms"]) / 1000.0, open=True)


def _until_sent(log: pd.DataFrame, end_ms: int) -> pd.DataFrame:
    """Wait of each incident's first notice for a team, from ready and from answered; open where none was sent."""
    ready = (
        log[log["kind"].isin(["processed", "alarm_confirmed"])].drop_duplicates("notice").set_index("notice")["t_ms"]
    )
    answer = log[log["kind"] == "answered"].drop_duplicates("notice").set_index("notice")["t_ms"]
    sent = first_of(log, ("dispatched",))
    joined = log.loc[log["kind"] == "joined", "notice"]
    waiting = first_of(log[~log["notice"].isin(joined)], ("processed", "alarm_confirmed"))
    waiting = waiting[~waiting["incident_id"].isin(sent["incident_id"])].assign(t_ms=end_ms)
    ends = pd.concat([sent.assign(open=False), waiting.assign(open=True)])
    parts = []
    for stage, since in (("dispatch_wait", ready), ("answer_to_dispatch", answer)):
        seconds = (ends["t_ms"] - ends["notice"].map(since).astype("float64")) / 1000.0
        parts.append(ends.assign(stage=stage, seconds=seconds)[seconds.notna()])
    return pd.concat(parts)


def _first_on_scene(log: pd.DataFrame) -> pd.DataFrame:
    """Turnout and travel of the first team on scene; a team sent from the road has no turnout."""
    arrived = first_of(log, ("arrived",))
    travel = arrived.assign(stage="travel", seconds=arrived["value"], open=False)
    last = log[log["kind"].isin(["dispatched", "turned_out"])].drop_duplicates(["team_id", "incident_id"], keep="last")
    turned = last[last["kind"] == "turned_out"].merge(
        arrived[["team_id", "incident_id"]], on=["team_id", "incident_id"]
    )
    return pd.concat([travel, turned.assign(stage="turnout", seconds=turned["value"], open=False)])
