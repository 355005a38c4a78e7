"""The index of boxes by squares, against asking every box."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.city.squares import MOST_ALONG, Squares, square_at

BOX = st.tuples(*[st.floats(-500, 500)] * 2, *[st.floats(0, 120)] * 2)


@settings(max_examples=40, deadline=None)
@given(st.lists(BOX, min_size=1, max_size=12), st.floats(-600, 700), st.floats(-600, 700))
def test_the_square_of_a_point_names_every_box_that_holds_it(
    boxes: list[tuple[float, float, float, float]], x: float, y: float
) -> None:
    corners = np.array([(west, south, west + wide, south + deep) for west, south, wide, deep in boxes])
    grid = Squares.around(corners, 32.0)
    square = square_at(x, y, grid.corner, grid.side, grid.down, grid.along)
    named = set(grid.of(square).tolist()) if square >= 0 else set()
    holds = (corners[:, 0] <= x) & (x <= corners[:, 2]) & (corners[:, 1] <= y) & (y <= corners[:, 3])
    assert set(np.flatnonzero(holds).tolist()) <= named


def test_over_a_wide_land_the_squares_grow() -> None:
    grid = Squares.around(np.array([[0.0, 0.0, 1.0, 1.0], [200_000.0, 100.0, 200_001.0, 101.0]]), 32.0)
    assert grid.along <= MOST_ALONG + 1
    assert grid.of(0).tolist() == [0]


def test_no_boxes_are_in_no_square() -> None:
    assert not len(Squares.around(np.zeros((0, 4)), 32.0).members)
