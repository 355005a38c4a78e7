"""Travel times at the hour: one contract, and what fulfils it."""

from twin.travel.contract import Route, Travel
from twin.travel.factory import travel_of
from twin.travel.matrix import MatrixTravel
from twin.travel.searched import SearchedTravel
from twin.travel.week import WeekTravel

__all__ = ["MatrixTravel", "Route", "SearchedTravel", "Travel", "WeekTravel", "travel_of"]
