"""What the real recogniser does with incidents before a camera: rendered, recognised, and put into rows.

An alarm rule is asked about each incident by itself, on those detections alone that show it, so that two incidents in
one picture do not answer for one another. Whatever fires and touches nothing staged is a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.ambient import Ambient
from experiments.footage.matching import SAME_OBJECT, overlaps_of
from experiments.footage.shooter import Shooter
from experiments.footage.standing_ground import JunctionGround
from experiments.recognition.encounter_views import KINDS, QUIET, QUIET_FPS, SECONDS, Places, Staged, View, draw_view
from experiments.recognition.kept_footage import KeptFootage
from sensors.alarms import AlarmRule, AlarmRules, load_alarm_rules
from sensors.cameras import fleet_of
from sensors.encounters import Encounter as InView
from sensors.encounters import encounters as in_view
from twin.city import City
from twin.city.heights import heights_of
from twin.plates import plate_of
from twin.scene import DETECTOR_CLASSES
from twin.sky import Sky
from twin.streams import draw_u32
from vision.calibrate import PICTURE_WIDTH_PX, dwell_s
from vision.calibration_rows import Encounter, Findings, Watched
from vision.detections import Detections
from vision.frame import Frame, Renderer, Truth
from vision.rules import FiredAlarm, apply_rules

__all__ = ["QUIET", "QUIET_FPS", "SECONDS", "OneSky", "Stretch", "Watcher"]

LISTED: Final = 1000  # assumed


class Recognises(Protocol):
    """Whatever recognises the frames of a clip, in order."""

    def recognise(self, images: Sequence[NDArray[np.uint8]], fps: float) -> list[Detections]:
        """Return what is in each frame, with tracks and plates."""
        ...


@dataclass(frozen=True, slots=True)
class OneSky:
    """The same sky all the time."""

    sky: Sky

    def at(self, t_ms: int) -> Sky:
        """Return it."""
        return self.sky


@dataclass(frozen=True)
class Stretch:
    """Some seconds of footage without a gap, with what was recognised in them."""

    frames: list[Frame]
    found: list[Detections]
    length_ms: int

    @property
    def times_ms(self) -> list[int]:
        """Time of each frame."""
        return [frame.t_ms for frame in self.frames]


class Watcher:
    """Renders views of one city and has the recogniser look at them.

    Args:
        city: where.
        recogniser: looks.
        renderer: draws.
        seed: of views and of all that moves.
        kept: where rendered views are kept, and taken from; None keeps none.
    """

    def __init__(
        self, city: City, recogniser: Recognises, renderer: Renderer, seed: int, kept: KeptFootage | None = None
    ) -> None:
        self.places, self._recogniser, self._renderer, self._seed = Places(city), recogniser, renderer, seed
        self._kept = kept
        self._city, self._rules, self._heights = city, load_alarm_rules(), heights_of(city)
        self._ambient = Ambient(city, seed, datetime(2026, 4, 1, tzinfo=self.places.grounds.zone))
        self._junctions = JunctionGround(city)

    def watch(self, kind: str, number: int) -> Findings:
        """Render one view, recognise it, and return its rows."""
        view = draw_view(self.places, kind, number, self._seed)
        stretches = self.footage(view)
        incidents = [replace(s.incident, x_m=s.at[0], y_m=s.at[1]) for s in view.staged]
        met = in_view(fleet_of([view.camera]), self._heights, incidents, self._rules)
        staged = {s.incident.id: s for s in view.staged}
        rows = [self._row(view, staged[row.incident.id], row, stretches) for row in met]
        return Findings(tuple(rows), tuple(self._quiet(view, stretches)))

    def render(self, kind: str, number: int) -> None:
        """Render a view and keep it, unless it is kept already."""
        name = self._name(kind, number)
        if self._kept is None or not self._kept.file(name).is_file():
            self._rendered(draw_view(self.places, kind, number, self._seed), name)

    def footage(self, view: View) -> list[Stretch]:
        """Render, or take from what is kept, and recognise each stretch of a view."""
        kind, name = KINDS[view.kind], self._name(view.kind, view.number)
        kept = None if self._kept is None else self._kept.read(name, view.sky)
        return [
            Stretch(frames, self._recogniser.recognise([frame.image for frame in frames], kind.fps), length_ms)
            for frames, (_, length_ms) in zip(kept or self._rendered(view, name), kind.segments_ms, strict=True)
        ]

    def _name(self, kind: str, number: int) -> str:
        return f"{self._city.name}-{self._seed}-{kind}-{number}"

    def _rendered(self, view: View, name: str) -> list[list[Frame]]:
        kind = KINDS[view.kind]
        shooter = Shooter(self._city, self._renderer, self._ambient, OneSky(view.sky), self._seed)
        incidents = [staged.incident for staged in view.staged]
        frames = [
            list(shooter.frames(view.camera, begin_ms, begin_ms + length_ms, kind.fps, incidents))
            for begin_ms, length_ms in ((view.t0_ms + start_ms, length_ms) for start_ms, length_ms in kind.segments_ms)
        ]
        if self._kept is not None:
            self._kept.write(name, frames)
        return frames

    def _row(self, view: View, staged: Staged, met: InView, stretches: Sequence[Stretch]) -> Encounter:
        """Return the row of an incident that the camera has at least partly in sight."""
        rule, seconds, possible_s = met.rule, 0, 0
        fired: FiredAlarm | None = None
        hits = frames = 0
        for stretch in stretches:
            shown = [
                shown_by(found, frame.truth, staged.incident.id, rule)
                for found, frame in zip(stretch.found, stretch.frames, strict=True)
            ]
            hits, frames = hits + sum(holds(found, rule) for found in shown), frames + len(shown)
            could_s = possible_seconds(stretch.length_ms, rule, self._rules.frames_per_s)
            alarm = self._first(view, shown, stretch, rule, staged) if could_s and fired is None else None
            if alarm is not None:
                at_s = (alarm.t_ms - stretch.times_ms[0]) / 1000.0
                seconds += min(could_s, second_of(at_s, dwell_s(rule, self._rules.frames_per_s)))
                fired = alarm
            elif fired is None:
                seconds += could_s
            possible_s += could_s
        return Encounter(
            rule.name, self._city.name, f"{self._city.name} {view.camera.id}",
            met.px_per_m * PICTURE_WIDTH_PX / view.camera.width_px, view.sky.light, view.sky.weather, met.occlusion,
            view.camera.kind == "plate", possible_s, seconds, fired is not None, fired.score if fired else 0.0,
            hits / frames, _off_m(fired, staged),
        )  # fmt: skip

    def _first(
        self, view: View, shown: Sequence[Detections], stretch: Stretch, rule: AlarmRule, staged: Staged
    ) -> FiredAlarm | None:
        alone = _alone(self._rules, rule)
        plates = [staged.incident.plate] if staged.incident.plate else []
        fired = apply_rules(shown, stretch.times_ms, view.camera, alone, self._junctions, plates)
        return fired[0] if fired else None

    def _quiet(self, view: View, stretches: Sequence[Stretch]) -> Iterator[Watched]:
        """Return by rule what fired and showed nothing staged, and for how long that could be.

        Plates are looked for on a list of LISTED that nobody here wears.
        """
        hours = {rule.name: 0.0 for rule in self._rules.rules}
        alarms = dict.fromkeys(hours, 0)
        for stretch in stretches:
            for rule in self._rules.rules:
                hours[rule.name] += max(0.0, stretch.length_ms / 1000 - dwell_s(rule, self._rules.frames_per_s)) / 3600
            fired = apply_rules(
                stretch.found, stretch.times_ms, view.camera, self._rules, self._junctions, listed_plates()
            )
            for alarm in fired:
                alarms[alarm.rule.name] += is_about_nothing(alarm, stretch.frames[alarm.frame].truth)
        for name, watched in hours.items():
            if watched > 0:
                yield Watched(name, view.sky.light, watched, alarms[name])


def shown_by(found: Detections, truth: Truth, incident_id: int, rule: AlarmRule) -> Detections:
    """Return the detections of a rule's classes that show one incident, by the truth of their frame.

    A plate shows it by its text; anything else by a box that overlaps a true one as an alarm's must.
    """
    if rule.kind == "listed_plate":
        worn = set(truth.plate[truth.incident_id == incident_id].tolist()) - {""}
        return found.take(np.isin(found.plate, sorted(worn)))
    classes = [DETECTOR_CLASSES.index(name) for name in rule.classes]
    boxes = truth.box[(truth.incident_id == incident_id) & np.isin(truth.cls, classes)]
    shows = np.zeros(len(found), dtype=np.bool_)
    if len(boxes):
        for row in np.flatnonzero(np.isin(found.cls, classes)):
            shows[row] = overlaps_of(found.box[row].astype(np.float64), boxes).max() >= SAME_OBJECT
    return found.take(shows)


def holds(found: Detections, rule: AlarmRule) -> bool:
    """Return whether any of the detections counts as a frame for a rule."""
    score = found.plate_score if rule.kind == "listed_plate" else found.score
    return bool((score >= rule.min_score).any())


def is_about_nothing(alarm: FiredAlarm, truth: Truth) -> bool:
    """Return whether an alarm's box touches nothing staged; of a plate, whether nobody there wears it."""
    if alarm.plate:
        return alarm.plate not in truth.plate
    x1, y1, x2, y2 = alarm.box
    box = truth.full_box[truth.incident_id >= 0]
    return not bool(((box[:, 0] < x2) & (x1 < box[:, 2]) & (box[:, 1] < y2) & (y1 < box[:, 3])).any())


