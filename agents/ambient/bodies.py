"""What ambient actors look like: kinds, true sizes and flat columns that become a scene."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.plates import plates_of
from twin.scene import Look, Scene
from twin.streams import draw_u32, draw_unit

SIZE_M: Final = {
    Look.PERSON: (0.35, 0.5, 1.72),
    Look.CAR: (4.4, 1.75, 1.5),
    Look.BUS: (12.0, 2.5, 3.0),
    Look.TRUCK: (8.0, 2.5, 3.2),
    Look.MOTORCYCLE: (2.1, 0.8, 1.5),  # with its rider
}
EMERGENCY_SIZES_M: Final = ((5.5, 2.1, 2.6), (8.0, 2.5, 3.2), (4.5, 1.8, 1.5))  # ambulance, fire engine, police car
CAR_SIZES_M: Final = (  # saloon three times, hatchback twice, off-roader, small van, estate
    (4.45, 1.72, 1.45), (4.4, 1.74, 1.48), (4.7, 1.8, 1.46), (3.7, 1.6, 1.5), (4.1, 1.7, 1.5), (4.55, 1.85, 1.72),
    (3.6, 1.5, 1.85), (4.5, 1.75, 1.5),
)  # fmt: skip
TRACK_TAGS: Final = {
    "traffic": 1 << 56,
    "parked": 2 << 56,
    "walkers": 3 << 56,
    "standing": 4 << 56,
    "crossing": 5 << 56,
}

_SIZE_TABLE: Final = np.array([SIZE_M.get(look, (1.0, 1.0, 1.0)) for look in Look])


def vehicle_sizes(look: NDArray[np.uint8], variant: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Return (n, 3) length, width, height; a car is one of ``CAR_SIZES_M``, an emergency vehicle ``variant % 3``."""
    sizes = _SIZE_TABLE[look]
    cars = look == Look.CAR
    sizes[cars] = np.array(CAR_SIZES_M)[(variant[cars] >> np.uint32(8)) % len(CAR_SIZES_M)]
    emergency = look == Look.EMERGENCY
    sizes[emergency] = np.array(EMERGENCY_SIZES_M)[variant[emergency] % 3]
    return sizes


def person_sizes(variant: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Return (n, 3) depth, shoulder width and height: adults 1.55 to 1.90 m, one in eight a child of 1.0 to 1.4 m."""
    tall = ((variant >> np.uint32(4)) % 256) / 255.0
    height = np.where(variant % 8 == 0, 1.0 + 0.4 * tall, 1.55 + 0.35 * tall)
    return height[:, None] * np.array([0.35, 0.5, 1.72]) / 1.72


def car_size(variant: int) -> tuple[float, float, float]:
    """Return length, width and height of one car."""
    return CAR_SIZES_M[(variant >> 8) % len(CAR_SIZES_M)]


def person_size(variant: int) -> tuple[float, float, float]:
    """Return depth, shoulder width and height of one person."""
    depth, width, height = person_sizes(np.array([variant], np.uint32))[0]
    return float(depth), float(width), float(height)


def looks_by_share(seed: int, purpose: str, shares: NDArray[np.float64], key: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Draw each vehicle's look by its ``key`` (n,) from ``shares`` (n, 5), cumulative.

    The columns of ``shares`` are car, bus, truck, motorcycle and emergency vehicle.
    """
    looks = np.array([Look.CAR, Look.BUS, Look.TRUCK, Look.MOTORCYCLE, Look.EMERGENCY], dtype=np.uint8)
    u = draw_unit(seed, purpose, key)
    return looks[np.minimum((u[:, None] >= shares).sum(axis=1), 4)]


def vehicles_scene(
    t_ms: int,
    seed: int,
    look: NDArray[np.uint8],
    xy_m: NDArray[np.float64],
    bearing_deg: NDArray[np.float64],
    speed_ms: NDArray[np.float64],
    track_id: NDArray[np.int64],
    state: int = 0,
) -> Scene:
    """Return vehicles on their wheels as a scene; size, variant and plate follow from the track id."""
    variant = draw_u32(seed, "variant", track_id)
    return Scene(
        t_ms,
        look=look,
        xyz_m=np.column_stack([xy_m, np.zeros(len(look))]),
        bearing_deg=bearing_deg,
        roll_deg=np.zeros(len(look)),
        size_m=vehicle_sizes(look, variant),
        phase=np.mod(t_ms / 1000.0 + variant / 2.0**32, 1.0),
        variant=variant,
        plate=plates_of(track_id ^ np.int64(seed)).astype("<U12"),
        track_id=track_id,
        speed_ms=speed_ms,
        incident_id=np.full(len(look), -1, np.int64),
        state=np.full(len(look), state, np.uint8),
    )


def people_scene(
    t_ms: int,
    seed: int,
    xy_m: NDArray[np.float64],
    bearing_deg: NDArray[np.float64],
    speed_ms: NDArray[np.float64],
    walked_m: NDArray[np.float64],
    track_id: NDArray[np.int64],
) -> Scene:
    """Return people on their feet as a scene; the phase of the gait follows from the distance walked."""
    n = len(track_id)
    variant = draw_u32(seed, "variant", track_id)
    sizes = person_sizes(variant)
    return Scene(
        t_ms,
        look=np.full(n, Look.PERSON, np.uint8),
        xyz_m=np.column_stack([xy_m, np.zeros(n)]),
        bearing_deg=bearing_deg,
        roll_deg=np.zeros(n),
        size_m=sizes,
        phase=np.mod(walked_m / (0.82 * sizes[:, 2]), 1.0),  # two steps to a stride of 0.82 body heights
        variant=variant,
        plate=np.zeros(n, "<U12"),
        track_id=track_id,
        speed_ms=speed_ms,
        incident_id=np.full(n, -1, np.int64),
    )
