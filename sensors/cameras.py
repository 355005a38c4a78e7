"""Cameras: one as an object, a fleet as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

CAMERA_KINDS: Final = ("fixed", "ptz", "face", "plate", "drone")


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera, pinhole, with square pixels.

    Attributes:
        id: unique name.
        kind: one of CAMERA_KINDS.
        x_m, y_m: position in the city's metres.
        height_m: above the ground, more than 0.
        bearing_deg: where it looks, clockwise from north, in [0, 360).
        pitch_deg: angle of the optical axis above the horizon; negative looks down, in [-90, 45].
        hfov_deg: horizontal field of view, in (0, 180).
        width_px, height_px: resolution.
        range_m: how far it is counted on, more than 0.
        ir: has its own infrared light.
        data_centre: the data centre it reports to, or "".
    """

    id: str
    kind: str
    x_m: float
    y_m: float
    height_m: float
    bearing_deg: float
    pitch_deg: float
    hfov_deg: float
    width_px: int
    height_px: int
    range_m: float
    ir: bool = False
    data_centre: str = ""


@dataclass(frozen=True)
class CameraFleet:
    """Cameras as columns: each field of :class:`Camera` as an array of length n; order is the order of the file."""

    id: NDArray[np.str_]
    kind: NDArray[np.str_]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]
    pitch_deg: NDArray[np.float64]
    hfov_deg: NDArray[np.float64]
    width_px: NDArray[np.int32]
    height_px: NDArray[np.int32]
    range_m: NDArray[np.float64]
    ir: NDArray[np.bool_]
    data_centre: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.id)

    def __getitem__(self, row: int) -> Camera:
        values = {field.name: getattr(self, field.name)[row].item() for field in fields(self)}
        return Camera(**values)


def take_cameras(fleet: CameraFleet, rows: NDArray[np.bool_] | NDArray[np.intp]) -> CameraFleet:
    """Return the fleet with only those rows."""
    return CameraFleet(*(getattr(fleet, field.name)[rows] for field in fields(fleet)))


def fleet_of(cameras: Sequence[Camera]) -> CameraFleet:
    """Return cameras as columns, in the order given; none gives a fleet of length 0."""
    kinds = {"width_px": np.int32, "height_px": np.int32, "ir": np.bool_}
    text = {"id", "kind", "data_centre"}
    return CameraFleet(
        *(
            np.array(
                [getattr(camera, field.name) for camera in cameras],
                dtype=np.str_ if field.name in text else kinds.get(field.name, np.float64),
            )
            for field in fields(Camera)
        )
    )


def join_fleets(fleet: CameraFleet, more: Sequence[Camera]) -> CameraFleet:
    """Return the fleet with more cameras at its end.

    Raises:
        ValueError: an id is taken.
    """
    names = [camera.id for camera in more]
    taken = sorted(set(fleet.id[np.isin(fleet.id, names)].tolist()))
    if taken or len(set(names)) < len(names):
        raise ValueError(f"each camera needs an id of its own; taken: {', '.join(taken) or 'twice among the new'}")
    added = fleet_of(more)
    return CameraFleet(
        *(np.concatenate([getattr(fleet, field.name), getattr(added, field.name)]) for field in fields(fleet))
    )
