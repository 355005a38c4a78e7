"""Cameras: one as an object, a fleet as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

CAMERA_KINDS: Final = ("fixed", "ptz", "face", "plate", "drone")
CITY_MARGIN_M: Final = 200.0
"""How far beyond the box around a city's streets and buildings a camera may stand and still be the city's."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One stop of a rotating camera's tour, or a point in the air at which a drone stays.

    Attributes:
        bearing_deg: where it looks, clockwise from north, in [0, 360).
        dwell_s: how long it stays, more than 0.
        pitch_deg, hfov_deg: of this stop; None is as the camera's own.
        x_m, y_m, height_m: where a drone stays; None is as the camera's own. Nothing else moves.
    """

    bearing_deg: float
    dwell_s: float = 1.0
    pitch_deg: float | None = None
    hfov_deg: float | None = None
    x_m: float | None = None
    y_m: float | None = None
    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """A part of the picture that is blacked out before anybody or any recogniser sees it.

    Attributes:
        of: ``picture``: corners are pixels, u to the right, v down; ``ground``: corners are city metres, and what
            stands over that ground is blacked out up to any height.
        corners: at least three.
    """

    of: Literal["picture", "ground"]
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera with square pixels: a pinhole, and the radial distortion of its lens.

    Attributes:
        id: unique name.
        kind: one of CAMERA_KINDS.
        x_m, y_m: position in the city's metres.
        height_m: above the ground, more than 0.
        bearing_deg: where it looks, clockwise from north, in [0, 360).
        pitch_deg: angle of the optical axis above the horizon; negative looks down, in [-90, 45].
        hfov_deg: horizontal field of view of the pinhole, in (0, 180); it sets the focal length.
        width_px, height_px: resolution.
        range_m: how far it is counted on, more than 0.
        ir: has its own infrared light.
        data_centre: the data centre it reports to, or "".
        k1, k2: radial distortion (Brown-Conrady); 0 for a lens that has none.
        ir_range_m: how far its infrared light carries; 0 is as far as ``range_m``.
        presets: the tour of a rotating camera, or a drone's of points in the air; none is an even tour of bearings,
            and a drone that stays.
        masks: what is blacked out in its picture.
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
    k1: float = 0.0
    k2: float = 0.0
    ir_range_m: float = 0.0
    presets: tuple[Preset, ...] = ()
    masks: tuple[Mask, ...] = ()


def _none() -> NDArray[Any]:
    return np.zeros(0)


@dataclass(frozen=True)
class CameraFleet:
    """Cameras as columns: each field of :class:`Camera` as an array of length n; order is the order of the file.

    Columns with a default may be left out; they are then as the default of :class:`Camera` says.
    """

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
    k1: NDArray[np.float64] = field(default_factory=_none)
    k2: NDArray[np.float64] = field(default_factory=_none)
    ir_range_m: NDArray[np.float64] = field(default_factory=_none)
    presets: NDArray[np.object_] = field(default_factory=_none)
    masks: NDArray[np.object_] = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Fill in the columns that were left out."""
        for name in ("k1", "k2", "ir_range_m", "presets", "masks"):
            if len(getattr(self, name)) != len(self.id) or not len(self.id):
                values = [() if name in TUPLES else 0.0] * len(self.id)
                object.__setattr__(self, name, column(name, values))

    def __len__(self) -> int:
        return len(self.id)

    def __getitem__(self, row: int) -> Camera:
        values = {f.name: getattr(self, f.name)[row] for f in fields(self)}
        return Camera(**{name: value if name in TUPLES else value.item() for name, value in values.items()})


TUPLES: Final = ("presets", "masks")
_TEXT: Final = ("id", "kind", "data_centre")
_KINDS: Final[dict[str, Any]] = {"width_px": np.int32, "height_px": np.int32, "ir": np.bool_}


def column(name: str, values: Sequence[Any]) -> NDArray[Any]:
    """Return one column of a fleet as an array of the right kind."""
    if name in TUPLES:
        held = np.empty(len(values), dtype=object)
        for row, value in enumerate(values):
            held[row] = tuple(value)
        return held
    return np.array(values, dtype=np.str_ if name in _TEXT else _KINDS.get(name, np.float64))


def take_cameras(fleet: CameraFleet, rows: NDArray[np.bool_] | NDArray[np.intp]) -> CameraFleet:
    """Return the fleet with only those rows."""
    return CameraFleet(*(getattr(fleet, f.name)[rows] for f in fields(fleet)))


def fleet_of(cameras: Sequence[Camera]) -> CameraFleet:
    """Return cameras as columns, in the order given; none gives a fleet of length 0."""
    return CameraFleet(*(column(f.name, [getattr(camera, f.name) for camera in cameras]) for f in fields(Camera)))


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
    return CameraFleet(*(np.concatenate([getattr(fleet, f.name), getattr(added, f.name)]) for f in fields(fleet)))
