"""All that goes into the tiles of a raster, and the tiles filled with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from twin.city.heights.codes import solid
from twin.city.heights.fill import Outlines
from twin.city.heights.raster import Frame, Window
from twin.city.heights.standing import Standing
from twin.city.model import City
from twin.city.squares import Ints


@dataclass(frozen=True, eq=False)
class Contents:
    """What tiles are filled with.

    Attributes:
        frame: the cells.
        buildings: their outlines.
        standing: what stands beside them; None for a bare raster.
    """

    frame: Frame
    buildings: Outlines
    standing: Standing | None

    @classmethod
    def of(cls, city: City, frame: Frame, tiles: Ints, bare: bool = False) -> Contents:
        """Take apart what goes into some tiles of a city's raster."""
        buildings = Outlines.of(city.buildings.geometry.to_numpy(), solid(city.buildings["height_m"]), frame)
        return cls(frame, buildings, None if bare else Standing.of(city, frame, _window(frame, tiles)))

    def fill(self, tile: int) -> tuple[int, NDArray[np.uint16]]:
        """Return a tile and its (rows, columns) codes."""
        top, bottom, left, right = self.frame.cells_of(tile)
        codes = np.zeros((bottom - top, right - left), dtype=np.uint16)
        self.buildings.fill(tile, top, left, codes)
        if self.standing is not None:
            self.standing.fill(tile, top, left, codes)
        return tile, codes


def filled_tiles(contents: Contents, tiles: Ints) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Yield each tile and its (rows, columns) codes, in the order given, on all cores."""
    workers = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    left = iter(tiles.tolist())
    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(contents.fill, tile) for tile in islice(left, 2 * workers)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(contents.fill, tile) for tile in islice(left, 1)]


def _window(frame: Frame, tiles: Ints) -> Window | None:
    """Return the window that holds some tiles, None where they are all."""
    down, along = frame.tiles
    if len(tiles) == down * along or not len(tiles):
        return None
    edges = np.array([frame.cells_of(tile) for tile in tiles.tolist()])
    top, bottom, left, right = edges[:, 0].min(), edges[:, 1].max(), edges[:, 2].min(), edges[:, 3].max()
    west_m, north_m, cell_m = frame.west_m, frame.north_m, frame.cell_m
    return west_m + left * cell_m, north_m - bottom * cell_m, west_m + right * cell_m, north_m - top * cell_m
