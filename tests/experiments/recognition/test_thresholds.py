"""Thresholds from files and options: judged row by row, with a word for all that is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.recognition.thresholds import judge, read_thresholds, shipped_targets
from twin.errors import InputError

REPORT = {
    "map50": 0.71,
    "false_per_frame": 0.4,
    "hota": None,
    "overall": {"recall": 0.6},
    "cells": [
        {"light": "day", "weather": "clear", "n": 50, "recall": 0.9},
        {"light": "night", "weather": "fog", "n": 40, "recall": 0.2},
        {"light": "night", "weather": "snow", "n": 2, "recall": 0.0},
    ],
}


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "reach.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_options_are_judged() -> None:
    verdicts = judge(REPORT, read_thresholds(None, ["map50=0.7", "false_per_frame<=0.3", "overall.recall >= 0.6"]))
    assert [row.ok for row in verdicts] == [True, False, True]
    assert verdicts[1].told == "false_per_frame is 0.4; at most 0.3 was asked for"


def test_each_row_of_a_table_that_fits_and_has_enough_is_judged(tmp_path: Path) -> None:
    path = _file(tmp_path, """schema_version: 1
thresholds:
  - {metric: cells.recall, at_least: 0.5, least_n: 10}
  - {metric: cells.recall, at_least: 0.1, where: {light: night}, least_n: 10}
""")  # fmt: skip
    verdicts = judge(REPORT, read_thresholds(path, []))
    assert [row.ok for row in verdicts] == [True, False, True]
    assert verdicts[1].name == "cells.recall (light night, weather fog)"


def test_a_figure_without_a_value_is_not_reached() -> None:
    (verdict,) = judge(REPORT, read_thresholds(None, ["hota>=0.1"]))
    assert not verdict.ok
    assert "nothing to judge it on" in verdict.told


def test_rows_that_are_all_too_small_are_not_reached_either(tmp_path: Path) -> None:
    path = _file(tmp_path, "schema_version: 1\nthresholds: [{metric: cells.recall, at_least: 0.1, least_n: 999}]\n")
    assert [row.ok for row in judge(REPORT, read_thresholds(path, []))] == [False]


def test_a_figure_that_is_not_in_the_report_is_a_fault_and_not_a_pass() -> None:
    with pytest.raises(InputError) as told:
        judge(REPORT, read_thresholds(None, ["map05>=0.1", "cells.recal>=0.1"]))
    assert len(told.value.faults) == 2
    assert "cells.recall" in str(told.value)


def test_options_that_are_none_are_all_named() -> None:
    with pytest.raises(InputError) as told:
        read_thresholds(None, ["map50", "map50>0.8", "map50>=much", "map50>=nan"])
    assert len(told.value.faults) == 4


def test_faults_of_a_file_are_told_by_line(tmp_path: Path) -> None:
    path = _file(tmp_path, "schema_version: 1\nthresholds:\n  - {metric: map50}\n  - {metrik: map50, at_least: 1}\n")
    with pytest.raises(InputError) as told:
        read_thresholds(path, [])
    assert {fault.line for fault in told.value.faults} >= {3, 4}


def test_the_projects_own_targets_are_read() -> None:
    for command, figure in (("evaluate", "map50_tall"), ("track", "hota")):
        assert figure in [one.metric for one in read_thresholds(shipped_targets(command), [])]
    with pytest.raises(InputError, match="but for evaluate, track"):
        shipped_targets("quiet")
