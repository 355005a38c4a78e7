"""JUnit XML that a build server opens: well-formed whatever the words are, counts that add up."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from reports.junit import Case, junit_text, write_junit


def test_failures_are_counted_and_carry_their_words(tmp_path) -> None:
    cases = [Case("twin.vision", "recall", "", "0.9 found", 1.5), Case("twin.vision", "hota", "0.4 < 0.6")]
    root = ET.parse(write_junit(tmp_path / "new" / "load.xml", "load", cases, {"machine": "two cores"})).getroot()
    (suite,) = root
    assert suite.tag == "testsuite"
    assert (suite.get("tests"), suite.get("failures"), suite.get("time")) == ("2", "1", "1.500")
    passed, failed = suite.findall("testcase")
    assert passed.find("failure") is None
    assert failed.find("failure").get("message") == "0.4 < 0.6"
    assert suite.find("properties/property").get("value") == "two cores"


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), max_size=5), st.text())
def test_any_text_gives_a_document_that_parses(rows, suite) -> None:
    root = ET.fromstring(junit_text(suite, [Case(*row) for row in rows]).encode("utf-8"))
    assert len(root.findall("testsuite/testcase")) == len(rows)
    assert int(root.get("failures")) == sum(bool(row[2]) for row in rows)
