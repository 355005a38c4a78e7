"""The film of a flight, from the drone's own camera: ahead and down, on a mount that keeps the horizon level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from agents.ambient import Ambient
from agents.flight.drone_class import drone_class
from agents.flight.mission import Mission
from experiments.footage.shooter import Shooter, frame_times_ms
from experiments.footage.sky import SkyOver
from experiments.request import Tell
from sensors.cameras import Camera, Preset
from sensors.fleet_parts import MOST_PRESETS
from twin.city import City
from twin.runfolder import write_whole
from vision.clip import annotated, write_clip
from vision.detections import Detections
from vision.render.choose import make_renderer

LOWEST_M: Final = 0.25
RANGE_M: Final = 400.0


@dataclass(frozen=True, slots=True)
class FilmRequest:
    """How a flight is filmed.

    Attributes:
        fps: frames a second of the film.
        width_px: of the picture; its height is 9/16 of it.
        renderer: ``auto``, ``gl`` or ``tiny``.
        fast: seconds of flight in one of the film.
        most_kbit_s: of the film at most; 0 sets no limit.
    """

    fps: float
    width_px: int
    renderer: str
    fast: float = 6.0
    most_kbit_s: int = 800


class DroneCamera:
    """The drone's camera at any moment of a flight.

    Positions follow the record (10 rows a second) by monotone cubics; the bearing is the body's, its roll and pitch
    are taken out by the mount.

    Args:
        mission: names the drone and says where its camera points.
        table: columns of the flight's record.
        width_px: of the picture; its height is 9/16 of it.
    """

    def __init__(self, mission: Mission, table: Mapping[str, NDArray[np.float64]], width_px: int) -> None:
        t = table["t_s"]
        self.begin_s, self.end_s = float(t[0]), float(t[-1])
        self._mission, self._width_px = mission, width_px
        self._hfov_deg = mission.camera.hfov_deg or drone_class(mission.drone).camera.hfov_deg.value
        bearing = np.degrees(np.unwrap(np.radians(table["bearing_deg"])))
        columns = [table[name] for name in ("x_m", "y_m", "height_m")]
        self._at = PchipInterpolator(t, np.column_stack([*columns, bearing]))
        self._told = PchipInterpolator(t, np.column_stack([table["charge"], speed_ms(table)]))

    def at(self, t_s: float) -> Camera:
        """Return the camera at a moment of the flight."""
        x_m, y_m, height_m, bearing_deg = (float(v) for v in self._at(np.clip(t_s, self.begin_s, self.end_s)))
        return Camera(
            f"drone {self._mission.name}", "drone", x_m, y_m, max(height_m, LOWEST_M), bearing_deg % 360.0,
            self._mission.camera.pitch_deg, self._hfov_deg, self._width_px, self._width_px * 9 // 16, RANGE_M,
        )  # fmt: skip

    def tour(self) -> Camera:
        """Return the camera as one that tours points along the flight, for coverage and whose homes are in view.

        As many stops as a file holds, evenly over the time in the air.
        """
        span_s = self.end_s - self.begin_s
        cameras = [self.at(self.begin_s + span_s * (k + 0.5) / MOST_PRESETS) for k in range(MOST_PRESETS)]
        stops = tuple(
            Preset(one.bearing_deg, span_s / MOST_PRESETS, None, None, one.x_m, one.y_m, one.height_m)
            for one in cameras
        )
        return replace(cameras[0], presets=stops)

    def caption(self, t_s: float) -> str:
        """Return what is written under the picture."""
        charge, speed = (float(v) for v in self._told(np.clip(t_s, self.begin_s, self.end_s)))
        camera = self.at(t_s)
        clock = f"{int(t_s // 60)}:{t_s % 60:04.1f}"
        return (
            f"{self._mission.name}   {clock}   height {camera.height_m:5.1f} m   {speed:4.1f} m/s   "
            f"bearing {camera.bearing_deg:03.0f}   charge {charge:.0%}"
        )


def speed_ms(table: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return (n,) speed over the ground."""
    return np.hypot(table["east_ms"], table["north_ms"])


def film(
    asked: FilmRequest, out: Path, city: City, mission: Mission, table: Mapping[str, NDArray[np.float64]], tell: Tell
) -> dict[str, Any]:  # fmt: skip
    """Write ``flight.mp4`` (H.264) into a folder and return its figures.

    Args:
        asked: how.
        out: the folder.
        city: what is seen.
        mission: whose seed the street life is of, and when it is flown in what weather.
        table: columns of the flight's record.
        tell: progress.

    Raises:
        KeyboardInterrupt: broken off; the film up to there is written.
        MissingPart: PyAV, or what the renderer needs, is not installed.
    """
    eye = DroneCamera(mission, table, asked.width_px)
    start, weather = mission.camera.start, mission.camera.weather
    tell("film", 0.0)
    renderer = make_renderer(city, asked.renderer)
    shooter = Shooter(city, renderer, Ambient(city, mission.seed, start), SkyOver(city, start, weather), mission.seed)
    times = frame_times_ms(round(eye.begin_s * 1000), round(eye.end_s * 1000), asked.fps / asked.fast)

    shot: list[int] = []

    def pictures() -> Iterator[NDArray[np.uint8]]:
        for nth, t_ms in enumerate(times):
            try:
                frame = shooter.frame(eye.at(t_ms / 1000), t_ms)
                tell("film", nth / len(times))
            except KeyboardInterrupt:
                return
            shot.append(t_ms)
            yield annotated(frame.image, NOTHING, eye.caption(t_ms / 1000))

    try:
        write_whole(out / "flight.mp4", lambda part: write_clip(part, pictures(), asked.fps, asked.most_kbit_s))
    finally:
        renderer.close()
    if len(shot) < len(times):
        raise KeyboardInterrupt
    size = (out / "flight.mp4").stat().st_size
    return {
        "frames": len(shot), "fps": asked.fps, "fast": asked.fast, "width_px": asked.width_px, "bytes": size,
        "renderer": renderer.name,
    }  # fmt: skip


NOTHING: Final = Detections(
    np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.uint8), np.zeros(0, np.int64),
    np.zeros(0, "<U12"), np.zeros(0, np.float32),
)  # fmt: skip
