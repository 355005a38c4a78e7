"""Masks: what they hide, what proposing them frees, and what that costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensors.cameras import Mask
from sensors.exposure import exposure, exposure_figures
from sensors.mask_plan import propose_masks, with_masks
from sensors.masking import masked
from sensors.night import Lamps
from sensors.optics import load_dori
from tests.sensors.made import camera, fleet
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of

TOWN = grid_town()
HEIGHTS = heights_of(TOWN)
DARK = Lamps(np.zeros((0, 3)))
LOOKS_AT_A_BLOCK = camera(x=50, y=5, hfov_deg=60.0, pitch_deg=-5.0, range_m=120.0)


def exposed(cameras):
    return exposure(cameras, HEIGHTS, TOWN, load_dori(), DARK)


def test_a_mask_in_the_picture_hides_what_falls_there_and_one_on_the_ground_what_stands_over_it():
    """Level to the north, 90 degrees: the left half of the picture is everything to the west."""
    left = Mask("picture", ((0.0, 0.0), (960.0, 0.0), (960.0, 1080.0), (0.0, 1080.0)))
    over = Mask("ground", ((WEST_M + 155, SOUTH_M + 155), (WEST_M + 165, SOUTH_M + 155), (WEST_M + 165, SOUTH_M + 165)))
    spots = np.array([[145.0, 180.0, 1.5], [155.0, 180.0, 1.5], [162.0, 158.0, 9.0]]) + np.array([WEST_M, SOUTH_M, 0.0])
    assert masked(camera(pitch_deg=0.0, masks=(left,)), spots).tolist() == [True, False, False]
    assert masked(camera(pitch_deg=0.0, masks=(over,)), spots).tolist() == [False, False, True]


def test_masks_that_cover_the_picture_leave_nobody_in_view():
    all_of_it = Mask("picture", ((0.0, 0.0), (1920.0, 0.0), (1920.0, 1080.0), (0.0, 1080.0)))
    cameras = fleet(replace(LOOKS_AT_A_BLOCK, masks=(all_of_it,)))
    assert exposure_figures(exposed(fleet(LOOKS_AT_A_BLOCK)))["in_view"]["detect"] > 0
    assert exposure_figures(exposed(cameras))["in_view"]["detect"] == 0


def test_proposed_masks_free_the_homes_and_say_what_ground_they_cost():
    cameras = fleet(LOOKS_AT_A_BLOCK, camera("turns", x=150, y=5, kind="ptz"))
    before = exposed(cameras)
    plans = propose_masks(cameras, HEIGHTS, TOWN, before)
    assert [plan.camera for plan in plans] == np.argsort(-before.by_camera[:, 0], kind="stable").tolist()
    for plan in plans:
        assert plan.dwellings_freed == before.by_camera[plan.camera, 0]
        assert 0 <= plan.ground_lost_m2 < plan.ground_m2
        assert plan.masks[0].of == ("ground" if plan.camera == 1 else "picture")
    after = exposed(with_masks(cameras, plans))
    assert exposure_figures(after)["in_view"]["detect"] == 0


def test_a_rotating_camera_has_homes_in_view_for_its_share_of_the_day():
    """One preset of four looks at the block: a quarter of 12 hours by day; at night its own light carries as far."""
    still = camera(x=50, y=5, hfov_deg=60.0, pitch_deg=-5.0, range_m=60.0)
    quarter = fleet(replace(still, kind="ptz", ir=True))
    whole, part = (exposure_figures(exposed(cameras)) for cameras in (fleet(still), quarter))
    assert whole["minutes_a_day"]["detect"] == 720.0
    assert whole["at_night"]["detect"] == 0
    assert part["minutes_a_day"]["detect"] == 0.25 * 1440.0
    assert part["at_night"]["detect"] == part["in_view"]["detect"]
