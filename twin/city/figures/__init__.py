"""The figures of a city beside those asked of it."""

from twin.city.figures.figure import Figure
from twin.city.figures.table import city_table

__all__ = ["Figure", "city_table"]
