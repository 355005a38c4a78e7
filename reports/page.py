"""One self-contained page of a run: ``report.html`` opens anywhere, without a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import ChainableUndefined, Environment, FileSystemLoader, Undefined

from reports import tables, words
from reports.citymap import city_map, coverage_key, coverage_map, map_key, read_layers
from reports.drone_section import drone_section
from reports.headlines import headlines
from reports.histories import help_waits, histories, response_waits
from reports.media import Media, quiet_sentence
from reports.metrics import metrics_of
from reports.norms import Norms, load_norms
from reports.pictures import SERVICE_LOOK
from reports.plots import waits_plot
from reports.quantiles import Waits
from reports.record import Record, read_record
from reports.story import Story, stories
from twin.runfolder import RunFolder, write_whole

TEMPLATES = Path(__file__).parent / "templates"
FILTERS: dict[str, Callable[..., str]] = {
    "figure": words.figure,
    "whole": words.whole,
    "seconds": words.seconds,
    "percent": words.percent,
    "told": words.told,
    "lasting": words.lasting,
    "service_word": words.service_word,
}


def write_report(run: RunFolder) -> Path:
    """Write ``report.html`` from what lies in the run's folder and return its path.

    What is missing there is said in a sentence on the page; nothing missing or broken raises.
    """
    record = read_record(run)
    page = render(record, metrics_of(record))
    write_whole(run.report, lambda part: part.write_text(page, encoding="utf-8"))
    return run.report


def render(record: Record, metrics: dict[str, Any]) -> str:
    """Return the page as text.

    Args:
        record: the run.
        metrics: from :func:`reports.metrics.metrics_of` of the same run.
    """
    room = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=ChainableUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    room.filters.update({name: _gentle(shown) for name, shown in FILTERS.items()})
    context = {**_head(record, metrics), **_body(record, metrics), "css": (TEMPLATES / "report.css").read_text("utf-8")}
    return room.get_template("report.html.j2").render(context)


def _gentle(shown: Callable[..., str]) -> Callable[[Any], str]:
    """Let a filter show a dash for what a run's file does not say, or says in a form nobody expected."""

    def gently(value: Any) -> str:
        try:
            return words.NONE if isinstance(value, Undefined) else shown(value)
        except (TypeError, ValueError):
            return str(value)

    return gently


def _head(record: Record, metrics: dict[str, Any]) -> dict[str, Any]:
    info, start = record.info, words.starts_at(record.info)
    city = info.get("city", {})
    return {
        "info": info,
        "city": city if isinstance(city, dict) else {"name": city},
        "title": info.get("title") or words.told(info.get("scenario", "A run")),
        "status": record.status,
        "starts": f"{start:%A %d %B %Y, %H:%M}" if start else "a time that is not stated",
        "window": words.lasting(record.window_s),
        "planned": words.lasting(float(info.get("duration_s") or record.window_s)),
        "weights": weights_hash(record),
        "faults": metrics["faults"],
        "cards": headlines(record, metrics),
    }


def weights_hash(record: Record) -> str:
    """Return the SHA-256 of the recogniser's weights as the run states it, "" where it does not."""
    hashes = record.info.get("hashes", {})
    return str(hashes.get("weights") or record.recognition.get("weights_sha256") or "")


def _body(record: Record, metrics: dict[str, Any]) -> dict[str, Any]:
    table, norms = histories(record.events), load_norms()
    layers, broken = read_layers(record.folder)
    end_ms = round(record.window_s * 1000)
    stages, stage_rows = tables.stage_rows(metrics)
    return {
        "metrics": metrics,
        "map": city_map(layers, table),
        "map_key": map_key(layers, table),
        "map_faults": broken,
        "coverage_key": coverage_key(),
        "coverage_map": coverage_map(record.folder, layers) if record.coverage.get("classes") else None,
        "coverage": record.coverage,
        "coverage_rows": tables.coverage_rows(record.coverage),
        "response_plot": _plot(table, end_ms, response_waits, norms, "first notice"),
        "help_plot": _plot(table, end_ms, help_waits, None, "the incident"),
        "response_rows": tables.wait_rows(metrics, "response_s"),
        "help_rows": tables.wait_rows(metrics, "time_to_help_s"),
        "norm_rows": tables.norm_rows(metrics, norms),
        "norms_checked": norms.checked,
        "stages": stages,
        "stage_rows": stage_rows,
        "count_rows": tables.count_rows(metrics),
        "decisions": tables.decision_words(metrics["decisions"]),
        "score": record.recognition,
        "drones": drone_section(metrics["drones"], record.drones),
        "colours": {service: look[0] for service, look in SERVICE_LOOK.items()},
        **_footage(record, table),
    }


def _plot(
    table: pd.DataFrame, end_ms: int, waits: Callable[[pd.DataFrame, int], Waits], norms: Norms | None, label: str
) -> str | None:
    by_service = {service: waits(table[table["service"] == service], end_ms) for service in SERVICE_LOOK}
    lines = [norm for s in by_service for norm in norms.of(s, "response") if by_service[s].n] if norms else []
    return waits_plot(by_service, lines, label)


def _footage(record: Record, table: pd.DataFrame) -> dict[str, Any]:
    media, start, told = Media(record), words.starts_at(record.info), stories(record, table)
    main = told[0] if told else None
    others = [clip for clip in record.clips if main is None or clip is not main.clip]
    return {
        "story": main,
        "story_steps": [_step(main, step, start) for step in main.steps] if main else [],
        "story_clip": media.shown(main.clip) if main and main.clip else None,
        "story_rows": [_story_row(story, start) for story in told],
        "clips": [media.shown(clip) for clip in others if not clip.get("quiet")],
        "quiet": quiet_sentence([clip for clip in record.clips if clip.get("quiet")]),
    }


def _step(story: Story, step: Any, start: Any) -> dict[str, str]:
    began_ms = story.time_of("incident") or 0
    return {
        "kind": step.kind,
        "name": step.name,
        "more": step.more,
        "clock": words.clock(start, step.t_ms),
        "after": f"+{words.figure((step.t_ms - began_ms) / 1000.0)} s" if step.kind != "incident" else "0 s",
    }


def _story_row(story: Story, start: Any) -> dict[str, str]:
    kinds = ("sighting", "alarm", "call", "dispatched", "arrived")
    began_ms = story.time_of("incident")
    return {
        "name": f"{words.told(story.category)} ({words.service_word(story.service)})",
        "clock": words.clock(start, began_ms) if began_ms is not None else words.NONE,
        **{kind: words.seconds(story.since(kind)) for kind in kinds},
    }
