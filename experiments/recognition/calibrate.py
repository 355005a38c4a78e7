"""`twin vision calibrate`: from encounters watched by the real recogniser to the fitted model of all cameras."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from experiments.recognition.encounters import CALIBRATION_SEEDS, SECONDS, watch_all
from experiments.recognition.training_views import TRAINING_DISTRICTS
from experiments.request import Tell
from sensors.alarms import load_alarm_rules
from sensors.fitted import FittedModel
from vision.calibrate import calibrate
from vision.recogniser import DEFAULT_WEIGHTS, Recogniser

DELAY_S: Final = 1.5  # assumed, to be swept: encoding, network and recognition, from a frame to the operator's desk


def calibrate_cameras(each: int, seed: int, workers: int, weights: Path | None, tell: Tell) -> FittedModel:
    """Render and recognise ``each`` encounters of every kind of incident, and fit the camera model to them.

    Raises:
        InputError: the weights cannot be used, or there were too few encounters to fit a rule.
        MissingPart: torch or ultralytics is not installed.
    """
    tell("recogniser", 0.0)
    sha256 = Recogniser.load(weights or DEFAULT_WEIGHTS).weights_sha256
    tell("encounters", 0.0)
    found = watch_all(each, seed, workers, weights, lambda share: tell("encounters", share))
    tell("fit", 0.0)
    cities = ", ".join(f"default_city({s}, {list(TRAINING_DISTRICTS)})" for s in CALIBRATION_SEEDS)
    seen = f"{len(found.encounters)} encounters and {len(found.plates)} plates in view"
    fitted_on = f"seed {seed}: {seen}, {SECONDS['crash']} s of a crash, {SECONDS['person_lying']} s of others; {cities}"
    return calibrate(found.encounters, found.plates, found.quiet, load_alarm_rules(), sha256, fitted_on, DELAY_S)
