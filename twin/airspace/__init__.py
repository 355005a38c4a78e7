"""The sky over a city: zones, ways around the red ones, heights over roofs, and drones kept apart."""

from twin.airspace.homes_below import HomesBelow
from twin.airspace.roofs import Roofs, levels_m
from twin.airspace.rules import AirRules, grounded_by, load_rules
from twin.airspace.separation import Flight, Timetable, too_near
from twin.airspace.street_ways import StreetWays
from twin.airspace.ways import AirWays, Corners
from twin.airspace.zones import AirSpace, Zone, air_space

__all__ = [
    "AirRules", "AirSpace", "AirWays", "Corners", "Flight", "HomesBelow", "Roofs", "StreetWays", "Timetable", "Zone",
    "air_space", "grounded_by", "levels_m", "load_rules", "too_near",
]  # fmt: skip
