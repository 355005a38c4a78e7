"""From a clip's detections to alarms: the rules of ``sensors.alarms``, applied to tracks.

A rule fires at the k-th frame that holds among the last n frames, once for an object. Frame counts are those of the
rules' own frame rate and are scaled to the clip's. Two tracks of one rule that stand at one place, or whose boxes
touch, are one object: a fire and its smoke, or a track that was lost and found again, give one alarm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.alarms import AlarmRule, AlarmRules
from sensors.cameras import Camera
from sensors.optics import pixel_to_ground
from twin.scene import DETECTOR_CLASSES, VEHICLES, Look
from vision.detections import Detections

OutOfPlace = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]

SAME_PLACE_M: Final = 6.0
_SMOOTH: Final = 5  # frames a track's place is the median of, against the jitter of boxes


@dataclass(frozen=True, slots=True)
class FiredAlarm:
    """A rule that fired in a clip.

    Attributes:
        rule: which.
        t_ms: time of the frame it fired at.
        frame: that frame's place in the clip.
        box: x1, y1, x2, y2 in pixels, of the object in that frame.
        x_m, y_m: where the object stands on the ground, in the city's metres; NaN where it is above the horizon.
        track_id: the tracker's id, or -1.
        score: the detection's score; for a plate the least character confidence.
        plate: the listed plate, or "".
    """

    rule: AlarmRule
    t_ms: int
    frame: int
    box: tuple[float, float, float, float]
    x_m: float
    y_m: float
    track_id: int
    score: float
    plate: str = ""


@dataclass(frozen=True)
class _Hit:
    """One frame in which a rule's condition holds for one object, before its history is asked."""

    key: int | str
    frame: int
    row: int
    x_m: float
    y_m: float
    score: float


def apply_rules(
    frames: Sequence[Detections],
    t_ms: Sequence[int],
    camera: Camera,
    rules: AlarmRules,
    out_of_place: OutOfPlace,
    listed_plates: Collection[str] = (),
) -> list[FiredAlarm]:
    """Return the alarms of one clip, by time and then by the order of the rules.

    Args:
        frames: what was recognised in each frame, with tracks and plate texts.
        t_ms: time of each frame.
        camera: whose pixels these are.
        rules: what counts as an alarm.
        out_of_place: for points x, y in metres, (n,) each: at which a vehicle that stands is out of place, (n,) bool.
        listed_plates: texts that are looked for.
    """
    ground = [_ground(found, camera) for found in frames]
    fired: list[FiredAlarm] = []
    for rule in rules.rules:
        window = _Window.of(rule, rules.frames_per_s, t_ms)
        hits = _hits(rule, frames, ground, out_of_place, listed_plates)
        for hit in _firing(rule, window, hits, len(frames)):
            alarm = _alarm(rule, hit, frames[hit.frame], t_ms[hit.frame])
            if not any(_same_object(alarm, earlier) for earlier in fired if earlier.rule.name == rule.name):
                fired.append(alarm)
    return sorted(fired, key=lambda alarm: alarm.t_ms)


@dataclass(frozen=True, slots=True)
class _Window:
    """A rule's k of n, in frames of this clip."""

    k: int
    n: int

    @classmethod
    def of(cls, rule: AlarmRule, frames_per_s: float, t_ms: Sequence[int]) -> _Window:
        step_ms = float(np.median(np.diff(t_ms))) if len(t_ms) > 1 else 1000.0 / frames_per_s
        scale = 1000.0 / frames_per_s / step_ms
        n = max(1, round(rule.of_frames * scale))
        return cls(min(n, max(1, round(rule.k_frames * scale))), n)


