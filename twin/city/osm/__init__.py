"""OpenStreetMap extracts, read through pyosmium and made into cities."""

from twin.city.osm.build import import_osm

__all__ = ["import_osm"]
