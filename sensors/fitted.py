"""The cheap twin of a real recogniser: the schema of its file, and the check of its weights.

A fitted model says, for a camera and an incident in view: the chance in each second that the alarm rule fires first
in that second (a discrete-time hazard with a random effect for each encounter), the chance that a plate is read whole,
and how far from the truth the alarm's place lies. It ships with what it was fitted on, its error on streets it was not
fitted on, and the hash of the weights. Beside them stands what was counted of false alarms; how many a fleet raises is
the scenario's to say, since no affordable number of rendered hours can measure it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, ValidationError, field_validator

from sensors.fitted_fits import Frozen, HazardFit, PlateFit, QuietFootage
from twin.errors import Fault, InputError
from twin.sky import LIGHTS

Floats = NDArray[np.float64]

FITTED_FILE: Final = Path(__file__).parent / "data" / "fitted_camera.json"


class FittedModel(Frozen):
    """The whole file.

    Attributes:
        picture_width_px: of the pictures it was fitted on. The detector brings every picture to its own input, so an
            object counts with the pixels it has in a picture of this width: see :meth:`density`.
        hazards: by alarm rule.
        plate: whole readings of plates.
        quiet: false alarms as counted, by alarm rule and light (``day``, ``dusk``, ``night``).
        fitted_on, checked_on: what footage, how much, which streets and seeds.
        weights_sha256: of the recogniser's weights file it was fitted to.
    """

    schema_version: int = Field(ge=2, le=2)
    picture_width_px: int = Field(gt=0)
    hazards: Mapping[str, HazardFit]
    plate: PlateFit
    quiet: Mapping[str, Mapping[str, QuietFootage]]
    fitted_on: str = Field(min_length=3)
    checked_on: str = Field(min_length=3)
    weights_sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @field_validator("quiet")
    @classmethod
    def _known_lights(cls, quiet: Mapping[str, Mapping[str, QuietFootage]]) -> Mapping[str, Mapping[str, QuietFootage]]:
        for rule, by_light in quiet.items():
            if unknown := sorted(set(by_light) - set(LIGHTS)):
                raise ValueError(f"{rule}: {', '.join(unknown)} is no light; wanted some of {', '.join(LIGHTS)}")
        return quiet

    def density(self, px_per_m: ArrayLike, width_px: ArrayLike) -> Floats:
        """Return pixel densities of cameras as they would be in pictures of the model's width.

        Twice as wide a picture of the same view comes to the detector's input with the same pixels. A plate is found
        there too, but read from the full picture: for wide pictures the chance of reading is that of the narrower one,
        which is the least it can be.
        """
        return np.asarray(px_per_m, dtype=np.float64) * (self.picture_width_px / np.asarray(width_px, dtype=np.float64))

    def fit_of(self, rule: str) -> HazardFit | PlateFit:
        """Return a rule's fit; that of plates for one without a hazard."""
        return self.hazards.get(rule, self.plate)


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
    if isinstance(content, dict) and content.get("schema_version") == 1:
        raise InputError(asked, "written by an earlier version; `twin vision calibrate` makes it again", path)
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
