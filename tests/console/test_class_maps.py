"""Class maps for foreign weights: on the line, in files, and wrong in every way."""

from __future__ import annotations

import pytest

from console.class_maps import class_map_of
from twin.errors import InputError


def test_the_same_map_as_json_in_yaml_and_not_at_all(tmp_path) -> None:
    wanted = {"motorbike": "motorcycle", "truck": "truck"}
    (tmp_path / "map.yaml").write_text("motorbike: motorcycle\ntruck: truck\n", encoding="utf-8")
    (tmp_path / "map.json").write_text('{"motorbike": "motorcycle", "truck": "truck"}', encoding="utf-8")
    for text in (
        '{"motorbike": "motorcycle", "truck": "truck"}',
        str(tmp_path / "map.yaml"),
        str(tmp_path / "map.json"),
    ):
        assert class_map_of(text) == wanted
    assert class_map_of(None) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [("motorbike: [1, 2", "not YAML"), ("- truck\n", "names by name were wanted"), ("truck: 3\n", "3 is no name"),
     ("", "names by name were wanted")],
)  # fmt: skip
def test_files_that_are_none_are_told_with_their_name(tmp_path, content, told) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told) as refused:
        class_map_of(str(path))
    assert refused.value.source == path


def test_half_a_line_and_no_file_are_told() -> None:
    with pytest.raises(InputError, match="not JSON"):
        class_map_of('{"truck": ')
    with pytest.raises(InputError, match="No such file"):
        class_map_of("nowhere.yaml")