def _hits(
    rule: AlarmRule,
    frames: Sequence[Detections],
    ground: Sequence[NDArray[np.float64]],
    out_of_place: OutOfPlace,
    listed: Collection[str],
) -> Iterator[list[_Hit]]:
    """Yield for each frame the objects for which the rule's condition holds in it."""
    classes = [DETECTOR_CLASSES.index(name) for name in rule.classes]
    for number, (found, places) in enumerate(zip(frames, ground, strict=True)):
        score = found.plate_score if rule.kind == "listed_plate" else found.score
        holds = np.isin(found.cls, classes) & (score >= rule.min_score)
        if rule.kind == "listed_plate":
            holds &= np.isin(found.plate, sorted(listed))
        else:
            holds &= found.track_id >= 0
        if rule.kind == "still":
            holds &= np.isfinite(places).all(axis=1)
            holds[holds] = out_of_place(places[holds, 0], places[holds, 1])
        yield [
            _Hit(
                str(found.plate[row]) if rule.kind == "listed_plate" else int(found.track_id[row]),
                number, int(row), float(places[row, 0]), float(places[row, 1]), float(score[row]),
            )
            for row in np.flatnonzero(holds)
        ]  # fmt: skip


def _firing(rule: AlarmRule, window: _Window, hits: Iterator[list[_Hit]], frames: int) -> Iterator[_Hit]:
    """Yield the hit at which each object fires, the first time it does."""
    past: dict[int | str, deque[_Hit]] = {}
    done: set[int | str] = set()
    for number, now in zip(range(frames), hits, strict=True):
        for hit in now:
            history = past.setdefault(hit.key, deque())
            if not history or history[-1].frame != hit.frame:
                history.append(hit)
            while history[0].frame <= number - window.n:
                history.popleft()
            if hit.key in done or len(history) < window.k:
                continue
            if rule.max_move_m is None or _moved_m(history) <= rule.max_move_m:
                done.add(hit.key)
                yield hit


def _moved_m(history: Sequence[_Hit]) -> float:
    """Return the farthest apart any two places of the history lie, each the median of a few frames."""
    places = np.array([(hit.x_m, hit.y_m) for hit in history])
    if len(places) > _SMOOTH:
        places = np.median(np.lib.stride_tricks.sliding_window_view(places, _SMOOTH, axis=0), axis=-1)
    apart = places[:, None] - places[None]
    return float(np.sqrt((apart**2).sum(axis=-1)).max())


def _alarm(rule: AlarmRule, hit: _Hit, found: Detections, t_ms: int) -> FiredAlarm:
    x1, y1, x2, y2 = (float(v) for v in found.box[hit.row])
    plate = str(found.plate[hit.row]) if rule.kind == "listed_plate" else ""
    track = int(found.track_id[hit.row])
    return FiredAlarm(rule, t_ms, hit.frame, (x1, y1, x2, y2), hit.x_m, hit.y_m, track, hit.score, plate)


def _same_object(one: FiredAlarm, other: FiredAlarm) -> bool:
    if one.rule.kind == "listed_plate":
        return one.plate == other.plate
    near = np.hypot(one.x_m - other.x_m, one.y_m - other.y_m) <= SAME_PLACE_M
    return bool(near) or _touch(one.box, other.box)


def _touch(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _ground(found: Detections, camera: Camera) -> NDArray[np.float64]:
    """Return (n, 2) where each object stands: the ground behind its box's foot; a plate stands where its car does."""
    box = found.box.astype(np.float64)
    foot_u, foot_v = (box[:, 0] + box[:, 2]) / 2, box[:, 3].copy()
    for row in np.flatnonzero(found.cls == Look.PLATE):
        car = _wearer(found, foot_u[row], (box[row, 1] + box[row, 3]) / 2)
        if car is not None:
            foot_v[row] = box[car, 3]
    x_m, y_m = pixel_to_ground(camera, foot_u, foot_v)
    return np.column_stack([x_m, y_m])


def _wearer(found: Detections, u_px: float, v_px: float) -> int | None:
    """Return the row of the smallest vehicle whose box holds a plate's middle."""
    x1, y1, x2, y2 = found.box.T
    holds = np.isin(found.cls, VEHICLES) & (x1 <= u_px) & (u_px <= x2) & (y1 <= v_px) & (v_px <= y2)
    rows = np.flatnonzero(holds)
    return int(rows[np.argmin(((x2 - x1) * (y2 - y1))[rows])]) if len(rows) else None
