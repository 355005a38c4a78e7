"""`twin policy`: the list, and the verdict on a user's own policy by the exit status."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from console.main import app

BAD = """
class Busy:
    name = "busy"
    def decide(self, view, rng):
        from agents.policy import Dispatch
        return [Dispatch(w.key, str(view.teams.id[0])) for w in view.waiting]
"""


def twin(*words: str):
    return CliRunner().invoke(app, ["policy", *words])


def test_the_list_names_every_policy():
    told = json.loads(twin("list", "--json").stdout)
    assert {"closest", "batch"} <= {row["name"] for row in told["dispatch"]}
    assert {"none", "dmexclp"} <= {row["name"] for row in told["relocation"]}
    assert "dmexclp" in twin("list").stdout


def test_a_policy_that_keeps_the_contract_is_told_so():
    done = twin("check", "closest + dmexclp")
    assert (done.exit_code, done.stdout) == (0, "closest + dmexclp keeps the contract: 60 moments, each lived twice\n")


def test_one_that_breaks_it_ends_with_status_1_and_the_moment(tmp_path):
    (tmp_path / "busy.py").write_text(BAD)
    done = twin("check", f"{tmp_path}/busy.py:Busy")
    assert done.exit_code == 1
    assert "at moment 60000 ms" in done.stdout
    assert "the team is not free" in done.stdout
    assert json.loads(twin("check", f"{tmp_path}/busy.py:Busy", "--json").stdout)["broken"]
