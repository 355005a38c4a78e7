"""Norms are dated data, checked whole."""

from __future__ import annotations

import pytest

from reports.metrics import verdict
from reports.norms import load_norms
from reports.quantiles import Waits, share_within
from twin.errors import InputError

GOOD = """\
schema_version: 1
checked: 2026-02-01
norms:
  - id: one
    name: One
    issuer: Somebody
    edition: "2020"
    clause: chapter 1
    source: https://example.org/one
    services: [fire]
    measure: travel
    limit_s: 240
    share: 0.9
"""


def test_shipped_norms_hold_what_their_sources_say():
    norms = load_norms()
    ambulance = norms.of("ambulance", "response")
    assert [(norm.limit_s, norm.share) for norm in ambulance] == [(900, None)], "a stated task, not a percentile norm"
    assert [(norm.limit_s, norm.share) for norm in norms.of("police", "response")] == [(300, None)]
    nena = [(norm.limit_s, norm.share) for norm in norms.of("police", "answer_wait")]
    assert nena == [(15, 0.9), (20, 0.95)]
    assert [(norm.limit_s, norm.share) for norm in norms.of("fire", "travel")] == [(240, 0.9)]


def test_every_norm_names_its_edition_clause_and_source():
    for norm in load_norms().norms:
        assert norm.edition[:2] == "20"
        assert norm.clause
        assert norm.source.startswith("https://")


@pytest.mark.parametrize(
    ("line", "wrong", "told", "at"),
    [
        ("limit_s: 240", "limit_s: -5", "greater than 0", 12),
        ("measure: travel", "measure: speed", "answer_wait", 11),
        ("services: [fire]", "services: [fire, fire]", "named twice", 10),
        ("source: https://example.org/one", "source: hearsay", "https?", 9),
        ("share: 0.9", "share: 90", "less than or equal to 1", 13),
        ("share: 0.9", "shares: 0.9", "nobody knows this key", 13),
    ],
)
def test_a_wrong_norm_is_refused_with_its_line(tmp_path, line, wrong, told, at):
    path = tmp_path / "norms.yaml"
    path.write_text(GOOD.replace(line, wrong))
    with pytest.raises(InputError, match="read the norms") as refused:
        load_norms(path)
    (fault,) = refused.value.faults
    assert told in fault.what
    assert fault.line == at


def test_all_faults_are_told_at_once(tmp_path):
    path = tmp_path / "norms.yaml"
    path.write_text(GOOD.replace("240", "0").replace('"2020"', "old").replace("Somebody", '""'))
    with pytest.raises(InputError) as refused:
        load_norms(path)
    assert [fault.line for fault in refused.value.faults] == [6, 7, 12]


def test_two_norms_with_one_id_are_refused(tmp_path):
    path = tmp_path / "norms.yaml"
    path.write_text(GOOD + GOOD[GOOD.index("  - id") :])
    with pytest.raises(InputError, match="same id: one"):
        load_norms(path)


@pytest.mark.parametrize(
    ("kept", "late", "wanted", "said"),
    [
        (200, 2, 0.9, "met"),
        (100, 100, 0.9, "missed"),
        (9, 1, 0.9, "not clear"),  # nine of ten is 0.9, but ten cases prove nothing
        (1, 0, 0.9, "not clear"),
        (10, 0, None, "no share set"),
        (0, 0, 0.9, "no case"),
    ],
)
def test_a_verdict_needs_the_whole_interval(kept, late, wanted, said):
    within = share_within(Waits.of([1.0] * kept + [99.0] * late), 10.0)
    assert verdict(wanted, within) == said
