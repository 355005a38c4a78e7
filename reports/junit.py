"""Verdicts in the form that build servers read: JUnit's XML, a test suite with its cases and failures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from twin.runfolder import write_whole

_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # of XML 1.0, section 2.2


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was judged.

    Attributes:
        group: what it belongs to, such as ``twin.vision.load``; build servers fold by it.
        name: what was asked, in words.
        failure: why it failed, or "" where it passed.
        told: what was found, kept with the case either way.
        seconds: how long it took.
    """

    group: str
    name: str
    failure: str = ""
    told: str = ""
    seconds: float = 0.0


def junit_text(suite: str, cases: Sequence[Case], properties: Mapping[str, str] | None = None) -> str:
    """Return one suite as an XML document."""
    failed = sum(bool(case.failure) for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "skipped": "0"}
    seconds = f"{sum(case.seconds for case in cases):.3f}"
    root = ET.Element("testsuites", counts | {"time": seconds})
    node = ET.SubElement(root, "testsuite", {"name": _clean(suite)} | counts | {"time": seconds})
    if properties:
        listed = ET.SubElement(node, "properties")
        for name, value in properties.items():
            ET.SubElement(listed, "property", {"name": _clean(name), "value": _clean(value)})
    for case in cases:
        _add(node, case)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def write_junit(
    path: Path, suite: str, cases: Sequence[Case], properties: Mapping[str, str] | None = None
) -> Path:  # fmt: skip
    """Write one suite and return its path."""
    text = junit_text(suite, cases, properties)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))
    return path


def _add(suite: ET.Element, case: Case) -> None:
    named = {"classname": _clean(case.group), "name": _clean(case.name), "time": f"{case.seconds:.3f}"}
    node = ET.SubElement(suite, "testcase", named)
    if case.failure:
        ET.SubElement(node, "failure", {"message": _clean(case.failure), "type": "threshold"}).text = _clean(
            case.failure
        )
    if case.told:
        ET.SubElement(node, "system-out").text = _clean(case.told)


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("?", text)
