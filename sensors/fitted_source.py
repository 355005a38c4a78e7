"""The cheap maker of sightings: every camera of the fleet, by the fitted model, with no picture drawn."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensors.alarms import AlarmRule, AlarmRules
from sensors.cameras import CameraFleet, take_cameras
from sensors.encounters import Detection, LightAt, camera_hash, detections, encounters
from sensors.false_alarms import FalseAlarms, Rates, false_alarms, places_in_view
from sensors.fitted import FittedModel
from sensors.sightline import PTZ_PRESETS, Floats, camera_rows
from sensors.source import Report
from sensors.stream_load import StreamLoad
from twin.city.heights import HeightRaster
from twin.records import Alarm, Incident, Sighting
from twin.streams import happens

Seen = tuple[Sighting, Alarm]


class FittedSource:
    """A :class:`sensors.source.SightingSource`: asked once, at 0, it hands over the whole day's sightings and alarms.

    Args:
        fleet: all cameras.
        heights: what stands in the way.
        incidents: the day's, as drawn before the run.
        model: the fitted model.
        rules: what alarms ask for.
        light_at: light (``day``, ``dusk``, ``night``) and weather at a time in ms.
        duration_ms: frames from then on are not looked at.
        seed: the run's.
        false_alarms: per camera-hour by rule and light; a rule that is not named raises none.
        skip_camera_ids: cameras another source speaks for.
        nearest_node: drivable nodes nearest to (k,) points in city metres, or one for all of them: where alarms are.
        ptz_presets: bearings a rotating camera tours; it looks at each for that share of the time.
        load: what each camera of the fleet meets at its recogniser; None: none waits, and none is lost.
    """

    name = "fitted"

    def __init__(
        self,
        fleet: CameraFleet,
        heights: HeightRaster,
        incidents: Sequence[Incident],
        model: FittedModel,
        rules: AlarmRules,
        light_at: LightAt,
        duration_ms: int,
        seed: int,
        false_alarms: Rates = MappingProxyType({}),
        skip_camera_ids: Collection[str] = (),
        nearest_node: Callable[[Floats, Floats], ArrayLike] = lambda x_m, y_m: -1,
        ptz_presets: int = PTZ_PRESETS,
        load: StreamLoad | None = None,
    ) -> None:
        own = ~np.isin(fleet.id, sorted(skip_camera_ids))
        self._fleet, self._load = take_cameras(fleet, own), None if load is None else load.take(own)
        self._heights, self._incidents, self._model, self._rules = heights, incidents, model, rules
        self._light_at, self._duration_ms, self._seed = light_at, duration_ms, seed
        self._nearest_node, self._ptz_presets, self._rates = nearest_node, ptz_presets, false_alarms

    def wakes_ms(self) -> Sequence[int]:
        """Return the one time it wants to be asked."""
        return [0]

    def look(self, t_ms: int) -> Report:
        """Return everything the cameras will see, by frame time, then camera, then incident (false ones last)."""
        if t_ms != 0:
            return Report([], [])
        seen = sorted([*self._true(), *self._false()], key=_order)
        return Report([sighting for sighting, _ in seen], [alarm for _, alarm in seen])

    def _true(self) -> Iterator[Seen]:
        met = encounters(self._fleet, self._heights, self._incidents, self._rules, self._ptz_presets)
        hashes = camera_hash(self._fleet.id)
        all_found = detections(met, hashes, self._model, self._light_at, self._seed, self._load)
        found = [one for one in all_found if one.t_ms < self._duration_ms]
        places = np.array([(one.x_m, one.y_m) for one in found]).reshape(-1, 2)
        nodes = np.broadcast_to(self._nearest_node(places[:, 0], places[:, 1]) if found else -1, len(found))
        for one, node in zip(found, nodes.tolist(), strict=True):
            yield _of_incident(one, str(self._fleet.id[one.encounter.camera]), node)

    def _false(self) -> Iterator[Seen]:
        hashes, rows = camera_hash(self._fleet.id), camera_rows(self._fleet, self._ptz_presets)
        names = {rule.name for rule in self._rules.rules}
        for alarms in false_alarms(hashes, self._rates, self._light_at, self._duration_ms, self._seed):
            if len(alarms.camera) and alarms.rule in names:
                places = places_in_view(rows, hashes, alarms, self._heights, self._seed)
                nodes = np.broadcast_to(self._nearest_node(*places), alarms.t_ms.shape)
                for i, (x_m, y_m, node) in enumerate(zip(*(a.tolist() for a in (*places, nodes)), strict=True)):
                    wait_ms = self._wait_ms(alarms, i, hashes)
                    if wait_ms is not None:
                        yield self._of_nothing(alarms, i, x_m, y_m, node, wait_ms)

    def _wait_ms(self, alarms: FalseAlarms, i: int, hashes: NDArray[np.int64]) -> int | None:
        """How long the recogniser lets a false alarm's frame wait; None where it does not come to look at enough."""
        if self._load is None:
            return 0
        camera = int(alarms.camera[i])
        ties = int(hashes[camera]), zlib.crc32(alarms.rule.encode()), int(alarms.t_ms[i])
        kept = self._load.kept(camera, self._rules.rule(alarms.rule), self._model.fit_of(alarms.rule).hit_share)
        if not happens(self._seed, "false alarm gets through", kept, *ties):
            return None
        return self._load.wait_ms(camera, self._seed, ties)

    def _of_nothing(self, alarms: FalseAlarms, i: int, x_m: float, y_m: float, node: int, wait_ms: int) -> Seen:
        rule, fit = self._rules.rule(alarms.rule), self._model.fit_of(alarms.rule)
        t_ms, camera_id = int(alarms.t_ms[i]), str(self._fleet.id[alarms.camera[i]])
        at_ms = t_ms + round(1000 * fit.delay_s) + wait_ms
        alarm = _alarm(rule, at_ms, camera_id, node, x_m, y_m, None, "")
        return Sighting(t_ms, camera_id, rule.name, fit.score, x_m, y_m, None), alarm


def _of_incident(found: Detection, camera_id: str, node: int) -> Seen:
    incident, rule = found.encounter.incident, found.encounter.rule
    plate = incident.plate if rule.kind == "listed_plate" else ""
    x_m, y_m = found.x_m, found.y_m
    alarm = _alarm(rule, found.t_ms + found.delay_ms, camera_id, node, x_m, y_m, incident.id, plate)
    return Sighting(found.t_ms, camera_id, rule.name, found.score, x_m, y_m, incident.id, plate), alarm


def _alarm(
    rule: AlarmRule, t_ms: int, camera_id: str, node: int, x_m: float, y_m: float, incident_id: int | None, plate: str
) -> Alarm:
    return Alarm(
        id=-1, t_ms=t_ms, camera_id=camera_id, rule=rule.name, service=rule.service, category=rule.category,
        priority=rule.priority, node=node, x_m=x_m, y_m=y_m, incident_id=incident_id, plate=plate, source="fitted",
    )  # fmt: skip


def _order(seen: Seen) -> tuple[int, str, str, int]:
    sighting = seen[0]
    last = 1 << 62
    return (
        sighting.t_ms,
        sighting.camera_id,
        sighting.seen,
        last if sighting.incident_id is None else sighting.incident_id,
    )
