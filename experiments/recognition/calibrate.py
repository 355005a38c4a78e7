"""`twin vision calibrate`: from encounters watched by the real recogniser to the fitted model of all cameras."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from experiments.recognition.collection import CHECKED_STREETS, FITTED_STREETS, Collection, Streets
from experiments.recognition.encounter_views import KINDS, SECONDS
from experiments.request import Tell
from reports.calibration import write_calibration
from sensors.alarms import load_alarm_rules
from sensors.fitted import FittedModel
from sensors.fitted_load import FittedLoad, load_fitted_load
from sensors.stream_load import kept_alarms
from twin.runfolder import write_whole
from vision.calibrate import calibrate
from vision.calibration_rows import Findings
from vision.recogniser import DEFAULT_WEIGHTS, Recogniser

DELAY_S: Final = 1.5  # assumed, to be swept: encoding and network, from a frame to the operator's desk, without load
TARGET: Final = 0.05
LOADS: Final = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class Calibration:
    """A fitted model, with what is said of it.

    Attributes:
        model: ready to be kept.
        report: as ``calibration.json`` holds it.
        page: the report page, with the reliability diagram beside it.
    """

    model: FittedModel
    report: dict[str, Any]
    page: Path


def render_views(folder: Path, views: int, seed: int, workers: int, footage: Path, tell: Tell) -> None:
    """Render the views of a calibration and keep them under ``footage``, for whichever weights come later.

    Raises:
        MissingPart: no renderer is installed.
    """
    collection = Collection(folder, None, "", seed, views, footage)
    folder.mkdir(parents=True, exist_ok=True)
    tell("views", 0.0)
    collection.render(workers, lambda share: tell("views", share))


def calibrate_cameras(
    folder: Path, views: int, seed: int, workers: int, weights: Path | None, footage: Path | None, tell: Tell
) -> Calibration:
    """Render and recognise views of several cities, and fit the camera model to half of the cities.

    Args:
        folder: for encounters as they come, ``calibration.json``, ``report.html`` and ``reliability.png``.
        views: in all; each meets a handful of incidents.
        seed: of all draws.
        workers: processes that render and recognise.
        weights: of the detector; None are those shipped.
        footage: folder in which rendered views are kept, and taken from; None renders them and keeps none.
        tell: told of progress.

    Raises:
        InputError: the weights cannot be used, the folder is of others, or there were too few encounters to fit a rule.
        MissingPart: torch or ultralytics is not installed.
    """
    tell("recogniser", 0.0)
    sha256 = Recogniser.load(weights or DEFAULT_WEIGHTS).weights_sha256
    collection = Collection(folder, weights, sha256, seed, views, footage)
    collection.open()
    tell("encounters", 0.0)
    collection.collect(workers, lambda share: tell("encounters", share))
    tell("fit", 0.0)
    fitted, checked = collection.findings(FITTED_STREETS), collection.findings(CHECKED_STREETS)
    told = _told(fitted, FITTED_STREETS, seed, views), _told(checked, CHECKED_STREETS, seed, views)
    model = calibrate(fitted, checked, load_alarm_rules(), sha256, told, DELAY_S)
    report = report_of(model, fitted + checked)
    write_whole(
        folder / "calibration.json",
        lambda part: part.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8"),
    )
    return Calibration(model, report, write_calibration(folder))


def report_of(model: FittedModel, found: Findings) -> dict[str, Any]:
    """Return what the page of a calibration shows: the checks, what was met, and what was counted of false alarms."""
    fits = {**model.hazards, "listed_plate": model.plate}
    rules = {
        name: {
            "n": fit.n, "check": fit.check.model_dump(mode="json") | {"share_gap": round(fit.check.share_gap, 4)},
            "holds": fit.check.error <= TARGET and fit.check.share_gap <= TARGET,
            "position": fit.position.model_dump(mode="json"), "delay_s": fit.delay_s, "dwell_s": fit.dwell_s,
            "hit_share": fit.hit_share, "coef": list(fit.coef), "frailty_sd": getattr(fit, "frailty_sd", None),
        }
        for name, fit in fits.items()
    }  # fmt: skip
    met = {
        what: dict(sorted(Counter(str(getattr(e, what)) for e in found.encounters).items()))
        for what in ("rule", "light", "weather", "streets")
    }
    load = load_fitted_load()
    quiet = {rule: {light: row.model_dump() for light, row in rows.items()} for rule, rows in model.quiet.items()}
    return {
        "kind": "calibration", "target": TARGET, "rules": rules, "met": met, "quiet": quiet,
        "fitted_on": model.fitted_on, "checked_on": model.checked_on, "weights_sha256": model.weights_sha256,
        "picture_width_px": model.picture_width_px, "load": under_load(model, load),
        "load_machine": load.machine if load.weights_sha256 == model.weights_sha256 else "",
    }  # fmt: skip


def under_load(model: FittedModel, load: FittedLoad) -> list[dict[str, Any]]:
    """Return what is left of each rule's alarms, and how much later they come, by cameras that share a server.

    Nothing where the load was measured with other weights.
    """
    if load.weights_sha256 != model.weights_sha256:
        return []
    rules, rows = load_alarm_rules(), []
    for streams in LOADS:
        curve = load.at(streams)
        kept = {
            rule.name: round(kept_alarms(curve.lost_share, rule, model.fit_of(rule.name).hit_share), 4)
            for rule in rules.rules
        }
        wait_s = [round(curve.wait_at(share) / 1000, 3) for share in (0.5, 0.95)]
        rows.append({"streams": streams, "lost_share": round(curve.lost_share, 4), "wait_s": wait_s, "kept": kept})
    return rows


def _told(found: Findings, streets: tuple[Streets, ...], seed: int, views: int) -> str:
    cities = ", ".join(f"default_city({number}, [{district!r}])" for district, number in streets)
    seen = Counter(e.rule for e in found.encounters)
    what = ", ".join(f"{count} {rule}" for rule, count in sorted(seen.items()))
    cameras = len({e.camera for e in found.encounters})
    seconds = ", ".join(f"{name} {SECONDS[name]} s" for name, kind in KINDS.items() if kind.share)
    return (
        f"{len(found.encounters)} encounters ({what}) before {cameras} cameras of {cities}; seed {seed}, "
        f"{views} views in all, watched for {seconds}"
    )
