"""From measured levels of load to the fitted load model: service times of some levels, held against the others."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, isnan

import numpy as np

from experiments.recognition.load_report import Level
from sensors.fitted_load import QUANTILES, FittedLoad, LoadCurve, LoadLevel


def fitted_load(
    levels: Sequence[Level], fps: float, places: int, machine: str, footage: str, weights_sha256: str
) -> FittedLoad:
    """Fit service times to every other level, the highest first, and say how far the model is off on the rest."""
    used = [(len(levels) - 1 - row) % 2 == 0 for row in range(len(levels))]
    times_s = np.concatenate([level.service_s for level, fits in zip(levels, used, strict=True) if fits])
    service_ms = np.quantile(1000 * times_s, np.linspace(0, 1, QUANTILES)).round(3).tolist()
    fitted_on = f"{footage}; {len(times_s)} frames"
    model = FittedLoad(
        schema_version=1, frames_per_s=fps, places=places, drop_rule="oldest", service_ms=tuple(service_ms), levels=(),
        held_out_error=0.0, machine=machine, fitted_on=fitted_on, weights_sha256=weights_sha256,
    )  # fmt: skip
    rows = [_row(level, model.at(level.streams), fits) for level, fits in zip(levels, used, strict=True)]
    off = [abs(row.lost_share - row.fitted_lost_share) for row in rows if not row.used]
    return model.model_copy(update={"levels": tuple(rows), "held_out_error": fsum(off) / len(off) if off else 1.0})


def _row(level: Level, fitted: LoadCurve, fits: bool) -> LoadLevel:
    return LoadLevel(
        streams=level.streams, offered=level.offered, lost_share=level.lost_share, result_p50_s=level.p50_s,
        result_p95_s=level.p95_s, result_p99_s=level.p99_s, recall=level.recall,
        plates_read=None if isnan(level.plates_read) else level.plates_read,
        fitted_lost_share=fitted.lost_share, fitted_result_p95_s=float(fitted.result_ms[95]) / 1000, used=fits,
    )  # fmt: skip
