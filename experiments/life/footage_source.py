"""The dear maker of sightings: windows of spotlight footage, rendered and recognised when the clock reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from agents.ambient import Ambient
from experiments.footage.matching import incident_shown
from experiments.footage.shooter import Shooter, frame_times_ms
from experiments.footage.sky import SkyOver
from experiments.footage.standing_ground import JunctionGround
from experiments.footage.windows import Window, windows_of
from experiments.life.assemble import Assembly
from experiments.request import Tell
from sensors.fitted import check_weights
from sensors.source import Report
from twin.records import Alarm, Sighting
from twin.runfolder import RunFolder
from vision.footage_record import FootageRecord
from vision.frame import Frame, Renderer
from vision.recogniser import Recogniser
from vision.render.choose import make_renderer
from vision.rules import FiredAlarm, apply_rules


class FootageSource:
    """A :class:`sensors.source.SightingSource` that looks with real pictures.

    Args:
        parts: the run's parts.
        recogniser: what looks.
        renderer: what draws.
        tell: told of progress.
    """

    name = "spotlight"

    def __init__(self, parts: Assembly, recogniser: Recogniser, renderer: Renderer, tell: Tell) -> None:
        self._parts, self._recogniser, self._renderer, self._tell = parts, recogniser, renderer, tell
        seed, scenario = parts.request.seed, parts.scenario
        sky = SkyOver(parts.city, parts.start, scenario.weather)
        self._shooter = Shooter(parts.city, renderer, Ambient(parts.city, seed, parts.start), sky, seed)
        self._windows = windows_of(parts.spotlights, scenario.spotlights, scenario.duration_ms, seed)
        self._standing_ground = JunctionGround(parts.city)
        self._listed = sorted({i.plate for i in parts.day.incidents if i.plate})
        self._record: FootageRecord | None = None
        self._frames_done = 0

    @classmethod
    def of(cls, parts: Assembly, tell: Tell) -> FootageSource:
        """Load the recogniser, hold its weights against the fitted model's, and open a renderer.

        Raises:
            InputError: the weights cannot be used, or are not those the fitted model was fitted to.
            MissingPart: a library is not installed; ``--no-footage`` works without.
        """
        tell("recogniser", 0.0)
        recogniser = Recogniser.load(parts.request.weights)
        check_weights(parts.model, recogniser.weights_sha256)
        return cls(parts, recogniser, make_renderer(parts.city, parts.request.renderer), tell)

    @property
    def camera_ids(self) -> list[str]:
        """The cameras this source speaks for."""
        return [spotlight.camera.id for spotlight in self._parts.spotlights]

    @property
    def renderer_name(self) -> str:
        """What draws."""
        return self._renderer.name

    def write_into(self, run: RunFolder) -> None:
        """Keep clips and scores in a run folder from now on."""
        self._record = FootageRecord(run, self._recogniser.weights_sha256)

    def wakes_ms(self) -> Sequence[int]:
        """Return the start of each window, or the scenario's if that is later."""
        return sorted({window.wake_ms for window in self._windows})

    def look(self, t_ms: int) -> Report:
        """Render and recognise the windows that begin now."""
        sightings: list[Sighting] = []
        alarms: list[Alarm] = []
        for window in self._windows:
            if window.wake_ms == t_ms:
                report = self._look_through(window)
                sightings += report.sightings
                alarms += report.alarms
        return Report(sightings, alarms)

    def finish(self) -> None:
        """Write what was recorded and free the renderer."""
        if self._record is not None:
            self._record.write()
        self._renderer.close()

    def _look_through(self, window: Window) -> Report:
        fps = self._parts.scenario.spotlights.fps
        frames = list(self._shot(window, fps))
        found = self._recogniser.recognise([frame.image for frame in frames], fps)
        times = [frame.t_ms for frame in frames]
        camera = window.spotlight.camera
        fired = apply_rules(found, times, camera, self._parts.rules, self._standing_ground, self._listed)
        seen = [(alarm, incident_shown(alarm, frames[alarm.frame].truth)) for alarm in fired]
        if self._record is not None:
            visual = window.spotlight.script.visual
            self._record.add(camera, frames, found, fired, fps, window.quiet, _scripted(frames), visual)
        return Report(
            [_sighting(alarm, camera.id, incident) for alarm, incident in seen],
            [self._alarm(alarm, camera.id, incident) for alarm, incident in seen],
        )

    def _shot(self, window: Window, fps: int) -> Iterator[Frame]:
        total = sum(len(frame_times_ms(w.t0_ms, w.t1_ms, fps)) for w in self._windows)
        camera = window.spotlight.camera
        for frame in self._shooter.frames(camera, window.t0_ms, window.t1_ms, fps, self._parts.day.incidents):
            self._frames_done += 1
            self._tell("footage", self._frames_done / total)
            yield frame

    def _alarm(self, fired: FiredAlarm, camera_id: str, incident_id: int | None) -> Alarm:
        """The alarm arrives after the fitted delay, never after a measured one."""
        rule, model = fired.rule, self._parts.model
        fit = model.fit_of(rule.name)
        x_m, y_m = self._place(fired, camera_id)
        return Alarm(
            id=-1,
            t_ms=max(fired.t_ms, 0) + round(1000 * fit.delay_s),
            camera_id=camera_id,
            rule=rule.name,
            service=rule.service,
            category=rule.category,
            priority=rule.priority,
            node=self._parts.graph.nearest_node(x_m, y_m),
            x_m=x_m,
            y_m=y_m,
            incident_id=incident_id,
            plate=fired.plate,
            source=self.name,
        )

    def _place(self, fired: FiredAlarm, camera_id: str) -> tuple[float, float]:
        """Where the object stands, or the camera itself where that is above the horizon."""
        if np.isfinite([fired.x_m, fired.y_m]).all():
            return round(fired.x_m, 2), round(fired.y_m, 2)
        camera = next(s.camera for s in self._parts.spotlights if s.camera.id == camera_id)
        return camera.x_m, camera.y_m


def _sighting(fired: FiredAlarm, camera_id: str, incident_id: int | None) -> Sighting:
    return Sighting(
        t_ms=fired.t_ms, camera_id=camera_id, seen=fired.rule.name, score=round(fired.score, 4),
        x_m=round(fired.x_m, 2), y_m=round(fired.y_m, 2), incident_id=incident_id, plate=fired.plate,
        source="spotlight", track_id=fired.track_id,
    )  # fmt: skip


def _scripted(frames: Sequence[Frame]) -> int | None:
    """The incident most frames show."""
    shown = np.concatenate([np.unique(f.truth.incident_id[f.truth.incident_id >= 0]) for f in frames] or [[]])
    return int(np.bincount(shown.astype(np.int64)).argmax()) if len(shown) else None
