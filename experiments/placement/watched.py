"""What a plan is asked to see, as data: classes of ground and what each is worth."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, field_validator

from sensors.optics import DORI_CLASSES
from twin.checked_yaml import Strict, read_checked
from twin.city.model import AREA_KINDS, PLACE_KINDS, STREET_CLASSES
from twin.errors import unknown_name

WATCHED_FILE: Final = Path(__file__).parent / "data" / "watched_ground.yaml"


class GroundClass(Strict):
    """One class of ground.

    Attributes:
        weight: of a square metre, relative to the others.
        streets: classes of streets whose carriageways and sides are of it.
        areas: kinds of areas that are of it.
        places, within_m: open ground within so far of such places is of it.
        junctions_m: streets within so far of a junction of three ways or more are of it; 0 for none.
    """

    weight: float = Field(gt=0, le=1000)
    streets: list[str] = Field(default_factory=list)
    areas: list[str] = Field(default_factory=list)
    places: list[str] = Field(default_factory=list)
    within_m: float = Field(default=0.0, ge=0, le=500)
    junctions_m: float = Field(default=0.0, ge=0, le=100)

    @field_validator("streets", "areas", "places")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in (*STREET_CLASSES, *AREA_KINDS, *PLACE_KINDS):
                raise ValueError(unknown_name("street, area or place", name, [*STREET_CLASSES, *AREA_KINDS]))
        return names


class Watched(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    source: str = Field(min_length=3)
    beside_m: float = Field(ge=0, le=20)
    classes: Mapping[str, GroundClass] = Field(min_length=1, max_length=250)
    class_weights: Mapping[str, float]

    @field_validator("class_weights")
    @classmethod
    def _of_dori(cls, weights: Mapping[str, float]) -> Mapping[str, float]:
        return checked_weights(weights)


def checked_weights(weights: Mapping[str, float]) -> Mapping[str, float]:
    """Return what each class of picture adds, as shares that add to 1.

    Raises:
        ValueError: a class is not known, a weight is negative, or all are zero.
    """
    for name, weight in weights.items():
        if name not in DORI_CLASSES[1:]:
            raise ValueError(unknown_name("class of picture", name, DORI_CLASSES[1:]))
        if not 0 <= weight < float("inf"):
            raise ValueError(f"the weight of {name} is {weight:g}; 0 or more was wanted")
    total = sum(weights.values())
    if total <= 0:
        raise ValueError("the weights of the classes are all zero; one above 0 was wanted")
    return {name: weights.get(name, 0.0) / total for name in DORI_CLASSES[1:]}


@cache
def load_watched(path: Path = WATCHED_FILE) -> Watched:
    """Read what ground is watched and how much it counts, by default the file that ships.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, Watched, f"read the watched ground {path.name}")
