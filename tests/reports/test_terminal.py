"""The last lines on the terminal, word for word."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from console.report import report
from reports.terminal import summary_lines
from tests.reports.made_run import empty_run, made_run
from twin.errors import InputError

EVENING = """\
Run:        made evening in grid-town, seed 7: finished, 1 h simulated
Help:       Ambulance, 3 incidents: 9 in 10 within 970 s (360 to ?); 50 % within 15 min
            Fire, 1 incident: 9 in 10 within 430 s (too few for an interval)
            Police, 2 incidents: 9 in 10 within 240 s (too few for an interval); 100 % within 5 min
            Security service, 1 incident: 9 in 10 within 240 s (too few for an interval)
Cameras:    1 of 7 incidents first noticed by a camera; 2 of 3 alarms false, 7.33 team minutes
Recogniser: mAP50 0.661 on 600 frames; 26 of 30 plates of 200 px/m and more in daylight were read whole (86.7 %).
Followed:   crash at 18:10:00: seen +0.6 s, alarm +3 s, team sent +43 s, help +243 s
Report:     {run}/report.html
Figures:    {run}/metrics.json"""


@pytest.fixture
def app():
    app = typer.Typer()
    app.command()(report)
    return app


def test_golden_lines_of_the_made_evening(tmp_path):
    run = made_run(tmp_path / "run")
    assert "\n".join(summary_lines(run)) == EVENING.format(run=run.path)


def test_a_quiet_hour_is_told_in_sentences(tmp_path):
    lines = summary_lines(empty_run(tmp_path / "run"))
    assert lines[1:3] == [
        "Help:       Nothing happened in this time: no incident, so no response time to report.",
        "Cameras:    There was no incident to see.",
    ]


def test_an_interrupted_run_is_called_so(tmp_path):
    lines = summary_lines(made_run(tmp_path / "run", footage=False, until_s=1000, status="interrupted"))
    assert lines[0].endswith("INTERRUPTED, 16 min 40 s simulated")
    assert "            Fire, 1 incident: 0 helped, 1 still waiting at the end" in lines


def test_twin_report_makes_figures_and_page_again(tmp_path, app):
    run = made_run(tmp_path / "run")
    done = CliRunner().invoke(app, [str(run.path)])
    assert done.exit_code == 0
    assert done.output.splitlines()[-2:] == [f"Report:     {run.report}", f"Figures:    {run.metrics}"]
    assert run.report.is_file()


def test_twin_report_prints_one_json_object(tmp_path, app):
    run = made_run(tmp_path / "run")
    done = CliRunner().invoke(app, [str(run.path), "--json"])
    assert json.loads(done.output)["overall"]["incidents"] == 7


def test_a_folder_that_is_no_run_is_refused(tmp_path, app):
    done = CliRunner().invoke(app, [str(tmp_path / "nowhere")])
    assert isinstance(done.exception, InputError)
    assert "no such folder" in str(done.exception)
