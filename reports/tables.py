"""The rows of the page's tables, as text."""

from __future__ import annotations

from typing import Any

from reports.norms import Norms
from reports.stages import STAGES
from reports.words import interval, percent, seconds, service_word, told, whole

Row = dict[str, Any]
LEVELS = ("p50", "p90", "p95")


def wait_rows(metrics: dict[str, Any], measure: str) -> list[Row]:
    """Return a row for each service with incidents and one for all: counts and three percentiles with intervals."""
    services = [(service_word(name), found) for name, found in metrics["by_service"].items() if found["incidents"]]
    return [_wait_row(name, found, measure) for name, found in [*services, ("All", metrics["overall"])]]


def _wait_row(name: str, found: dict[str, Any], measure: str) -> Row:
    summary = found[measure]
    levels = [(seconds(summary[p]["value"]), _between(summary[p])) for p in LEVELS]
    return {"service": name, "n": whole(summary["n"]), "open": whole(summary["open"]), "levels": levels}


def _between(level: dict[str, Any]) -> str:
    return interval(level["low"], level["high"]) if level["value"] is not None else "not reached"


def norm_rows(metrics: dict[str, Any], norms: Norms) -> list[Row]:
    """Return a row for each norm and service that had a case to judge."""
    known = {norm.id: norm for norm in norms.norms}
    return [
        _norm_row(service, item, known)
        for service, found in metrics["by_service"].items()
        for item in found["norms"]
        if item["within"]["share"] is not None
    ]


def _norm_row(service: str, item: dict[str, Any], known: dict[str, Any]) -> Row:
    within, norm = item["within"], known.get(item["id"])
    undecided = f", {whole(within['undecided'])} undecided" if within["undecided"] else ""
    return {
        "service": service_word(service),
        "name": item["name"],
        "wanted": percent(item["share"]) if item["share"] is not None else "not stated",
        "kept": percent(within["share"]),
        "interval": interval(within["low"], within["high"], 100.0, " %"),
        "n": f"{whole(within['kept'])} of {whole(within['judged'])}{undecided}",
        "verdict": item["verdict"],
        "issuer": f"{item['issuer']}, {item['edition']}",
        "clause": norm.clause if norm else "",
        "source": norm.source if norm else "",
        "note": norm.note if norm else "",
    }


def stage_rows(metrics: dict[str, Any]) -> tuple[list[str], list[Row]]:
    """Return the stages that were lived, and for each service its medians and 90th percentiles."""
    stages = {name: words for name, words in STAGES.items() if metrics["overall"]["stages_s"][name]["n"]}
    everyone = [*((service_word(s), f) for s, f in metrics["by_service"].items()), ("All", metrics["overall"])]
    rows = []
    for service, found in everyone:
        lived = found["stages_s"]
        if any(lived[name]["n"] for name in stages):
            cells = [
                (seconds(lived[name]["p50"]["value"]), seconds(lived[name]["p90"]["value"]), whole(lived[name]["n"]))
                for name in stages
            ]
            rows.append({"service": service, "cells": cells})
    return list(stages.values()), rows


def count_rows(metrics: dict[str, Any]) -> list[Row]:
    """Return what happened, by service: incidents, calls, alarms, who noticed first, what was left."""
    everyone = [*((service_word(s), f) for s, f in metrics["by_service"].items()), ("All", metrics["overall"])]
    keys = ("incidents", "calls", "false_calls", "alarms", "false_alarms", "noticed_first_by_call",
            "noticed_first_by_camera", "never_noticed", "helped", "waiting")  # fmt: skip
    return [{"service": name, "cells": [whole(found[key]) for key in keys]} for name, found in everyone]


def coverage_rows(coverage: dict[str, Any]) -> list[Row]:
    """Return a row for each pixel density class: ground and, beside it, the dwellings in view."""
    privacy = coverage.get("privacy", {})
    in_view, dwellings = privacy.get("in_view", {}), privacy.get("dwellings")
    rows = []
    for item in coverage.get("classes", []):
        exposed = in_view.get(item.get("name"))
        share = exposed / dwellings if exposed is not None and dwellings else None
        rows.append({**item, "exposed": whole(exposed), "exposed_share": percent(share)})
    return rows


def decision_words(decisions: dict[str, int]) -> str:
    """Return the policy's decisions as one sentence."""
    if not decisions:
        return "The policy had nothing to decide."
    return "Decisions of the policy: " + ", ".join(f"{told(name)} {whole(n)}" for name, n in decisions.items()) + "."
