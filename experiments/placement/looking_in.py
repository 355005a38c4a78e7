"""Dwellings that come into view, beside every figure of a plan: whole plan, each phase, each point of the curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.placement.inputs import Inputs
from sensors.cameras import CameraFleet, join_fleets, take_cameras
from sensors.exposure import Exposure, exposure, exposure_figures
from sensors.night import lamps_of


@dataclass(frozen=True)
class LookingIn:
    """Whose homes are in view.

    Attributes:
        before, after: figures of :func:`sensors.exposure.exposure_figures`, with the existing cameras near the area,
            and with the plan's beside them.
        newly: for each number of first cameras asked for, by class name the dwellings they bring newly into view.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    newly: dict[int, dict[str, int]]


def looking_in(inputs: Inputs, cameras: CameraFleet, firsts: Sequence[int]) -> LookingIn:
    """Work out whose homes come into view.

    Args:
        inputs: existing cameras, heights, homes.
        cameras: the plan's, in the order of choice.
        firsts: numbers of first cameras.
    """
    lamps = lamps_of(inputs.city)

    def of(fleet: CameraFleet) -> Exposure:
        return exposure(fleet, inputs.heights, inputs.city, inputs.dori, lamps)

    before = of(inputs.near)
    was = exposure_figures(before)
    newly = {}
    for n in sorted(set(firsts)):
        now = exposure_figures(both(before, of(take_cameras(cameras, np.arange(n)))))["in_view"]
        newly[n] = {name: now[name] - was["in_view"][name] for name in now}
    after = join_fleets(inputs.near, [cameras[i] for i in range(len(cameras))])
    return LookingIn(was, exposure_figures(of(after)), newly)


def both(one: Exposure, other: Exposure) -> Exposure:
    """Return the homes in view of either of two fleets, each unit at its better class; minutes are not added up."""
    building = np.concatenate([one.building, other.building])
    storey = np.concatenate([one.storey, other.storey])
    best = np.concatenate([one.best, other.best])
    order = np.lexsort((-best.astype(np.int64), storey, building))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(building[order]) != 0) | (np.diff(storey[order]) != 0)
    kept = order[first]
    night, minutes = np.concatenate([one.night, other.night]), np.concatenate([one.minutes, other.minutes])
    dwellings = np.concatenate([one.dwellings, other.dwellings])
    return replace(
        one, building=building[kept], storey=storey[kept], dwellings=dwellings[kept], best=best[kept],
        night=night[kept], minutes=minutes[kept],
    )  # fmt: skip
