"""How high the buildings stand, as a raster: what lines of sight are tested against."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numba
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.model import City
from twin.city.store import city_hash

METHOD: Final = 1
"""Version of the rasterisation; a cached raster of another version is made anew."""


@dataclass(frozen=True, eq=False)
class HeightRaster:
    """Height above ground of the highest building over the middle of each cell; the ground is flat.

    Attributes:
        cell_m: side of a cell.
        west_m: west edge of column 0.
        north_m: north edge of row 0.
        height_dm: (rows, columns) uint16 decimetres, rows from the north, 0 where there is no building; not writable.
    """

    cell_m: float
    west_m: float
    north_m: float
    height_dm: NDArray[np.uint16]

    def at(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the height in metres of the cell each point lies in, 0 outside the raster."""
        column = np.floor((np.asarray(x_m) - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - np.asarray(y_m)) / self.cell_m).astype(np.int64)
        rows, columns = self.height_dm.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        found = self.height_dm[np.where(inside, row, 0), np.where(inside, column, 0)]
        return np.where(inside, found, 0) / 10.0


def heights_of(city: City, cell_m: float = 1.0) -> HeightRaster:
    """Return the height raster of a city, read from its folder where one of the same layers lies there.

    A cell is as high as the highest building that holds the cell's middle; holes are ground. A city with a folder keeps
    the raster in ``heights/``, keyed by the hash of its layers, and maps it from there.

    Raises:
        ValueError: the cell is not larger than 0.
    """
    if not cell_m > 0:
        raise ValueError(f"cell_m must be above 0, found {cell_m}")
    if city.folder is None:
        return _raster(city, cell_m)
    key = city.manifest.get("hash") or city_hash(city)
    folder = city.folder / "heights" / f"{key[:16]}-{cell_m:g}m-v{METHOD}"
    kept = _kept(folder)
    if kept is None:
        shutil.rmtree(folder, ignore_errors=True)
        _keep(_raster(city, cell_m), folder)
        kept = _kept(folder)
    return kept or _raster(city, cell_m)


def _raster(city: City, cell_m: float) -> HeightRaster:
    west, south, east, north = city.bounds_m
    west_m, north_m = np.floor(west / cell_m) * cell_m, np.ceil(north / cell_m) * cell_m
    columns = max(1, int(np.ceil((east - west_m) / cell_m)))
    rows = max(1, int(np.ceil((north_m - south) / cell_m)))
    height_dm = np.zeros((rows, columns), dtype=np.uint16)
    shapes = city.buildings.geometry.to_numpy()
    if len(shapes):
        tops = np.clip(np.rint(city.buildings["height_m"].to_numpy() * 10.0), 0, 65535).astype(np.uint16)
        points, starts, owner_starts = _edges(shapes)
        cells = (points - (west_m, north_m)) / (cell_m, -cell_m)
        _fill(np.ascontiguousarray(cells), starts, owner_starts, tops, height_dm)
    height_dm.setflags(write=False)
    return HeightRaster(cell_m, float(west_m), float(north_m), height_dm)


def _edges(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the points of all rings, where each ring starts in them, and where each building starts in the rings."""
    rings, owner = shapely.get_rings(shapes, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring_of, np.arange(len(rings) + 1))
    owner_starts = np.searchsorted(owner, np.arange(len(shapes) + 1))
    return points, starts.astype(np.int64), owner_starts.astype(np.int64)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _fill(
    cells: NDArray[np.float64],
    ring_starts: NDArray[np.int64],
    owner_starts: NDArray[np.int64],
    tops: NDArray[np.uint16],
    height_dm: NDArray[np.uint16],
) -> None:
    """Fill each building by even-odd scan lines through the middles of the rows; ``cells`` are (column, row)."""
    rows, columns = height_dm.shape
    for b in range(len(tops)):
        first, last = ring_starts[owner_starts[b]], ring_starts[owner_starts[b + 1]]
        top_row = max(0, int(np.floor(cells[first:last, 1].min())))
        end_row = min(rows, int(np.ceil(cells[first:last, 1].max())) + 1)
        hits = np.empty(last - first, dtype=np.float64)
        for row in range(top_row, end_row):
            middle = row + 0.5
            n = 0
            for ring in range(owner_starts[b], owner_starts[b + 1]):
                for i in range(ring_starts[ring], ring_starts[ring + 1] - 1):
                    x0, y0, x1, y1 = cells[i, 0], cells[i, 1], cells[i + 1, 0], cells[i + 1, 1]
                    if (y0 <= middle) != (y1 <= middle):
                        hit = x0 + (middle - y0) / (y1 - y0) * (x1 - x0)
                        k = n
                        while k > 0 and hits[k - 1] > hit:
                            hits[k] = hits[k - 1]
                            k -= 1
                        hits[k] = hit
                        n += 1
            for pair in range(n // 2):
                start = max(0, int(np.ceil(hits[2 * pair] - 0.5)))
                end = min(columns, int(np.ceil(hits[2 * pair + 1] - 0.5)))
                for column in range(start, end):
                    height_dm[row, column] = max(height_dm[row, column], tops[b])


def _kept(folder: Path) -> HeightRaster | None:
    try:
        about: dict[str, Any] = json.loads((folder / "heights.json").read_text(encoding="utf-8"))
        height_dm = np.load(folder / "heights.npy", mmap_mode="r")
        return HeightRaster(about["cell_m"], about["west_m"], about["north_m"], height_dm)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(raster: HeightRaster, folder: Path) -> None:
    """Write the raster beside the city in one step; a folder that cannot be written goes without."""
    about = {"cell_m": raster.cell_m, "west_m": raster.west_m, "north_m": raster.north_m, "unit": "dm", "rows": "north"}
    part = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        np.save(part / "heights.npy", raster.height_dm)
        (part / "heights.json").write_text(json.dumps(about) + "\n", encoding="utf-8")
        part.replace(folder)
    except OSError:
        pass
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
