"""Pictures of a city, drawn from its tables alone."""

from twin.city.picture.draw import draw_city
from twin.city.picture.kinds import draw_kinds
from twin.city.picture.view import View, around, whole

__all__ = ["View", "around", "draw_city", "draw_kinds", "whole"]
