"""From what a user names to a city: a folder, or nothing for the default city, which is built once and kept."""

from __future__ import annotations

from pathlib import Path

from twin.city.forms.read import is_foreign, read_city
from twin.city.model import City
from twin.city.store import cache_folder, load_city, save_city
from twin.errors import InputError


def open_city(spec: str | None, seed_city: int = 1) -> City:
    """Open a city.

    Args:
        spec: a folder that ``twin city build`` made, a GeoPackage or a folder of GeoJSON that ``twin city export``
            wrote, or None for the default city.
        seed_city: seed of the default city. It is built into the cache folder on first use, under the version of its
            generator, and loaded from there after.

    Raises:
        InputError: the folder is no city, or has faults.
    """
    if spec is not None:
        return read_city(Path(spec)) if is_foreign(Path(spec)) else load_city(Path(spec))
    from twin.city.default import default_city

    folder = default_folder(seed_city)
    if folder.is_dir():
        return load_city(folder)
    try:
        return save_city(default_city(seed_city), folder)
    except InputError:
        if not folder.is_dir():
            raise
        return load_city(folder)  # another process was quicker


def default_folder(seed_city: int) -> Path:
    """Return where the default city of a seed is kept."""
    from twin.city.default import GENERATOR_VERSION

    return cache_folder() / "cities" / f"default-{GENERATOR_VERSION}-seed{seed_city}"
