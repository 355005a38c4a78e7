"""The recogniser as a part that can give way: how it is loaded, by what it is judged, and what is to be said of it."""

from __future__ import annotations

from typing import Final

from experiments.trials.outcome import ALL, Figure
from experiments.trials.trial import Change
from scenarios.schema import Scenario
from sensors.fitted_load import FittedLoad
from sensors.stream_load import StreamLoad

METRIC: Final = "frames_late_share"
LATE_MS: Final = 2000  # assumed
LATE_SHARE: Final = 0.05  # assumed
SOURCE: Final = "19 in 20 frames recognised within 2 s (assumed)"
_RECOGNISERS: Final = "cameras.recognisers"


def recogniser_figure(load: StreamLoad | None) -> Figure:
    """Return the figure of a life's recognisers; no frame is late where there are as many as it takes."""
    return Figure(METRIC, ALL, 0, load.late_share(LATE_MS) if load is not None else 0.0)


def is_limited(scenario: Scenario, cameras_per_server: int | None) -> bool:
    """Return whether frames can wait for a recogniser at all."""
    return cameras_per_server is not None or scenario.cameras.recognisers.servers() is not None


def limited(cameras_per_server: int | None) -> tuple[Change, ...]:
    """Return what gives each server so many cameras, whatever the scenario says; nothing for None."""
    if cameras_per_server is None:
        return ()
    return (Change(f"{_RECOGNISERS}.cameras_per_server", str(cameras_per_server)),)


def more_streams(factor: float) -> Change:
    """Return what lets so many times as many cameras share the same servers."""
    return Change(f"{_RECOGNISERS}.streams_per_camera", f"x{factor:g}")


def recogniser_sentence(scenario: Scenario, cameras_per_server: int | None, raised: str, model: FittedLoad) -> str:
    """Return whether the recogniser could give way, and what is known of it."""
    if not is_limited(scenario, cameras_per_server):
        return (
            "The recogniser cannot give way here: the scenario gives the cameras as many servers as it takes; "
            "--cameras-per-server N would not."
        )
    if raised == "calls":
        return "Calls load no recogniser: it meets what the scenario says at every level."
    return f"At each level so many times as many cameras share the same recogniser servers. {measured_sentence(model)}"


def measured_sentence(model: FittedLoad) -> str:
    """Return what the fitted load model rests on."""
    highest = model.levels[-1].streams if model.levels else 0
    return (
        f"A server is as measured on {model.machine}: {model.service_ms[50]:.0f} ms a frame in the middle, "
        f"{model.frames_per_s:g} frames/s a camera, up to {highest} cameras; the model's lost shares were off by "
        f"{model.held_out_error:.3f} on levels it was not fitted on. What is lost beyond that is worked out, not seen."
    )