@cache
def listed_plates() -> tuple[str, ...]:
    """Return a list of plates that are looked for, of an assumed length."""
    return tuple(plate_of(int(draw_u32(0, "listed plates", number))) for number in range(LISTED))


def possible_seconds(length_ms: int, rule: AlarmRule, frames_per_s: float) -> int:
    """Return the whole seconds of a stretch in which a rule's alarm can come: those beyond its dwell."""
    return max(0, int(length_ms / 1000.0 - dwell_s(rule, frames_per_s) + 1e-9))


def second_of(first_s: float, dwell: float) -> int:
    """Return in which second beyond the dwell an alarm came, from 1.

    >>> second_of(1.4, 1.4), second_of(2.6, 1.4)
    (1, 2)
    """
    return max(1, int(np.ceil(first_s - dwell - 1e-9)))


_MADE: Final[dict[str, AlarmRules]] = {}


def _alone(rules: AlarmRules, rule: AlarmRule) -> AlarmRules:
    if rule.name not in _MADE:
        _MADE[rule.name] = rules.model_copy(update={"rules": (rule,)})
    return _MADE[rule.name]


def _off_m(fired: FiredAlarm | None, staged: Staged) -> float | None:
    """Return how far from the incident its alarm says it is; None for no alarm, or one above the horizon."""
    if fired is None or not np.isfinite([fired.x_m, fired.y_m]).all():
        return None
    return round(float(np.hypot(fired.x_m - staged.at[0], fired.y_m - staged.at[1])), 3)
