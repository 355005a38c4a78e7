"""All figures of a run, computed from its log and sightings: ``metrics.json``."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from reports.drone_section import figures_from
from reports.false_notices import alarm_figures, call_figures
from reports.histories import counts, help_waits, histories, response_waits
from reports.norms import Norm, Norms, load_norms
from reports.quantiles import Waits, share_within, summary
from reports.record import Record, read_record
from reports.stages import STAGES, stage_table, stage_waits
from twin.records import Service
from twin.runfolder import RunFolder

SCHEMA_VERSION = 1


def compute_metrics(run: RunFolder) -> dict[str, Any]:
    """Return the figures of a run; a log that is empty or cut short gives zeros and None, never an error.

    Times are seconds. ``response_s`` counts from the first notice, ``time_to_help_s`` from the incident; each has
    ``n``, ``open`` (not over at the end of the log, treated as censored) and percentiles with a 95 % interval.
    """
    return metrics_of(read_record(run))


def write_metrics(run: RunFolder) -> dict[str, Any]:
    """Compute the figures, write them to ``metrics.json`` and return them."""
    metrics = compute_metrics(run)
    run.write_json(run.metrics, metrics)
    return metrics


def metrics_of(record: Record) -> dict[str, Any]:
    """Return the figures of a run that is already read."""
    events, end_ms = record.events, round(record.window_s * 1000)
    table, stages, norms = histories(events), stage_table(events, end_ms), load_norms()
    by_service = {
        str(service): {
            **_times(table[table["service"] == service], stages, end_ms, str(service)),
            "norms": _against_norms(norms, str(service), table, stages, end_ms),
            **_notices(events, str(service)),
        }
        for service in Service
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "status": record.status,
        "window_s": record.window_s,
        "overall": {**_times(table, stages, end_ms, None), **_notices(events, None)},
        "by_service": by_service,
        "alarms": alarm_figures(events, end_ms),
        "calls": call_figures(events, end_ms),
        "cameras": _cameras(table, record.sightings),
        "drones": figures_from(events) | ({"homes": record.drones} if record.drones else {}),
        "decisions": dict(sorted(Counter(_actions(events)).items())),
        "norms_checked": norms.checked.isoformat(),
        "faults": list(record.faults),
    }


def _times(table: pd.DataFrame, stages: pd.DataFrame, end_ms: int, service: str | None) -> dict[str, Any]:
    return {
        **counts(table),
        "response_s": summary(response_waits(table, end_ms)),
        "time_to_help_s": summary(help_waits(table, end_ms)),
        "stages_s": {name: summary(stage_waits(stages, name, service)) for name in STAGES},
    }


def _notices(events: pd.DataFrame, service: str | None) -> dict[str, int]:
    found = {}
    for kind in ("call", "alarm"):
        rows = events[events["kind"] == kind]
        mine = [service is None or about.get("service") == service for about in rows["about"]]
        found[f"{kind}s"] = sum(mine)
        found[f"false_{kind}s"] = int(rows["incident_id"].isna()[mine].sum())
    return found


def _against_norms(
    norms: Norms, service: str, table: pd.DataFrame, stages: pd.DataFrame, end_ms: int
) -> list[dict[str, Any]]:
    mine = table[table["service"] == service]
    found = []
    for norm in norms.norms:
        if service in norm.services:
            waits = (
                response_waits(mine, end_ms)
                if norm.measure == "response"
                else stage_waits(stages, norm.measure, service)
            )
            found.append(_judged(norm, waits))
    return found


def _judged(norm: Norm, waits: Waits) -> dict[str, Any]:
    within = share_within(waits, norm.limit_s)
    named = norm.model_dump(mode="json", include={"id", "name", "measure", "limit_s", "share", "issuer", "edition"})
    return {**named, "within": within, "verdict": verdict(norm.share, within)}


def verdict(wanted: float | None, within: dict[str, Any]) -> str:
    """Return ``met`` or ``missed`` when the whole interval says so, ``not clear`` when it does not.

    ``no share set`` for a task without a share, ``no case`` when there was nothing to judge.
    """
    if within["share"] is None:
        return "no case"
    if wanted is None:
        return "no share set"
    if within["low"] >= wanted:
        return "met"
    return "missed" if within["high"] < wanted else "not clear"


def _cameras(table: pd.DataFrame, sightings: pd.DataFrame) -> dict[str, Any]:
    seen = set(sightings["incident_id"].dropna())
    could = table[table["visual"] != "none"]
    both = table[table["call_ms"].notna() & table["alarm_ms"].notna()]
    lead_s = (both["call_ms"] - both["alarm_ms"]).astype("float64").to_numpy() / 1000.0
    return {
        "sightings": len(sightings),
        "false_sightings": int(sightings["incident_id"].isna().sum()),
        "cameras_with_sightings": int(sightings["camera_id"].nunique()),
        "incidents_visible": len(could),
        "incidents_seen": int(could["incident_id"].isin(seen).sum()),
        "incidents_with_alarm": int(table["alarm_ms"].notna().sum()),
        "alarm_and_call": len(both),
        "alarm_before_call": int((lead_s > 0).sum()),
        "median_lead_s": float(pd.Series(lead_s).median()) if len(lead_s) else None,
    }


def _actions(events: pd.DataFrame) -> list[str]:
    return [str(about.get("action", "not stated")) for about in events.loc[events["kind"] == "decision", "about"]]
