"""When a camera's detections become an alarm, and what happens to alarms at the operator's desk. All of it is data."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from twin.checked_yaml import Strict, read_checked
from twin.errors import unknown_name
from twin.records import Service
from twin.scene import DETECTOR_CLASSES

ALARM_RULES_FILE: Final = Path(__file__).parent / "data" / "alarm_rules.yaml"


class AlarmRule(Strict):
    """One rule that turns detections into an alarm; it fires once for a track.

    Attributes:
        name: also the ``Visual`` it answers, where there is one of that name.
        kind: ``class``: a track of one of ``classes`` is seen; ``still``: such a track stands still
            where standing is out of place (inside a junction); ``listed_plate``: a plate on the list is read whole.
        classes: rows of ``DETECTOR_CLASSES`` that count.
        k_frames, of_frames: it fires at the k-th frame that holds among the last ``of_frames`` frames.
        min_score: the least score of a frame that counts; for a plate the least character confidence.
        max_move_m: ``still`` only: the farthest apart two positions of the track within ``of_frames`` may lie.
        target_height_m: the size of what is looked for, facing the camera; pixel heights are of this size.
        service, category, priority: what the alarm asks for.
    """

    name: str = Field(min_length=1)
    kind: Literal["class", "still", "listed_plate"]
    classes: tuple[str, ...] = Field(min_length=1)
    k_frames: int = Field(ge=1)
    of_frames: int = Field(ge=1)
    min_score: float = Field(ge=0, le=1)
    max_move_m: float | None = Field(default=None, gt=0)
    target_height_m: float = Field(gt=0)
    service: Service
    category: str = Field(min_length=1)
    priority: int = Field(ge=1, le=3)

    @field_validator("classes")
    @classmethod
    def _known(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        for name in classes:
            if name not in DETECTOR_CLASSES:
                raise ValueError(unknown_name("detector class", name, DETECTOR_CLASSES))
        return classes

    @model_validator(mode="after")
    def _fits_together(self) -> AlarmRule:
        if self.k_frames > self.of_frames:
            raise ValueError(
                f"k_frames {self.k_frames} of of_frames {self.of_frames} can never hold; k must not be more"
            )
        if (self.kind == "still") != (self.max_move_m is not None):
            raise ValueError("max_move_m belongs to a rule of kind still, and only to it")
        return self


class Verification(Strict):
    """How operators verify alarms before they join the queue of calls.

    Attributes:
        minutes_mean, minutes_cv: time one verification takes: mean and coefficient of variation.
        p_dismissed_true: chance that a true alarm is dismissed.
        p_dismissed_false: chance that a false alarm is dismissed.
        verifiers: operators at work on alarms at the same time.
        as_of, source: since when, and from where.
    """

    minutes_mean: float = Field(gt=0)
    minutes_cv: float = Field(ge=0, le=5)
    p_dismissed_true: float = Field(ge=0, le=1)
    p_dismissed_false: float = Field(ge=0, le=1)
    verifiers: int = Field(ge=1)
    as_of: str
    source: str = Field(min_length=3)


class AlarmRules(Strict):
    """The whole file: frame rate the frame counts are meant at, the rules, and their verification."""

    schema_version: Literal[1]
    as_of: str
    source: str = Field(min_length=3)
    frames_per_s: float = Field(gt=0)
    rules: tuple[AlarmRule, ...] = Field(min_length=1)
    verification: Verification

    @field_validator("rules")
    @classmethod
    def _named_once(cls, rules: tuple[AlarmRule, ...]) -> tuple[AlarmRule, ...]:
        names = [rule.name for rule in rules]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"two rules are called {', '.join(doubled)}; give each its own name")
        return rules

    def rule(self, name: str) -> AlarmRule:
        """Return the rule of that name.

        Raises:
            KeyError: there is none.
        """
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise KeyError(unknown_name("alarm rule", name, [rule.name for rule in self.rules]))


@cache
def load_alarm_rules(path: Path = ALARM_RULES_FILE) -> AlarmRules:
    """Read the rules that ship with the project, or other ones.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, AlarmRules, f"read the alarm rules {path.name}")
