"""A map that follows its fleet: after any changes it is, bit for bit, the map of the new fleet computed anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.cameras import fleet_of
from sensors.coverage import LiveCoverage, coverage
from tests.sensors.made import camera, fleet
from tests.towns import grid_town
from twin.city.heights import heights_of

HEIGHTS = heights_of(grid_town())
PLACES = st.tuples(st.integers(-20, 320), st.integers(-20, 320), st.integers(1, 14), st.integers(0, 359))


def at(name, place):
    x, y, height_m, bearing_deg = place
    kind = "ptz" if bearing_deg % 7 == 0 else "fixed"
    return camera(name, x, y, height_m=float(height_m), bearing_deg=float(bearing_deg), kind=kind, range_m=60.0)


def same_as_anew(live):
    anew = coverage(live.map.fleet, HEIGHTS, live.map.mask if live.map.mask.size else None)
    np.testing.assert_array_equal(live.map.best_class, anew.best_class)
    np.testing.assert_array_equal(live.map.count, anew.count)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(PLACES, min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from(["add", "remove", "turn", "move"]), st.integers(0, 99), PLACES), max_size=6),
)
def test_any_changes_give_the_map_of_the_new_fleet(start, changes):
    cameras = [at(f"c{i}", place) for i, place in enumerate(start)]
    live = LiveCoverage(coverage(fleet_of(cameras), HEIGHTS))
    for number, (what, pick, place) in enumerate(changes):
        one = cameras[pick % len(cameras)] if cameras else None
        if what == "add" or one is None:
            gone, new = [], [at(f"n{number}", place)]
        elif what == "remove":
            gone, new = [one], []
        else:
            turned = replace(one, bearing_deg=float(place[3]))
            gone, new = [one], [turned if what == "turn" else at(one.id, place)]
        live.change([camera.id for camera in gone], new)
        cameras = [camera for camera in cameras if camera not in gone] + new
        assert [live.map.fleet[row] for row in range(len(live.map.fleet))] == cameras
    same_as_anew(live)


def test_only_the_window_of_the_change_is_touched_and_the_mask_is_kept():
    mask = np.zeros(HEIGHTS.height_dm.shape, dtype=bool)
    mask[:, 100:] = True
    live = LiveCoverage(coverage(fleet(camera("a"), camera("b", 60, 60, bearing_deg=90.0)), HEIGHTS, mask))
    before = live.map.count.copy()
    rows, columns = live.change(["b"], [camera("b", 200, 60, range_m=30.0)])
    outside = np.ones(before.shape, dtype=bool)
    outside[rows, columns] = False
    np.testing.assert_array_equal(live.map.count[outside], before[outside])
    assert not live.map.count[:, :100].any()
    same_as_anew(live)


def test_cameras_that_are_not_there_or_there_already_are_named_at_once_and_nothing_changes():
    live = LiveCoverage(coverage(fleet(camera("a"), camera("b")), HEIGHTS))
    count = live.map.count.copy()
    with pytest.raises(ValueError, match="x is not in the fleet; y is not in the fleet; b is named twice"):
        live.change(["x", "b", "y", "b"])
    with pytest.raises(ValueError, match="taken: a"):
        live.change(["b"], [camera("a", 10)])
    np.testing.assert_array_equal(live.map.count, count)
    assert live.map.fleet.id.tolist() == ["a", "b"]
    assert live.change() == (slice(0, 0), slice(0, 0))
