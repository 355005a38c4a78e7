"""A town on disk, a short scenario and a fitted model, so that whole runs take seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.read import LIBRARY
from tests.towns import grid_town
from twin.city.store import save_city


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of 64 junctions and about 24,000 residents."""
    folder = tmp_path_factory.mktemp("towns") / "grid"
    save_city(grid_town(columns=8, rows=8, storeys=20), folder)
    return folder


@pytest.fixture(scope="session")
def short_friday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Friday evening cut to 40 minutes with short windows."""
    text = (LIBRARY / "friday_evening.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("duration_min: 180", "duration_min: 40"),
        ("before_s: 5", "before_s: 1"),
        ("after_s: 20", "after_s: 4"),
        ("quiet_s: 5", "quiet_s: 1"),
        ("at_min: 25", "at_min: 5"),
        ("at_min: 55", "at_min: 10"),
        ("at_min: 90", "at_min: 15"),
        ("at_min: 130", "at_min: 20"),
        ("per_street_km: {value: 6.0", "per_street_km: {value: 4.0"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("scenarios") / "short_friday.yaml"
    path.write_text(text, encoding="utf-8")
    return path
