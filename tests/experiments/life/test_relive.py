"""A recorded run lived again: the same bytes up to any moment, then another policy, and nothing else let by."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.compute as pc
import pytest
from pyproj import Transformer

from experiments.life.relive import ReliveRequest, relive
from experiments.life.run import run_scenario
from experiments.request import RunRequest
from tests.towns import SOUTH_M, WEST_M
from twin.errors import InputError
from twin.log import content_hash, read_events
from twin.runfolder import RunFolder
from twin.streams import stream

LAST_COME = '''
class LastTeam:
    """Sends the free team that stands last in the fleet."""

    name = "last"

    def decide(self, view, rng):
        from agents.policy import Dispatch

        if not view.waiting:
            return []
        first = view.waiting[0]
        rows = [r for r in range(len(view.teams.id)) if view.teams.free[r] and view.teams.service[r] == first.service]
        return [Dispatch(first.key, str(view.teams.id[rows[-1]]))] if rows else []
'''


@pytest.fixture(scope="module")
def recorded(town_folder: Path, short_friday: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("relive") / "run"
    run_scenario(RunRequest(str(short_friday), out, city=str(town_folder), footage=False))
    return out


@pytest.fixture
def another(tmp_path: Path) -> str:
    path = tmp_path / "last.py"
    path.write_text(LAST_COME, encoding="utf-8")
    return f"{path}:LastTeam"


def _until(run: Path, t_ms: int) -> str:
    events = read_events(RunFolder.open(run).events)
    return content_hash(events.filter(pc.less(events.column("t_ms"), t_ms)))


def test_lived_again_to_its_end_it_is_the_same_run(recorded, tmp_path):
    again = relive(ReliveRequest(recorded, "2400", tmp_path / "again"))
    assert content_hash(read_events(again.events)) == content_hash(read_events(RunFolder.open(recorded).events))


def test_up_to_the_moment_the_bytes_are_the_same_and_then_another_policy_decides(recorded, another, tmp_path):
    branch = relive(ReliveRequest(recorded, "18:15", tmp_path / "branch", another))
    t_ms = 15 * 60_000
    assert _until(branch.path, t_ms) == _until(recorded, t_ms)
    events = read_events(branch.events).to_pandas()
    by = events[events["kind"] == "decision"]["detail"].str.contains('"by": "last"')
    times = events[events["kind"] == "decision"]["t_ms"]
    assert not by[times < t_ms].any()
    assert by[times >= t_ms].all()
    info = branch.read_json(branch.run_json)
    assert info["branch"]["clock"] == "18:15:00"
    assert info["branch"]["policy_before"] == "closest"
    assert "A branch." in branch.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("nth", [0])
def test_any_moment_will_do(recorded, another, tmp_path, nth):
    _same_at(recorded, another, tmp_path, nth)


@pytest.mark.slow
def test_a_hundred_moments_at_random(recorded, another, tmp_path):
    for nth in range(100):
        _same_at(recorded, another, tmp_path, nth)


def _same_at(recorded: Path, another: str, folder: Path, nth: int) -> None:
    t_ms = int(stream(1, "moments", str(nth)).integers(0, 2_400_000))
    branch = relive(ReliveRequest(recorded, str(t_ms / 1000), folder / f"b{nth}", another))
    assert _until(branch.path, t_ms) == _until(recorded, t_ms)


def _deciders(run: RunFolder) -> list[tuple[int, str]]:
    """When another policy began to decide, and which."""
    events = read_events(run.events).to_pandas()
    told = [json.loads(text) | {"t_ms": t} for text, t in zip(events["detail"], events["t_ms"], strict=True) if text]
    return [(row["t_ms"], row["policy"]) for row in told if row.get("inject") == "policy"]


def test_a_branch_is_branched_again_and_again(recorded, another, tmp_path):
    """The last team from 10:00 on, in it the closest again from 20:00 on, and in that a desk of one from 31:00 on."""
    branch = relive(ReliveRequest(recorded, "600", tmp_path / "branch", another))
    twig = relive(ReliveRequest(branch.path, "1200", tmp_path / "twig", "closest"))
    assert _until(twig.path, 1_200_000) == _until(branch.path, 1_200_000)
    assert _deciders(twig) == [(600_000, "last"), (1_200_000, "closest")]
    assert twig.read_json(twig.run_json)["branch"]["policy_before"] == "last"
    more = tmp_path / "more.yaml"
    more.write_text("injects:\n  - {inject: staff, at_min: 31, desk: phones, staff: 1}\n", encoding="utf-8")
    leaf = relive(ReliveRequest(twig.path, "1800", tmp_path / "leaf", injects=more))
    assert _until(leaf.path, 1_860_000) == _until(twig.path, 1_860_000)
    more.unlink()  # what a branch did is in its record
    again = relive(ReliveRequest(leaf.path, "2400", tmp_path / "again"))
    assert content_hash(read_events(again.events)) == content_hash(read_events(leaf.events))


def test_a_branch_before_another_branch_ends_the_rule_of_the_later_policy(recorded, another, tmp_path):
    branch = relive(ReliveRequest(recorded, "1200", tmp_path / "branch", another))
    early = relive(ReliveRequest(branch.path, "600", tmp_path / "early", "preempting"))
    assert _deciders(early) == [(600_000, "preempting")]
    as_it_was = relive(ReliveRequest(branch.path, "600", tmp_path / "same"))
    assert content_hash(read_events(as_it_was.events)) == content_hash(read_events(branch.events))


def test_a_branch_whose_policy_file_has_changed_is_refused_by_name(recorded, another, tmp_path):
    branch = relive(ReliveRequest(recorded, "600", tmp_path / "branch", another))
    (tmp_path / "last.py").write_text(LAST_COME + "\n# touched\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"the policy file .*last.py is another"):
        relive(ReliveRequest(branch.path, "1200", tmp_path / "twig"))


def test_a_run_under_a_policy_of_ones_own_is_lived_again_from_any_folder(
    town_folder, short_friday, another, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    asked = RunRequest(str(short_friday), tmp_path / "run", city=str(town_folder), footage=False, policy="last.py")
    run = run_scenario(asked)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = relive(ReliveRequest(run.path, "2400", tmp_path / "again"))
    assert content_hash(read_events(again.events)) == content_hash(read_events(run.events))


@pytest.mark.parametrize(
    ("until", "told"), [("17:59", "outside the run"), ("3000", "outside the run"), ("soon", "18:40"), ("-1", "outside")]
)
def test_a_moment_outside_the_run_is_refused(recorded, tmp_path, until, told):
    with pytest.raises(InputError, match=told):
        relive(ReliveRequest(recorded, until, tmp_path / "x"))
    assert not (tmp_path / "x").exists()


INJECTS = """
injects:
  - {inject: incident, at_min: 20, category: collapse_in_street, at: {lon: LON, lat: LAT}, priority: 1}
  - {inject: staff, at_min: 25, desk: phones, staff: 1}
