"""How often a fleet's cameras raise alarms about nothing: the scenario's to say, by alarm rule.

One false alarm in 100 camera-hours would take thousands of rendered hours to measure. So the rate is data with a
source, to be swept like any other assumption; what the rendered hours there are do allow stands beside it in the
report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from scenarios.schema_parts import Sourced
from sensors.alarms import load_alarm_rules
from sensors.false_alarms import Rates
from twin.errors import unknown_name
from twin.sky import LIGHTS

UNSAID: Final = Sourced(value=0.01, source="assumed: one in 100 camera-hours; the scenario says nothing of it")


def _of_known_rules(rates: dict[str, Sourced]) -> dict[str, Sourced]:
    """Return the rates of all rules, in their order; those the scenario does not name are assumed."""
    known = [rule.name for rule in load_alarm_rules().rules]
    if wrong := [unknown_name("alarm rule", name, known) for name in rates if name not in known]:
        raise ValueError("; ".join(wrong))
    return {name: rates.get(name, UNSAID) for name in known}


FalseAlarmRates = Annotated[dict[str, Sourced], AfterValidator(_of_known_rules)]
"""False alarms per camera-hour, by alarm rule."""


def rates_of(said: Mapping[str, Sourced]) -> Rates:
    """Return the rates as cameras raise them: those a scenario says hold in any light."""
    return {name: dict.fromkeys(LIGHTS, rate.value) for name, rate in said.items()}
