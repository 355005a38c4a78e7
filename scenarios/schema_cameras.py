"""What a scenario file may say of cameras: how many, who recognises what they send, and which are rendered."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from scenarios.false_alarms import FalseAlarmRates
from scenarios.schema_parts import Callers, DurationSpec, Sourced
from sensors.stream_load import Servers
from twin.checked_yaml import Strict
from twin.records import Service


class RecognisersSpec(Strict):
    """Recogniser servers; delay and loss under their load are the fitted load model's, not the scenario's.

    Where neither of the first two is given there are as many as it takes: no frame waits for one or is lost.

    Attributes:
        cameras_per_server: each data centre has as many servers as its cameras need.
        servers_per_data_centre: so many at each data centre, which share its cameras evenly.
        streams_per_camera: streams that reach the servers for each camera of the fleet: more than 1 where they serve
            other cameras too, or where the fleet stands for a larger one.
    """

    cameras_per_server: int | None = Field(default=None, ge=1)
    servers_per_data_centre: int | None = Field(default=None, ge=1)
    streams_per_camera: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _one_of_two(self) -> RecognisersSpec:
        if self.cameras_per_server is not None and self.servers_per_data_centre is not None:
            raise ValueError("give cameras_per_server or servers_per_data_centre, and not both")
        return self

    def servers(self) -> Servers | None:
        """Return them as the cameras' load is worked out from; None where there are as many as it takes."""
        if self.cameras_per_server is None and self.servers_per_data_centre is None:
            return None
        return Servers(self.cameras_per_server, self.servers_per_data_centre, self.streams_per_camera)


class CamerasSpec(Strict):
    """The camera fleet where no file is given.

    Attributes:
        per_street_km: cameras per kilometre of drivable street.
        at_most: no more than that.
        recognisers: how many servers recognise what the cameras send.
        false_alarms: alarms about nothing per camera-hour, by alarm rule; see :mod:`scenarios.false_alarms`.
    """

    per_street_km: Sourced
    at_most: int = Field(gt=0)
    recognisers: RecognisersSpec = RecognisersSpec()
    false_alarms: FalseAlarmRates = Field(default_factory=dict, validate_default=True)


class Scripted(Strict):
    """One incident put before a spotlight camera.

    Attributes:
        visual: what happens.
        service, category, priority: who is needed.
        at_min: minutes from the scenario's start.
    """

    visual: Literal["crash", "person_lying", "fire", "listed_plate"]
    service: Service
    category: str
    priority: int = Field(ge=1, le=3)
    at_min: float = Field(ge=0)
    visible_min: float = Field(gt=0)
    notice: DurationSpec
    callers: Callers = 1.0
    on_scene: DurationSpec
    transport: float = Field(default=0.0, ge=0, le=1)


class SpotlightSpec(Strict):
    """Which footage is really rendered.

    Attributes:
        before_s, after_s: the window round each scripted incident.
        quiet_s, quiet_windows: windows with nothing scripted, for each camera.
        fps: frames a second.
    """

    before_s: float = Field(ge=0)
    after_s: float = Field(gt=0)
    quiet_s: float = Field(ge=0)
    quiet_windows: int = Field(ge=0)
    fps: int = Field(ge=1, le=30)
    incidents: list[Scripted]
