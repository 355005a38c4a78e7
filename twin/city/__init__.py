"""The city: streets, buildings, places and borders; immutable in memory, a folder of GeoParquet on disk."""

from twin.city.model import STREET_CLASSES, City

__all__ = ["STREET_CLASSES", "City"]
