"""The parts of a fitted camera model: each rule's hazard, reading of plates, place of alarms, and the checks.

All are functions of how large the object is in the picture, the light, the weather and the share of it that is hidden.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sensors.frailty import logistic, p_within
from twin.sky import LIGHTS, WEATHERS

Floats = NDArray[np.float64]

HAZARD_FEATURES: Final = (
    "one", "log2_height", "log2_height_squared", "dusk", "night", "rain", "fog", "snow", "dust", "occlusion",
)  # fmt: skip
PLATE_FEATURES: Final = (*(name.replace("height", "density") for name in HAZARD_FEATURES), "facing")
REFERENCE_HEIGHT_PX: Final = 32.0
REFERENCE_DENSITY_PX_M: Final = 100.0
_SIZES: Final = 3  # features before the light's
_LEVELS: Final = (*LIGHTS[1:], *WEATHERS[1:])  # day and clear weather are what the others are told against


class Frozen(BaseModel):
    """A part of the file: nothing unknown in it, and no number that is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Range(Frozen):
    """Where a fit holds: below ``low`` nothing is claimed and nothing seen, above ``high`` it counts as ``high``."""

    low: float = Field(gt=0)
    high: float = Field(gt=0)

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} must be less than high {self.high:g}")
        return self

    def log2(self, size: ArrayLike, reference: float) -> Floats:
        """Return log2 of sizes against a reference, held within the range; NaN below it."""
        sizes = np.asarray(size, dtype=np.float64)
        held = np.log2(np.clip(sizes, self.low, self.high) / reference)
        return np.where(sizes < self.low, np.nan, held)


class Bin(Frozen):
    """Encounters of about the same predicted chance: what was predicted of them, and what became of them.

    Attributes:
        n: how many.
        predicted: mean chance by the model.
        observed: share that the recogniser's rule fired on.
        low, high: 95 % interval of the observed share.
    """

    n: int = Field(ge=1)
    predicted: float = Field(ge=0, le=1)
    observed: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Check(Frozen):
    """A fit held against the recogniser on streets it was not fitted on.

    Attributes:
        encounters, cameras: it was held against.
        error: expected calibration error: mean over all encounters of the gap between predicted and observed share
            of their bin.
        error_by_chance: what that error would be on average if the model were exactly true: noise of so few encounters.
        share_predicted, share_observed: of encounters that raise the alarm, mean over cameras.
        bins: the reliability diagram.
    """

    encounters: int = Field(ge=0)
    cameras: int = Field(ge=0)
    error: float = Field(ge=0, le=1)
    error_by_chance: float = Field(ge=0, le=1)
    share_predicted: float = Field(ge=0, le=1)
    share_observed: float = Field(ge=0, le=1)
    bins: tuple[Bin, ...] = ()

    @property
    def share_gap(self) -> float:
        """Predicted less observed share of encounters detected per camera, without its sign."""
        return abs(self.share_predicted - self.share_observed)


class PositionFit(Frozen):
    """How far an alarm's place lies from the true one: lognormal, the direction even.

    Attributes:
        log_median_m: natural log of the median at ``REFERENCE_DENSITY_PX_M``.
        slope: its change for each doubling of the density.
        log_sd: standard deviation of the natural log.
        n: places it was fitted to.
        within_half, within_nine_tenths: share of places on other streets within the fitted median and 90 % quantile.
    """

    log_median_m: float
    slope: float
    log_sd: float = Field(ge=0, le=5)
    n: int = Field(default=0, ge=0)
    within_half: float | None = Field(default=None, ge=0, le=1)
    within_nine_tenths: float | None = Field(default=None, ge=0, le=1)

    def off_m(self, px_per_m: ArrayLike, normal: ArrayLike = 0.0) -> Floats:
        """Return the distance at each density for standard normal draws; the median without any."""
        doublings = np.log2(np.maximum(np.asarray(px_per_m, dtype=np.float64), 1e-3) / REFERENCE_DENSITY_PX_M)
        log_m = self.log_median_m + self.slope * doublings + self.log_sd * np.asarray(normal, dtype=np.float64)
        return np.exp(np.clip(log_m, -10.0, np.log(MOST_OFF_M)))


MOST_OFF_M: Final = 50.0
"""No alarm is put farther off than this."""


class _Fit(Frozen):
    """What every fit says beside its coefficients.

    Attributes:
        dwell_s: seconds in view before the rule can fire at all.
        delay_s: frame time to the alarm's arrival at the operator, where no frame waits for a recogniser.
        score: typical score of the frames that fired.
        hit_share: share of frames in which the rule's condition held, of encounters that raised the alarm: of those,
            a loaded recogniser must not lose too many.
        position: of its alarms.
        n: encounters it was fitted to.
        check: against streets it was not fitted on.
    """

    dwell_s: float = Field(default=0.0, ge=0)
    delay_s: float = Field(ge=0)
    score: float = Field(default=0.5, ge=0, le=1)
    hit_share: float = Field(default=1.0, gt=0, le=1)
    position: PositionFit
    n: int = Field(default=0, ge=0)
    check: Check

    @property
    def held_out_error(self) -> float:
        """Calibration error on streets it was not fitted on."""
        return self.check.error


