"""The matrix as plain numbers: each figure with its interval, the cells that are surely bad first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.recognition.matrix.counts import Counts
from experiments.recognition.matrix.figures import Figure, figures_of
from experiments.recognition.matrix.watched import Watched
from experiments.statistics.clusters import drawn_clusters, figure_interval, share_of
from twin.scene import DETECTOR_CLASSES
from vision.scoring.matching import Matched
from vision.scoring.precision import resampled_precision

Floats = NDArray[np.float64]


def matrix_report(counts: Counts, rows: Sequence[Watched], seed: int) -> dict[str, Any]:
    """Return the tables of the matrix.

    ``overall``: one row; ``axes``: each light, weather, fault, distance, occlusion, plate density over all else;
    ``scenes``: each light, weather and fault, with mAP50; ``cells``: these by distance and occlusion; ``plates``: by
    px/m. ``overall`` and ``scenes`` have a figure's interval under its name with ``_low`` and ``_high``, None where so
    few views allow none. Cells and plates are sorted by the upper end of their interval: those surely bad come first.
    """
    drawn = drawn_clusters(counts.views, seed, "matrix")
    tables: dict[str, list[dict[str, Any]]] = {"overall": [], "axes": [], "scenes": [], "cells": [], "plates": []}
    for figure in figures_of(counts):
        _put(tables[figure.table], figure, drawn)
    scenes = tables["scenes"]
    for row in scenes:
        row |= _map50(_of_scene(rows, counts, row), drawn)
    by_view = [[one.matched for one in rows if one.view == view] for view in range(counts.views)]
    overall = tables["overall"][0] | _map50(by_view, drawn)
    return {
        "overall": overall,
        "axes": tables["axes"],
        "scenes": scenes,
        "cells": sorted(tables["cells"], key=lambda row: _worst(row, "recall")),
        "plates": sorted(tables["plates"], key=lambda row: _worst(row, "plates_read")),
    }


def _put(table: list[dict[str, Any]], figure: Figure, drawn: Floats) -> None:
    """Add a figure to the row of what it is of, which may have others."""
    row = next((row for row in table if all(row.get(key) == value for key, value in figure.where.items())), None)
    if row is None:
        row = dict(figure.where)
        table.append(row)
    name, one_of_many = figure.metric, figure.table in ("cells", "plates")
    if name == "false_per_frame":
        value = figure.hits.sum() / figure.asked.sum()
        low, high = figure_interval(drawn @ figure.hits / (drawn @ figure.asked), len(figure.hits))
        row |= {name: round(float(value), 4), f"{name}_low": _rounded(low), f"{name}_high": _rounded(high)}
        return
    share = share_of(figure.hits, figure.asked, drawn)
    n = "n" if one_of_many or name == "recall" else "n_plates"
    row |= {
        n: share.n, f"{n}_views": share.clusters, name: _rounded(share.value), f"{name}_low": _rounded(share.low),
        f"{name}_high": _rounded(share.high),
    }  # fmt: skip


def _of_scene(rows: Sequence[Watched], counts: Counts, scene: dict[str, Any]) -> list[list[Matched]]:
    """Return one condition's frames by view."""
    at = [(c.light, c.weather, c.faults) for c in counts.conditions].index(
        (scene["light"], scene["weather"], scene["faults"])
    )
    return [[one.matched for one in rows if (one.view, one.condition) == (v, at)] for v in range(counts.views)]


def _map50(frames: list[list[Matched]], drawn: Floats) -> dict[str, float | None]:
    """Return mAP50 over classes with its interval, views drawn whole."""
    flat = [one for view in frames for one in view]
    view_of = np.repeat(np.arange(len(frames)), [len(view) for view in frames])
    draws = np.concatenate([np.ones((1, len(frames))), drawn])[:, view_of]
    there = [cls for cls in range(len(DETECTOR_CLASSES)) if any((one.asked_cls == cls).any() for one in flat)]
    if not there:
        return {"map50": None, "map50_low": None, "map50_high": None}
    table = np.array([resampled_precision(flat, cls, draws, overlaps=1)[0] for cls in there])
    known = np.isfinite(table)
    means = np.where(known, table, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    low, high = figure_interval(np.where(known.any(axis=0), means, np.nan)[1:], len(frames))
    return {"map50": _rounded(float(means[0])), "map50_low": _rounded(low), "map50_high": _rounded(high)}


def _worst(row: dict[str, Any], name: str) -> tuple[float, float]:
    return row[f"{name}_high"], row[name]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
