"""A fleet's map as GeoTIFF, written window by window: the best class of each cell, and how many cameras see it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.fleet_cells import Window
from sensors.optics import Dori
from sensors.region_sums import NOT_OPEN
from sensors.regions import Grid
from twin.errors import InputError

NO_GROUND: Final = 255
BLOCK: Final = 512
FILES: Final = ("class", "count")


class RasterFiles:
    """Two cloud-optimised GeoTIFFs with their system set: ``coverage_class.tif`` and ``coverage_count.tif``.

    255 is no open ground, 0 is open ground nobody sees; a count of 254 is 254 or more. Written whole or not at all.

    Args:
        folder: where they go.
        grid: the cells.
        crs: the city's system.
        dori: the classes, named in the file's tags.

    Raises:
        InputError: they cannot be written there.
    """

    def __init__(self, folder: Path, grid: Grid, crs: str, dori: Dori) -> None:
        import rasterio
        from rasterio.transform import from_origin

        about: dict[str, Any] = {
            "driver": "GTiff", "width": grid.columns, "height": grid.rows, "count": 1, "dtype": "uint8", "crs": crs,
            "transform": from_origin(grid.west_m, grid.north_m, grid.cell_m, grid.cell_m), "nodata": NO_GROUND,
            "tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "DEFLATE", "zlevel": 6,
            "SPARSE_OK": True, "BIGTIFF": "IF_SAFER",
        }  # fmt: skip
        self._paths = [folder / f"coverage_{name}.tif" for name in FILES]
        self._parts = [path.with_suffix(".part.tif") for path in self._paths]
        try:
            self._files = [rasterio.open(part, "w", **about) for part in self._parts]
        except (OSError, rasterio.errors.RasterioIOError) as fault:
            raise InputError(f"write the coverage to {folder}", f"{fault}; choose another --out") from fault
        tags = {str(row): name for row, name in enumerate(dori.names)}
        self._files[0].update_tags(edition=dori.edition, **{f"class_{row}": name for row, name in tags.items()})
        self._files[0].set_band_description(1, "best pixel density class by day")
        self._files[1].set_band_description(1, "cameras that see the cell")

    def __call__(self, window: Window) -> None:
        """Write a window."""
        from rasterio.windows import Window as Part

        rows, columns = window.slots.shape
        seen = window.slots >= 0
        figures: tuple[NDArray[Any], ...] = (window.cells.best, window.cells.count[:, 0])
        for file, column in zip(self._files, figures, strict=True):
            cells = np.zeros((rows, columns), np.uint8)
            cells[window.slots == NOT_OPEN] = NO_GROUND
            cells[seen] = np.minimum(column[window.slots[seen]], NO_GROUND - 1)
            file.write(cells, 1, window=Part(window.left, window.top, columns, rows))

    def __enter__(self) -> RasterFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        from rasterio.shutil import copy

        for file in self._files:
            file.close()
        for part, path in zip(self._parts, self._paths, strict=True):
            if kind is None:
                whole = path.with_suffix(".whole.tif")
                copy(part, whole, driver="COG", compress="DEFLATE", overview_resampling="nearest", blocksize=BLOCK)
                whole.replace(path)
            part.unlink(missing_ok=True)
