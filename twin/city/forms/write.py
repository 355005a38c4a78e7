"""A city, or a part of it, in a form that other programs read: written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyogrio

from twin.city.forms.account import Account
from twin.city.forms.geojson import write_geojson
from twin.city.forms.geopackage import write_geopackage
from twin.city.forms.graphml import write_graphml
from twin.city.forms.opendrive import refuse_too_large, write_opendrive
from twin.city.forms.osm_xml import write_osm
from twin.city.forms.part import district_of, tile_of
from twin.city.forms.sumo import write_sumo
from twin.city.model import City
from twin.errors import Fault, InputError, unknown_name


@dataclass(frozen=True)
class Form:
    """One form: what writes it, the end of its file's name ("" for a folder), and what it is in a few words."""

    write: Callable[[City, Path], Account]
    suffix: str
    about: str


FORMS: Final[Mapping[str, Form]] = {
    "geojson": Form(write_geojson, "", "a folder of layers in degrees; can be imported again"),
    "geopackage": Form(write_geopackage, ".gpkg", "one file of layers in metres; can be imported again"),
    "graphml": Form(write_graphml, ".graphml", "the drivable streets as a graph with free-flow times"),
    "sumo": Form(write_sumo, "", "a folder with a network for the traffic simulator SUMO"),
    "opendrive": Form(write_opendrive, ".xodr", "a road map for CARLA, of a district or tile"),
    "osm": Form(write_osm, ".osm", "OpenStreetMap XML: streets, buildings, places"),
}


def export_city(
    city: City, form: str, out: Path, district: str | None = None, tile: int | None = None
) -> tuple[City, Account]:
    """Write a city in one of ``FORMS``, and return what was written with the account of it.

    Args:
        city: the city.
        form: a name in ``FORMS``.
        out: where to; nothing may lie there.
        district: name of the district to write alone.
        tile: number of the tile of ``tiles_of``, of the city or of the district, to write alone.

    Raises:
        InputError: the form, district or tile is not known, something lies where the export is to go, or it cannot be
            written there; all that is wrong is named.
        MissingPart: the form needs a library that is not installed.
    """
    asked = f"export {city.name} to {out}"
    faults: list[Fault] = []
    if form not in FORMS:
        faults.append(Fault(unknown_name("form", form, list(FORMS))))
    if out.exists():
        faults.append(Fault("something lies there already; choose another --out or remove it"))
    part = _part(city, district, tile, faults)
    if form == "opendrive" and not faults:
        faults += refuse_too_large(part)
    if faults:
        raise InputError(asked, faults)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
            made = Path(folder) / out.name
            account = FORMS[form].write(part, made)
            shutil.move(made, out)
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise InputError(asked, f"{getattr(fault, 'strerror', None) or fault}; choose another --out") from fault
    return part, account


def _part(city: City, district: str | None, tile: int | None, faults: list[Fault]) -> City:
    """Return the part that is asked for; what is wrong with the asking is added to the faults."""
    part = city
    try:
        part = part if district is None else district_of(part, district)
        return part if tile is None else tile_of(part, tile)
    except InputError as fault:
        faults += fault.faults
    return part
