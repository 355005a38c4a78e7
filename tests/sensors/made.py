"""Cameras, rasters, incidents and fitted models made by hand, with answers that can be worked out on paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera, CameraFleet, fleet_of
from sensors.fitted import FittedModel
from tests.towns import SOUTH_M, WEST_M
from twin.city.heights import HeightRaster
from twin.records import Incident, Service, Visual

SERVICES = {"crash": Service.POLICE, "fire": Service.FIRE, "person_lying": Service.AMBULANCE}


def raster_of(height_dm: NDArray[np.uint16]) -> HeightRaster:
    """Return a raster of 1 m cells whose south-west corner, at 300 rows, is the town's."""
    return HeightRaster(1.0, WEST_M, SOUTH_M + 300.0, height_dm)


def empty_raster(rows: int = 300, columns: int = 300) -> HeightRaster:
    return raster_of(np.zeros((rows, columns), np.uint16))


def camera(name: str = "c", x: float = 150.0, y: float = 150.0, **changes: Any) -> Camera:
    """Return a camera 6 m up at (x, y) metres from the town's corner, looking north and 15 degrees down."""
    plain: dict[str, Any] = {
        "kind": "fixed",
        "height_m": 6.0,
        "bearing_deg": 0.0,
        "pitch_deg": -15.0,
        "hfov_deg": 90.0,
        "width_px": 1920,
        "height_px": 1080,
        "range_m": 80.0,
    }
    return Camera(id=name, x_m=WEST_M + x, y_m=SOUTH_M + y, **(plain | changes))


def fleet(*cameras: Camera) -> CameraFleet:
    return fleet_of(cameras)


def incident(number: int, x: float, y: float, visual: Visual = Visual.PERSON_LYING, **changes: Any) -> Incident:
    plain: dict[str, Any] = {
        "t_ms": 0,
        "service": SERVICES.get(visual.value, Service.POLICE),
        "category": visual.value,
        "priority": 1,
        "node": 0,
        "visible_ms": 600_000,
        "on_scene_ms": 600_000,
        "transport": False,
    }
    return Incident(id=number, x_m=WEST_M + x, y_m=SOUTH_M + y, visual=visual, **(plain | changes))


def fitted_dict(hazard_logit: float = -2.0, frailty_sd: float = 0.0) -> dict[str, Any]:
    """Return the content of a fitted model's file whose hazard depends on light, weather and what is hidden alone.

    Pictures of its width are 1920 px wide, as those of :func:`camera`. Alarms are a centimetre off.
    """
    check = {"encounters": 100, "cameras": 10, "error": 0.05, "error_by_chance": 0.03, "share_predicted": 0.5,
             "share_observed": 0.5}  # fmt: skip
    position = {"log_median_m": math.log(0.01), "slope": 0.0, "log_sd": 0.0}
    hazard = {
        "coef": [hazard_logit, 0.0, 0.0, -0.5, -1.0, -0.5, -0.5, -0.5, -0.5, -2.0],
        "frailty_sd": frailty_sd,
        "height_px": {"low": 8.0, "high": 400.0},
        "target_height_m": 1.5,
        "delay_s": 0.5,
        "position": position,
        "check": check,
    }
    plate = {
        "coef": [2.0, 1.0, 0.0, -0.5, -1.0, -0.5, -0.5, -0.5, -0.5, -2.0, 0.0],
        "px_per_m": {"low": 50.0, "high": 500.0},
        "delay_s": 0.5,
        "position": position,
        "check": check,
    }
    quiet = {"alarms": 0, "camera_hours": 10.0, "low": 0.0, "high": 0.3689}
    return {
        "schema_version": 2,
        "picture_width_px": 1920,
        "hazards": dict.fromkeys(("crash", "fire", "person_lying"), hazard),
        "plate": plate,
        "quiet": {"person_lying": dict.fromkeys(("day", "dusk", "night"), quiet)},
        "fitted_on": "nothing: numbers made up for tests",
        "checked_on": "nothing either",
        "weights_sha256": "0" * 64,
    }


def fitted(hazard_logit: float = -2.0, frailty_sd: float = 0.0) -> FittedModel:
    return FittedModel.model_validate(fitted_dict(hazard_logit, frailty_sd))
