"""What the coverage page says of figures made up by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from reports.coverage_maps import class_colours, class_key, difference_map
from reports.coverage_page import changes, fails_first, headline


def figures(detect: float, twice: float, in_view: int) -> dict[str, Any]:
    row = {"name": "detect", "share_open": detect, "km2": 10.0 * detect}
    best = {"name": "identify", "share_open": detect / 10.0, "km2": detect}
    left = {"detect": 0.9 + twice, "identify": 0.9}
    return {
        "cameras": 1200,
        "classes": [best, row],
        "seen_by": {"0": 1.0 - detect, "1": detect - twice, "2": twice, "3+": 0.0},
        "privacy": {"dwellings": 1000, "in_view": {"detect": in_view, "identify": 10}},
        "survival": {
            "cameras": [{"share": 0.05, "failed": 60, "left": left}, {"share": 0.1, "failed": 120, "left": left}],
            "centres": [{"name": "North", "cameras": 600, "lost_km2": 2.0}],
            "worst": [{"id": "cam-7", "lost_km2": 0.004}],
        },
    }


def test_the_headline_names_the_homes_in_the_same_breath():
    assert headline(figures(0.4, 0.05, 123)) == (
        "1,200 cameras: 40 % of open ground at «detect» or better; 123 of 1,000 dwellings in view"
    )


def test_what_changes_from_one_fleet_to_another():
    rows = {row["name"]: row for row in changes(figures(0.4, 0.05, 100), figures(0.5, 0.05, 80))}
    assert rows["open ground at «detect» or better"]["change"] == "+10 points"
    assert rows["dwellings in view at «detect» or better"]["change"] == "−2 points"
    assert rows["open ground with two cameras or more"]["change"] == "none"


def test_what_fails_first_is_told_from_the_greatest_loss():
    told = fails_first(figures(0.4, 0.05, 100))
    assert told[0].startswith("The data centre North (600 cameras): 2 km2, 50 % of what is covered")
    assert "5 % of the covered ground goes dark" in told[1]
    assert told[2] == "The single camera cam-7: 4,000 m2 that nobody else sees."


def test_maps_are_pictures_and_keys_have_a_colour_for_each_class():
    before, after = np.zeros((20, 30), np.uint8), np.zeros((20, 30), np.uint8)
    before[2:6], after[4:9] = 1, 2
    extent = (0.0, 300.0, 0.0, 200.0)
    assert difference_map(before, after, np.zeros((20, 30), bool), extent, {}).startswith("data:image/png;base64,")
    assert len({colour for _, colour, _ in class_key(["a", "b", "c"])}) == 3
    assert class_colours(1) == ("#bcdcf0",)
