"""The page: whole HTML, nothing loaded from outside, and a sentence where something is missing."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from reports.page import write_report
from reports.record import read_record
from tests.reports.made_run import empty_run, made_run
from twin.runfolder import RunFolder

VOID = {"meta", "img", "br", "link", "input", "hr", "source"}


class Page(HTMLParser):
    """Keeps what a page loads and says, and finds tags that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        loading = ("src", "poster", "data", "srcset", "background") + (("href",) if tag != "a" else ())
        self.loads += [found[name] for name in loading if found.get(name)]

    def handle_endtag(self, tag):
        last = self.open.pop() if self.open else "nothing"
        assert last == tag, f"</{tag}> closes {last}"

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("runs") / "evening")


@pytest.fixture(scope="module")
def page(run):
    return Page(write_report(run).read_text(encoding="utf-8"))


def test_every_tag_is_closed(page):
    assert page.open == []
    assert [tag for tag, _ in page.tags].count("h1") == 1


def test_nothing_is_loaded_from_outside(page, run):
    assert len(page.loads) >= 8  # maps, curves, three frames, a clip
    assert all(load.startswith("data:") for load in page.loads)
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "object", "base")]
    style = re.search(r"<style>(.*?)</style>", run.report.read_text(encoding="utf-8"), re.S)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_embedded_media_are_the_folders_own(page, run):
    (video,) = [found for tag, found in page.tags if tag == "video"]
    assert "controls" in video
    kind, _, content = str(video["src"]).partition(",")
    assert kind == "data:video/mp4;base64"
    assert base64.b64decode(content) == (run.clips / "crash.mp4").read_bytes()


def test_the_first_screen_answers_the_three_questions(page):
    text = page.text
    assert text.index("How long until help?") < text.index("970 s") < text.index("Where it happened")
    assert "1 of 7 incidents were first noticed by a camera" in text
    assert "26 of 30 plates of 200 px/m and more in daylight were read whole (86.7 %)" in text
    assert "Nothing in this town is real." in text
    assert "abababababab" in text


def test_the_one_incident_is_followed_to_help(page):
    text = page.text
    steps = ["begins", "first seen", "alarm raised", "operator confirms", "team dispatched", "help arrives"]
    places = [text.index(step, text.index("One incident, from pixels to help")) for step in steps]
    assert places == sorted(places)
    assert "Help arrived 243 s after it began." in text


def test_privacy_stands_beside_coverage(page):
    assert "recognise 125 px/m 0.008 km² 8 % 8 2.78 %" in page.text


def test_the_page_is_the_same_every_time(run):
    first = write_report(run).read_bytes()
    assert write_report(run).read_bytes() == first


def test_a_quiet_hour_has_sentences_where_plots_would_be(tmp_path):
    page = Page(write_report(empty_run(tmp_path / "run")).read_text(encoding="utf-8"))
    assert page.open == []
    assert "Nothing happened in this time" in page.text
    assert "so there is none to follow" in page.text
    assert "No call was taken and no team was sent." in page.text
    assert page.loads == []


def test_a_run_without_footage_says_so(tmp_path):
    page = Page(write_report(made_run(tmp_path / "run", footage=False)).read_text(encoding="utf-8"))
    assert "Not asked here: the scenario was run without footage." in page.text
    assert "There is no footage of it: the scenario was run without footage." in page.text


def test_an_interrupted_run_says_so_first(tmp_path):
    run = made_run(tmp_path / "run", until_s=1000, status="interrupted")
    page = Page(write_report(run).read_text(encoding="utf-8"))
    assert "This run was interrupted: it stopped after 16 min 40 s of 1 h." in page.text
    assert page.text.index("interrupted") < page.text.index("How long until help?")


def test_a_folder_with_nothing_but_a_broken_run_json_still_gives_a_page(tmp_path):
    run = RunFolder.create(tmp_path / "run")
    run.run_json.write_text('{"status": "runn')
    page = Page(write_report(run).read_text(encoding="utf-8"))
    assert page.open == []
    for name in ("run.json is in the folder but cannot be read", "events.parquet is not in the folder"):
        assert name in page.text


@pytest.mark.parametrize("name", ["crash_1.jpg", "crash.mp4"])
def test_a_missing_frame_or_clip_is_named(tmp_path, name):
    run = made_run(tmp_path / "run")
    (run.clips / name).unlink()
    page = Page(write_report(run).read_text(encoding="utf-8"))
    assert f"clips/{name} is not in the folder." in page.text


def test_a_clip_name_cannot_reach_outside_the_folder(tmp_path):
    run = made_run(tmp_path / "run")
    (tmp_path / "secret.jpg").write_bytes(b"not yours")
    clips = run.read_json(run.clips / "clips.json")
    clips["clips"][0]["key_frames"][0]["file"] = "../../secret.jpg"
    run.write_json(run.clips / "clips.json", clips)
    assert base64.b64encode(b"not yours").decode() not in write_report(run).read_text(encoding="utf-8")


def test_names_from_the_data_are_text_not_markup(tmp_path):
    run = made_run(tmp_path / "run")
    about = run.read_json(run.run_json)
    about["title"] = "<script>alert(1)</script>"
    run.write_json(run.run_json, about)
    page = Page(write_report(run).read_text(encoding="utf-8"))
    assert not [tag for tag, _ in page.tags if tag == "script"]
    assert "<script>alert(1)</script>" in page.text


def test_broken_layers_and_files_become_sentences(tmp_path):
    run = made_run(tmp_path / "run")
    (run.maps / "streets.parquet").write_bytes(b"PAR1 no more")
    (run.maps / "coverage.npz").write_bytes(b"no raster")
    run.recognition.write_text("[1, 2]")
    page = Page(write_report(run).read_text(encoding="utf-8"))
    assert "maps/streets.parquet cannot be read" in page.text
    assert "so there is no map" in page.text
    assert "left no recognised footage" in page.text
    assert read_record(run).recognition == {}


def test_cameras_inside_a_building_are_named_with_their_dark_frames(tmp_path):
    run = made_run(tmp_path / "run")
    assert "Dark frames" not in Page(write_report(run).read_text(encoding="utf-8")).text
    score = run.read_json(run.recognition)
    run.write_json(run.recognition, score | {"dark_frames": {"chilonzor-7": 1250, "yunusobod-2": 3}})
    page = Page(write_report(run).read_text(encoding="utf-8"))
    assert "scored as empty streets: chilonzor-7 (1,250), yunusobod-2 (3)." in page.text
