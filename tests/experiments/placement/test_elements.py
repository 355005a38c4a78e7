"""Who sees what as who covers what, held against sums done the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from experiments.placement.elements import by_chance, by_class, by_walk, missed_by
from sensors.cameras import Camera, fleet_of
from sensors.visibility import Visibility


def fleet(n: int, kind: str = "fixed"):
    return fleet_of([Camera(f"c{i}", kind, 0, 0, 6, 0, -10, 60, 1920, 1080, 80) for i in range(n)])


def seen_of(dense: np.ndarray) -> Visibility:
    """Who sees what from (cameras, points) densities, 0 for not at all."""
    there = csr_array(dense.astype(np.float32))
    return Visibility(
        there.indptr.astype(np.int64), there.indices.astype(np.int32), there.data, np.zeros(0, np.uint8), dense.shape[1]
    )


densities = st.lists(
    st.lists(st.sampled_from([0.0, 20.0, 30.0, 100.0, 300.0]), min_size=4, max_size=4), min_size=1, max_size=5
).map(np.array)


@settings(max_examples=40, deadline=None)
@given(densities)
def test_a_picture_of_a_class_is_one_of_every_class_below(dense):
    cover = by_class([25.0, 62.5, 250.0])(fleet(len(dense)), seen_of(dense)).toarray()
    wanted = np.stack([dense >= bound for bound in (25.0, 62.5, 250.0)], axis=2).reshape(len(dense), -1)
    assert (cover == wanted).all()


@settings(max_examples=40, deadline=None)
@given(densities, st.integers(0, 2**12 - 1))
def test_a_walk_is_covered_where_any_of_its_points_is(dense, bits):
    passed = np.array([(bits >> i) & 1 for i in range(12)], dtype=np.uint8).reshape(3, 4)
    cover = by_walk(62.5, csr_array(passed))(fleet(len(dense)), seen_of(dense)).toarray()
    assert (cover == ((dense >= 62.5) @ passed.T > 0)).all()


def test_chances_are_looked_up_by_density():
    cover = by_chance(np.array([[0.1, 0.5], [0.2, 0.9]]), low_px_m=10.0, steps=1, picture_width_px=1920)
    found = cover(fleet(1), seen_of(np.array([[5.0, 10.0, 25.0, 900.0]]))).toarray()
    # below the table nothing; 10 to 20 px/m the first entry; above 20 the last
    assert found == pytest.approx(np.array([[0, 0, 0.1, 0.2, 0.5, 0.9, 0.5, 0.9]]), abs=1e-6)


def test_what_a_rotating_camera_tours_it_covers_for_a_quarter_of_the_time():
    dense = np.array([[100.0, 0.0]])
    assert by_class([25.0])(fleet(1, "ptz"), seen_of(dense)).toarray() == pytest.approx(np.array([[0.25, 0.0]]))
    assert by_class([25.0], available=0.8)(fleet(1), seen_of(dense)).toarray() == pytest.approx(np.array([[0.8, 0.0]]))


def test_what_several_miss_each_misses():
    cover = csr_array(np.array([[0.5, 0.0, 1.0], [0.5, 0.2, 0.0]]))
    assert missed_by(cover) == pytest.approx([0.25, 0.8, 0.0])
