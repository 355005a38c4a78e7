"""The contract that every dispatch policy must pass, built-in or a user's own.

>>> from agents.policies.closest import Closest
>>> broken_rules(Closest)
[]
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from agents.policy import Choice, Decline, Dispatch, Hold, Move, Policy, Redispatch, TeamsView, Waiting
from agents.sealed import sealed
from twin.streams import stream

MOMENTS = 60
_NODES = 20
_SERVICES = ("ambulance", "fire")


def broken_rules(make: Callable[[], Policy]) -> list[str]:
    """Try a policy at made-up moments, empty and crowded ones among them; return what it broke, [] for nothing.

    The rules: it has a name; it returns a list of decisions; each names a request that waits, and a team that is free
    (or under way, to redispatch) and of the right service, once; it goes only where there is a way; the same moments
    and the same stream give the same decisions; it takes no randomness but from its stream, and leaves the view alone.
    """
    name = getattr(make(), "name", None)
    if not isinstance(name, str) or not name:
        return ["it has no name"]
    moments = [_moment(number) for number in range(MOMENTS)]
    first, faults = _lived(make(), moments)
    if faults:
        return faults
    before = _global_streams()
    again, faults = _lived(make(), moments)
    if first != again:
        faults.append("the same moments and the same stream gave other decisions")
    if _global_streams() != before:
        faults.append("it drew from a global stream; draw from the one it is given")
    return faults


def _global_streams() -> tuple[object, ...]:
    """The state of the streams that belong to nobody, which a policy must not touch."""
    _, key, at, *rest = np.random.get_state()  # noqa: NPY002
    return random.getstate(), key.tobytes(), at, *rest


@dataclass(frozen=True)
class _Moment:
    """A made-up view: travel takes 10 s a node; node 0 cannot be reached from anywhere else."""

    now_ms: int
    waiting: tuple[Waiting, ...]
    teams: TeamsView

    def travel_ms(self, nodes: NDArray[np.int64], to: int) -> NDArray[np.int64]:
        """Return driving times, -1 where there is no way."""
        nodes = np.asarray(nodes)
        return np.where((to == 0) & (nodes != 0), -1, 10_000 * np.abs(nodes - to)).astype(np.int64)


def _moment(number: int) -> _Moment:
    rng = stream(number, "policy contract")
    teams, requests = (int(n) for n in rng.integers(0, 9, 2)) if number else (0, 0)
    doing = rng.integers(0, 3, teams)  # free, under way, at work
    columns = {
        "id": np.array([f"T{row}" for row in range(teams)], dtype="<U4"),
        "service": rng.choice(_SERVICES, teams).astype("<U12"),
        "node": rng.integers(0, _NODES, teams),
        "post_node": rng.integers(0, _NODES, teams),
        "free": doing == 0,
        "under_way": doing == 1,
        "kind": np.full(teams, "", dtype="<U1"),
        "wait_node": rng.integers(0, _NODES, teams),
        "on_duty": np.ones(teams, dtype=bool),
        "key": np.where(doing == 0, -1, 1000 + np.arange(teams)),
    }
    waiting = [
        Waiting(key, 1000 * key, str(rng.choice(_SERVICES)), "any", int(rng.integers(1, 4)), int(rng.integers(_NODES)))
        for key in range(requests)
    ]
    order = sorted(waiting, key=lambda w: (w.priority, w.since_ms))
    return _Moment(60_000 * number, tuple(order), TeamsView(**{name: sealed(c) for name, c in columns.items()}))


def _lived(policy: Policy, moments: Sequence[_Moment]) -> tuple[list[list[Choice]], list[str]]:
    rng = stream(1, "policy", policy.name)
    decided: list[list[Choice]] = []
    for moment in moments:
        whole = _copied(moment)
        try:
            choices = policy.decide(moment, rng)
        except Exception as fault:
            return decided, [f"at moment {moment.now_ms} ms it raised {type(fault).__name__}: {fault}"]
        if not isinstance(choices, list | tuple):
            return decided, [f"it returned {type(choices).__name__}; return a list of decisions, [] for none"]
        if faults := [f"at moment {moment.now_ms} ms: {what}" for what in _faults(choices, moment)]:
            return decided, faults
        if not _same(whole, moment):
            return decided, [f"at moment {moment.now_ms} ms it changed the view"]
        decided.append(list(choices))
    return decided, []


def _faults(choices: Sequence[Choice], moment: _Moment) -> list[str]:
    """What a list of choices breaks, each choice seen after the ones before it."""
    waiting = {request.key: request for request in moment.waiting}
    doing = {str(name): row for row, name in enumerate(moment.teams.id)}
    sent: set[str] = set()
    faults = []
    for choice in choices:
        if not isinstance(choice, Dispatch | Redispatch | Move | Hold | Decline):
            return [*faults, f"{choice!r} is no decision"]
        if not isinstance(choice, Move) and choice.key not in waiting:
            faults.append(f"{choice}: no such request is waiting")
        elif not isinstance(choice, Hold | Decline):
            faults += _sending_faults(choice, waiting, doing, sent, moment)
            sent.add(choice.team_id)
        if isinstance(choice, Dispatch | Redispatch | Decline):
            waiting.pop(choice.key, None)
    return faults


def _sending_faults(
    choice: Dispatch | Redispatch | Move, waiting: dict[int, Waiting], rows: dict[str, int], sent: set[str],
    moment: _Moment,
) -> list[str]:  # fmt: skip
    row, teams = rows.get(choice.team_id), moment.teams
    if row is None:
        return [f"{choice}: no such team"]
    fitting = teams.under_way if isinstance(choice, Redispatch) else teams.free
    if not fitting[row] or choice.team_id in sent:
        return [f"{choice}: the team is not {'under way' if isinstance(choice, Redispatch) else 'free'}"]
    if isinstance(choice, Move):
        goal = choice.node
        if not 0 <= goal < _NODES:
            return [f"{choice}: no such node"]
    else:
        goal = waiting[choice.key].node
        if teams.service[row] != waiting[choice.key].service:
            return [f"{choice}: a team of another service"]
    return [] if moment.travel_ms(teams.node[[row]], goal)[0] >= 0 else [f"{choice}: the team has no way there"]


def _copied(moment: _Moment) -> _Moment:
    teams = TeamsView(**{f.name: getattr(moment.teams, f.name).copy() for f in fields(TeamsView)})
    return replace(moment, teams=teams)


def _same(one: _Moment, other: _Moment) -> bool:
    columns = (np.array_equal(getattr(one.teams, f.name), getattr(other.teams, f.name)) for f in fields(TeamsView))
    return one.now_ms == other.now_ms and one.waiting == other.waiting and all(columns)
