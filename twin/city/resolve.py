"""From what a user names to a city: a folder, or a default city, which is built once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from twin.cache import cache_folder
from twin.city.forms.read import is_foreign, read_city
from twin.city.model import City
from twin.city.store import load_city, save_city
from twin.errors import InputError

DEFAULT: Final = "default"


def open_city(spec: str | None, seed_city: int = 1) -> City:
    """Open a city.

    Args:
        spec: a folder that ``twin city build`` made, a GeoPackage or a folder of GeoJSON that ``twin city export``
            wrote; None or ``default`` for all of Tashkent; ``default:Chilonzor`` or ``default:Chilonzor,Uchtepa`` for
            some of its districts alone.
        seed_city: seed of the default city. It is built into the cache folder on first use, under the version of its
            generator, and loaded from there after.

    Raises:
        InputError: the folder is no city, or has faults; a district is not known.
    """
    districts = default_districts(spec)
    if districts is None and spec is not None and spec != DEFAULT:
        return read_city(Path(spec)) if is_foreign(Path(spec)) else load_city(Path(spec))
    from twin.city.default import default_city

    folder = default_folder(seed_city, districts)
    if folder.is_dir():
        return load_city(folder)
    city = default_city(seed_city) if districts is None else default_city(seed_city, districts)
    try:
        return save_city(city, folder)
    except InputError:
        if not folder.is_dir():
            raise
        return load_city(folder)  # another process was quicker


def is_built(spec: str | None, seed_city: int = 1) -> bool:
    """Return whether a city can be opened without building it first; a folder that is wrong shows when it is opened."""
    districts = default_districts(spec)
    if districts is None and spec is not None and spec != DEFAULT:
        return True
    return default_folder(seed_city, districts).is_dir()


def default_districts(spec: str | None) -> list[str] | None:
    """Return the districts that ``default:A,B`` names; None for every other spec."""
    if spec is None or not spec.startswith(f"{DEFAULT}:"):
        return None
    return [name.strip() for name in spec.removeprefix(f"{DEFAULT}:").split(",") if name.strip()]


def default_folder(seed_city: int, districts: Sequence[str] | None = None) -> Path:
    """Return where the default city of a seed, or of some districts of it, is kept."""
    from twin.city.default import GENERATOR_VERSION

    names = "" if districts is None else "-" + "-".join(sorted({name.lower().replace(" ", "_") for name in districts}))
    return cache_folder() / "cities" / f"default-{GENERATOR_VERSION}-seed{seed_city}{names}"
