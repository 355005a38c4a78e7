"""Blocks that a pose may picture hold every cell that it does picture."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.optics import in_picture
from sensors.pictured import may_picture
from sensors.regions import Grid
from tests.sensors.made import camera, fleet
from tests.towns import SOUTH_M, WEST_M

GRID = Grid(2.0, WEST_M, SOUTH_M + 300.0, 150, 150)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 359.9), st.floats(-90, 30), st.floats(5, 150), st.floats(0, 300), st.floats(0, 300))
def test_no_cell_that_is_pictured_is_left_out(bearing, pitch, hfov, x, y):
    pose = camera(x=x, y=y, bearing_deg=bearing, pitch_deg=pitch, hfov_deg=hfov, range_m=90.0)
    row, column = np.indices((100, 110)).reshape(2, -1)
    east, north = WEST_M + 2.0 * (column + 20.5), SOUTH_M + 300.0 - 2.0 * (row + 10.5)
    near = np.hypot(east - pose.x_m, north - pose.y_m) <= 90.0
    pictured = near & in_picture(pose, np.column_stack([east, north, np.full(len(east), 1.5)]))
    marked = may_picture(fleet(pose), GRID, 10, 20, 100, 110)
    assert marked[row[pictured], column[pictured]].all()
