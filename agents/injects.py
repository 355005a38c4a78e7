"""What is done to a running world from outside, and when: the ground on which drills stand. Each is an event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from agents.policy import Policy
from twin.records import Call, Incident


@dataclass(frozen=True)
class PolicyChange:
    """From ``t_ms`` on, another policy decides."""

    t_ms: int
    policy: Policy


@dataclass(frozen=True)
class TeamBreakdown:
    """A team's vehicle breaks down, at once or when its crew leaves the scene."""

    t_ms: int
    team_id: str
    repair_ms: int


@dataclass(frozen=True)
class CamerasFail:
    """Cameras raise no alarm from ``t_ms`` until ``until_ms``; ``name`` says which, such as a data centre."""

    t_ms: int
    until_ms: int
    camera_ids: frozenset[str]
    name: str = ""


@dataclass(frozen=True)
class StaffChange:
    """``phones``, ``verifiers`` or a number's own desk have so many people, until a roster has its next hour."""

    t_ms: int
    desk: str
    staff: int


@dataclass(frozen=True)
class DroneFails:
    """A drone's motors stop, or its link is lost; see :mod:`agents.drones.emergency`."""

    t_ms: int
    drone_id: str
    what: Literal["motor", "link"]


@dataclass(frozen=True)
class NewIncident:
    """An incident beyond the day's, with the calls about it; both get ids after the day's own."""

    t_ms: int
    incident: Incident
    calls: Sequence[Call] = ()


@dataclass(frozen=True)
class Announcement:
    """Something that is part of the day or of its travel times already, such as a surge or a closure, and is told."""

    t_ms: int
    what: str
    about: Mapping[str, Any] = field(default_factory=dict)


Inject = PolicyChange | TeamBreakdown | CamerasFail | StaffChange | DroneFails | NewIncident | Announcement


def told(inject: Inject) -> str:
    """Return the detail of an inject's event."""
    match inject:
        case PolicyChange():
            about: dict[str, Any] = {"inject": "policy", "policy": inject.policy.name}
        case TeamBreakdown():
            about = {"inject": "team_breakdown", "repair_s": inject.repair_ms / 1000}
        case CamerasFail():
            about = {"inject": "camera_failure", "name": inject.name, "cameras": len(inject.camera_ids)}
            about["until_s"] = inject.until_ms / 1000
        case StaffChange():
            about = {"inject": "staff", "desk": inject.desk, "staff": inject.staff}
        case DroneFails():
            about = {"inject": "drone_fault", "what": inject.what}
        case NewIncident():
            about = {"inject": "incident", "category": inject.incident.category, "calls": len(inject.calls)}
        case Announcement():
            about = {"inject": inject.what, **inject.about}
    return json.dumps(about)


def with_new_incidents(
    incidents: Sequence[Incident], calls: Sequence[Call], injects: Sequence[Inject]
) -> tuple[list[Incident], list[Call]]:
    """Return the day with the injected incidents and calls behind its own, under new ids."""
    happened, rang = list(incidents), list(calls)
    next_incident = max((incident.id for incident in happened), default=-1) + 1
    next_call = max((call.id for call in rang), default=-1) + 1
    for inject in injects:
        if isinstance(inject, NewIncident):
            happened.append(replace(inject.incident, id=next_incident))
            for call in inject.calls:
                rang.append(replace(call, id=next_call, incident_id=next_incident))
                next_call += 1
            next_incident += 1
    return happened, rang
