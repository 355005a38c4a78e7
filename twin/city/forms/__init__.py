"""A city in the forms other programs read, and back out of those that keep all of it: one form a file."""

from twin.city.forms.account import Account
from twin.city.forms.read import read_city
from twin.city.forms.write import FORMS, export_city

__all__ = ["FORMS", "Account", "export_city", "read_city"]
