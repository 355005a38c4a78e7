"""Travel profiles: how fast a kind of vehicle goes against the posted limit, as data with its assumption."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from twin.errors import InputError, unknown_name


@dataclass(frozen=True)
class SpeedProfile:
    """Speed factors by street class.

    Attributes:
        name: such as ``"blue_light"``.
        assumption: the sentence that says what is assumed.
        factors: speed over the limit by street class; 1 where a class is not named.
    """

    name: str
    assumption: str
    factors: Mapping[str, float]

    def of_classes(self, street_class: Iterable[str]) -> NDArray[np.float64]:
        """Return the factor of each street."""
        return np.array([self.factors.get(name, 1.0) for name in street_class], dtype=np.float64)


def speed_profile(name: str) -> SpeedProfile:
    """Return a profile from ``twin/data/speed_profiles.yaml``.

    Raises:
        InputError: there is no profile of that name.
    """
    known = _profiles()
    if name not in known:
        raise InputError(f"use the speed profile {name!r}", unknown_name("speed profile", name, list(known)))
    return known[name]


@cache
def _profiles() -> Mapping[str, SpeedProfile]:
    text = (files("twin") / "data" / "speed_profiles.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe").load(text)["profiles"]
    return {
        name: SpeedProfile(name, row["assumption"], {key: float(value) for key, value in row["factors"].items()})
        for name, row in table.items()
    }
