"""Travel times at the hour: one contract, and what fulfils it."""

from twin.travel.contract import Route, Travel
from twin.travel.searched import SearchedTravel

__all__ = ["Route", "SearchedTravel", "Travel"]
