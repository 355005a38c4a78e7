"""Slow: real extracts of cities nobody tuned for, from file to report with footage; the recogniser's targets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.life.run import run_scenario
from experiments.request import RunRequest, silent
from twin.city.osm import import_osm
from twin.city.resolve import open_city
from twin.city.store import save_city

EXTRACTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm_other_cities"
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["helsinki_centre.osm.pbf", "moscow.osm.gz", "bishkek.osm"])
def test_a_real_extract_goes_from_file_to_report(name: str, tmp_path: Path):
    if not (EXTRACTS / name).is_file():
        pytest.skip(f"{name} is not beside this checkout (../shared/data/osm_other_cities)")
    save_city(import_osm(EXTRACTS / name, name.split(".")[0]), tmp_path / "city")
    run = run_scenario(RunRequest("friday_evening", tmp_path / "run", city=str(tmp_path / "city")))
    assert run.read_json(run.run_json)["status"] == "done"
    clips = run.read_json(run.clips / "clips.json")["clips"]
    assert clips
    assert run.read_json(run.recognition)["frames"] == sum(25 * 5 if not c["quiet"] else 5 * 5 for c in clips)
    events = pd.read_parquet(run.events)
    scripted = events[(events["kind"] == "incident") & events["detail"].str.contains('"scripted": ?true')]
    assert len(scripted) == sum(not clip["quiet"] for clip in clips)


def test_the_recogniser_on_streets_it_was_never_trained_on():
    """Two unseen districts, car bodies held out: what was measured with a little room below it."""
    from experiments.recognition.evaluate import evaluate
    from experiments.recognition.training_views import UNSEEN_DISTRICTS
    from vision.recogniser import Recogniser

    scores = evaluate([open_city(f"default:{','.join(UNSEEN_DISTRICTS)}")], Recogniser.load(), 360, silent)
    assert not scores["absent"]
    assert scores["map50_tall"] >= 0.75
    assert scores["map50_95_tall"] >= 0.50
    assert scores["map50"] >= 0.71
    near = [row for row in scores["plates"] if row["light"] == "day" and row["from_px_m"] >= 100]
    plates = sum(row["n"] for row in near)
    assert plates >= 30  # 32, of which 28 are read whole
    assert sum(row["n"] * (row["read"] or 0.0) for row in near) / plates >= 0.80
