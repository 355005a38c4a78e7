"""How high the buildings stand, as a raster: what lines of sight are tested against."""

from twin.city.heights.made import heights_of
from twin.city.heights.raster import HeightRaster

__all__ = ["HeightRaster", "heights_of"]
