"""Alarms about nothing: how many each camera raises, when, and where in its picture."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.encounters import LightAt
from sensors.sightline import Floats, pair_density
from twin.city.heights import HeightRaster
from twin.streams import draw_u32, draw_unit, threshold_u32

Rates = Mapping[str, Mapping[str, float]]
"""False alarms per camera-hour by alarm rule and light; a scenario says them."""

BLOCK_MS: Final = 600_000
TRIES: Final = 16


@dataclass(frozen=True)
class FalseAlarms:
    """False alarms of one rule, by stretches of ten minutes; k may be 0.

    Attributes:
        rule: name of the alarm rule.
        camera: (k,) rows of the fleet.
        t_ms: (k,) frame times.
        number: (k,) 0 for a camera's first in that stretch, 1 for its second, ...
    """

    rule: str
    camera: NDArray[np.int64]
    t_ms: NDArray[np.int64]
    number: NDArray[np.int64]


def false_alarms(
    hashes: NDArray[np.int64], rates: Rates, light_at: LightAt, duration_ms: int, seed: int
) -> Iterator[FalseAlarms]:
    """Yield the false alarms of each rule: Poisson in number in each ten minutes, uniform in time.

    Args:
        hashes: (n,) number each camera's draws are tied to.
        rates: per camera-hour by rule and light.
        light_at: light and weather at a time; the middle of each ten minutes is asked.
        duration_ms: until when.
        seed: the run's.
    """
    for rule, by_light in sorted(rates.items()):
        blocks = []
        for start_ms in range(0, duration_ms, BLOCK_MS):
            length_ms = min(BLOCK_MS, duration_ms - start_ms)
            mean = by_light[light_at(start_ms + length_ms // 2)[0]] * length_ms / 3_600_000
            blocks.append(_in_block(rule, hashes, mean, start_ms, length_ms, seed))
        if blocks:
            yield FalseAlarms(rule, *(np.concatenate(columns) for columns in zip(*blocks, strict=True)))


def _in_block(
    rule: str, hashes: NDArray[np.int64], mean: float, start_ms: int, length_ms: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    key, block = zlib.crc32(rule.encode()), start_ms // BLOCK_MS
    counts = poisson(draw_u32(seed, "false alarms", hashes, key, block), mean)
    camera = np.repeat(np.arange(len(hashes)), counts)
    number = np.arange(len(camera)) - np.repeat(np.cumsum(counts) - counts, counts)
    into = draw_unit(seed, "false alarm time", hashes[camera], key, block, number)
    return camera, start_ms + np.floor(into * length_ms).astype(np.int64), number


def poisson(draws: NDArray[np.uint32], mean: float) -> NDArray[np.int64]:
    """Return a Poisson count for each uniform 32-bit draw, by inversion of the distribution function."""
    term = total = math.exp(-mean)
    upto = [total]
    while int(threshold_u32(total)) < 1 << 32:
        term *= mean / len(upto)
        total += term
        upto.append(total)
        if term < 1e-12 and len(upto) > mean:
            break
    bounds = np.array([int(threshold_u32(p)) for p in upto], dtype=np.uint64)
    return np.searchsorted(bounds, draws.astype(np.uint64), side="right").astype(np.int64)


def places_in_view(
    cameras: Floats, hashes: NDArray[np.int64], alarms: FalseAlarms, heights: HeightRaster, seed: int
) -> tuple[Floats, Floats]:
    """Return a point (k,), (k,) of the ground in view of the camera behind each false alarm, city metres.

    Pixels are drawn evenly over the picture until one shows ground within range with nothing before it; after
    ``TRIES`` the foot of the camera's pole is taken.

    Args:
        cameras: (n, 12) rows as in ``sightline.ROW_COLUMNS``.
        hashes: (n,) number each camera's draws are tied to.
        alarms: k of them.
        heights: what stands in the way.
        seed: the run's.
    """
    k = len(alarms.camera)
    ids = (hashes[alarms.camera][:, None], zlib.crc32(alarms.rule.encode()), alarms.t_ms[:, None])
    tries = np.arange(TRIES)[None, :]
    right, down, turn = (
        draw_unit(seed, f"false alarm {what}", *ids, alarms.number[:, None], tries) for what in ("u", "v", "preset")
    )
    rows = np.repeat(alarms.camera, TRIES)
    points = _ground(cameras[rows], right.ravel(), down.ravel(), turn.ravel())
    place = (heights.height_dm, heights.cell_m, heights.west_m, heights.north_m)
    seen = pair_density(cameras, points, rows, np.arange(len(rows)), *place).reshape(k, TRIES) > 0
    first = seen.argmax(axis=1)
    chosen = points.reshape(k, TRIES, 3)[np.arange(k), first]
    none = ~seen.any(axis=1)
    chosen[none, :2] = cameras[alarms.camera[none], :2]
    return chosen[:, 0], chosen[:, 1]


def _ground(rows: Floats, right: Floats, down: Floats, turn: Floats) -> Floats:
    """Return the (m, 3) ground points behind points of the picture given as shares of its width and height."""
    x, y, z, sin_b, cos_b, sin_p, cos_p, focal, half_w, half_h, _, presets = rows.T
    u, v = (2.0 * right - 1.0) * half_w / focal, (2.0 * down - 1.0) * half_h / focal
    fall = v * cos_p - sin_p
    reach = np.full(len(rows), 1e9)
    np.divide(z, fall, out=reach, where=fall > 1e-9)
    along, across = reach * (cos_p + v * sin_p), reach * u
    angle = 2.0 * np.pi * np.floor(turn * presets) / presets
    ahead, side = along * np.cos(angle) - across * np.sin(angle), along * np.sin(angle) + across * np.cos(angle)
    return np.column_stack([x + ahead * sin_b + side * cos_b, y + ahead * cos_b - side * sin_b, np.zeros(len(rows))])
