"""The matrix page: one file, with the verdicts, what changed and the worst frames on it."""

from __future__ import annotations

from html.parser import HTMLParser
from types import SimpleNamespace

from reports.matrix_page import headline, page_context, write_matrix_page

SCENE = {"light": "night", "weather": "fog", "faults": "usual"}
SHARE = {"n": 40, "n_views": 6, "recall": 0.25, "recall_low": 0.1, "recall_high": 0.4}
REPORT = {
    "city": "town", "seed": 1, "views": 6, "frames": 6, "weights_sha256": "a" * 64, "git": "", "command": "twin <x>",
    "lights": ["night"], "weathers": ["fog"], "faults": ["usual"], "conditions": [SCENE], "working_score": 0.25,
    "overall": SHARE | {"map50": 0.5, "map50_low": 0.4, "map50_high": 0.6, "false_per_frame": 0.5},
    "scenes": [SCENE | SHARE | {"map50": 0.5, "false_per_frame": 0.5}],
    "axes": [{"axis": "light", "value": "night"} | SHARE],
    "cells": [SCENE | SHARE | {"distance": "0 to 15 m", "occlusion": "in full view"}],
    "plates": [SCENE | {"density": "200 px/m and up", "n": 3, "n_views": 2, "plates_read": None}],
    "verdicts": [{"name": "map50", "value": 0.5, "ok": False, "told": "map50 is 0.5; at least 0.8 was asked for"}],
    "baseline": {
        "file": "old.json", "worse": 1, "better": 0, "views": 6, "conditions": 1, "same_footage": False,
        "rows": [SCENE | {"table": "scenes", "metric": "recall", "before": 0.5, "after": 0.25, "change": -0.25,
                          "gain": -0.25, "p": 0.002, "verdict": "worse"}],
    },
}  # fmt: skip


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.sources: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs) -> None:
        self.sources += [value for name, value in attrs if name in ("src", "href")]


def test_the_page_says_what_failed_what_got_worse_and_shows_where(tmp_path) -> None:
    example = SimpleNamespace(where=SCENE | {"distance": "0 to 15 m"}, view=3, missed=2, asked=3, jpeg=b"\xff\xd8")
    path = write_matrix_page(tmp_path / "matrix.html", REPORT, [example])
    page = Text()
    page.feed(path.read_text(encoding="utf-8"))
    words = " ".join(" ".join(page.words).split())
    for told in ("1 threshold of 1 not reached", "FAILED", "1 figure worse and 0 better of 1", "twin <x>",
                 "The footage changed as well", "night, fog, usual", "2 of 3 objects of this cell missed"):  # fmt: skip
        assert told in words, told
    assert all(source.startswith("data:") for source in page.sources)


def test_without_thresholds_baseline_or_examples_the_rest_stands() -> None:
    plain = REPORT | {"verdicts": []}
    del plain["baseline"]
    context = page_context(plain, [])
    assert context["baseline"] is None
    assert headline(plain) == "25 % of objects found"
    assert headline(plain | {"verdicts": [{"ok": True}]}) == "the threshold is reached, 25 % of objects found"
