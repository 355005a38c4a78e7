"""Candidate poses: every way a camera on sale can hang on a mount, with its price; the columns of a plan's choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import CameraFleet, take_cameras
from sensors.candidate_mounts import Mounts
from sensors.candidate_options import MOUNTS, CameraOption, CandidateOptions
from sensors.sightline import Floats
from twin.streams import draw_u32

TARGET_M: Final = 1.5


@dataclass(frozen=True)
class Candidates:
    """Poses a plan is chosen from, (n,) each.

    Attributes:
        fleet: each pose as a camera, with an id of its own.
        site: what hangs on one mount has one number.
        family: row of ``candidate_options.MOUNTS``, -1 where a file did not say.
        price: in ``currency``.
        currency: of all prices.
    """

    fleet: CameraFleet
    site: NDArray[np.int64]
    family: NDArray[np.int8]
    price: Floats
    currency: str

    def __len__(self) -> int:
        return len(self.fleet)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Candidates:
        """Return some of them."""
        return Candidates(
            take_cameras(self.fleet, rows), self.site[rows], self.family[rows], self.price[rows], self.currency
        )


def pitch_deg(height_m: Floats, range_m: float, hfov_deg: float, resolution_px: tuple[int, int]) -> Floats:
    """Return the pitch at which the upper edge of the picture meets a target 1.5 m up at the range's end.

    So nothing of the picture is spent on the sky, and the dead ground under the camera is as small as can be.
    """
    tall = resolution_px[1] / resolution_px[0]
    half_vfov = np.degrees(np.arctan(np.tan(np.radians(hfov_deg) / 2.0) * tall))
    down = np.degrees(np.arctan2(height_m - TARGET_M, range_m))
    pitch: Floats = np.maximum(-90.0, -(down + half_vfov))
    return pitch


def poses(mounts: Mounts, options: CandidateOptions, most: int, seed: int) -> Candidates:
    """Return all poses of some mounts; of too many, those of mounts drawn evenly until there are no more than ``most``.

    The draws are tied to the mounts, so that fewer poses are part of more.

    Args:
        mounts: n places.
        options: cameras, headings, prices.
        most: poses at most.
        seed: of the draws.
    """
    per_mount = np.zeros(len(mounts), dtype=np.int64)
    for part in _parts(mounts, options):
        np.add.at(per_mount, part.mount, 1)
    order = np.argsort(draw_u32(seed, "candidate mounts", np.arange(len(mounts))), kind="stable")
    kept = np.sort(order[: int(np.searchsorted(np.cumsum(per_mount[order]), most, side="right"))])
    return _joined(mounts.take(kept), options)


@dataclass(frozen=True)
class _Part:
    """All poses of one camera, one family, one height and one heading."""

    mount: NDArray[np.int64]
    family: int
    camera: str
    option: CameraOption
    height_m: float
    turn_deg: float
    price: float


def _parts(mounts: Mounts, options: CandidateOptions) -> Iterator[_Part]:
    for name, mount in options.mounts.items():
        own = np.flatnonzero(mounts.family == MOUNTS.index(name))
        for camera, option in options.cameras.items():
            if not options.goes_on(camera, name):
                continue
            turns = option.turns_deg if option.turns_deg is not None else mount.turns_deg
            for height_m in mount.heights_m:
                high = own[mounts.top_m[own] >= height_m]
                for turn_deg in turns[:1] if option.kind == "ptz" else turns:
                    yield _Part(
                        high, MOUNTS.index(name), camera, option, height_m, turn_deg, mount.price + option.price
                    )


def _joined(mounts: Mounts, options: CandidateOptions) -> Candidates:
    parts = [part for part in _parts(mounts, options) if len(part.mount)]
    size = [len(part.mount) for part in parts]
    site = np.concatenate([np.zeros(0, np.int64), *(part.mount for part in parts)])

    def spread(values: list[float], dtype: type = np.float64) -> NDArray[Any]:
        return np.repeat(np.array(values, dtype=dtype), size)

    height_m = spread([part.height_m for part in parts])
    pitch = [
        float(pitch_deg(np.array([p.height_m]), p.option.range_m, p.option.hfov_deg, p.option.resolution_px)[0])
        for p in parts
    ]
    order = np.lexsort((np.arange(len(site)), height_m, site))  # one place after another
    fleet = CameraFleet(
        id=np.array([f"new-{i:07d}" for i in range(len(site))], dtype=np.str_),
        kind=np.repeat(np.array([part.option.kind for part in parts], dtype="U5"), size)[order],
        x_m=mounts.x_m[site][order],
        y_m=mounts.y_m[site][order],
        height_m=height_m[order],
        bearing_deg=((mounts.facing_deg[site] + spread([part.turn_deg for part in parts])) % 360.0)[order],
        pitch_deg=spread(pitch)[order],
        hfov_deg=spread([part.option.hfov_deg for part in parts])[order],
        width_px=spread([part.option.resolution_px[0] for part in parts], np.int32)[order],
        height_px=spread([part.option.resolution_px[1] for part in parts], np.int32)[order],
        range_m=spread([part.option.range_m for part in parts])[order],
        ir=spread([part.option.ir for part in parts], np.bool_)[order],
        data_centre=np.zeros(len(site), dtype="U1"),
    )
    return Candidates(
        fleet, site[order], mounts.family[site][order], spread([part.price for part in parts])[order], options.currency
    )
