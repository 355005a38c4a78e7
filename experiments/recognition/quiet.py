"""False alarms an hour of one camera, on streets where nothing is wrong."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from experiments.recognition.encounters import QUIET, QUIET_FPS, SECONDS, Watcher
from experiments.recognition.unseen import check_unseen
from experiments.request import Tell
from twin.city import City
from vision.recogniser import Recogniser
from vision.scoring.rates import CONFIDENCE, rate_of


def watch_quiet(city: City, recogniser: Recogniser, windows: int, tell: Tell, seed: int = 1) -> dict[str, Any]:
    """Watch windows of everyday street in drawn places, lights and weathers, and count the alarms that are raised.

    Everyday traffic and walkers are there; no incident is. Each rate has the exact Poisson interval that so few hours
    allow (see :mod:`vision.scoring.rates`).

    Args:
        city: where.
        recogniser: which.
        windows: how many, of :data:`SECONDS` [:data:`QUIET`] each.
        tell: is told of progress.
        seed: of places, hours and weathers.

    Raises:
        InputError: the city is one that weights are trained on.
        MissingPart: no renderer is installed.
    """
    from vision.render.choose import make_renderer

    check_unseen([city], "watch quiet streets")
    events: dict[tuple[str, str], int] = defaultdict(int)
    hours: dict[tuple[str, str], float] = defaultdict(float)
    renderer = make_renderer(city)
    try:
        watcher = Watcher(city, recogniser, renderer, seed)
        for number in range(windows):
            for row in watcher.watch(QUIET, number).quiet:
                events[row.rule, row.light] += row.alarms
                hours[row.rule, row.light] += row.camera_hours
            tell("quiet streets", (number + 1) / windows)
    finally:
        renderer.close()
    return quiet_report(events, hours) | {
        "city": city.name, "windows": windows, "seconds_each": SECONDS[QUIET], "frames_per_s": QUIET_FPS, "seed": seed,
        "weights_sha256": recogniser.weights_sha256,
    }  # fmt: skip


def quiet_report(events: dict[tuple[str, str], int], hours: dict[tuple[str, str], float]) -> dict[str, Any]:
    """Return the rates by rule, over all lights and by each; and that of any alarm.

    Args:
        events: alarms by rule and light.
        hours: camera-hours watched, by the same.
    """
    rules = sorted({rule for rule, _ in hours})
    each = [_row(rule, events, hours, None) for rule in rules]
    by_light = [
        _row(rule, events, hours, light)
        for rule in rules
        for light in sorted({light for name, light in hours if name == rule})
    ]
    watched = max((row["hours"] for row in each), default=0.0)
    total = sum(row["alarms"] for row in each)
    every = _rate(total, watched) if watched else {}
    return {"kind": "false alarms", "confidence": CONFIDENCE, **every, "rules": each, "by_light": by_light}


def _row(
    rule: str, events: dict[tuple[str, str], int], hours: dict[tuple[str, str], float], light: str | None
) -> dict[str, Any]:
    keys = [key for key in hours if key[0] == rule and light in (None, key[1])]
    named = {"rule": rule} | ({"light": light} if light else {})
    return named | _rate(sum(events.get(key, 0) for key in keys), sum(hours[key] for key in keys))


def _rate(alarms: int, hours: float) -> dict[str, Any]:
    rate = rate_of(alarms, hours)
    return {"alarms": alarms, "hours": hours, "an_hour": rate.an_hour, "low": rate.low, "high": rate.high}
