"""What stands and hangs in a city, as a raster of heights: what lines of sight are tested against."""

from twin.city.heights.made import heights_of
from twin.city.heights.raster import HeightRaster

__all__ = ["HeightRaster", "heights_of"]
