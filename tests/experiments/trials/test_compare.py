"""Policies on trial on a small town: the same bytes with any workers, after any cut, and resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments import provenance
from experiments.provenance import git_commit
from experiments.trials.compare import CompareRequest, compare
from experiments.trials.engine import live_task, work
from experiments.trials.shelf import Shelf
from experiments.trials.trial import Setting, Trial
from experiments.trials.workshop import live
from twin.errors import InputError

POLICIES = ("closest", "preempting")


@pytest.fixture
def setting(town_folder: Path, short_friday: Path) -> Setting:
    return Setting(str(short_friday), str(town_folder))


def _asked(setting: Setting, out: Path, **more: object) -> CompareRequest:
    return CompareRequest(setting, **({"policies": POLICIES, "out": out, "replications": 4, "workers": 1} | more))


def _bytes(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "days.parquet").read_bytes(), (folder / "comparison.json").read_bytes()


def test_any_number_of_workers_gives_the_same_bytes(setting, tmp_path):
    compare(_asked(setting, tmp_path / "one"))
    for workers in (2, 4):
        compare(_asked(setting, tmp_path / f"{workers}", workers=workers))
        assert _bytes(tmp_path / f"{workers}") == _bytes(tmp_path / "one")


@pytest.mark.slow
def test_a_ray_cluster_gives_the_same_bytes(setting, tmp_path):
    pytest.importorskip("ray", reason="Ray is an optional extra")
    compare(_asked(setting, tmp_path / "one"))
    compare(_asked(setting, tmp_path / "ray", engine="ray", workers=2))
    assert _bytes(tmp_path / "ray") == _bytes(tmp_path / "one")


def test_the_commit_is_the_one_the_process_began_with(monkeypatch):
    """A commit made, or a file edited, while days are lived must not tell two comparisons of one process apart."""
    git_commit.cache_clear()
    said = iter(["a" * 40, ""])
    monkeypatch.setattr(provenance, "_git", lambda home, *words: next(said))
    assert [git_commit(), git_commit()] == ["a" * 40] * 2
    git_commit.cache_clear()


def test_a_worker_of_another_state_of_the_program_lives_nothing(setting):
    with pytest.raises(InputError, match="another state of the program"):
        work(live_task, (Trial(setting, 1, "closest"),), "of another state")


SCRIPT = """
import sys
from pathlib import Path
from experiments.trials.compare import CompareRequest, compare
from experiments.trials.trial import Setting

if __name__ == "__main__":
    scenario, city, out = sys.argv[1:]
    compare(CompareRequest(Setting(scenario, city), ("closest", "preempting"), Path(out), replications=8, workers=1))
"""


def test_killed_at_any_moment_it_goes_on_and_ends_in_the_same_bytes(setting, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    compare(_asked(setting, whole, replications=8))
    script = tmp_path / "job.py"
    script.write_text(SCRIPT, encoding="utf-8")
    env = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in (str(Path.cwd()), os.environ.get("PYTHONPATH")) if p)}
    job = subprocess.Popen([sys.executable, str(script), setting.scenario, str(setting.city), str(cut)], env=env)
    while job.poll() is None and len(list(cut.glob("trials/*.parquet"))) < 3:
        time.sleep(0.005)
    os.kill(job.pid, signal.SIGKILL)
    job.wait()
    kept = {path: path.stat().st_mtime_ns for path in cut.glob("trials/*.parquet")}
    assert 3 <= len(kept) < 16
    compare(_asked(setting, cut, replications=8))
    assert _bytes(cut) == _bytes(whole)
    assert all(path.stat().st_mtime_ns == then for path, then in kept.items()), "finished trials are not lived again"


def test_half_a_trial_file_is_lived_again(setting, tmp_path):
    compare(_asked(setting, tmp_path / "a"))
    before = _bytes(tmp_path / "a")
    path = sorted((tmp_path / "a" / "trials").iterdir())[0]
    path.write_bytes(path.read_bytes()[:100])
    compare(_asked(setting, tmp_path / "a"))
    assert _bytes(tmp_path / "a") == before


def test_both_policies_meet_the_same_incidents(setting):
    lives = [live(Trial(setting, 3, policy)) for policy in POLICIES]
    assert lives[0].cases.incident_id.tolist() == lives[1].cases.incident_id.tolist()
    assert (lives[0].cases.help_ms >= lives[0].cases.response_ms).all()


def test_the_tidy_table_and_the_page_say_what_the_json_says(setting, tmp_path):
    content = compare(_asked(setting, tmp_path / "a"))
    days = pd.read_parquet(tmp_path / "a" / "days.parquet")
    assert set(days["policy"]) == set(POLICIES)
    assert sorted(set(days["seed"])) == [1, 2, 3, 4]
    mine = days[(days["metric"] == "response_mean_s") & (days["service"] == "all") & (days["priority"] == 0)]
    means = mine.groupby("policy")["value"].mean()
    row = content["headline"][0]
    assert (row["first"], row["second"]) == pytest.approx((means["closest"], means["preempting"]))
    page = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert "preempting" in page
    assert json.loads((tmp_path / "a" / "comparison.json").read_text("utf-8")) == json.loads(json.dumps(content))


def test_as_many_days_as_the_half_width_takes(setting, tmp_path):
    rule = compare(_asked(setting, tmp_path / "a", replications=None, half_width=1e9))["rule"]
    assert (rule["name"], rule["days"], rule["pilot"], rule["reached"]) == ("stein", 10, 10, True)


def test_wrong_requests_are_told_all_at_once(setting, tmp_path):
    with pytest.raises(InputError) as told:
        _asked(setting, tmp_path, policies=("closest",), replications=1)
    assert len(told.value.faults) == 2
    with pytest.raises(InputError, match="did you mean 'response_mean_s'"):
        compare(_asked(setting, tmp_path / "b", metrics=("response_means",)))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match="something else"):
        Shelf.at(tmp_path / "c")
