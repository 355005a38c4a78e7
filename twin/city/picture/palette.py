"""Colours and line widths of the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PAPER: Final = "#e9e5dc"
GROUND: Final = "#faf7f0"
INK: Final = "#2b2b33"
WATER: Final = "#9fcbe4"
WATER_EDGE: Final = "#6fa9cc"
BORDER: Final = "#7a5c86"
METRO: Final = "#c4213f"

AREAS: Final[Mapping[str, str]] = {
    "field": "#eef0d5", "park": "#c6e2ae", "industry": "#e4dde6", "airport": "#dde0e6", "rail": "#aaa5a3",
    "cemetery": "#d3dcc0", "square": "#efe6d2", "water": WATER,
}  # fmt: skip
"""By kind of area, in the order they are laid: what lies above comes later."""

STOREYS: Final = ((1, "#f0d9b5"), (4, "#e6b578"), (6, "#d98a53"), (10, "#b4503c"), (17, "#74203a"))
"""Least storeys of a band of flats, and its colour."""

HOUSE: Final = "#e3d3b4"
USES: Final[Mapping[str, tuple[str, str]]] = {
    "learning": ("#f2c230", "school, kindergarten, university"),
    "health": ("#e8788f", "hospital, clinic"),
    "trade": ("#a99bd1", "shops, offices, bazaar"),
    "work": ("#b3aeb8", "industry, stores"),
    "public": ("#6fa8a0", "public"),
}
GROUP_OF_USE: Final[Mapping[str, str]] = {
    "school": "learning", "kindergarten": "learning", "university": "learning",
    "hospital": "health", "clinic": "health",
    "retail": "trade", "office": "trade", "bazaar": "trade", "commercial": "trade",
    "industrial": "work", "warehouse": "work", "garage": "work", "outbuilding": "work", "data_centre": "work",
    "airport": "public", "rail_station": "public",
}  # fmt: skip
HOUSES: Final = ("courtyard", "house")
FLATS: Final = ("residential", "apartments")

STREETS: Final[Mapping[str, tuple[str, str, float, float]]] = {
    "steps": ("#d9b79a", "", 0.15, 0.6), "path": ("#d9b79a", "", 0.12, 0.5), "cycleway": ("#b9c4d9", "", 0.12, 0.5),
    "footway": ("#d9b79a", "", 0.12, 0.6), "track": ("#cdbfa6", "", 0.15, 0.8),
    "service": ("#ffffff", "#d8d2c6", 0.12, 1.0),
    "pedestrian": ("#f5e3cf", "#cfa77f", 0.6, 1.4), "living_street": ("#ffffff", "#cfc7b8", 0.2, 1.0),
    "residential": ("#ffffff", "#c9c0b0", 0.32, 1.4), "unclassified": ("#ffffff", "#c9c0b0", 0.4, 1.6),
    "tertiary": ("#fffdf2", "#b9ac93", 0.75, 2.2), "secondary": ("#fbe6a2", "#c9a95c", 1.1, 3.0),
    "primary": ("#f6c14f", "#b8862b", 1.6, 3.8), "trunk": ("#ee9a52", "#b0602a", 2.1, 4.4),
    "motorway": ("#e77f5a", "#a34a2d", 2.1, 4.4),
}  # fmt: skip
"""By class, minor first: fill, casing ("" none), least width in points on a map of the whole city and on a close-up."""

SIGNS: Final[Mapping[str, tuple[str, str, str]]] = {
    "metro": ("M", METRO, "metro"), "hospital": ("+", "#d4405f", "hospital"), "clinic": ("+", "#e8909f", "clinic"),
    "fire_station": ("F", "#e2572b", "fire station"), "police": ("P", "#2f5da8", "police"),
    "ambulance_post": ("A", "#c23b5b", "ambulance post"), "security_post": ("S", "#5a6b8c", "security post"),
    "mahalla_post": ("p", "#6b8ac2", "mahalla post"), "school": ("s", "#b98700", "school"),
    "kindergarten": ("k", "#c9a227", "kindergarten"), "bazaar": ("B", "#7a55b5", "bazaar"),
    "stadium": ("O", "#2c8a57", "stadium"), "rail_station": ("R", "#3d3d46", "railway station"),
    "airport": ("✈", "#3d3d46", "airport"), "data_centre": ("D", "#22767a", "data centre"),
    "university": ("U", "#a8780a", "university"), "technical_centre": ("T", "#22767a", "technical centre"),
    "situation_centre": ("C", "#22767a", "situation centre"), "landmark": ("★", "#a36b1f", "landmark"),
    "gate": ("◆", "#444450", "city gate"),
}  # fmt: skip
"""By kind of place: letter, colour, words of the legend."""

SIGNS_OF_WHOLE: Final = ("metro", "rail_station", "airport", "stadium", "bazaar", "hospital", "gate")


def storey_band(storeys: int) -> str:
    """Return the colour of a block of flats."""
    return next(colour for least, colour in reversed(STOREYS) if storeys >= least)
