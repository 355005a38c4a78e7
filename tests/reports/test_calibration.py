"""The page of a calibration: its verdict follows from the figures, and the diagram is the same on every run."""

from __future__ import annotations

import json

import pytest

from reports.calibration import DIAGRAM, verdict, write_calibration


def rule(error: float, gap: float, holds: bool) -> dict:
    bins = [
        {"n": 20, "predicted": 0.1, "observed": 0.15, "low": 0.03, "high": 0.38},
        {"n": 20, "predicted": 0.9, "observed": 0.85, "low": 0.62, "high": 0.97},
    ]
    check = {"encounters": 40, "cameras": 12, "error": error, "error_by_chance": 0.03, "share_predicted": 0.5,
             "share_observed": 0.5 - gap, "share_gap": gap, "bins": bins}  # fmt: skip
    position = {"within_half": 0.52, "within_nine_tenths": 0.88}
    return {"n": 50, "check": check, "holds": holds, "position": position, "frailty_sd": 2.5, "delay_s": 1.5}


@pytest.fixture
def content() -> dict:
    kept = {"fire": 0.875, "person_lying": 0.5}
    return {
        "target": 0.05, "rules": {"fire": rule(0.04, 0.01, True), "person_lying": rule(0.07, 0.02, False)},
        "quiet": {"fire": {"day": {"alarms": 0, "camera_hours": 0.5, "low": 0.0, "high": 7.38}}},
        "met": {"rule": {"fire": 40}, "light": {"day": 40}}, "fitted_on": "made up", "checked_on": "made up too",
        "weights_sha256": "a" * 64, "picture_width_px": 960, "load_machine": "a desk",
        "load": [{"streams": 4, "lost_share": 0.25, "wait_s": [0.1, 0.4], "kept": kept}],
    }  # fmt: skip


def test_the_verdict_names_what_is_too_far_off(content):
    assert verdict(content) == "further than 0.05 from the recogniser for person lying"
    content["rules"]["person_lying"]["holds"] = True
    assert verdict(content) == "within 0.05 of the recogniser on streets it was not fitted on"


def test_the_page_holds_the_figures_and_the_diagram_is_the_same_again(content, tmp_path):
    (tmp_path / "calibration.json").write_text(json.dumps(content))
    page = write_calibration(tmp_path).read_text(encoding="utf-8")
    for words in (
        "0.070",
        "0.040",
        "by chance",
        "0 to 7.38",
        "data:image/svg+xml",
        "made up too",
        "52 %",
        "87.5 %",
        "a desk",
    ):
        assert words in page
    first = (tmp_path / DIAGRAM).read_bytes()
    assert first.startswith(b"\x89PNG")
    assert write_calibration(tmp_path).read_text(encoding="utf-8") == page
    assert (tmp_path / DIAGRAM).read_bytes() == first
