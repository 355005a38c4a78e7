"""The codes of the height raster: what stands, what hangs, and what a line of sight meets there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from twin.city.heights.codes import (
    MOST_BOTTOM_M,
    MOST_SOLID_DM,
    MOST_TOP_M,
    blocks,
    bottom_dm,
    hanging,
    is_crown,
    is_hanging,
    solid,
    solid_dm,
    top_dm,
)


def test_a_deck_from_five_to_six_metres_leaves_the_road_under_it_open():
    deck = hanging(5.0, 6.0)
    assert int(deck) == 0x8000 | 25 << 8 | 30
    assert is_hanging(deck)
    assert (int(bottom_dm(deck)), int(top_dm(deck)), int(solid_dm(deck))) == (50, 60, 0)
    assert not blocks(deck, 0.0, 50.0)
    assert blocks(deck, 49.0, 51.0)
    assert blocks(deck, 59.0, 61.0)
    assert not blocks(deck, 60.0, 90.0)


def test_a_wall_is_solid_from_the_ground_up():
    wall = solid(2.2)
    assert int(wall) == 22
    assert not is_hanging(wall)
    assert (int(bottom_dm(wall)), int(top_dm(wall)), int(solid_dm(wall))) == (0, 22, 22)
    assert blocks(wall, 10.0, 15.0)
    assert not blocks(wall, 22.0, 30.0)
    assert not blocks(np.uint16(0), 0.0, 30.0)


def test_the_functions_mean_the_same_on_arrays_and_in_compiled_kernels():
    @njit
    def parts(codes):
        told = np.empty((len(codes), 6), dtype=np.int64)
        for i in range(len(codes)):
            c = codes[i]
            told[i, 0], told[i, 1], told[i, 2] = is_hanging(c), bottom_dm(c), top_dm(c)
            told[i, 3], told[i, 4], told[i, 5] = solid_dm(c), blocks(c, 20.0, 40.0), is_crown(c)
        return told

    codes = np.concatenate([solid([0.0, 0.1, 2.2, 375.0, 5000.0]), hanging([0.0, 2.4, 25.4], [0.2, 6.8, 50.8])])
    codes = np.concatenate([codes, hanging([2.2, 3.0], [6.0, 3.2], leaves=True)])
    low, high, own = bottom_dm(codes), top_dm(codes), solid_dm(codes)
    told = np.column_stack([is_hanging(codes), low, high, own, blocks(codes, 20.0, 40.0), is_crown(codes)])
    assert (parts(codes) == told).all()
    assert codes.dtype == bottom_dm(codes).dtype == top_dm(codes).dtype == solid_dm(codes).dtype == np.uint16


@given(st.floats(0, MOST_BOTTOM_M), st.floats(0.1, 20), st.booleans())
def test_heights_come_back_within_their_steps(bottom_m, thick_m, leaves):
    code = hanging(bottom_m, bottom_m + thick_m, leaves)
    assert is_hanging(code)
    assert is_crown(code) == leaves
    assert int(bottom_dm(code)) / 10 == pytest.approx(bottom_m, abs=0.1001)
    assert int(top_dm(code)) / 10 == pytest.approx(bottom_m + thick_m, abs=0.3001 if thick_m > 0.4 else 0.5)
    assert bottom_dm(code) < top_dm(code)


@given(st.floats(0, 4000))
def test_nothing_solid_is_ever_taken_for_a_thing_that_hangs(top_m):
    code = solid(top_m)
    assert not is_hanging(code)
    assert int(top_dm(code)) == min(int(np.rint(top_m * 10)), MOST_SOLID_DM)


@pytest.mark.parametrize("wrong", [(-0.1, 3.0), (26.0, 30.0), (5.0, 5.0), (6.0, 5.0), (2.0, 52.0), (np.nan, 3.0)])
def test_heights_that_no_code_can_hold_are_refused(wrong):
    with pytest.raises(ValueError, match=f"up to {MOST_TOP_M} m; found"):
        hanging([2.0, wrong[0]], [6.0, wrong[1]])
