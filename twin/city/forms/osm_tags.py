"""What a city's rows are called in OpenStreetMap (wiki.openstreetmap.org, Map features)."""

from __future__ import annotations

import json
from typing import Any, Final

from twin.city.forms.osm_text import Tags

FOR_VEHICLES: Final = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "track",
)  # fmt: skip
BUILDINGS: Final = {
    "residential": "apartments", "courtyard": "house", "office": "office", "retail": "retail", "school": "school",
    "kindergarten": "kindergarten", "hospital": "hospital", "clinic": "clinic", "university": "university",
    "industrial": "industrial", "warehouse": "warehouse", "stadium": "stadium", "fire_station": "fire_station",
}  # fmt: skip
PLACES: Final[dict[str, Tags]] = {
    "school": {"amenity": "school"}, "kindergarten": {"amenity": "kindergarten"}, "hospital": {"amenity": "hospital"},
    "clinic": {"amenity": "clinic"}, "police": {"amenity": "police"}, "mahalla_post": {"amenity": "police"},
    "fire_station": {"amenity": "fire_station"}, "ambulance_post": {"emergency": "ambulance_station"},
    "security_post": {"amenity": "security_control"}, "bazaar": {"amenity": "marketplace"},
    "metro": {"railway": "station", "station": "subway"}, "park": {"leisure": "park"},
    "data_centre": {"telecom": "data_center"}, "university": {"amenity": "university"},
    "stadium": {"leisure": "stadium"}, "airport": {"aeroway": "terminal"}, "rail_station": {"railway": "station"},
    "landmark": {"tourism": "attraction"},
}  # fmt: skip
AREAS: Final[dict[str, Tags]] = {
    "water": {"natural": "water"}, "park": {"leisure": "park"}, "airport": {"aeroway": "aerodrome"},
    "rail": {"landuse": "railway"}, "square": {"place": "square"}, "field": {"landuse": "farmland"},
    "cemetery": {"landuse": "cemetery"}, "industry": {"landuse": "industrial"},
}  # fmt: skip


def street_tags(street: Any) -> Tags:
    """Return the tags of one row of ``streets``; what is usual for its class is left out, but for access."""
    for_vehicles = street.street_class in FOR_VEHICLES
    tags = {"highway": street.street_class, "name": street.name}
    if street.names:
        tags |= {f"name:{language}": name for language, name in json.loads(street.names).items()}
    if street.drive:
        tags |= {"maxspeed": f"{street.speed_kmh:g}", "lanes": str(street.lanes or "")}
        tags["lanes:forward"] = str(street.lanes_forward or "") if not street.oneway else ""
        tags["lanes:backward"] = str(street.lanes_backward or "") if not street.oneway else ""
        tags["oneway"] = "yes" if street.oneway else "no" if street.street_class == "motorway" else ""
    tags["motor_vehicle"] = "" if bool(street.drive) == for_vehicles else "yes" if street.drive else "no"
    tags["foot"] = "" if bool(street.walk) == (street.street_class != "motorway") else "yes" if street.walk else "no"
    tags |= {"width": f"{street.width_m:g}", "layer": str(street.layer or "")}
    return tags | ({street.structure: "yes"} if street.structure else {})


def building_tags(building: Any) -> Tags:
    """Return the tags of one row of ``buildings``."""
    return {
        "building": BUILDINGS.get(building.use, "yes"),
        "building:levels": str(building.storeys),
        "height": f"{building.height_m:g}",
        "building:flats": str(building.dwellings or ""),
        "start_date": str(building.built_year or ""),
    }


def place_tags(place: Any) -> Tags:
    """Return the tags of one row of ``places``; a kind that has none there keeps its own as ``tashkent_twin``."""
    return {**PLACES.get(place.kind, {"tashkent_twin": place.kind}), "name": place.name}


def tree_tags(tree: Any) -> Tags:
    """Return the tags of one row of ``trees``."""
    sizes = {"height": f"{tree.height_m:g}", "diameter_crown": f"{tree.crown_m:g}"}
    return {"natural": "tree", "leaf_type": tree.kind, **sizes}


def barrier_tags(barrier: Any) -> Tags:
    """Return the tags of one row of ``barriers``."""
    return {"barrier": barrier.kind, "height": f"{barrier.height_m:g}"}
