"""A run folder: nothing overwritten unasked, never half a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import InputError
from twin.runfolder import RunFolder, write_whole


def test_a_folder_that_holds_something_is_refused(tmp_path: Path):
    (tmp_path / "report.html").write_text("mine")
    with pytest.raises(InputError, match="already holds files"):
        RunFolder.create(tmp_path)
    assert (tmp_path / "report.html").read_text() == "mine"


def test_a_folder_without_run_json_is_not_a_run(tmp_path: Path):
    with pytest.raises(InputError, match=r"no run\.json"):
        RunFolder.open(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        RunFolder.open(tmp_path / "none")


def test_json_goes_in_and_comes_out(tmp_path: Path):
    run = RunFolder.create(tmp_path / "run")
    run.write_json(run.run_json, {"title": "Жума оқшоми", "seed": 1})
    assert RunFolder.open(tmp_path / "run").read_json(run.run_json) == {"title": "Жума оқшоми", "seed": 1}
    assert run.read_json(run.metrics) == {}


def test_a_writer_that_fails_leaves_the_old_file_and_no_part(tmp_path: Path):
    path = tmp_path / "events.parquet"
    path.write_text("old")

    def full_disk(part: Path) -> None:
        part.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_whole(path, full_disk)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["events.parquet"]
