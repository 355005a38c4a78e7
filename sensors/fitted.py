"""The cheap twin of a real recogniser: the schema of its file, how it is evaluated, and the check of its weights.

A fitted model says, for a camera and an incident in view: the chance in each second that the alarm rule fires first
in that second (a discrete-time hazard), and the chance that a plate is read whole; and how often each rule fires on
nothing. It ships with what it was fitted on, its error on what it was not fitted on, and the hash of the weights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from twin.errors import Fault, InputError
from twin.sky import LIGHTS

Floats = NDArray[np.float64]

FITTED_FILE: Final = Path(__file__).parent / "data" / "fitted_camera.json"
HAZARD_FEATURES: Final = ("one", "log2_height", "dusk", "night", "bad_weather", "occlusion")
PLATE_FEATURES: Final = ("one", "log2_density", "dusk", "night")
REFERENCE_HEIGHT_PX: Final = 32.0
REFERENCE_DENSITY_PX_M: Final = 100.0


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Range(_Frozen):
    """Where a fit holds: below ``low`` nothing is claimed and nothing seen, above ``high`` it counts as ``high``."""

    low: float = Field(gt=0)
    high: float = Field(gt=0)

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} must be less than high {self.high:g}")
        return self


class HazardFit(_Frozen):
    """The hazard of one rule's first alarm, per second.

    Attributes:
        coef: one for each of ``HAZARD_FEATURES``; the hazard is ``logistic(coef . features)``.
        height_px: pixel heights (of ``target_height_m`` facing the camera, ``optics.pixel_height``) it holds for.
        target_height_m: the size the pixel height is of.
        dwell_s: seconds in view before the rule can fire at all; the hazard runs from there.
        delay_s: frame time to the alarm's arrival at the operator.
        score: typical score of the frames that fired.
        held_out_error: mean absolute difference of predicted and observed share detected, on footage not fitted on.
    """

    coef: tuple[float, ...] = Field(min_length=len(HAZARD_FEATURES), max_length=len(HAZARD_FEATURES))
    height_px: Range
    target_height_m: float = Field(gt=0)
    dwell_s: float = Field(default=0.0, ge=0)
    delay_s: float = Field(ge=0)
    score: float = Field(default=0.5, ge=0, le=1)
    held_out_error: float = Field(ge=0, le=1)

    def hazard(self, height_px: ArrayLike, light: str, weather: str, occlusion: ArrayLike = 0.0) -> Floats:
        """Return the hazard per second for each pixel height and share hidden (0 to 1); 0 below the range."""
        height = np.asarray(height_px, dtype=np.float64)
        size = np.log2(np.clip(height, self.height_px.low, self.height_px.high) / REFERENCE_HEIGHT_PX)
        fixed = self.coef[0] + light_terms(light, self.coef[2], self.coef[3]) + self.coef[4] * (weather != "clear")
        linear = fixed + self.coef[1] * size + self.coef[5] * np.asarray(occlusion, dtype=np.float64)
        return np.where(height < self.height_px.low, 0.0, logistic(linear))


class PlateFit(_Frozen):
    """The chance that a plate in view is read whole.

    Attributes:
        coef: one for each of ``PLATE_FEATURES``.
        px_per_m: densities it holds for.
        dwell_s, delay_s, score, held_out_error: as in :class:`HazardFit`.
    """

    coef: tuple[float, ...] = Field(min_length=len(PLATE_FEATURES), max_length=len(PLATE_FEATURES))
    px_per_m: Range
    dwell_s: float = Field(default=0.0, ge=0)
    delay_s: float = Field(ge=0)
    score: float = Field(default=0.5, ge=0, le=1)
    held_out_error: float = Field(ge=0, le=1)

    def p_read(self, px_per_m: ArrayLike, light: str) -> Floats:
        """Return the chance of a whole reading at each density; 0 below the range."""
        density = np.asarray(px_per_m, dtype=np.float64)
        size = np.log2(np.clip(density, self.px_per_m.low, self.px_per_m.high) / REFERENCE_DENSITY_PX_M)
        linear = self.coef[0] + self.coef[1] * size + light_terms(light, self.coef[2], self.coef[3])
        return np.where(density < self.px_per_m.low, 0.0, logistic(linear))


class FalseAlarmRate(_Frozen):
    """False alarms of one rule in one light, per camera hour, with the interval the footage watched allows.

    Attributes:
        per_camera_hour: the rate that is simulated.
        low, high: 95 % interval.
        camera_hours: footage without incidents it was counted on.
    """

    per_camera_hour: float = Field(ge=0)
    low: float = Field(ge=0)
    high: float = Field(ge=0)
    camera_hours: float = Field(gt=0)

    @model_validator(mode="after")
    def _holds_the_rate(self) -> FalseAlarmRate:
        if not self.low <= self.per_camera_hour <= self.high:
            raise ValueError(f"the interval {self.low:g} to {self.high:g} must hold the rate {self.per_camera_hour:g}")
        return self


class FittedModel(_Frozen):
    """The whole file.

    Attributes:
        hazards: by alarm rule.
        plate: whole readings of plates.
        false_alarms: by alarm rule and light (``day``, ``dusk``, ``night``).
        fitted_on: what footage, how much, which seeds.
        weights_sha256: of the recogniser's weights file it was fitted to.
    """

    schema_version: int = Field(ge=1, le=1)
    hazards: Mapping[str, HazardFit]
    plate: PlateFit
    false_alarms: Mapping[str, Mapping[str, FalseAlarmRate]]
    fitted_on: str = Field(min_length=3)
    weights_sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @field_validator("false_alarms")
    @classmethod
    def _every_light(
        cls, rates: Mapping[str, Mapping[str, FalseAlarmRate]]
    ) -> Mapping[str, Mapping[str, FalseAlarmRate]]:
        for rule, by_light in rates.items():
            if set(by_light) != set(LIGHTS):
                raise ValueError(
                    f"{rule} has rates for {', '.join(by_light) or 'no light'}; wanted {', '.join(LIGHTS)}"
                )
        return rates


def logistic(linear: ArrayLike) -> Floats:
    """Return ``1 / (1 + exp(-linear))`` without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(np.asarray(linear, dtype=np.float64), -60.0, 60.0)))


