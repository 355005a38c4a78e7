"""A fleet as poses: what each camera looks like to the lines of sight, one row for each way it looks.

A camera that turns, or a drone that flies from point to point, has a pose for each preset, with the share of the time
it spends there; a lens that bends its
picture becomes the pinhole whose picture ends where the bent one does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import CameraFleet, Preset, take_cameras
from sensors.sightline import PTZ_PRESETS
from sensors.surfaces import half_fields

Floats = NDArray[np.float64]
STILL: Final = "fixed"
STOPS: Final = ("bearing_deg", "pitch_deg", "hfov_deg", "x_m", "y_m", "height_m")
"""What a preset may say in the place of its camera."""


@dataclass(frozen=True)
class Poses:
    """Ways of looking.

    Attributes:
        fleet: (p,) pinholes that do not turn, those of a camera one after another.
        lenses: (p,) the same with their own lenses, for whatever asks where in the picture something falls.
        camera: (p,) rows of the fleet they belong to, ascending.
        share: (p,) of the time; the shares of a camera add to 1.
    """

    fleet: CameraFleet
    lenses: CameraFleet
    camera: NDArray[np.int64]
    share: Floats

    def __len__(self) -> int:
        return len(self.camera)


def poses_of(fleet: CameraFleet, ptz_presets: int = PTZ_PRESETS) -> Poses:
    """Return a fleet's poses.

    Args:
        fleet: n cameras; a rotating one without presets of its own tours ``ptz_presets`` bearings evenly, from its own;
            a drone without them stays where it is.
        ptz_presets: how many.
    """
    tours = {
        int(row): fleet.presets[row] or _even_tour(float(fleet.bearing_deg[row]), ptz_presets)
        for row in np.flatnonzero((fleet.kind == "ptz") | (fleet.kind == "drone"))
        if fleet.kind[row] == "ptz" or fleet.presets[row]
    }
    counts = np.ones(len(fleet), dtype=np.int64)
    counts[list(tours)] = [len(tour) for tour in tours.values()]
    camera = np.repeat(np.arange(len(fleet)), counts)
    posed = take_cameras(fleet, camera)
    held = {name: np.array(getattr(posed, name)) for name in STOPS}
    share = np.ones(len(camera))
    for row, tour in tours.items():
        at = int(np.searchsorted(camera, row))
        whole_s = sum(preset.dwell_s for preset in tour)
        for step, preset in enumerate(tour, start=at):
            share[step] = preset.dwell_s / whole_s
            for name, column in held.items():
                own = getattr(preset, name)
                column[step] = column[step] if own is None else own
    kind = np.where(posed.kind == "ptz", STILL, posed.kind)
    lenses = replace(posed, kind=kind, **held)
    return Poses(as_pinholes(lenses), lenses, camera, share)


def take_poses(poses: Poses, rows: NDArray[np.int64]) -> Poses:
    """Return only those poses, ascending rows."""
    fleet, lenses = take_cameras(poses.fleet, rows), take_cameras(poses.lenses, rows)
    return Poses(fleet, lenses, poses.camera[rows], poses.share[rows])


def as_pinholes(fleet: CameraFleet) -> CameraFleet:
    """Return the fleet with each bent lens replaced by the pinhole of the same focal length that sees as far aside.

    Its picture is as many pixels wide and high as reach that far, so the pixel density in the middle is the same.
    """
    bent = (fleet.k1 != 0) | (fleet.k2 != 0)
    if not bent.any():
        return fleet
    side, up = half_fields(fleet)
    focal_px = fleet.width_px / 2.0 / np.tan(np.radians(fleet.hfov_deg) / 2.0)
    width, height = (
        np.where(bent, np.rint(2.0 * focal_px * half), own).astype(np.int32)
        for half, own in ((side, fleet.width_px), (up, fleet.height_px))
    )
    hfov_deg = np.where(bent, np.degrees(2.0 * np.arctan(side)), fleet.hfov_deg)
    zero = np.zeros(len(fleet))
    return replace(fleet, width_px=width, height_px=height, hfov_deg=hfov_deg, k1=zero, k2=zero)


def _even_tour(bearing_deg: float, presets: int) -> tuple[Preset, ...]:
    return tuple(Preset((bearing_deg + 360.0 * turn / presets) % 360.0) for turn in range(presets))
