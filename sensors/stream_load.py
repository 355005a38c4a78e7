"""What the load of recogniser servers does to each camera's alarms: later ones, and fewer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors.alarms import AlarmRule
from sensors.cameras import CameraFleet
from sensors.fitted_load import FittedLoad, LoadCurve
from twin.streams import draw_unit


@dataclass(frozen=True, slots=True)
class Servers:
    """How many recogniser servers a fleet has; exactly one of the first two is given.

    Attributes:
        cameras_per_server: each data centre has as many servers as its cameras need.
        per_data_centre: so many at each data centre, which share its cameras evenly.
        streams_per_camera: streams that reach the servers for each camera: more than 1 where they serve others too.
    """

    cameras_per_server: int | None = None
    per_data_centre: int | None = None
    streams_per_camera: float = 1.0

    def streams_of(self, fleet: CameraFleet) -> NDArray[np.int64]:
        """Return (n,) how many streams share each camera's server; cameras of no data centre are one group."""
        _, group, counts = np.unique(fleet.data_centre, return_inverse=True, return_counts=True)
        each = [self._streams(count) for count in counts.tolist()]
        return np.array(each, dtype=np.int64)[group]

    def _streams(self, cameras: int) -> int:
        servers = self.per_data_centre or -(-cameras // (self.cameras_per_server or 1))
        return max(1, math.ceil(cameras * self.streams_per_camera / servers))


@dataclass(frozen=True)
class StreamLoad:
    """The load each camera of a fleet works under.

    Attributes:
        curves: by the number of streams on a server.
        streams: (n,) on each camera's server.
    """

    curves: dict[int, LoadCurve]
    streams: NDArray[np.int64]

    @classmethod
    def of(cls, fleet: CameraFleet, servers: Servers, model: FittedLoad) -> StreamLoad:
        """Return the load of a fleet under a fitted model."""
        streams = servers.streams_of(fleet)
        return cls({each: model.at(each) for each in sorted(set(streams.tolist()))}, streams)

    def take(self, rows: NDArray[np.bool_]) -> StreamLoad:
        """Return the load of some of the cameras."""
        return StreamLoad(self.curves, self.streams[rows])

    def of_camera(self, row: int) -> LoadCurve:
        """Return what the frames of one camera meet."""
        return self.curves[int(self.streams[row])]

    def kept(self, row: int, rule: AlarmRule, hit_share: float = 1.0) -> float:
        """Return the chance that enough of a rule's frames get through for it to fire as it would without load.

        Args:
            row: of the camera.
            rule: what is to fire.
            hit_share: share of all frames in which its condition holds where it fires; see the fitted camera model.
        """
        return kept_alarms(self.of_camera(row).lost_share, rule, hit_share)

    def late_share(self, limit_ms: int) -> float:
        """Return the share of all frames of all cameras that are lost, or recognised later than a limit."""
        late = [self.curves[int(each)].late_share(limit_ms) for each in self.streams.tolist()]
        return math.fsum(late) / len(late) if late else 0.0

    def wait_ms(self, row: int, seed: int, ids: Sequence[int]) -> int:
        """Return how long the frame that raises an alarm waits; a hashed draw tied to ids."""
        return self.of_camera(row).wait_at(float(draw_unit(seed, "recogniser wait", *ids)))


def kept_alarms(lost_share: float, rule: AlarmRule, hit_share: float = 1.0) -> float:
    """Return the share of a rule's alarms that are left where a share of all frames is lost.

    Args:
        lost_share: of the frames.
        rule: what is to fire.
        hit_share: share of all frames in which its condition holds where it fires.
    """
    without = enough_frames(1.0 - hit_share, rule.k_frames, rule.of_frames)
    left = enough_frames(1.0 - hit_share * (1.0 - lost_share), rule.k_frames, rule.of_frames)
    return left / without if without > 0 else 0.0


def enough_frames(lost_share: float, k_frames: int, of_frames: int) -> float:
    """Return P(at least k of n frames count), each lost by itself with the same chance; that they are is assumed.

    >>> enough_frames(0.0, 8, 15), enough_frames(1.0, 1, 15)
    (1.0, 0.0)
    >>> enough_frames(0.5, 1, 2)
    0.75
    """
    kept = 1.0 - lost_share
    ways = range(k_frames, of_frames + 1)
    return math.fsum(math.comb(of_frames, k) * kept**k * lost_share ** (of_frames - k) for k in ways)
