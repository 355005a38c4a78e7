"""What changed between two cities."""

from twin.city.diff.compare import CityDiff, LayerDiff, diff_cities

__all__ = ["CityDiff", "LayerDiff", "diff_cities"]
