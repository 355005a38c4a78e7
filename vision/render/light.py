"""How bright and what colour the light is, for one sky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.sky import Sky

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """Light as the shaders want it; intensities are linear, 1 is a sunlit white wall.

    Attributes:
        sun_way: unit vector towards the sun, x east, y north, z up.
        sun: light of the sun, black when it is down or hidden.
        above, below: light from the sky and back from the ground.
        zenith, horizon: colours of the sky itself.
        haze_per_m: how much of the view fog, dust, rain or snow take away with distance.
        lamps: 1 when street lamps, windows and driving lights burn, else 0.
        snow: how white upward faces are, in [0, 1].
        wet: how wet the ground is, in [0, 1].
        exposure: what a camera sets for this light.
        windows: share of windows lit from within when lamps burn, in [0, 1]: most in the evening, few late at night.
    """

    sun_way: Rgb
    sun: Rgb
    above: Rgb
    below: Rgb
    zenith: Rgb
    horizon: Rgb
    haze_per_m: float
    lamps: float
    snow: float
    wet: float
    exposure: float
    windows: float


SUN_STEP_DEG = 0.25
"""The sun moves in such steps, a minute or less, so that a camera's picture of what stands can be kept meanwhile."""

_HAZE = {"clear": 1 / 2500, "rain": 1 / 450, "fog": 1 / 75, "snow": 1 / 220, "dust": 1 / 140}
_DIM = {"clear": 1.0, "rain": 0.08, "fog": 0.05, "snow": 0.12, "dust": 0.35}


# share of lit windows by the sun's elevation in degrees; assumed
_WINDOWS = ((-65.0, -35.0, -20.0, -8.0, 2.0), (0.08, 0.20, 0.38, 0.45, 0.15))


def light_of(sky: Sky) -> Light:
    """Return the light under a sky.

    Daylight grows over civil twilight and the sun's first 8 degrees; a low sun is warm. Street lamps burn while the sun
    is below 1 degree, and in fog and dust below 10. All changes in steps of :data:`SUN_STEP_DEG`.
    """
    e, azimuth = (round(deg / SUN_STEP_DEG) * SUN_STEP_DEG for deg in (sky.sun_elevation_deg, sky.sun_azimuth_deg))
    day = float(np.clip((e + 6.0) / 14.0, 0.0, 1.0)) ** 1.5
    up = float(np.clip((e + 0.5) / 8.0, 0.0, 1.0))
    warm = float(np.clip(1.0 - e / 20.0, 0.0, 1.0))
    clear = _DIM[sky.weather]
    sun = np.array([1.0, 0.95 - 0.25 * warm, 0.86 - 0.5 * warm]) * up * clear * 1.5
    grey = 1.0 - clear
    tint = _tint(sky.weather)
    above = (np.array([0.33, 0.38, 0.46]) * (1 - grey) + np.array([0.62, 0.63, 0.65]) * grey) * tint * day
    above = above + np.array([0.026, 0.028, 0.036])
    horizon = (np.array([0.66, 0.74, 0.82]) * (1 - grey) + 0.70 * grey) * tint * day
    horizon = (
        horizon + np.array([0.30, 0.12, 0.0]) * warm * day * (1 - day) * 1.6 * clear + np.array([0.016, 0.016, 0.020])
    )
    zenith = (np.array([0.22, 0.40, 0.72]) * (1 - grey) + 0.58 * grey) * tint * day + np.array([0.004, 0.005, 0.010])
    dark = e < 1.0 or (sky.weather in ("fog", "dust") and e < 10.0)
    a, h = np.radians(azimuth), np.radians(max(e, 4.0))
    way = (float(np.sin(a) * np.cos(h)), float(np.cos(a) * np.cos(h)), float(np.sin(h)))
    return Light(
        sun_way=way,
        sun=_rgb(sun),
        above=_rgb(above),
        below=_rgb(above * 0.45 + sun * 0.12),
        zenith=_rgb(zenith),
        horizon=_rgb(horizon),
        haze_per_m=_HAZE[sky.weather],
        lamps=1.0 if dark else 0.0,
        snow=0.8 if sky.weather == "snow" else 0.0,
        wet=1.0 if sky.weather == "rain" else 0.0,
        exposure=1.0 + 1.5 * (1 - day),
        windows=float(np.interp(e, _WINDOWS[0], _WINDOWS[1])),
    )


def _tint(weather: str) -> np.ndarray:
    return np.array([1.0, 0.84, 0.62]) if weather == "dust" else np.ones(3)


def _rgb(values: np.ndarray) -> Rgb:
    return float(values[0]), float(values[1]), float(values[2])
