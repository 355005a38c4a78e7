"""A fleet for a city that names none: the right mix of kinds, where cameras can hang, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field, field_validator

from sensors.cameras import CAMERA_KINDS, Camera, CameraFleet, fleet_of
from sensors.sites import EntranceSites, JunctionSites, Obstacles, PlaceSites, Queue, Spot, chosen
from twin.checked_yaml import Strict, read_checked
from twin.city import City
from twin.errors import unknown_name
from twin.streams import draw_unit

MIX_FILE: Final = Path(__file__).parent / "data" / "camera_mix.yaml"
DEFAULT_CAMERAS: Final = 2000
FAMILIES: Final = ("junction", "entrance", "place")
DRAWN: Final = ("kind", "site", "height", "pitch", "hfov", "ir")
Between = tuple[float, float]


class KindMix(Strict):
    """How cameras of one kind are made; ranges are low and high, drawn evenly."""

    share: float = Field(ge=0, le=1)
    sites: Mapping[str, float]
    height_m: Between
    pitch_deg: Between
    hfov_deg: Between
    resolution_px: tuple[int, int]
    range_m: float = Field(gt=0)
    ir: float = Field(ge=0, le=1)

    @field_validator("sites")
    @classmethod
    def _known(cls, sites: Mapping[str, float]) -> Mapping[str, float]:
        for name in sites:
            if name not in FAMILIES:
                raise ValueError(unknown_name("family of sites", name, FAMILIES))
        return sites

    @field_validator("height_m", "pitch_deg", "hfov_deg")
    @classmethod
    def _rises(cls, between: Between) -> Between:
        if between[0] > between[1]:
            raise ValueError(f"low {between[0]:g} must not be more than high {between[1]:g}")
        return between


class CameraMix(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    source: str
    sites_source: str
    per_street_km: float = Field(gt=0)
    kinds: Mapping[str, KindMix]
    street_weight: Mapping[str, float]

    @field_validator("kinds")
    @classmethod
    def _whole(cls, kinds: Mapping[str, KindMix]) -> Mapping[str, KindMix]:
        for name in kinds:
            if name not in CAMERA_KINDS:
                raise ValueError(unknown_name("camera kind", name, CAMERA_KINDS))
        total = sum(kind.share for kind in kinds.values())
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the shares of all kinds must add to 1, but add to {total:g}")
        return kinds


@cache
def load_mix(path: Path = MIX_FILE) -> CameraMix:
    """Read what a default fleet is made of.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, CameraMix, f"read the camera mix {path.name}")


def cameras_for(city: City, per_street_km: float | None = None) -> int:
    """Return how many cameras a city gets: so many for each kilometre of drivable street, at least one."""
    drivable = city.streets["drive"].to_numpy(dtype=bool)
    street_km = float(city.streets["length_m"].to_numpy(np.float64)[drivable].sum()) / 1000.0
    return max(1, round((per_street_km or load_mix().per_street_km) * street_km))


def default_fleet(city: City, n: int, seed: int, mix: CameraMix | None = None) -> CameraFleet:
    """Return n cameras at junctions, on dwellings and at places; fewer only where no more sites are to be found.

    The first n of a larger fleet are the same cameras. No camera stands in a building.

    Args:
        city: with streets, buildings and places; any of them may be empty.
        n: how many.
        seed: another seed gives another fleet.
        mix: what it is made of, by default the file that ships.

    Raises:
        ValueError: n is negative.
    """
    if n < 0:
        raise ValueError(f"a fleet has 0 or more cameras, not {n}")
    mix = mix or load_mix()
    obstacles = Obstacles(city)
    queues = {
        "junction": Queue(JunctionSites(city, mix.street_weight, seed), obstacles),
        "entrance": Queue(EntranceSites(city, seed), obstacles),
        "place": Queue(PlaceSites(city, seed), obstacles),
    }
    centres = city.places[city.places["kind"] == "data_centre"]
    names, points = centres["name"].to_list(), centres.geometry.to_numpy()
    draws = {what: draw_unit(seed, f"default fleet {what}", np.arange(n)) for what in DRAWN}
    shares = {name: spec.share for name, spec in mix.kinds.items()}
    cameras = []
    for i in range(n):
        own = {what: float(drawn[i]) for what, drawn in draws.items()}
        kind = chosen(shares, own["kind"])
        spot = _first_spot(queues, chosen(mix.kinds[kind].sites, own["site"]), kind)
        if spot is None:
            break
        cameras.append(_camera(f"cam-{i:05d}", kind, mix.kinds[kind], spot, own, _nearest_name(names, points, spot)))
    return fleet_of(cameras)


def _first_spot(queues: Mapping[str, Queue], family: str, kind: str) -> Spot | None:
    """Return the next spot of that family, or of another where it has no more."""
    for name in (family, *(other for other in FAMILIES if other != family)):
        spot = queues[name].take(kind)
        if spot is not None:
            return spot
    return None


def _camera(name: str, kind: str, spec: KindMix, spot: Spot, own: Mapping[str, float], data_centre: str) -> Camera:
    def within(what: str, between: Between) -> float:
        return round(between[0] + (between[1] - between[0]) * own[what], 1)

    return Camera(
        id=name, kind=kind, x_m=round(spot.x_m, 2), y_m=round(spot.y_m, 2), height_m=within("height", spec.height_m),
        bearing_deg=round(spot.bearing_deg, 1) % 360.0, pitch_deg=within("pitch", spec.pitch_deg),
        hfov_deg=within("hfov", spec.hfov_deg), width_px=spec.resolution_px[0], height_px=spec.resolution_px[1],
        range_m=spec.range_m, ir=own["ir"] < spec.ir, data_centre=data_centre,
    )  # fmt: skip


def _nearest_name(names: Sequence[str], points: NDArray[np.object_], spot: Spot) -> str:
    """Return the name of the nearest data centre, "" in a city without one."""
    if not names:
        return ""
    return str(names[int(np.argmin(shapely.distance(points, shapely.Point(spot.x_m, spot.y_m))))])
