"""The fleet of a whole city, put together from its parts: crossings, blocks, streets, mahallas, places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from sensors.cameras import CAMERA_KINDS, CameraFleet
from sensors.default_fleet import equipped, load_mix
from sensors.queues import Obstacles, Queue, Spot
from sensors.sites import EntranceSites, JunctionSites, PlaceSites, Sites
from twin.checked_yaml import Strict, read_checked
from twin.city import City
from twin.errors import unknown_name
from twin.streams import draw_unit

CITY_FLEET_FILE: Final = Path(__file__).parent / "data" / "city_fleet.yaml"
SITES: Final = ("crossing", "entrance", "street", "mahalla")


class Group(Strict):
    """Cameras of one sort of site; see the head of the file."""

    sites: Literal["crossing", "entrance", "street", "mahalla"] | None = None
    kinds: tuple[str, ...] = ()
    count: int | None = Field(default=None, gt=0)
    each: Mapping[str, float]
    source: str

    @field_validator("each")
    @classmethod
    def _known(cls, each: Mapping[str, float]) -> Mapping[str, float]:
        for name, mean in each.items():
            if name not in CAMERA_KINDS:
                raise ValueError(unknown_name("camera kind", name, CAMERA_KINDS))
            if mean <= 0:
                raise ValueError(f"{name}: a site has more than 0 cameras on average, not {mean:g}")
        return each

    @model_validator(mode="after")
    def _one_of(self) -> Group:
        if (self.sites is None) == (not self.kinds) or (self.sites is None) != (self.count is None):
            raise ValueError("give either sites with their count, or kinds of places")
        return self


class CityFleetFile(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    residents: int = Field(gt=0)
    note: str
    stress_note: str
    groups: Mapping[str, Group]
    mahalla_weight: Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """One line of a fleet's arithmetic: the group, how many sites, cameras wanted and placed, where it comes from."""

    group: str
    sites: int
    wanted: int
    placed: int
    source: str


@cache
def load_city_fleet(path: Path = CITY_FLEET_FILE) -> CityFleetFile:
    """Read what a city's fleet is made of.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, CityFleetFile, f"read the city fleet {path.name}")


def city_fleet(city: City, seed: int, made_of: CityFleetFile | None = None) -> tuple[CameraFleet, list[Line]]:
    """Return the fleet of a city with its arithmetic, line by line.

    Crossings are the junctions of the greatest streets. The cameras of a group go round its sites, so each site has
    its mean before any has more; a camera that finds no clear spot in all rounds is left out.

    Args:
        city: any city; counts known for Tashkent are scaled by residents.
        seed: another seed gives other spots.
        made_of: the parts, by default the file that ships.
    """
    made_of = made_of or load_city_fleet()
    scale = city.residents / made_of.residents
    mix = load_mix()
    obstacles = Obstacles(city)
    crossings = _crossings(city, mix.street_weight, round(scale * (made_of.groups["crossing"].count or 0)))
    names: list[str] = []
    kinds: list[str] = []
    spots: list[Spot] = []
    lines = []
    for name, group in made_of.groups.items():
        sites = _sites(city, group, seed, crossings, made_of.mahalla_weight, mix.street_weight)
        count = round(scale * group.count) if group.count else len(sites)
        wanted = _in_turn({kind: round(count * mean) for kind, mean in group.each.items()}, seed, name)
        queue = Queue(sites, obstacles)
        taken = [(kind, spot) for kind in wanted.tolist() if (spot := queue.take(kind == "face")) is not None]
        names += [f"{name}-{i:05d}" for i in range(len(taken))]
        kinds += [kind for kind, _ in taken]
        spots += [spot for _, spot in taken]
        lines.append(Line(name, count, len(wanted), len(taken), group.source))
    ids = np.array(names, dtype=np.str_)
    return equipped(ids, np.array(kinds, dtype=np.str_), spots, city, seed, mix), lines


def _sites(
    city: City,
    group: Group,
    seed: int,
    crossings: NDArray[np.bool_],
    mahalla_weight: Mapping[str, float],
    street_weight: Mapping[str, float],
) -> Sites:
    if group.sites is None:
        return PlaceSites(city, seed, group.kinds)
    if group.sites == "entrance":
        return EntranceSites(city, seed)
    if group.sites == "crossing":
        return JunctionSites(city, street_weight, seed, crossings)
    if group.sites == "street":
        great = {name: weight for name, weight in street_weight.items() if weight > 1.0}
        return JunctionSites(city, great, seed, ~crossings, only=True)
    return JunctionSites(city, mahalla_weight, seed, ~crossings, only=True)


def _crossings(city: City, weights: Mapping[str, float], count: int) -> NDArray[np.bool_]:
    """Return (nodes + 1,) which junctions are the crossings: of three ways or more, those of the weightiest streets.

    Signals count double; of equals the lowest node.
    """
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    ends = np.concatenate([streets["u"].to_numpy(np.int64), streets["v"].to_numpy(np.int64)])
    weight = np.array([weights.get(str(name), 1.0) for name in streets["street_class"]], dtype=np.float64)
    n = len(city.nodes)
    total = np.bincount(ends, weights=np.tile(weight, 2), minlength=n + 1)
    total[:n] *= np.where(city.nodes["signal"].to_numpy(bool), 2.0, 1.0)
    total[np.bincount(ends, minlength=n + 1) < 3] = 0.0
    best = np.argsort(-total, kind="stable")[:count]
    chosen = np.zeros(n + 1, dtype=bool)
    chosen[best[total[best] > 0]] = True
    return chosen


def _in_turn(counts: Mapping[str, int], seed: int, group: str) -> NDArray[np.str_]:
    """Return so many kinds as counted, shuffled by draws, so that each stretch of sites gets its share of each kind."""
    kinds = np.repeat(np.array(list(counts), dtype=np.str_), list(counts.values()))
    return kinds[np.argsort(draw_unit(seed, f"city fleet {group}", np.arange(len(kinds))), kind="stable")]
