"""A scenario's numbers, scaled to a city, as the settings the agents work by."""

from __future__ import annotations

from agents.settings import CentreSettings, Duration, ResponseSettings, SameForAll, ServiceSettings
from scenarios.schema import Scenario
from sensors.alarms import Verification
from twin.city import City


def response_settings(scenario: Scenario, city: City, cameras: int, verification: Verification) -> ResponseSettings:
    """Return the settings: operators by residents, verifiers by cameras, at least one of each."""
    centre = scenario.centre
    return ResponseSettings(
        centre=CentreSettings(
            operators=max(1, round(centre.operators_per_100k_residents.value * city.residents / 100_000)),
            answer=centre.answer.duration(),
            process=centre.process.duration(),
            panic_process=centre.panic_process.duration(),
            verifiers=max(1, round(centre.verifiers_per_1000_cameras.value * cameras / 1000)),
            join_radius_m=centre.join_radius_m,
            join_window_s=centre.join_window_s,
        ),
        services={
            service: ServiceSettings(
                name=service,
                turnout=spec.turnout.duration(),
                handover=spec.handover.duration(),
                nothing_found=scenario.demand[service].false_on_scene.duration()
                if service in scenario.demand
                else Duration(300.0, 0.5),
            )
            for service, spec in scenario.teams.items()
        },
        verification=SameForAll(
            Duration(60 * verification.minutes_mean, verification.minutes_cv),
            verification.p_dismissed_true,
            verification.p_dismissed_false,
        ),
    )
