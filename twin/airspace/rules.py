"""The rules of the air as dated data: heights, distances, weather."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, model_validator

from twin.checked_yaml import Strict, read_checked
from twin.sky import WEATHERS

RULES_FILE: Final = Path(__file__).parent / "data" / "rules.yaml"


class AirRules(Strict):
    """What every flight keeps to.

    Attributes:
        dated, source: when the figures were put together, and from what.
        green_height_m, yellow_height_m: how high a drone may fly above ground outside and inside the city.
        street_height_m: how high it flies where its way follows the streets.
        roof_clearance_m: how far above the highest roof under its way it flies.
        red_margin_m: how far it stays from a red zone.
        apart_level_m, apart_up_m: two drones are nearer to each other by less than the first on the level, or by less
            than the second in height, but never by both.
        level_step_m: distance of the heights at which drones fly, so not less than ``apart_up_m``.
        airport_red_m, airport_yellow_m, airport_yellow_height_m: distances from an airfield's outline within which a
            zone is red, or yellow with that height.
        weathers: in which drones fly at all; wind is limited by the drone's class.
        least_visibility_m: below it none flies.
    """

    schema_version: Literal[1] = Field(alias="schema")
    dated: str
    source: str = Field(min_length=3)
    green_height_m: float = Field(gt=0)
    yellow_height_m: float = Field(gt=0)
    street_height_m: float = Field(gt=0)
    roof_clearance_m: float = Field(gt=0)
    red_margin_m: float = Field(ge=0)
    apart_level_m: float = Field(gt=0)
    apart_up_m: float = Field(gt=0)
    level_step_m: float = Field(gt=0)
    airport_red_m: float = Field(ge=0)
    airport_yellow_m: float = Field(ge=0)
    airport_yellow_height_m: float = Field(gt=0)
    weathers: tuple[Literal[WEATHERS], ...]  # type: ignore[valid-type]
    least_visibility_m: float = Field(ge=0)

    @model_validator(mode="after")
    def _fit(self) -> AirRules:
        if self.level_step_m < self.apart_up_m:
            raise ValueError(f"level_step_m {self.level_step_m:g} is less than apart_up_m {self.apart_up_m:g}")
        if self.airport_yellow_m < self.airport_red_m:
            raise ValueError("airport_yellow_m is less than airport_red_m; yellow lies around red")
        return self


@cache
def load_rules(path: Path = RULES_FILE) -> AirRules:
    """Read the rules that ship with the project, or others.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, AirRules, f"read the rules of the air {path.name}")


def grounded_by(rules: AirRules, weather: str, visibility_m: float) -> list[str]:
    """Return why no drone may fly in a weather, each reason a sentence; empty when all may."""
    reasons = []
    if weather not in rules.weathers:
        reasons.append(f"the weather is {weather}; drones fly in {', '.join(rules.weathers)}")
    if visibility_m < rules.least_visibility_m:
        reasons.append(f"one sees {visibility_m:g} m far; drones need {rules.least_visibility_m:g} m")
    return reasons
