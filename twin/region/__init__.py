"""Regions that come as tables: travel times between zones, demand, posts and hospitals, without a street network."""

from twin.region.model import MatrixRegion, PostTeams
from twin.region.reading import is_region, read_region

__all__ = ["MatrixRegion", "PostTeams", "is_region", "read_region"]
