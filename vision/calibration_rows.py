"""What the recogniser did with one object before one camera: the rows that the fitted camera model is fitted to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encounter:
    """One incident before one camera, and when the recogniser's rule fired on it.

    Attributes:
        rule: name of the alarm rule.
        streets: the city it was met in; whole cities are fitted on or checked on.
        camera: the camera, by which encounters that share a picture are told.
        px_per_m: pixel density on it, in a picture ``vision.calibrate.PICTURE_WIDTH_PX`` wide.
        light, weather: as in ``twin.sky``.
        occlusion: share of it that buildings and trees hide, in [0, 1).
        facing: the camera hangs to look along the traffic.
        possible_s: seconds of footage in which the alarm could have come.
        seconds: of those, up to and with the second of the alarm; all of them where none came.
        fired: whether it came.
        score: of the frame that fired; 0 where none did.
        hit_share: share of the frames watched in which the rule's condition held.
        off_m: distance from the alarm's place to the true one; None where none came, or it lies above the horizon.
    """

    rule: str
    streets: str
    camera: str
    px_per_m: float
    light: str
    weather: str
    occlusion: float
    facing: bool
    possible_s: int
    seconds: int
    fired: bool
    score: float = 0.0
    hit_share: float = 0.0
    off_m: float | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """Footage by one rule and light: hours watched, and alarms that showed nothing staged."""

    rule: str
    light: str
    camera_hours: float
    alarms: int


@dataclass(frozen=True, slots=True)
class Findings:
    """Rows from some footage."""

    encounters: tuple[Encounter, ...] = ()
    quiet: tuple[Watched, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.encounters + other.encounters, self.quiet + other.quiet)
