"""Coordinate systems in the words of other programs."""

from __future__ import annotations

import warnings

import pyproj


def proj_text(crs: str) -> str:
    """Return a system as a PROJ string, which SUMO and OpenDRIVE want; of a UTM zone it says all there is.

    >>> proj_text("EPSG:32642")
    '+proj=utm +zone=42 +datum=WGS84 +units=m +no_defs'
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return str(pyproj.CRS(crs).to_proj4()).replace(" +type=crs", "").strip()
