"""A city's raster of heights: mapped from its folder, its tiles made on first use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.city.heights.contents import Contents, filled_tiles
from twin.city.heights.kept import METHOD, KeptRaster
from twin.city.heights.raster import Frame, HeightRaster, Window
from twin.city.model import City
from twin.city.store import city_hash


def heights_of(city: City, cell_m: float = 1.0, window: Window | None = None, bare: bool = False) -> HeightRaster:
    """Return the height raster of a city; tiles that are not made yet are made now, on all cores.

    A cell is as high as the highest building that holds the cell's middle; holes are ground, and so are streets. Walls
    stand in the cells their lines cross, in cells of up to 2 m; crowns of trees and decks of bridges hang over the
    cells whose middles lie under them (``twin.city.standing``). A city with a folder keeps the raster in ``heights/``,
    keyed by the hash of its layers, and maps it from there; a folder that cannot be written goes without, and the
    raster lies in memory.

    Args:
        city: the city.
        cell_m: side of a cell.
        window: west, south, east, north in metres; only tiles of 1,024 cells that it touches are made. None: all.
        bare: buildings alone, without walls, trees and bridges.

    Raises:
        ValueError: the cell is not larger than 0.
        InputError: the cell is so small that the raster would have more than 40 thousand million cells.
    """
    frame = Frame.of(city, cell_m)
    tiles = frame.tiles_in(window)
    height_dm = None if city.folder is None else _mapped(city, city.folder, frame, tiles, bare)
    if height_dm is None:
        height_dm = _in_memory(city, frame, tiles, bare)
    return HeightRaster(frame.cell_m, frame.west_m, frame.north_m, height_dm, window)


def _mapped(city: City, folder: Path, frame: Frame, tiles: NDArray[np.int64], bare: bool) -> NDArray[np.uint16] | None:
    key = city.manifest.get("hash") or city_hash(city)
    name = f"{key[:16]}-{frame.cell_m:g}m-v{METHOD}{'-bare' if bare else ''}"
    try:
        kept = KeptRaster.at(folder / "heights" / name, frame)
        if len(kept.missing(tiles)):
            with kept.locked():
                missing = kept.missing(tiles)
                if len(missing):
                    kept.write(filled_tiles(Contents.of(city, frame, missing, bare), missing))
        return kept.map()
    except OSError:
        return None


def _in_memory(city: City, frame: Frame, tiles: NDArray[np.int64], bare: bool) -> NDArray[np.uint16]:
    height_dm = np.zeros((frame.rows, frame.columns), dtype=np.uint16)
    for tile, part in filled_tiles(Contents.of(city, frame, tiles, bare), tiles):
        top, bottom, left, right = frame.cells_of(tile)
        if part.any():
            height_dm[top:bottom, left:right] = part
    height_dm.setflags(write=False)
    return height_dm
