"""What the centre does when it runs out of teams: hear-and-treat, no-send, mutual aid, by thresholds that are data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from agents.durations import NO_TIME, Duration
from twin.streams import happens_one

DOES: Final = ("hear_and_treat", "no_send", "mutual_aid")


@dataclass(frozen=True, slots=True)
class OverloadRule:
    """One rule; it is in force while every threshold it names is passed.

    Attributes:
        name: for the log.
        service: whose teams are counted, and whose requests it touches.
        does: ``hear_and_treat``: the operator helps by phone; ``no_send``: the request is turned away;
            ``mutual_aid``: the service's outside teams are called in.
        priorities: whose notices it touches.
        free_below: in force while less than this share of the teams on duty is free.
        waiting_over: in force while more units wait for each team on duty than this.
        share: of the notices it could touch, those it does touch; the others are served.
        treat: how long the operator takes to help by phone.
        max_wait_s: ``no_send`` also turns away what has waited this long when the rule is in force; None: not.
        delay: mutual aid: from the call to the teams' being at the city's edge.
        stay_s: mutual aid: how long they stay.
    """

    name: str
    service: str
    does: Literal["hear_and_treat", "no_send", "mutual_aid"]
    priorities: tuple[int, ...] = (3,)
    free_below: float | None = None
    waiting_over: float | None = None
    share: float = 1.0
    treat: Duration = NO_TIME
    max_wait_s: float | None = None
    delay: Duration = NO_TIME
    stay_s: float = 4 * 3600.0

    def __post_init__(self) -> None:
        if self.does not in DOES:
            raise ValueError(f"does must be one of {', '.join(DOES)}, but is {self.does!r}")
        if self.free_below is None and self.waiting_over is None:
            raise ValueError(f"the rule {self.name!r} needs a threshold: free_below or waiting_over")

    def holds(self, load: Load) -> bool:
        """Return whether every threshold it names is passed."""
        teams = load.on_duty or 1
        few = self.free_below is None or load.free < self.free_below * teams
        return few and (self.waiting_over is None or load.waiting > self.waiting_over * teams)


class Load(NamedTuple):
    """How loaded a service is.

    Attributes:
        on_duty, free: teams.
        waiting: units that wait for one.
    """

    on_duty: int
    free: int
    waiting: int


class Overload:
    """The rules at work.

    Args:
        rules: in their order; the first that touches a notice decides.
        seed: of the shares.
        load_of: how loaded a service is now.
        say: told of each rule that comes into force (True) or ends (False).
    """

    def __init__(
        self, rules: Sequence[OverloadRule], seed: int, load_of: Callable[[str], Load],
        say: Callable[[OverloadRule, bool], None],
    ) -> None:  # fmt: skip
        self._seed, self._load_of, self._say = seed, load_of, say
        self._rules = {rule.service: [r for r in rules if r.service == rule.service] for rule in rules}
        self._in_force: set[str] = set()

    def rule_for(self, service: str, priority: int, ids: tuple[int, ...]) -> OverloadRule | None:
        """Return the rule that touches a notice now, None for none; says which rules come into force or end."""
        rules = self._rules.get(service)
        if not rules:
            return None
        load = self._load_of(service)
        for rule in rules:
            if rule.holds(load) != (rule.name in self._in_force):
                self._turn(rule)
        if not self._in_force:
            return None
        for rule in rules:
            if rule.does == "mutual_aid" or rule.name not in self._in_force or priority not in rule.priorities:
                continue
            if rule.share >= 1 or happens_one(self._seed, f"overload/{rule.name}", rule.share, *ids):
                return rule
        return None

    def patience(self, service: str, priority: int) -> OverloadRule | None:
        """Return the rule that may turn away what waits long, None for none."""
        for rule in self._rules.get(service, ()):
            if rule.does == "no_send" and rule.max_wait_s is not None and priority in rule.priorities:
                return rule
        return None

    def holds(self, rule: OverloadRule) -> bool:
        """Return whether a rule's thresholds are passed now."""
        return rule.holds(self._load_of(rule.service))

    def _turn(self, rule: OverloadRule) -> None:
        """A rule comes into force, or ends."""
        self._in_force ^= {rule.name}
        self._say(rule, rule.name in self._in_force)
