"""Which camera sees which incident, and after how long its alarm goes: draws from the fitted model.

Every draw is tied to a camera's id and an incident's id, so another camera in the fleet changes none of them. An
encounter has one random effect for as long as it lasts: what a camera cannot make out, it does not make out later.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.alarms import AlarmRule, AlarmRules
from sensors.cameras import CameraFleet
from sensors.fitted import FittedModel
from sensors.fitted_fits import HazardFit, PlateFit
from sensors.frailty import frailty_of
from sensors.sightline import PTZ_PRESETS, Floats, sees
from sensors.stream_load import StreamLoad
from twin.city.heights import HeightRaster
from twin.records import Incident, Visual
from twin.streams import draw_unit, happens, threshold_u32

LightAt = Callable[[int], tuple[str, str]]

BODY_M: Final = np.array([[0.0, 0.0], [0.7, 0.0], [-0.7, 0.0], [0.0, 0.7], [0.0, -0.7]])
BODY_HEIGHT_M: Final = 0.5


@dataclass(frozen=True, slots=True)
class Encounter:
    """One camera that could see one incident.

    Attributes:
        camera: row in the fleet.
        incident: what it could see.
        rule: the alarm rule that answers it.
        px_per_m: pixel density on it.
        occlusion: share of it that is out of sight, in [0, 1).
        time_share: share of the time the camera looks there; less than 1 for a rotating one, and for one whose
            recogniser loses frames.
        width_px: width of the camera's picture.
        facing: the camera hangs to look along the traffic.
    """

    camera: int
    incident: Incident
    rule: AlarmRule
    px_per_m: float
    occlusion: float
    time_share: float
    width_px: int
    facing: bool


@dataclass(frozen=True, slots=True)
class Detection:
    """An encounter that raised the alarm.

    Attributes:
        encounter: which.
        t_ms: time of the frame.
        delay_ms: from there to the operator.
        score: of the frame.
        x_m, y_m: where the alarm says it is.
    """

    encounter: Encounter
    t_ms: int
    delay_ms: int
    score: float
    x_m: float
    y_m: float


def camera_hash(ids: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the CRC-32 of each camera's id, the number its draws are tied to."""
    return np.array([zlib.crc32(str(name).encode()) for name in ids], dtype=np.int64)


def encounters(
    fleet: CameraFleet,
    heights: HeightRaster,
    incidents: Sequence[Incident],
    rules: AlarmRules,
    ptz_presets: int = PTZ_PRESETS,
) -> list[Encounter]:
    """Return every camera and visible incident with at least part of it in sight, by camera, then incident.

    An incident is five points half a metre above the ground, in the middle and 0.7 m to each side; the share of
    them that the camera does not see is its occlusion.
    """
    by_visual = {rule.name: rule for rule in rules.rules}
    visible = [i for i in incidents if i.visual is not Visual.NONE and i.visual.value in by_visual]
    if not visible:
        return []
    middles = np.array([[incident.x_m, incident.y_m] for incident in visible])
    spots = (middles[:, None, :] + BODY_M[None, :, :]).reshape(-1, 2)
    pairs = sees(fleet, heights, np.column_stack([spots, np.full(len(spots), BODY_HEIGHT_M)]), ptz_presets)
    key = pairs.camera * len(visible) + pairs.point // len(BODY_M)
    found, first, seen = np.unique(key, return_inverse=True, return_counts=True)
    density = np.bincount(first, pairs.px_per_m, len(found)) / seen
    shares = np.where(fleet.kind == "ptz", 1.0 / ptz_presets, 1.0)
    met = []
    for pair, px_per_m, count in zip(found.tolist(), density.tolist(), seen.tolist(), strict=True):
        camera, incident = divmod(pair, len(visible))
        rule = by_visual[visible[incident].visual.value]
        occlusion = 1.0 - count / len(BODY_M)
        met.append(
            Encounter(
                camera, visible[incident], rule, px_per_m, occlusion, float(shares[camera]),
                int(fleet.width_px[camera]), str(fleet.kind[camera]) == "plate",
            )
        )  # fmt: skip
    return met


