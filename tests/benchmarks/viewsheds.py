"""Our sweep and GDAL's viewshed on the same raster, radius and eyes, full circle; GDAL is called in this process.

GDAL stands the eye in the middle of a cell, so ours is put there too, and it answers for roofs as well, which are left
out: only open ground is compared. It takes heights as samples in the middles of cells and interpolates between them,
where ours takes each cell as a block, as the raster is made. ``GVM_Edge`` is the mode nearest to blocks. For the
agreement each cell is also handed to it as 9 x 9 equal ones, so that its ramps stay within a ninth of a cell.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from sensors.coverage import TARGET_M
from sensors.coverage.sweep import sweep
from sensors.default_fleet import default_fleet
from tests.benchmarks.timing import Row
from tests.sensors.prisms import seen_exactly, walls_near
from twin.city import City
from twin.city.heights import HeightRaster, heights_of
from twin.city.heights.codes import solid_dm

REACH: Final = 80
RIM: Final = REACH + 1
SIDE: Final = 2 * RIM + 1
EYES: Final = 60
ABSENT: Final = "no osgeo here: apt-get install python3-gdal"

Mask = NDArray[np.bool_]


def viewshed_rows(city: City) -> Iterator[Row]:
    """Yield speed and agreement; without GDAL ours alone."""
    heights = heights_of(city, bare=True)
    eyes, gdal = list(eyes_of(city, heights)), _gdal()
    ours_s = np.mean([_spent(lambda own=own, up=up: swept(own, up)) for own, up, _ in eyes])
    ours = [swept(own, up) for own, up, _ in eyes]
    exact = [exact_of(city, eye) for _, _, eye in eyes]
    asked = [asked_of(own) for own, _, _ in eyes]
    if gdal is None:
        yield Row("viewshed of 80 m, full circle", 1e6 * ours_s, None, ABSENT, "us CPU")
        return
    pairs = [(gdal_ground(gdal, own, 1), up) for own, up, _ in eyes]
    peer_s = np.mean([_spent(lambda ground=ground, up=up: gdal_shed(gdal, ground, up)) for ground, up in pairs])
    plain = [gdal_sees(gdal, own, up, 1) for own, up, _ in eyes]
    fine = [gdal_sees(gdal, own, up, 9) for own, up, _ in eyes]
    yield Row("viewshed of 80 m, full circle", 1e6 * ours_s, 1e6 * peer_s, "GDAL", "us CPU", target="2 times as fast")
    exactly = [100 * unlike(found, exact, asked) for found in (ours, plain)]
    yield Row("its open cells that exact rays on the buildings see otherwise", *exactly, "GDAL", "%")
    yield Row("open cells that GDAL sees otherwise, same raster", 100 * unlike(ours, plain, asked), None, "", "%")
    yield Row(
        "open cells that GDAL sees otherwise, each cut 9 x 9", 100 * unlike(ours, fine, asked), None, "", "%",
        target="1 %",
    )  # fmt: skip


def eyes_of(city: City, heights: HeightRaster) -> Iterator[tuple[NDArray[np.uint16], float, Camera]]:
    """Yield windows around cameras that stand on open ground, the height of the eye, and the camera moved there."""
    fleet = default_fleet(city, 40 * EYES, seed=0)
    rng, found = np.random.default_rng(0), 0
    for i in rng.permutation(len(fleet)).tolist():
        camera = fleet[i]
        row = int((heights.north_m - camera.y_m) / heights.cell_m)
        column = int((camera.x_m - heights.west_m) / heights.cell_m)
        own = heights.height_dm[row - RIM : row + RIM + 1, column - RIM : column + RIM + 1]
        if own.shape == (SIDE, SIDE) and own[RIM, RIM] == 0:
            x_m, y_m = heights.west_m + (column + 0.5), heights.north_m - (row + 0.5)
            yield np.ascontiguousarray(own), camera.height_m, replace(camera, x_m=x_m, y_m=y_m)
            found += 1
        if found == EYES:
            return


def asked_of(own: NDArray[np.uint16]) -> Mask:
    """Return the cells of open ground whose middles lie within the radius."""
    away = np.arange(-RIM, RIM + 1)
    circle = away[:, None] ** 2 + away[None, :] ** 2 <= REACH**2
    return np.asarray(circle & (solid_dm(own) <= 10 * TARGET_M))


def swept(own: NDArray[np.uint16], eye_m: float) -> Mask:
    """Return what our sweep sees from the middle of the middle cell."""
    seen = np.zeros(own.shape, np.uint8)
    sweep(own, 1.0, 0.5, 0.5, eye_m, TARGET_M, np.zeros((0, 3)), float(REACH), seen)
    return seen == 1


def gdal_ground(gdal: Any, own: NDArray[np.uint16], cut: int) -> Any:
    """Return the window as GDAL's raster in memory, each cell as ``cut`` x ``cut``."""
    fine = np.repeat(np.repeat(own / np.float32(10.0), cut, axis=0), cut, axis=1).astype(np.float32)
    ground = gdal.GetDriverByName("MEM").Create("", len(fine), len(fine), 1, gdal.GDT_Float32)
    ground.SetGeoTransform([0.0, 1.0 / cut, 0.0, float(SIDE), 0.0, -1.0 / cut])
    ground.GetRasterBand(1).WriteRaster(0, 0, len(fine), len(fine), fine.tobytes())
    return ground


