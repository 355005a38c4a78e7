"""How imperfect a camera is: a record, what is usual for a camera under a sky, and named levels of each fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.errors import InputError, unknown_name
from twin.sky import Sky
from twin.streams import draw_unit, stream

FAULTS: Final = (
    "distortion", "motion", "softness", "noise", "exposure", "glare", "dirt", "compression", "dropped",
)  # fmt: skip
LEVELS: Final = ("none", "usual", "strong")
STREAM_FPS: Final = 25.0
_REFERENCE_PX: Final = 960 * 540  # bit rates below are for a picture of this size
_EXPOSURE_MS: Final = {"day": 2.5, "dusk": 12.0, "night": 25.0}  # assumed: as a camera of F1.6 sets them at 25 frames/s
_NOISE: Final = {"day": 1.8, "dusk": 4.0, "night": 7.5}  # grey levels of 255, assumed
_OWN: Final = 8  # draws a camera keeps all its life


@dataclass(frozen=True, slots=True)
class Faults:
    """How imperfect one camera is at one moment; without arguments it is perfect.

    Attributes:
        k1, k2: radial distortion (Brown-Conrady) beside that of the camera's lens; the truth follows the pixels.
        exposure_ms: how long the shutter is open: what moves is smeared along its way.
        shake_px: how far the picture moves on the sensor meanwhile.
        blur_px: sigma of the lens's blur.
        noise: sigma of the noise, in grey levels of 255.
        exposure_ev: how far the automatic exposure is off, in stops.
        gain_spread: relative spread of the exposure from frame to frame.
        glare: of the sun and of headlamps, in [0, 1].
        dirt: on the dome, in [0, 1].
        bitrate_kbps: of the stream at 25 frames/s; 0 leaves the picture uncompressed.
        dropped: share of a clip's frames that never arrive.
    """

    k1: float = 0.0
    k2: float = 0.0
    exposure_ms: float = 0.0
    shake_px: float = 0.0
    blur_px: float = 0.0
    noise: float = 0.0
    exposure_ev: float = 0.0
    gain_spread: float = 0.0
    glare: float = 0.0
    dirt: float = 0.0
    bitrate_kbps: float = 0.0
    dropped: float = 0.0


def faults_of(camera: Camera, sky: Sky, seed: int, levels: Mapping[str, str] | None = None) -> Faults:
    """Return the faults of a camera under a sky; each camera has its own, the same all its life.

    Args:
        camera: whose.
        sky: its light decides how long the shutter is open and how strong the noise is.
        seed: the same seed, the same faults.
        levels: level (``none``, ``usual``, ``strong``) by name of fault; ``usual`` where none is given.

    Raises:
        InputError: there is no such fault or level.
    """
    levels = levels or {}
    wrong = [unknown_name("fault", name, FAULTS) for name in levels if name not in FAULTS]
    wrong += [unknown_name(f"level of {name}", level, LEVELS) for name, level in levels.items() if level not in LEVELS]
    if wrong:
        raise InputError("set the faults of a camera", "; ".join(wrong))
    key = np.frombuffer(camera.id.encode(), np.uint8).astype(np.int64)
    own = draw_unit(seed, "camera faults", int(np.dot(key, np.arange(1, len(key) + 1))), np.arange(_OWN))
    fields: dict[str, float] = {}
    for name in FAULTS:
        level = levels.get(name, "usual")
        if level != "none":
            fields |= _fields(name, level == "strong", camera, sky, own)
    return Faults(**fields)


def _fields(name: str, strong: bool, camera: Camera, sky: Sky, own: NDArray[Any]) -> dict[str, float]:
    """Return what one fault sets in the record; all figures are assumed unless said otherwise."""
    own = own.astype(float)
    if name == "distortion":  # a lens sold as free of it has none beside its own
        return {"k1": -0.18} if strong else {}
    if name == "motion":
        open_ms = _EXPOSURE_MS[sky.light] * (0.8 + 0.4 * own[0])
        return {"exposure_ms": min(3.0 * open_ms, 40.0), "shake_px": 1.5} if strong else {"exposure_ms": open_ms}
    if name == "softness":
        return {"blur_px": 1.6 if strong else 0.35 + 0.35 * own[1]}
    if name == "noise":
        return {"noise": _NOISE[sky.light] * (0.7 + 0.6 * own[2]) * (2.5 if strong else 1.0)}
    if name == "exposure":
        side = 1.0 if own[3] < 0.5 else -1.0
        return {"exposure_ev": 1.0 * side if strong else 0.4 * (own[3] - 0.5), "gain_spread": 0.03}
    if name == "glare":
        return {"glare": 1.0 if strong else 0.2 + 0.3 * own[4]}
    if name == "dirt":
        return {"dirt": 0.9 if strong else 0.5 * own[5] ** 4}
    if name == "compression":
        scale = camera.width_px * camera.height_px / _REFERENCE_PX
        return {"bitrate_kbps": scale * (600.0 if strong else 1500.0 * 3.0 ** own[6])}
    return {"dropped": 0.05 if strong else 0.004 * own[7]}


def frame_stream(camera: Camera, t_ms: int, seed: int) -> np.random.Generator:
    """Return the random stream of one frame."""
    return stream(seed, "frame", camera.id, str(t_ms))


def dropped(faults: Faults, camera: Camera, t_ms: int, seed: int) -> bool:
    """Return whether a clip's frame of this moment never arrives; a viewer keeps showing the one before."""
    return bool(stream(seed, "dropped frame", camera.id, str(t_ms)).random() < faults.dropped)