def light_terms(light: str, dusk: float, night: float) -> float:
    """Return the coefficient that applies in that light; day is the reference.

    Raises:
        ValueError: not a light.
    """
    if light not in LIGHTS:
        raise ValueError(f"light must be one of {', '.join(LIGHTS)}, not {light!r}")
    return {"day": 0.0, "dusk": dusk, "night": night}[light]


def hazard_features(height_px: ArrayLike, light: ArrayLike, weather: ArrayLike, occlusion: ArrayLike) -> Floats:
    """Return the (n, 6) features ``HAZARD_FEATURES``, for whoever fits the model."""
    height, lights, weathers, hidden = np.broadcast_arrays(height_px, light, weather, occlusion)
    columns = [np.ones(height.shape), np.log2(height / REFERENCE_HEIGHT_PX), lights == "dusk", lights == "night"]
    return np.column_stack([*columns, weathers != "clear", hidden]).astype(np.float64)


def plate_features(px_per_m: ArrayLike, light: ArrayLike) -> Floats:
    """Return the (n, 4) features ``PLATE_FEATURES``, for whoever fits the model."""
    density, lights = np.broadcast_arrays(px_per_m, light)
    size = np.log2(density / REFERENCE_DENSITY_PX_M)
    return np.column_stack([np.ones(density.shape), size, lights == "dusk", lights == "night"]).astype(np.float64)


def load_fitted(path: Path | None = None) -> FittedModel:
    """Read a fitted model, by default the one that ships with the project.

    Raises:
        InputError: missing, not JSON or with faults; all of them at once.
    """
    path = path or FITTED_FILE
    asked = f"read the fitted camera model {path.name}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as fault:
        raise InputError(asked, [Fault(f"not JSON: {fault.msg} at column {fault.colno}", fault.lineno)], path) from None
    except (OSError, UnicodeDecodeError) as fault:
        why = getattr(fault, "strerror", None) or "not UTF-8 text"
        raise InputError(asked, f"{why}; `twin vision calibrate` makes it", path) from None
    try:
        return FittedModel.model_validate(content)
    except ValidationError as refused:
        faults = [Fault(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}") for e in refused.errors()]
        raise InputError(asked, faults, path) from None


def save_fitted(model: FittedModel, path: Path) -> None:
    """Write a fitted model as JSON with sorted keys, so that equal models are equal files."""
    path.write_text(json.dumps(model.model_dump(mode="json"), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def check_weights(model: FittedModel, sha256: str) -> None:
    """Refuse weights that the model was not fitted to.

    Raises:
        InputError: the hashes differ.
    """
    if model.weights_sha256 != sha256.lower():
        raise InputError(
            "use the fitted camera model with these weights",
            f"it was fitted to weights {model.weights_sha256[:12]}..., found {sha256[:12]}...; "
            "run `twin vision calibrate` to fit it to these",
        )
