"""False alarms are the scenario's to say, with the interval that was measured beside them."""

from __future__ import annotations

import pytest

from experiments.life.false_alarm_words import false_alarm_words
from scenarios.false_alarms import UNSAID, rates_of
from scenarios.read import read_scenario
from scenarios.schema_cameras import CamerasSpec
from scenarios.schema_parts import Sourced
from sensors.alarms import load_alarm_rules
from sensors.fitted import FittedModel
from tests.sensors.made import fitted_dict

RATE = Sourced(value=2.0, source="assumed")
RULES = [rule.name for rule in load_alarm_rules().rules]


def cameras(**rates: Sourced) -> CamerasSpec:
    return CamerasSpec(per_street_km=RATE, at_most=10, false_alarms=rates)


def test_rules_that_a_scenario_does_not_name_have_the_assumed_rate():
    said = cameras(fire=RATE).false_alarms
    assert list(said) == RULES
    assert said["fire"] == RATE
    assert said["crash"] == UNSAID
    assert CamerasSpec(per_street_km=RATE, at_most=10).false_alarms == dict.fromkeys(RULES, UNSAID)
    assert rates_of(said)["fire"] == {"day": 2.0, "dusk": 2.0, "night": 2.0}


def test_a_rule_that_there_is_none_of_is_refused_with_what_was_meant():
    with pytest.raises(ValueError, match="person_lying"):
        cameras(person_lieing=RATE)


def test_every_scenario_of_the_library_says_its_own():
    for name in ("weekday", "friday_evening", "match_day", "storm", "earthquake"):
        rates = read_scenario(name).cameras.false_alarms
        assert UNSAID not in rates.values()
        assert all(rate.source.startswith("assumed") for rate in rates.values())


def test_the_measured_interval_stands_beside_the_rate():
    """None in 30 camera-hours, all lights together, allows up to 3.689 / 30 = 0.12 an hour."""
    scenario = read_scenario("weekday").model_copy(update={"cameras": cameras(person_lying=RATE)})
    told = false_alarm_words(scenario, FittedModel.model_validate(fitted_dict()))
    assert "person lying: 2 per camera-hour (assumed)" in told[0]
    assert "30 rendered camera-hours: 0, which allows 0 to 0.12 an hour" in told[0]
    assert told[0].endswith("and not the scenario's rate")
    assert told[1].startswith("false alarms, fire: 0.01 per camera-hour")
    assert "none of the footage" in told[1]
