"""Reading a scenario: all faults at once, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.read import LIBRARY, library_names, read_scenario
from twin.errors import InputError


def test_every_scenario_of_the_library_reads_and_every_rate_has_a_source():
    assert "friday_evening" in library_names()
    for name in library_names():
        scenario = read_scenario(name)
        assert scenario.name == name
        for demand in scenario.demand.values():
            assert all(category.per_1000_residents_year.source for category in demand.categories.values())


def test_a_wrong_name_gets_the_right_one():
    with pytest.raises(InputError, match="did you mean 'friday_evening'"):
        read_scenario("friday_evenin")


def test_all_faults_of_a_file_at_once_with_their_lines(tmp_path: Path):
    lines = (LIBRARY / "friday_evening.yaml").read_text().splitlines()
    weather, duration = _line(lines, "weather: clear"), _line(lines, "duration_min: 180")
    lines[weather] = "weather: hail"
    lines[duration] = "duration_minutes: 180"
    path = tmp_path / "mine.yaml"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError) as refused:
        read_scenario(str(path))
    told = {fault.line: fault.what for fault in refused.value.faults}
    assert "known weathers" in told[weather + 1]
    assert "'hail'" in told[weather + 1]
    assert "did you mean 'duration_min'" in told[duration + 1]
    assert any("duration_min: missing" in what for what in told.values())


def test_broken_yaml_names_the_line(tmp_path: Path):
    path = tmp_path / "broken.yaml"
    path.write_text("version: 1\nname: [a, b\ntitle: x\n")
    with pytest.raises(InputError) as refused:
        read_scenario(str(path))
    assert refused.value.faults[0].line in (2, 3)
    assert "not YAML" in str(refused.value)


def test_a_missing_file_and_a_picture_are_told_apart(tmp_path: Path):
    with pytest.raises(InputError, match="No such file"):
        read_scenario(str(tmp_path / "none.yaml"))
    picture = tmp_path / "picture.yaml"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        read_scenario(str(picture))


def test_a_scripted_incident_after_the_end_is_refused(tmp_path: Path):
    text = (LIBRARY / "friday_evening.yaml").read_text().replace("duration_min: 180", "duration_min: 30")
    path = tmp_path / "short.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="after the end of the run"):
        read_scenario(str(path))


def _line(lines: list[str], start: str) -> int:
    return next(i for i, line in enumerate(lines) if line.startswith(start))