"""


def test_other_injects_from_the_moment_on_leave_what_was_before(recorded, tmp_path):
    path = tmp_path / "more.yaml"
    lon, lat = Transformer.from_crs(32642, 4326, always_xy=True).transform(WEST_M + 150, SOUTH_M + 100)
    path.write_text(INJECTS.replace("LON", f"{lon:.6f}").replace("LAT", f"{lat:.6f}"), encoding="utf-8")
    branch = relive(ReliveRequest(recorded, "18:18", tmp_path / "branch", injects=path))
    assert _until(branch.path, 18 * 60_000) == _until(recorded, 18 * 60_000)
    events = read_events(branch.events).to_pandas()
    assert events[events["kind"] == "inject"]["t_ms"].tolist() == [20 * 60_000, 25 * 60_000]
    with pytest.raises(InputError, match="before the branch"):
        relive(ReliveRequest(recorded, "18:22", tmp_path / "late", injects=path))


def test_changed_inputs_are_named(town_folder, short_friday, tmp_path):
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(short_friday.read_text(encoding="utf-8"), encoding="utf-8")
    run = run_scenario(RunRequest(str(scenario), tmp_path / "run", city=str(town_folder), footage=False))
    scenario.write_text(scenario.read_text(encoding="utf-8") + "# touched\n", encoding="utf-8")
    with pytest.raises(InputError, match="the scenario is another"):
        relive(ReliveRequest(run.path, "600", tmp_path / "again"))


def test_a_record_that_was_tampered_with_is_found_out(recorded, tmp_path):
    import shutil

    import pyarrow as pa
    import pyarrow.parquet as pq

    copy = tmp_path / "copy"
    shutil.copytree(recorded, copy)
    events = pq.read_table(copy / "events.parquet")
    values = events.column("value").to_pylist()
    values[3] = 99.0
    changed = events.set_column(events.column_names.index("value"), "value", pa.array(values, pa.float64()))
    pq.write_table(changed, copy / "events.parquet")
    with pytest.raises(InputError, match="event 3 differs"):
        relive(ReliveRequest(copy, "2400", tmp_path / "again"))


@pytest.mark.slow
def test_what_footage_showed_is_replayed_without_a_renderer(town_folder, short_friday, tmp_path, monkeypatch):
    pytest.importorskip("ultralytics")
    asked = RunRequest(str(short_friday), tmp_path / "run", city=str(town_folder), footage=True)
    run = run_scenario(asked)
    monkeypatch.setattr("experiments.life.footage_source.make_renderer", lambda *_: pytest.fail("nothing is rendered"))
    again = relive(ReliveRequest(run.path, "2400", tmp_path / "again"))
    assert content_hash(read_events(again.events)) == content_hash(read_events(run.events))
    assert (again.clips / "clips.json").read_bytes() == (run.clips / "clips.json").read_bytes()
