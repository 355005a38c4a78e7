"""What a building is for: from its own tags, from the ground it stands on, or from its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twin.city.osm.figures import figures
from twin.city.osm.tags import Tags

USES: Final[Mapping[str, frozenset[str]]] = {
    "apartments": frozenset({"apartments", "dormitory", "block", "residential;apartments"}),
    "house": frozenset({"house", "detached", "semidetached_house", "terrace", "bungalow", "cabin", "farm", "villa"}),
    "residential": frozenset({"residential", "mixed", "housing"}),
    "school": frozenset({"school", "college", "university"}),
    "kindergarten": frozenset({"kindergarten"}),
    "hospital": frozenset({"hospital", "clinic"}),
    "public": frozenset(
        {"public", "civic", "government", "train_station", "transportation", "museum", "library", "fire_station",
         "police", "stadium", "sports_hall", "sports_centre", "theatre", "station", "palace"}
    ),
    "commercial": frozenset(
        {"commercial", "retail", "office", "hotel", "supermarket", "shop", "mall", "kiosk", "bank", "restaurant",
         "pavilion"}
    ),
    "industrial": frozenset({"industrial", "warehouse", "manufacture", "factory", "service", "utility", "hangar"}),
    "religious": frozenset({"church", "mosque", "cathedral", "chapel", "temple", "religious", "synagogue"}),
    "garage": frozenset({"garage", "garages", "carport", "parking"}),
    "outbuilding": frozenset({"shed", "hut", "roof", "greenhouse", "glasshouse", "barn", "stable", "toilets"}),
}  # fmt: skip
DWELLED: Final = frozenset({"apartments", "house", "residential"})

_AMENITY: Final[Mapping[str, str]] = {
    "school": "school", "college": "school", "university": "school", "kindergarten": "kindergarten",
    "hospital": "hospital", "clinic": "hospital", "doctors": "hospital", "police": "public", "fire_station": "public",
    "townhall": "public", "library": "public", "theatre": "public", "cinema": "public", "courthouse": "public",
    "embassy": "public", "post_office": "public", "place_of_worship": "religious", "parking": "garage",
    "marketplace": "commercial", "bank": "commercial", "restaurant": "commercial", "cafe": "commercial",
    "fast_food": "commercial", "fuel": "commercial", "pharmacy": "commercial",
}  # fmt: skip
_LANDUSE: Final[Mapping[str, str]] = {
    "industrial": "industrial", "railway": "industrial", "commercial": "commercial", "retail": "commercial",
    "garages": "garage", "religious": "religious",
}  # fmt: skip
_BY_VALUE: Final = {value: use for use, values in USES.items() for value in values}


def tagged_use(tags: Tags) -> str | None:
    """Return the use a building's own tags state, None for ``building=yes`` without any other."""
    value = tags.get("building", "")
    if value in _BY_VALUE:
        return _BY_VALUE[value]
    if tags.get("amenity", "") in _AMENITY:
        return _AMENITY[tags["amenity"]]
    if any(tags.get(key, "no") != "no" for key in ("shop", "office")) or tags.get("tourism") in {"hotel", "hostel"}:
        return "commercial"
    if tags.get("tourism") in {"museum", "gallery"} or "government" in tags:
        return "public"
    return None if value in {"yes", ""} else "other"


def ground_use(tags: Tags) -> str | None:
    """Return the use that an area gives to the buildings on it: a school's grounds, an industrial estate."""
    grounds = ("school", "college", "university", "kindergarten", "hospital", "clinic")
    if tags.get("amenity") in grounds:
        return _AMENITY[tags["amenity"]]
    return _LANDUSE.get(tags.get("landuse", ""))


def guessed_use(footprint_m2: float) -> str:
    """Return the use of a building that nothing is known of, by its size (figures.yaml)."""
    figure = figures()["buildings"]
    if footprint_m2 < figure["outbuilding_below_m2"]:
        return "outbuilding"
    return "house" if footprint_m2 < figure["house_below_m2"] else "residential"
