"""What a fleet covers: for each square of open ground the best pixel density class and how many cameras see it."""

from sensors.coverage.fill import TARGET_M, is_open
from sensors.coverage.live import LiveCoverage
from sensors.coverage.map import CoverageMap, best_of_blocks, coverage, coverage_bands

__all__ = ["TARGET_M", "CoverageMap", "LiveCoverage", "best_of_blocks", "coverage", "coverage_bands", "is_open"]
