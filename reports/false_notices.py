"""Alarms and calls that had no incident behind them, and the team minutes they cost."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import pandas as pd


class WastedTrip(NamedTuple):
    """A team sent where nothing had happened.

    Attributes:
        team_id: the team.
        notice: ``alarm`` or ``call``, what it was sent for.
        minutes: from dispatch until it was back, sent elsewhere, came upon a real incident, or the log ended.
    """

    team_id: str
    notice: str
    minutes: float


def wasted_trips(events: pd.DataFrame, end_ms: int) -> list[WastedTrip]:
    """Return the trips for requests that no incident stood behind, in the order they ended."""
    out: dict[str, tuple[int, str]] = {}  # team -> (dispatched, ms; notice)
    trips: list[WastedTrip] = []
    real = (events["kind"] == "arrived") & events["incident_id"].notna()
    moves = events[events["kind"].isin(["dispatched", "returned"]) | real]
    for row in moves.sort_values(["t_ms", "seq"], kind="stable").itertuples(index=False):
        if row.team_id in out:
            since_ms, notice = out.pop(row.team_id)
            trips.append(WastedTrip(row.team_id, notice, (row.t_ms - since_ms) / 60_000.0))
        if row.kind == "dispatched" and pd.isna(row.incident_id):
            out[row.team_id] = (row.t_ms, "call" if pd.isna(row.alarm_id) else "alarm")
    still = [WastedTrip(team, notice, (end_ms - since) / 60_000.0) for team, (since, notice) in out.items()]
    return trips + still


def alarm_figures(events: pd.DataFrame, end_ms: int) -> dict[str, Any]:
    """Return how many alarms were true, false, confirmed and dismissed, and what the false ones cost."""
    alarms = events[events["kind"] == "alarm"]
    is_true = {int(i): bool(t) for i, t in zip(alarms["alarm_id"], alarms["incident_id"].notna(), strict=True)}
    verdicts = events[events["kind"].isin(["alarm_confirmed", "alarm_dismissed"]) & events["alarm_id"].notna()]
    tally = Counter(
        f"{kind.removeprefix('alarm_')}_{'true' if is_true.get(int(i)) else 'false'}"
        for kind, i in zip(verdicts["kind"], verdicts["alarm_id"], strict=True)
    )
    outcomes = ("confirmed_true", "confirmed_false", "dismissed_true", "dismissed_false")
    return {
        "raised": len(alarms),
        "true": sum(is_true.values()),
        "false": len(alarms) - sum(is_true.values()),
        **{name: tally[name] for name in outcomes},
        "unverified": len(alarms) - tally.total(),
        **_cost(wasted_trips(events, end_ms), "alarm"),
    }


def call_figures(events: pd.DataFrame, end_ms: int) -> dict[str, Any]:
    """Return how many calls came by which channel, and what the false ones cost."""
    calls = events[events["kind"] == "call"]
    channels = Counter(str(about.get("channel", "not stated")) for about in calls["about"])
    return {
        "rang": len(calls),
        "by_channel": dict(sorted(channels.items())),
        "false": int(calls["incident_id"].isna().sum()),
        **_cost(wasted_trips(events, end_ms), "call"),
    }


def _cost(trips: list[WastedTrip], notice: str) -> dict[str, Any]:
    minutes = [trip.minutes for trip in trips if trip.notice == notice]
    return {"false_dispatches": len(minutes), "false_team_min": round(sum(minutes), 3)}
