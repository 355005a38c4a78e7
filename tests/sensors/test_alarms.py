"""Alarm rules as data: the shipped ones say what the brief of the centre is, and a wrong file tells every fault."""

from __future__ import annotations

import pytest

from sensors.alarms import ALARM_RULES_FILE, load_alarm_rules
from twin.errors import InputError
from twin.records import Visual


def test_every_visible_kind_of_incident_has_its_rule_and_service():
    rules = load_alarm_rules()
    services = {rule.name: str(rule.service) for rule in rules.rules}
    assert services == {"person_lying": "ambulance", "fire": "fire", "crash": "police", "listed_plate": "police"}
    assert set(services) == {visual.value for visual in Visual} - {"none"}
    assert {rule.name: rule.kind for rule in rules.rules if rule.kind != "class"} == {
        "crash": "still",
        "listed_plate": "listed_plate",
    }


def test_all_faults_of_a_file_with_their_lines(tmp_path):
    lines = ALARM_RULES_FILE.read_text().splitlines()
    changes = {
        "classes: [person_lying]": "classes: [person_lyng]",
        "max_move_m: 1.0": "",
        "min_score: 0.5": "min_score: 1.5",
        "verifiers: 4": "verifier: 4",
    }
    at = {}
    for old, new in changes.items():
        row = next(i for i, line in enumerate(lines) if old in line)
        lines[row] = lines[row].replace(old, new)
        at[old] = row + 1
    (tmp_path / "rules.yaml").write_text("\n".join(lines))
    with pytest.raises(InputError) as told:
        load_alarm_rules(tmp_path / "rules.yaml")
    found = {fault.line: fault.what for fault in told.value.faults}
    assert "did you mean 'person_lying'" in found[at["classes: [person_lying]"]]
    assert "less than or equal to 1" in found[at["min_score: 0.5"]]
    assert "nobody knows this key" in found[at["verifiers: 4"]]
    assert any("max_move_m" in what for what in found.values())
    assert len(told.value.faults) == 5  # `verifiers` is missing too


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("k_frames: 60", "k_frames: 80", "can never hold"),
        ("name: fire", "name: crash", "two rules are called crash"),
        ("service: fire", "service: firemen", "'ambulance', 'fire', 'police'"),
        ("schema_version: 1", "schema_version: 2", "schema_version"),
    ],
)
def test_one_fault(tmp_path, old, new, words):
    (tmp_path / "rules.yaml").write_text(ALARM_RULES_FILE.read_text().replace(old, new))
    with pytest.raises(InputError, match=words):
        load_alarm_rules(tmp_path / "rules.yaml")


def test_an_unknown_rule_is_a_key_error_that_helps():
    with pytest.raises(KeyError, match="did you mean 'crash'"):
        load_alarm_rules().rule("crahs")
