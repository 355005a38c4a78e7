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
from scipy.spatial import cKDTree

from sensors.cameras import CAMERA_KINDS, CameraFleet
from sensors.queues import Obstacles, Queue, Spot
from sensors.sightline import Floats
from sensors.sites import EntranceSites, JunctionSites, PlaceSites
from twin.checked_yaml import Strict, read_checked
from twin.city import City
from twin.errors import unknown_name
from twin.streams import draw_unit

MIX_FILE: Final = Path(__file__).parent / "data" / "camera_mix.yaml"
DEFAULT_CAMERAS: Final = 2000
FAMILIES: Final = ("junction", "entrance", "place")
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
    kinds = chosen({name: spec.share for name, spec in mix.kinds.items()}, _draws(seed, "kind", n))
    site = _draws(seed, "site", n)
    families = np.empty(n, dtype="U10")
    for kind, spec in mix.kinds.items():
        families[kinds == kind] = chosen(spec.sites, site[kinds == kind])
    spots: list[Spot] = []
    for kind, family in zip(kinds.tolist(), families.tolist(), strict=True):
        spot = _first_spot(queues, family, kind == "face")
        if spot is None:
            break
        spots.append(spot)
    names = np.array([f"cam-{i:05d}" for i in range(len(spots))])
    return equipped(names, kinds[: len(spots)], spots, city, seed, mix)


def equipped(
    names: NDArray[np.str_], kinds: NDArray[np.str_], spots: Sequence[Spot], city: City, seed: int, mix: CameraMix
) -> CameraFleet:
    """Return cameras at their spots, each figure drawn from the range of its kind, the data centre the nearest one.

    Args:
        names: (n,) ids.
        kinds: (n,) camera kinds of the mix.
        spots: n of them.
        city: its data centres are asked for.
        seed: of the draws, which are tied to the camera's number.
        mix: ranges, resolution, reach and infrared light of each kind.
    """
    n = len(spots)
    x_m, y_m, bearing_deg = np.array(spots, dtype=np.float64).reshape(n, 3).T
    columns = {name: np.zeros(n) for name in ("height_m", "pitch_deg", "hfov_deg", "range_m", "width", "height", "ir")}
    for kind, spec in mix.kinds.items():
        own = np.flatnonzero(kinds == kind)
        for name, (low, high) in (
            ("height_m", spec.height_m), ("pitch_deg", spec.pitch_deg), ("hfov_deg", spec.hfov_deg),
        ):  # fmt: skip
            drawn = draw_unit(seed, f"default fleet {name.rpartition('_')[0]}", own)
            columns[name][own] = np.round(low + (high - low) * drawn, 1)
        columns["range_m"][own] = spec.range_m
        columns["width"][own], columns["height"][own] = spec.resolution_px
        columns["ir"][own] = draw_unit(seed, "default fleet ir", own) < spec.ir
    return CameraFleet(
        id=names, kind=kinds, x_m=np.round(x_m, 2), y_m=np.round(y_m, 2), height_m=columns["height_m"],
        bearing_deg=np.round(bearing_deg, 1) % 360.0, pitch_deg=columns["pitch_deg"], hfov_deg=columns["hfov_deg"],
        width_px=columns["width"].astype(np.int32), height_px=columns["height"].astype(np.int32),
        range_m=columns["range_m"], ir=columns["ir"].astype(np.bool_), data_centre=nearest_centre(city, x_m, y_m),
    )  # fmt: skip


def chosen(shares: Mapping[str, float], draws: Floats) -> NDArray[np.str_]:
    """Return for each draw in (0, 1) the name whose stretch of the summed shares holds it."""
    ends = np.cumsum(list(shares.values()))
    return np.array(list(shares))[np.minimum(np.searchsorted(ends / ends[-1], draws), len(ends) - 1)]


def _draws(seed: int, what: str, n: int) -> Floats:
    return draw_unit(seed, f"default fleet {what}", np.arange(n))


def _first_spot(queues: Mapping[str, Queue], family: str, facing: bool) -> Spot | None:
    """Return the next spot of that family, or of another where it has no more."""
    for name in (family, *(other for other in FAMILIES if other != family)):
        spot = queues[name].take(facing)
        if spot is not None:
            return spot
    return None


def nearest_centre(city: City, x_m: Floats, y_m: Floats) -> NDArray[np.str_]:
    """Return the name of the data centre nearest to each point, "" in a city without one."""
    centres = city.places[city.places["kind"] == "data_centre"]
    if not len(centres) or not len(x_m):
        return np.full(len(x_m), "", dtype=np.str_)
    _, nearest = cKDTree(shapely.get_coordinates(centres.geometry.to_numpy())).query(np.column_stack([x_m, y_m]))
    return np.array(centres["name"].to_list(), dtype=np.str_)[nearest]
