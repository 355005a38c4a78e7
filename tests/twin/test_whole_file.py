"""A file is there whole, or as it was before."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import InputError
from twin.whole_file import whole_file


def test_what_was_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("old")
    with whole_file(path, "draw") as part:
        assert part.suffix == ".png"
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("broken_by", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_write_that_is_broken_off_leaves_all_as_it_was(tmp_path: Path, broken_by: BaseException) -> None:
    path = tmp_path / "a.png"
    path.write_text("old")

    def half() -> None:
        with whole_file(path, "draw") as part:
            part.write_text("half")
            raise broken_by

    with pytest.raises((KeyboardInterrupt, InputError)) as found:
        half()
    if isinstance(found.value, InputError):
        assert str(found.value) == f"cannot draw:\n  {path}: No space left on device; write it elsewhere"
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize(("name", "told"), [("", "is a folder"), ("none/a.png", "No such file or directory")])
def test_where_no_file_can_be_is_said(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(InputError, match=told), whole_file(tmp_path / name, "draw") as part:
        part.write_text("never")
    assert not list(tmp_path.iterdir())