def gdal_shed(gdal: Any, ground: Any, eye_m: float) -> Any:
    """Return GDAL's viewshed from the middle of the window: no curvature, no refraction."""
    middle, band = RIM + 0.5, ground.GetRasterBand(1)
    return gdal.ViewshedGenerate(
        band, "MEM", "", [], middle, middle, eye_m, TARGET_M, 1, 0, 0, -1, 0.0, gdal.GVM_Edge, REACH
    )


def gdal_sees(gdal: Any, own: NDArray[np.uint16], eye_m: float, cut: int) -> Mask:
    """Return what GDAL sees; of each cell cut up, the middle one is read."""
    ground = gdal_ground(gdal, own, cut)
    shed = gdal_shed(gdal, ground, eye_m)
    part = np.frombuffer(shed.ReadRaster(), np.uint8).reshape(shed.RasterYSize, shed.RasterXSize)
    west, north = shed.GetGeoTransform()[0], shed.GetGeoTransform()[3]
    whole = np.zeros((ground.RasterYSize, ground.RasterXSize), dtype=bool)
    top, left = round((SIDE - north) * cut), round(west * cut)
    whole[top : top + part.shape[0], left : left + part.shape[1]] = part == 1
    return whole[cut // 2 :: cut, cut // 2 :: cut]


def exact_of(city: City, eye: Camera) -> Mask:
    """Return what exact rays on the outlines of the buildings see of the window's cells."""
    away = np.arange(-RIM, RIM + 1)
    x, y = np.meshgrid(eye.x_m + away, eye.y_m - away)
    points = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, TARGET_M)])
    return np.asarray(seen_exactly(eye, points, *walls_near(city, eye, REACH + 2.0))).reshape(x.shape)


def unlike(some: list[Mask], others: list[Mask], asked: list[Mask]) -> float:
    """Return the share of the cells asked for that two ways of seeing do not agree on."""
    differ = sum(int((a != b)[cells].sum()) for a, b, cells in zip(some, others, asked, strict=True))
    return differ / sum(int(cells.sum()) for cells in asked)


def _spent(job: Callable[[], object], times: int = 5) -> float:
    """Return the CPU seconds of a job."""
    job()
    start = process_time()
    for _ in range(times):
        job()
    return (process_time() - start) / times


def _gdal() -> Any:
    """Return osgeo.gdal, from this environment or from the system's Python of the same version; None if absent."""
    system = Path("/usr/lib/python3/dist-packages")
    for extra in ([], [str(system)] if system.is_dir() else []):
        sys.path.extend(extra)
        try:
            gdal = importlib.import_module("osgeo.gdal")
        except ImportError:
            continue
        finally:
            del sys.path[len(sys.path) - len(extra) :]
        gdal.UseExceptions()
        return gdal
    return None
