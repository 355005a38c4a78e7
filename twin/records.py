"""The frozen records that rooms hand to each other, and the one form of an event.

Times are integer milliseconds of simulated time from the scenario's start. Nodes are row numbers in ``City.nodes``.
Ids of incidents, calls and alarms are integers counted from 0 in the order they were drawn; ids of teams and cameras
are the names in their files.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Service(StrEnum):
    """The services that answer; the number a caller dials stands beside each."""

    AMBULANCE = "ambulance"  # 103
    FIRE = "fire"  # 101
    POLICE = "police"  # 102
    SECURITY = "security"  # panic buttons, protected flats and facilities


class Visual(StrEnum):
    """What a camera could see of an incident; ``NONE`` for one behind walls."""

    NONE = "none"
    CRASH = "crash"
    PERSON_LYING = "person_lying"
    FIRE = "fire"
    LISTED_PLATE = "listed_plate"


@dataclass(frozen=True, slots=True)
class Incident:
    """What really happened.

    Attributes:
        id: position in the day's list.
        t_ms: when it begins.
        service: the service whose team it needs.
        category: a name from the scenario's demand table, such as ``"cardiac"``.
        priority: 1 (life at risk) to 3 (can wait).
        node: nearest drivable street node.
        x_m, y_m: where it is, in the city's metres.
        visual: what a camera could see of it.
        visible_ms: for how long it can be seen, from ``t_ms``.
        on_scene_ms: how long the first team works there.
        transport: whether the patient is taken to hospital.
        scripted: placed by the scenario, not drawn.
        injured: whether somebody is hurt, so that the plan's units for the injured are needed.
        level: 2 where it turns out bigger than it was reported, so that the plan's second alarm is needed.
        plate: the listed plate for ``Visual.LISTED_PLATE``, else "".
    """

    id: int
    t_ms: int
    service: Service
    category: str
    priority: int
    node: int
    x_m: float
    y_m: float
    visual: Visual
    visible_ms: int
    on_scene_ms: int
    transport: bool
    scripted: bool = False
    plate: str = ""
    injured: bool = False
    level: int = 1


class Channel(StrEnum):
    """How a request for help came in; camera alarms are :class:`Alarm`."""

    PHONE = "phone"  # a number nobody noted
    PHONE_112 = "112"  # one number for all services
    PHONE_101 = "101"  # fire
    PHONE_102 = "102"  # police
    PHONE_103 = "103"  # ambulance
    PANIC_BUTTON = "panic_button"
    FIRE_MONITOR = "fire_monitor"  # a detector in a building that reports by itself


@dataclass(frozen=True, slots=True)
class Call:
    """A request for help, by phone or button.

    Attributes:
        id: position in the day's list of calls, by time.
        t_ms: when it rings.
        channel: phone or panic button; ``incident_id`` is None when it is a false call.
        incident_id: the incident it reports.
        service, category, priority, node, x_m, y_m: as the caller states them.
        on_scene_ms: how long a team works where the call sent it (for a false call: to find nothing).
        carried: what a call log said beside, as one JSON object; "" for nothing.
    """

    id: int
    t_ms: int
    channel: Channel
    incident_id: int | None
    service: Service
    category: str
    priority: int
    node: int
    x_m: float
    y_m: float
    on_scene_ms: int
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One detection by one camera, true or false.

    Attributes:
        t_ms: frame time.
        camera_id: the camera's id.
        seen: a detector class or alarm rule, such as ``"person_lying"``.
        score: the recogniser's confidence in [0, 1].
        x_m, y_m: where it stands, in the city's metres.
        incident_id: the incident it shows, or None when it is false.
        plate: plate text as read, or "".
        source: ``"fitted"`` or ``"spotlight"``.
        track_id: the tracker's id within that camera's window, or -1.
    """

    t_ms: int
    camera_id: str
    seen: str
    score: float
    x_m: float
    y_m: float
    incident_id: int | None
    plate: str = ""
    source: str = "fitted"
    track_id: int = -1


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a sensor reported, on its way to an operator who verifies it.

    Attributes:
        id: given by the situation centre in order of arrival; -1 before that.
        t_ms: when it reaches the operator: frame time plus the source's delay.
        camera_id: the camera that raised it.
        rule: the alarm rule that fired.
        service, category, priority: what the rule asks for.
        node: nearest drivable node to where it was seen.
        x_m, y_m: where it was seen.
        incident_id: the incident behind it, or None for a false alarm. The operator never sees this.
        plate: a listed plate as read, or "".
        source: ``"fitted"``, ``"spotlight"`` or ``"drone"``.
    """

    id: int
    t_ms: int
    camera_id: str
    rule: str
    service: Service
    category: str
    priority: int
    node: int
    x_m: float
    y_m: float
    incident_id: int | None
    plate: str = ""
    source: str = "fitted"


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice of a policy or a person, as it goes into the log.

    Attributes:
        t_ms: when it was taken.
        by: the policy's name, or the person's role.
        action: ``dispatch``, ``redispatch``, ``move``, ``hold`` or ``decline``; of drones ``launch``, ``recall`` or
            ``patrol``.
        team_id: the team or drone it concerns, or "".
        incident_id, call_id, alarm_id: what it answers, where known.
        reason: free text for the after-action review.
    """

    t_ms: int
    by: str
    action: str
    team_id: str = ""
    incident_id: int | None = None
    call_id: int | None = None
    alarm_id: int | None = None
    reason: str = ""


