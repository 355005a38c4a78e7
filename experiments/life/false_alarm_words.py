"""A scenario's rates of false alarms beside what rendered footage allows to say of them, as sentences."""

from __future__ import annotations

from scenarios.schema import Scenario
from sensors.fitted import FittedModel
from vision.calibration_check import quiet_footage


def false_alarm_words(scenario: Scenario, model: FittedModel) -> list[str]:
    """Return one sentence for each alarm rule: the rate, its source, and the interval that was measured."""
    said = []
    for name, rate in scenario.cameras.false_alarms.items():
        head = f"false alarms, {name.replace('_', ' ')}: {rate.value:g} per camera-hour ({rate.source})"
        rows = model.quiet.get(name, {}).values()
        hours = sum(row.camera_hours for row in rows)
        if not hours:
            said.append(f"{head}; none of the footage that the fitted model was made from tells of it")
            continue
        alarms = sum(row.alarms for row in rows)
        found = quiet_footage(alarms, hours)
        inside = found.low <= rate.value <= found.high
        said.append(
            f"{head}; counted on {hours:.2g} rendered camera-hours: {alarms}, which allows {found.low:.2g} to "
            f"{found.high:.2g} an hour at 95 %" + ("" if inside else ", and not the scenario's rate")
        )
    return said
