"""A scenario's numbers, scaled to a city, as the settings the agents work by."""

from __future__ import annotations

from agents.durations import Duration
from agents.plans import Plans
from agents.settings import (
    CentreSettings,
    HospitalSettings,
    OwnDesk,
    ResponseSettings,
    SameForAll,
    ServiceSettings,
)
from scenarios.schema import OwnDeskSpec, Scenario, ServiceTeams
from sensors.alarms import Verification
from twin.city import City
from twin.records import Service


def response_settings(scenario: Scenario, city: City, cameras: int, verification: Verification) -> ResponseSettings:
    """Return the settings: operators by residents, verifiers by cameras, at least one of each."""
    return ResponseSettings(
        centre=_centre(scenario, city, cameras),
        services={service: _service(scenario, service, spec) for service, spec in scenario.teams.items()},
        verification=SameForAll(
            Duration(60 * verification.minutes_mean, verification.minutes_cv),
            verification.p_dismissed_true,
            verification.p_dismissed_false,
        ),
        plans=Plans(
            by_category={name: tuple(need.need() for need in needs) for name, needs in scenario.plans.items()},
            families={name: family for family, names in scenario.families.items() for name in names},
            size_up_s=scenario.centre.size_up_s,
        ),
        overload=[rule.rule() for rule in scenario.overload],
        hospitals=HospitalSettings(scenario.hospitals.choice, scenario.hospitals.bays),
    )


def _centre(scenario: Scenario, city: City, cameras: int) -> CentreSettings:
    centre = scenario.centre
    operators = max(1, round(centre.operators_per_100k_residents.value * city.residents / 100_000))
    verifiers = max(1, round(centre.verifiers_per_1000_cameras.value * cameras / 1000))
    return CentreSettings(
        operators=operators,
        answer=centre.answer.duration(),
        process=centre.process.duration(),
        panic_process=centre.panic_process.duration(),
        monitor_process=centre.monitor_process.duration() if centre.monitor_process else None,
        verifiers=verifiers,
        join_radius_m=centre.join_radius_m,
        join_window_s=centre.join_window_s,
        roster=_roster(operators, centre.roster),
        verifier_roster=_roster(verifiers, centre.verifier_roster),
        patience=centre.patience.duration() if centre.patience else None,
        own_desks={number: _own_desk(spec, city.residents) for number, spec in centre.own_desks.items()},
    )


def _own_desk(spec: OwnDeskSpec, residents: float) -> OwnDesk:
    staff = max(1, round(spec.value * residents / 100_000))
    return OwnDesk(staff, _roster(staff, spec.roster))


def _roster(people: int, factors: list[float] | None) -> tuple[int, ...]:
    """At least one at any hour at which anybody is meant to be there."""
    return tuple(max(1, round(people * factor)) if factor else 0 for factor in factors) if factors else ()


def _service(scenario: Scenario, service: Service, spec: ServiceTeams) -> ServiceSettings:
    demand = scenario.demand.get(service)
    return ServiceSettings(
        name=service,
        turnout=spec.turnout.duration(),
        handover=spec.handover.duration(),
        nothing_found=demand.false_on_scene.duration() if demand else Duration(300.0, 0.5),
        break_after_s=60 * spec.break_after_min if spec.break_after_min else None,
        pause=spec.pause.duration(),
        breakdowns_per_1000_h=spec.breakdowns_per_1000_h.value if spec.breakdowns_per_1000_h else 0.0,
        repair=spec.repair.duration(),
    )
