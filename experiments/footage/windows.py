"""Which seconds of which spotlight camera are rendered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.footage.spotlights import Spotlight
from scenarios.schema_cameras import SpotlightSpec
from twin.streams import draw_unit


@dataclass(frozen=True, slots=True)
class Window:
    """Some seconds of one spotlight camera.

    Attributes:
        spotlight: whose.
        t0_ms, t1_ms: first frame, and the end; t0_ms may be before the scenario's start.
        wake_ms: when the clock reaches it.
        quiet: nothing is scripted in it.
    """

    spotlight: Spotlight
    t0_ms: int
    t1_ms: int
    wake_ms: int
    quiet: bool


def windows_of(spotlights: Sequence[Spotlight], spec: SpotlightSpec, duration_ms: int, seed: int) -> list[Window]:
    """Return all windows by wake: one round each scripted incident, and quiet ones before it."""
    windows: list[Window] = []
    for number, spotlight in enumerate(spotlights):
        begins_ms = round(spotlight.script.at_min * 60_000)
        t0_ms, t1_ms = begins_ms - round(1000 * spec.before_s), begins_ms + round(1000 * spec.after_s)
        windows.append(_window(spotlight, t0_ms, min(t1_ms, duration_ms), quiet=False))
        length_ms = round(1000 * spec.quiet_s)
        for nth in range(spec.quiet_windows if length_ms else 0):
            span_ms = max(t0_ms - length_ms, 0)
            quiet_ms = round(float(draw_unit(seed, "quiet window", number, nth)) * span_ms)
            if quiet_ms + length_ms <= t0_ms:
                windows.append(_window(spotlight, quiet_ms, quiet_ms + length_ms, quiet=True))
    return sorted(windows, key=lambda w: (w.wake_ms, w.spotlight.camera.id))


def _window(spotlight: Spotlight, t0_ms: int, t1_ms: int, quiet: bool) -> Window:
    return Window(spotlight, t0_ms, t1_ms, max(t0_ms, 0), quiet)