def detections(
    met: Sequence[Encounter], hashes: NDArray[np.int64], model: FittedModel, light_at: LightAt, seed: int,
    load: StreamLoad | None = None,
) -> Iterator[Detection]:  # fmt: skip
    """Yield the encounters that raise the alarm while the incident can be seen, in the order given.

    The light and weather are those of the moment the incident begins. A camera that looks there for a share of the
    time has that share of the hazard; so has one whose recogniser loses frames, by the chance that enough of those in
    which the rule's condition holds get through, and its alarms come later by the wait for the recogniser.
    """
    for encounter in met:
        fit = model.fit_of(encounter.rule.name)
        if encounter.rule.kind != "listed_plate" and not isinstance(fit, HazardFit):
            continue
        light, weather = light_at(encounter.incident.t_ms)
        ids = int(hashes[encounter.camera]), encounter.incident.id
        if load is not None:
            kept = load.kept(encounter.camera, encounter.rule, fit.hit_share)
            encounter = replace(encounter, time_share=encounter.time_share * kept)
        if isinstance(fit, HazardFit):
            t_ms = _first_alarm_ms(encounter, fit, model, light, weather, seed, ids)
        else:
            t_ms = _plate_read_ms(encounter, fit, model, light, weather, seed, ids)
        if t_ms is not None:
            wait_ms = 0 if load is None else load.wait_ms(encounter.camera, seed, ids)
            x_m, y_m = _place(encounter, fit, model, seed, ids)
            yield Detection(encounter, t_ms, round(1000 * fit.delay_s) + wait_ms, fit.score, x_m, y_m)


def _first_alarm_ms(
    encounter: Encounter, fit: HazardFit, model: FittedModel, light: str, weather: str, seed: int, ids: tuple[int, int]
) -> int | None:
    height_px = model.density(encounter.px_per_m, encounter.width_px) * fit.target_height_m
    effect = frailty_of(seed, *ids)
    hazard = float(fit.hazard(height_px, light, weather, encounter.occlusion, effect)) * encounter.time_share
    dwell_ms = round(1000 * fit.dwell_s)
    seconds = (encounter.incident.visible_ms - dwell_ms) // 1000
    second = first_second(hazard, float(draw_unit(seed, "first alarm", *ids)), seconds)
    return None if second is None else encounter.incident.t_ms + dwell_ms + 1000 * second


def _plate_read_ms(
    encounter: Encounter, fit: PlateFit, model: FittedModel, light: str, weather: str, seed: int, ids: tuple[int, int]
) -> int | None:
    incident, dwell_ms = encounter.incident, round(1000 * fit.dwell_s)
    density = model.density(encounter.px_per_m, encounter.width_px)
    p_read = float(fit.p_read(density, light, weather, encounter.occlusion, encounter.facing)) * encounter.time_share
    if dwell_ms > incident.visible_ms or not happens(seed, "plate read", p_read, *ids):
        return None
    return incident.t_ms + dwell_ms


def _place(
    encounter: Encounter, fit: HazardFit | PlateFit, model: FittedModel, seed: int, ids: tuple[int, int]
) -> tuple[float, float]:
    """Return where the alarm says the incident is: off by the fitted distance, in an even direction."""
    normal = NormalDist().inv_cdf(float(draw_unit(seed, "alarm off by", *ids)))
    off_m = float(fit.position.off_m(model.density(encounter.px_per_m, encounter.width_px), normal))
    angle = 2.0 * math.pi * float(draw_unit(seed, "alarm off towards", *ids))
    x_m, y_m = encounter.incident.x_m + off_m * math.sin(angle), encounter.incident.y_m + off_m * math.cos(angle)
    return round(x_m, 1), round(y_m, 1)


def first_second(hazard: float, draw: float, seconds: int) -> int | None:
    """Return the second, from 1, in which the alarm goes first, or None where it does not go within ``seconds``.

    The chance that it has gone by second k is ``1 - (1 - hazard)**k``. The hazard is rounded to 24 bits and its
    powers are taken by multiplication, which is exact in the same way on every processor.

    >>> first_second(0.5, 0.6, 10), first_second(0.5, 0.99, 3)
    (2, None)
    """
    missed = 1.0 - (int(threshold_u32(hazard)) >> 8) / (1 << 24)
    if missed == 1.0 or seconds < 1:
        return None
    not_yet: Floats = np.multiply.accumulate(np.full(seconds, missed))
    second = int(np.searchsorted(-not_yet, draw - 1.0)) + 1
    return second if second <= seconds else None
