"""The figures of Tashkent that the default city is built to, checked whole when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from twin.checked_yaml import Strict, read_checked

DATA: Final = Path(__file__).parent / "data"
STOREYS_2019: Final = ("4-5", "9", "10+", "other")
STOREYS_2026: Final = ("1-3", "4-5", "6-9", "10-16", "17+")
LAND: Final = ("park", "campus", "industry", "field", "village")


class CityFigures(Strict):
    """Figures of the whole city; what each is and where it comes from stands beside it in the file."""

    residents: int = Field(gt=0)
    dwellings: int = Field(gt=0)
    street_km: float = Field(gt=0)
    named_ways: int = Field(gt=0)
    named_passages: int = Field(ge=0)
    named_dead_ends: int = Field(ge=0)
    mahallas: int = Field(gt=0)
    crossings: int = Field(gt=0)
    schools_within_15_km: int = Field(gt=0)
    ambulance_posts: int = Field(gt=0)
    ambulance_teams: int = Field(gt=0)
    fire_stations: int = Field(gt=0)
    data_centres: int = Field(gt=0)
    platform_cameras: int = Field(gt=0)
    vehicles_a_day: int = Field(gt=0)
    cars_entering_a_day: int = Field(gt=0)


class PeopleFigures(Strict):
    """How residents and dwellings hang together."""

    residents_per_dwelling: float = Field(gt=0)
    dwellings_per_house: float = Field(ge=1)
    house_to_flat_household: float = Field(gt=0)
    security_residents: int = Field(gt=0)


class DistrictFigures(Strict):
    """Figures of one district.

    Attributes:
        title: in Uzbek, such as ``Chilonzor tumani``.
        area_km2: of the outline before it was simplified.
        residents: on 1 January 2026.
        accidents_2025: reported road accidents, January to August 2025.
        flats_share: of all dwellings; the others are courtyard houses. Assumed.
        new_share: of flats, in blocks built 2015 and later. Assumed.
        storeys_2019: shares of flats by storeys of their block, keys STOREYS_2019; ``flats`` is how many were
            counted, 0 where the shares are assumed.
        storeys_2026: the same, keys STOREYS_2026.
        land: shares of the area, keys LAND. Assumed.
        counts: how many places of a kind.
    """

    title: str
    area_km2: float = Field(gt=0)
    residents: int = Field(gt=0)
    accidents_2025: int = Field(ge=0)
    flats_share: float = Field(ge=0, le=1)
    new_share: float = Field(ge=0, le=1)
    storeys_2019: Mapping[str, float]
    storeys_2026: Mapping[str, float]
    land: Mapping[str, float]
    counts: Mapping[str, int]

    @field_validator("storeys_2019")
    @classmethod
    def _old(cls, shares: Mapping[str, float]) -> Mapping[str, float]:
        return _checked_shares(shares, STOREYS_2019)

    @field_validator("storeys_2026")
    @classmethod
    def _new(cls, shares: Mapping[str, float]) -> Mapping[str, float]:
        return _checked_shares(shares, STOREYS_2026)

    @field_validator("land")
    @classmethod
    def _land(cls, shares: Mapping[str, float]) -> Mapping[str, float]:
        if set(shares) != set(LAND) or sum(shares.values()) > 1:
            raise ValueError(f"wanted shares of {', '.join(LAND)} that add to 1 at the most")
        return shares


class FrameFigures(Strict):
    """The whole file ``tashkent.yaml``."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str
    title: str
    crs: str
    timezone: str
    licence: str
    city: CityFigures
    people: PeopleFigures
    districts: Mapping[str, DistrictFigures]
    street_words: tuple[str, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> FrameFigures:
        together = sum(district.residents for district in self.districts.values())
        if abs(together / self.city.residents - 1.0) > 0.001:
            raise ValueError(f"the districts' residents add to {together:,}, the city has {self.city.residents:,}")
        return self


class MahallaNames(Strict):
    """The whole file ``tashkent_mahallas.yaml``."""

    schema_version: Literal[1] = Field(alias="schema")
    mahallas: Mapping[str, tuple[str, ...]]


@cache
def frame_figures() -> FrameFigures:
    """Return the figures of Tashkent.

    Raises:
        InputError: the file is damaged; all faults, by line.
    """
    return read_checked(DATA / "tashkent.yaml", FrameFigures, "read the figures of Tashkent")


@cache
def mahalla_names() -> Mapping[str, tuple[str, ...]]:
    """Return the names of the mahallas by district, in the order of the register.

    Raises:
        InputError: the file is damaged; all faults, by line.
    """
    return read_checked(DATA / "tashkent_mahallas.yaml", MahallaNames, "read the mahallas of Tashkent").mahallas


def _checked_shares(shares: Mapping[str, float], bands: tuple[str, ...]) -> Mapping[str, float]:
    if set(shares) != {"flats", *bands}:
        raise ValueError(f"wanted the keys flats, {', '.join(bands)}")
    total = sum(shares[band] for band in bands)
    if abs(total - 1.0) > 0.005:
        raise ValueError(f"the shares must add to 1, but add to {total:g}")
    return shares
