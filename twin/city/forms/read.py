"""A city out of a file or folder of another form."""

from __future__ import annotations

from pathlib import Path

from twin.city.forms.geojson import read_geojson
from twin.city.forms.geopackage import read_geopackage
from twin.city.model import City
from twin.errors import InputError


def is_foreign(path: Path) -> bool:
    """Return whether a path is a city in another form: a GeoPackage, or a folder of GeoJSON layers."""
    return path.is_file() or (path / "nodes.geojson").is_file()


def read_city(path: Path) -> City:
    """Read a city that was exported as ``geopackage`` or ``geojson``, as it is now.

    Raises:
        InputError: there is no such city, or it has faults; all of them are named.
    """
    if path.is_dir():
        if not is_foreign(path):
            raise InputError(f"read the city {path}", "no nodes.geojson in it; give what `twin city export` wrote")
        return read_geojson(path)
    if not path.exists():
        raise InputError(f"read the city {path}", "there is no such file or folder")
    return read_geopackage(path)