class Kind(StrEnum):
    """Every kind of event, in the order a life of an incident meets them."""

    RUN_STARTED = "run_started"
    RUN_ENDED = "run_ended"
    INJECT = "inject"
    INCIDENT = "incident"
    CALL = "call"
    ANSWERED = "answered"
    PROCESSED = "processed"
    ALARM = "alarm"
    ALARM_CONFIRMED = "alarm_confirmed"
    ALARM_DISMISSED = "alarm_dismissed"
    JOINED = "joined"
    ESCALATED = "escalated"
    DECISION = "decision"
    DISPATCHED = "dispatched"
    TURNED_OUT = "turned_out"
    ARRIVED = "arrived"
    SCENE_CLEARED = "scene_cleared"
    AT_HOSPITAL = "at_hospital"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    ENDED = "ended"
    ON_DUTY = "on_duty"
    OFF_DUTY = "off_duty"
    BREAK_STARTED = "break_started"
    BREAK_ENDED = "break_ended"
    BROKE_DOWN = "broke_down"
    REPAIRED = "repaired"
    STAFFED = "staffed"
    OVERLOAD = "overload"
    DRONE_LAUNCHED = "drone_launched"
    DRONE_ARRIVED = "drone_arrived"
    DRONE_SAW = "drone_saw"
    DRONE_HANDED_OVER = "drone_handed_over"
    DRONE_FOLLOWED = "drone_followed"
    DRONE_TURNED_HOME = "drone_turned_home"
    DRONE_LANDED = "drone_landed"
    DRONE_REFUSED = "drone_refused"
    DRONE_FAILED = "drone_failed"
    DRONE_DOWN = "drone_down"
    DRONE_VIOLATION = "drone_violation"


class Ending(StrEnum):
    """How a call or an alarm ends; each ends in exactly one of these ways."""

    SERVED = "served"
    JOINED = "joined"  # to a request already known
    HEAR_AND_TREAT = "hear_and_treat"  # helped by phone, under an overload rule
    NO_SEND = "no_send"  # no team is sent, under an overload rule
    DECLINED = "declined"  # by the policy
    ABANDONED = "abandoned"  # the caller hung up before an operator was free
    DISMISSED = "dismissed"  # an alarm that its verifier took for nothing
    FOUND_EMPTY = "found_empty"  # a drone found nothing there, and no team was needed
    OPEN = "open"  # the run ended first


@dataclass(frozen=True, slots=True)
class Event:
    """One row of ``events.parquet``: what happened when.

    Attributes:
        t_ms: simulated time.
        seq: position in the log, from 0, without gaps.
        kind: see :class:`Kind`.
        incident_id, call_id, alarm_id: what it is about, None where it is not known or does not apply.
        team_id, camera_id: names, "" where they do not apply.
        node: street node, -1 where it does not apply.
        value: one number; its meaning and unit belong to the kind (seconds of travel, priority, ...).
        detail: a few words or one JSON object.
    """

    t_ms: int
    seq: int
    kind: Kind
    incident_id: int | None = None
    call_id: int | None = None
    alarm_id: int | None = None
    team_id: str = ""
    camera_id: str = ""
    node: int = -1
    value: float | None = None
    detail: str = ""


EVENT_COLUMNS: Final = (
    "t_ms", "seq", "kind", "incident_id", "call_id", "alarm_id", "team_id", "camera_id", "node", "value", "detail",
)  # fmt: skip