class HazardFit(_Fit):
    """The hazard of one rule's first alarm, per second, of encounters with a random effect each.

    Attributes:
        coef: one for each of ``HAZARD_FEATURES``.
        frailty_sd: standard deviation of the effect on the logit; see :mod:`sensors.frailty`.
        height_px: pixel heights (of ``target_height_m`` facing the camera) it holds for, in a picture of the model's
            width.
        target_height_m: the size the pixel height is of.
    """

    coef: tuple[float, ...] = Field(min_length=len(HAZARD_FEATURES), max_length=len(HAZARD_FEATURES))
    frailty_sd: float = Field(ge=0, le=20)
    height_px: Range
    target_height_m: float = Field(gt=0)

    def linear(self, height_px: ArrayLike, light: str, weather: str, occlusion: ArrayLike = 0.0) -> Floats:
        """Return the logit of the hazard for an encounter of effect 0, at each height; -inf below the range."""
        size = self.height_px.log2(height_px, REFERENCE_HEIGHT_PX)
        return _linear(self.coef, size, light, weather, occlusion)

    def hazard(
        self, height_px: ArrayLike, light: str, weather: str, occlusion: ArrayLike = 0.0, frailty: float = 0.0
    ) -> Floats:
        """Return the hazard per second for an encounter of that standard normal effect; 0 below the range."""
        linear = self.linear(height_px, light, weather, occlusion)
        return np.where(np.isneginf(linear), 0.0, logistic(linear + self.frailty_sd * frailty))

    def p_alarm(
        self,
        height_px: ArrayLike,
        light: str,
        weather: str,
        seen_s: float,
        occlusion: ArrayLike = 0.0,
        time_share: ArrayLike = 1.0,
    ) -> Floats:
        """Return the chance of an alarm while something is in view for so long, over all effects.

        Args:
            height_px: (...) in a picture of the model's width.
            light: as in ``twin.sky``.
            weather: likewise.
            seen_s: seconds in view; the dwell is taken off.
            occlusion: share hidden.
            time_share: share of the time the camera looks there.
        """
        trials = max(0.0, float(np.floor(seen_s - self.dwell_s)))
        return p_within(self.linear(height_px, light, weather, occlusion), self.frailty_sd, trials, time_share)


class PlateFit(_Fit):
    """The chance that a plate that passes is read whole, twice, as the rule asks.

    Attributes:
        coef: one for each of ``PLATE_FEATURES``; ``facing`` is 1 for a camera that hangs to look along the traffic.
        px_per_m: densities it holds for, in a picture of the model's width.
    """

    coef: tuple[float, ...] = Field(min_length=len(PLATE_FEATURES), max_length=len(PLATE_FEATURES))
    px_per_m: Range

    def p_read(
        self,
        px_per_m: ArrayLike,
        light: str,
        weather: str = "clear",
        occlusion: ArrayLike = 0.0,
        facing: ArrayLike = False,
    ) -> Floats:
        """Return the chance of a whole reading at each density; 0 below the range."""
        size = self.px_per_m.log2(px_per_m, REFERENCE_DENSITY_PX_M)
        linear = _linear(self.coef, size, light, weather, occlusion)
        linear = linear + self.coef[-1] * np.asarray(facing, dtype=np.float64)
        return np.where(np.isneginf(linear), 0.0, logistic(linear))


class QuietFootage(Frozen):
    """False alarms of one rule in one light, as counted on rendered footage: what the hours watched allow to say.

    Attributes:
        alarms: that showed nothing staged.
        camera_hours: watched.
        low, high: exact 95 % Poisson interval of the rate per camera-hour (Garwood, 1936).
    """

    alarms: int = Field(ge=0)
    camera_hours: float = Field(gt=0)
    low: float = Field(ge=0)
    high: float = Field(ge=0)


def _linear(coef: tuple[float, ...], size: Floats, light: str, weather: str, occlusion: ArrayLike) -> Floats:
    fixed = coef[0] + _term(coef, light, LIGHTS) + _term(coef, weather, WEATHERS)
    hidden = coef[_SIZES + len(_LEVELS)] * np.asarray(occlusion, dtype=np.float64)
    linear = fixed + coef[1] * size + coef[2] * size**2 + hidden
    return np.asarray(np.where(np.isnan(linear), -np.inf, linear), dtype=np.float64)


def _term(coef: tuple[float, ...], level: str, levels: tuple[str, ...]) -> float:
    """Return the coefficient of a light or a weather; the first of each is what the others are told against.

    Raises:
        ValueError: not one of them.
    """
    if level not in levels:
        raise ValueError(f"wanted one of {', '.join(levels)}, not {level!r}")
    return 0.0 if level == levels[0] else coef[_SIZES + _LEVELS.index(level)]


def features_of(
    log2_size: ArrayLike, light: ArrayLike, weather: ArrayLike, occlusion: ArrayLike, facing: ArrayLike | None = None
) -> Floats:
    """Return (n, m) features for whoever fits: ``HAZARD_FEATURES``, or ``PLATE_FEATURES`` where ``facing`` is given.

    Args:
        log2_size: (n,) log2 of height or density against its reference.
        light: (n,) or one for all.
        weather: likewise.
        occlusion: likewise.
        facing: likewise; None for a hazard.
    """
    size, lights, weathers, hidden = np.broadcast_arrays(log2_size, light, weather, occlusion)
    columns = [np.ones(size.shape), size, size**2]
    columns += [lights == level for level in LIGHTS[1:]] + [weathers == level for level in WEATHERS[1:]] + [hidden]
    if facing is not None:
        columns.append(np.broadcast_to(facing, size.shape))
    return np.column_stack(columns).astype(np.float64)
