"""Coverage of a fleet: the whole city, one camera changed, exactness, many poses at once, and GDAL's viewshed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import Final

import numpy as np
import shapely

from sensors.cameras import CameraFleet, take_cameras
from sensors.coverage import LiveCoverage, coverage
from sensors.default_fleet import default_fleet
from sensors.visibility import visibility
from tests.benchmarks.timing import Row, seconds
from tests.benchmarks.viewsheds import viewshed_rows
from tests.sensors.agreement import against_prisms
from twin.city import City
from twin.city.heights import heights_of

STRESS: Final = 42_750
RANGE_M: Final = 80.0
POSES: Final = 200_000
TO_A_PLACE: Final = 8
LEAST_PX_M: Final = 25.0
FIRST_TIME: Final = """
import json, resource, time
from tests.benchmarks.coverage import stress_fleet
from sensors.cameras import take_cameras
from sensors.coverage import coverage
from twin.city.heights import heights_of
from twin.city.resolve import open_city
city = open_city(None)
fleet, heights = stress_fleet(city), heights_of(city)
coverage(take_cameras(fleet, slice(0, 2)), heights)
wall, cpu = time.perf_counter(), time.process_time()
seen = coverage(fleet, heights)
spent = {"s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
print(json.dumps(spent | {"gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9}))
"""


def coverage_rows(city: City) -> Iterator[Row]:
    """Yield the figures of a district."""
    fleet, heights = default_fleet(city, 2000, seed=0), heights_of(city)
    yield Row("coverage of 2,000 cameras at 1 m", seconds(lambda: coverage(fleet, heights), 3), None, "", "s")
    yield exact_rays(city, fleet)
    yield from viewshed_rows(city)


def whole_coverage_rows(city: City) -> Iterator[Row]:
    """Yield the figures of the whole city."""
    run = subprocess.run([sys.executable, "-c", FIRST_TIME], capture_output=True, text=True, check=True)
    spent = json.loads(run.stdout.splitlines()[-1])
    name = f"coverage of {STRESS:,} cameras over {RANGE_M:g} m at 1 m, whole city, first time"
    yield Row(name, spent["s"], None, "", "s", target="5 s on 2 cores")
    yield Row(f"{name}: CPU", spent["cpu_s"], None, "", "s", target="10")
    yield Row(f"{name}: most memory", spent["gb"], None, "", "GB", target="3")
    yield one_changed(city)
    yield from many_poses(city)


def stress_fleet(city: City) -> CameraFleet:
    """Return the fleet of the whole city with one range for all."""
    fleet = default_fleet(city, STRESS, seed=0)
    return replace(fleet, range_m=np.full(len(fleet), RANGE_M))


def exact_rays(city: City, fleet: CameraFleet) -> Row:
    """500 cameras against exact rays on the outlines: cells further than one from the edge of what is seen."""
    bare = heights_of(city, bare=True)
    rows = np.random.default_rng(0).choice(len(fleet), 500, replace=False).tolist()
    sums = np.sum([against_prisms(city, bare, fleet[row]) for row in rows], axis=0)
    name = "cells off the edge of what is seen that exact rays see otherwise, 500 cameras"
    return Row(name, 100 - 100 * sums[3] / sums[2], 100 - 100 * sums[1] / sums[0], "all cells", "%", target="0.5 %")


def one_changed(city: City) -> Row:
    """A camera of the whole city's fleet turned by 40 degrees: the middle of 60."""
    live = LiveCoverage(coverage(stress_fleet(city), heights_of(city)))
    spent = []
    for row in np.random.default_rng(0).choice(STRESS, 60, replace=False).tolist():
        camera = live.map.fleet[row]
        start = perf_counter()
        live.change([camera.id], [replace(camera, bearing_deg=(camera.bearing_deg + 40.0) % 360.0)])
        spent.append(perf_counter() - start)
    return Row("one camera of 42,750 turned", 1000 * float(np.median(spent)), None, "", "ms", target="20")


def many_poses(city: City) -> Iterator[Row]:
    """200,000 poses, eight to a place, in Yunusobod, against all of its open ground at 2 m."""
    district = city.districts[city.districts["name"] == "Yunusobod"].geometry.iloc[0]
    fleet, heights = stress_fleet(city), heights_of(city)
    own = np.flatnonzero(shapely.contains_xy(district, fleet.x_m, fleet.y_m) & (fleet.kind == "fixed"))
    rng = np.random.default_rng(0)
    places = rng.choice(own, POSES // TO_A_PLACE)
    poses = take_cameras(fleet, np.repeat(places, TO_A_PLACE))
    aside = np.repeat(rng.uniform(-100, 100, (len(places), 2)), TO_A_PLACE, axis=0)
    bearing = np.tile(np.arange(TO_A_PLACE) * 360.0 / TO_A_PLACE, len(places))
    poses = replace(poses, x_m=poses.x_m + aside[:, 0], y_m=poses.y_m + aside[:, 1], bearing_deg=bearing)
    west, south, east, north = district.bounds
    x, y = np.meshgrid(np.arange(west + 1, east, 2.0), np.arange(north - 1, south, -2.0))
    ground = shapely.contains_xy(district, x, y) & (heights.at(x, y) <= 1.5)
    points = np.column_stack([x[ground], y[ground], np.full(ground.sum(), 1.5)])
    start = perf_counter()
    found = visibility(poses, heights, points, least_px_m=LEAST_PX_M)
    spent = perf_counter() - start
    yield Row(f"{POSES:,} poses against {len(points) / 1e6:.1f} million points", spent, None, "", "s", target="60")
    yield Row("of them seen", len(found.point) / 1e6, None, "", "million pairs", better="high")
