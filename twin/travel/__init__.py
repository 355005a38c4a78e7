"""Travel times at the hour: one contract, and what fulfils it."""

from twin.travel.contract import Route, Travel
from twin.travel.matrix import MatrixTravel
from twin.travel.searched import SearchedTravel

__all__ = ["MatrixTravel", "Route", "SearchedTravel", "Travel"]
