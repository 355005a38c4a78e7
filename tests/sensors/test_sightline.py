"""Lines of sight on the raster, against an exact ray test on the buildings' outlines."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.optics import in_picture, pixels_per_metre
from sensors.sightline import MOUNT_M, sees
from tests.sensors.made import camera, empty_raster, fleet, raster_of
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of

TOWN = grid_town()
HEIGHTS = heights_of(TOWN, bare=True)
CORNER = np.array([WEST_M, SOUTH_M, 0.0])
BLOCKS = TOWN.buildings.geometry.to_numpy()


def sees_exactly(looking, point):
    """The oracle: the line, cut by each outline; a cut that lies below the roof somewhere blocks."""
    start = np.array([looking.x_m, looking.y_m, looking.height_m])
    way = np.asarray(point, dtype=float) - start
    length_m = math.hypot(way[0], way[1])
    line = shapely.LineString([start[:2], start[:2] + way[:2]])
    for block, roof_m in zip(BLOCKS, TOWN.buildings["height_m"], strict=True):
        cut = shapely.intersection(line, block)
        if cut.length < 1e-9:
            continue
        shares = [line.project(shapely.Point(corner)) / length_m for corner in cut.coords]
        first, last = max(min(shares), MOUNT_M / length_m), max(shares)
        if first < last and start[2] + way[2] * (last if way[2] < 0 else first) < roof_m:
            return False
    return True


coordinate = st.floats(1, 299)


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(coordinate, coordinate, st.floats(3, 30)),
    st.lists(st.tuples(coordinate, coordinate, st.floats(0, 14)), min_size=1, max_size=20),
)
def test_the_raster_agrees_with_the_exact_ray_on_every_outdoor_point(place, targets):
    """Buildings on whole metres: the raster is exact, up to lines that touch a corner or a roof within a hair."""
    x, y, height_m = place
    looking = camera("c", x, y, height_m=height_m, pitch_deg=-30.0, hfov_deg=120.0, range_m=150.0)
    points = np.array(targets) + CORNER
    points = points[~shapely.intersects_xy(shapely.union_all(BLOCKS).buffer(0.01), points[:, 0], points[:, 1])]
    if not len(points) or shapely.intersects_xy(shapely.union_all(BLOCKS), looking.x_m, looking.y_m):
        return
    flat_m = np.hypot(points[:, 0] - looking.x_m, points[:, 1] - looking.y_m)
    wanted = in_picture(looking, points) & (flat_m <= looking.range_m) & (flat_m > 0.01)
    exact = np.array([bool(ok) and sees_exactly(looking, point) for ok, point in zip(wanted, points, strict=True)])
    found = np.zeros(len(points), dtype=bool)
    found[sees(fleet(looking), HEIGHTS, points).point] = True
    for row in np.flatnonzero((found != exact) & (flat_m > 0.01)):
        assert _touches(looking, points[row]), f"{looking} and {points[row]}"


def _touches(looking, point):
    """Whether a hair's breadth decides: a shift of the target by a millimetre changes the oracle's answer."""
    shifts = [(dx, dy, dz) for dx in (-1e-3, 0, 1e-3) for dy in (-1e-3, 0, 1e-3) for dz in (-1e-3, 0, 1e-3)]
    return len({sees_exactly(looking, np.asarray(point) + shift) for shift in shifts}) == 2


def test_pixel_density_and_field_of_view_are_those_of_the_pinhole():
    looking = camera(range_m=60.0)
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(0, 300, (2000, 2)), rng.uniform(0, 8, 2000)]) + CORNER
    pairs = sees(fleet(looking), empty_raster(), points)
    near = np.hypot(points[:, 0] - looking.x_m, points[:, 1] - looking.y_m) <= 60.0
    assert pairs.point.tolist() == np.flatnonzero(in_picture(looking, points) & near).tolist()
    np.testing.assert_allclose(pairs.px_per_m, pixels_per_metre(looking, points[pairs.point]))


def test_over_a_low_wall_and_not_over_a_high_one():
    """From 6 m up to the ground at 30 m, the line is 3 m high half way: above a wall of 2.5 m, not of 4."""
    for top_dm, seen in {25: 1, 40: 0}.items():
        ground = np.zeros((300, 300), np.uint16)
        ground[300 - 166 : 300 - 164] = top_dm
        pairs = sees(fleet(camera()), raster_of(ground), [[WEST_M + 150.5, SOUTH_M + 180.0, 0.0]])
        assert len(pairs) == seen


def test_the_wall_a_camera_hangs_on_does_not_blind_it_but_the_house_behind_does():
    house = np.zeros((300, 300), np.uint16)
    house[300 - 150 : 300 - 130, 140:160] = 120  # its north wall runs along y = 150
    on_the_wall = camera(y=149.5)  # half a metre inside the outline, as a rough survey has it
    north, south = [WEST_M + 150.0, SOUTH_M + 170.0, 0.0], [WEST_M + 150.0, SOUTH_M + 120.0, 0.0]
    assert len(sees(fleet(on_the_wall), raster_of(house), [north])) == 1
    looking_back = camera(y=149.5, bearing_deg=180.0)
    assert len(sees(fleet(looking_back), raster_of(house), [south])) == 0


def test_off_the_raster_nothing_stands():
    pairs = sees(fleet(camera(y=330.0)), empty_raster(), [[WEST_M + 150.0, SOUTH_M + 350.0, 0.0]])
    assert len(pairs) == 1


def test_a_rotating_camera_sees_at_its_presets_and_not_between_narrow_ones():
    """Four presets of 30 degrees: the four winds yes, the four half-winds no."""
    turning = fleet(camera(kind="ptz", hfov_deg=30.0))
    angles = np.radians(np.arange(0, 360, 45))
    points = np.column_stack([np.sin(angles), np.cos(angles), np.zeros(8)]) * 25 + (WEST_M + 150, SOUTH_M + 150, 0)
    assert sees(turning, empty_raster(), points).point.tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize(("cameras", "points"), [(0, 3), (2, 0), (0, 0)])
def test_nobody_or_nothing_to_see(cameras, points):
    who = fleet(*[camera(f"c{i}") for i in range(cameras)])
    assert len(sees(who, empty_raster(), np.zeros((points, 3)))) == 0
