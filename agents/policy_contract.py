"""The contract that every policy must pass, built-in or a user's own.

>>> from agents.policies.closest import Closest
>>> broken_rules(Closest)
[]
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from agents.policy import Choice, Decline, Dispatch, Hold, Move, Policy, Redispatch, Waiting
from agents.policy_drones import DroneChoice, Launch, Patrol, Recall
from agents.policy_moments import NODES, Moment, moments
from agents.watchdog import within
from twin.streams import stream

MOMENTS = 60
LIMIT_S = 10.0


def broken_rules(make: Callable[[], Policy], relocation: bool = False, limit_s: float = LIMIT_S) -> list[str]:
    """Try a policy at made-up moments, empty and crowded ones among them; return what it broke, [] for nothing.

    The rules: it has a name; it returns, and a list of decisions; each names something that waits, and a team that is
    free (or under way, to redispatch), of the right service and kind, once; it goes only where there is a way; the same
    moments and the same stream give the same decisions; it takes no randomness but from its stream, and leaves the
    view alone. A drone part, its ``drones``, keeps the like: it sends drones that are ready, each once, where
    ``drone_ms`` says that they can go, and recalls those in the air. What breaks a rule is named with its moment.

    Args:
        make: makes the policy, anew each time.
        relocation: it is a relocation part, which may only return Moves.
        limit_s: how long one decision may take.
    """
    try:
        name = getattr(within(limit_s, make), "name", None)
    except TimeoutError as fault:
        return [f"when it is made: {fault}"]
    if not isinstance(name, str) or not name:
        return ["it has no name"]
    tried = moments(MOMENTS)
    before = _global_streams()
    first, faults = _lived(make(), tried, limit_s)
    faults = faults or [f for moment, c in zip(tried, first, strict=True) for f in _of_part(moment, c, relocation)][:1]
    if faults:
        return faults
    again, faults = _lived(make(), tried, limit_s)
    if not faults and first != again:
        at_ms = next(moment.now_ms for moment, a, b in zip(tried, first, again, strict=True) if a != b)
        faults.append(f"at moment {at_ms} ms: the same moments and the same stream gave other decisions")
    if _global_streams() != before:
        faults.append("it drew from a global stream; draw from the one it is given")
    return faults


def _global_streams() -> tuple[object, ...]:
    """The state of the streams that belong to nobody, which a policy must not touch."""
    _, key, at, *rest = np.random.get_state()  # noqa: NPY002
    return random.getstate(), key.tobytes(), at, *rest


def _of_part(moment: Moment, choices: Sequence[Choice], relocation: bool) -> list[str]:
    strange = [choice for choice in choices if relocation and not isinstance(choice, Move)]
    return [f"at moment {moment.now_ms} ms: {choice}: a relocation part may only Move" for choice in strange]


def _lived(policy: Policy, tried: Sequence[Moment], limit_s: float) -> tuple[list[list[Choice]], list[str]]:
    rng = stream(1, "policy", policy.name)
    decided: list[list[Choice]] = []
    for moment in tried:
        at, whole = f"at moment {moment.now_ms} ms", moment.copied()
        try:
            choices = within(limit_s, lambda shown=moment: policy.decide(shown, rng))  # type: ignore[misc]
        except TimeoutError as fault:
            return decided, [f"{at}: {fault}; a decision takes microseconds"]
        except Exception as fault:
            return decided, [f"{at} it raised {type(fault).__name__}: {fault}"]
        if not isinstance(choices, list | tuple):
            return decided, [f"{at} it returned {type(choices).__name__}; return a list of decisions, [] for none"]
        if not whole.same(moment):
            return decided, [f"{at} it changed the view"]
        if faults := [f"{at}: {what}" for what in _faults(choices, moment)]:
            return decided, faults
        flown, faults = _flown(policy, moment, rng, limit_s)
        if faults:
            return decided, [f"{at}: {what}" for what in faults]
        if flown and not whole.same(moment):
            return decided, [f"{at} its drone part changed the view"]
        decided.append([*choices, *flown])
    return decided, []


def _flown(
    policy: Policy, moment: Moment, rng: np.random.Generator, limit_s: float
) -> tuple[list[DroneChoice], list[str]]:
    """What the drone part of a policy decides, [] where it has none, and what it breaks."""
    part = getattr(policy, "drones", None)
    if part is None:
        return [], []
    try:
        choices = within(limit_s, part.decide, moment, rng)
    except TimeoutError as fault:
        return [], [f"its drone part: {fault}; a decision takes microseconds"]
    except Exception as fault:
        return [], [f"its drone part raised {type(fault).__name__}: {fault}"]
    if not isinstance(choices, list | tuple):
        return [], [f"its drone part returned {type(choices).__name__}; return a list of decisions, [] for none"]
    return list(choices), _flight_faults(choices, moment)


def _flight_faults(choices: Sequence[object], moment: Moment) -> list[str]:
    """What a list of choices about drones breaks, each seen after the ones before it."""
    drones, used, faults = moment.drones, set(), []
    rows = {str(name): row for row, name in enumerate(drones.id)}
    wanted = {lookout.request for lookout in moment.lookouts}
    due = {round.name: round for round in moment.rounds}
    for choice in choices:
        if not isinstance(choice, Launch | Recall | Patrol):
            return [*faults, f"{choice!r} is no decision about a drone"]
        row = rows.get(choice.drone_id)
        if row is None:
            faults.append(f"{choice}: no such drone")
        elif isinstance(choice, Recall):
            if drones.doing[row] not in ("out", "station"):
                faults.append(f"{choice}: the drone is not in the air")
        elif not drones.ready[row] or choice.drone_id in used:
            faults.append(f"{choice}: the drone is not ready")
        elif isinstance(choice, Patrol):
            if choice.name not in due or choice.drone_id not in due.pop(choice.name).drones:
                faults.append(f"{choice}: no such round is due for it")
        elif choice.request not in wanted:
            faults.append(f"{choice}: no drone is wanted there")
        elif moment.drone_ms(choice.request)[row] < 0:
            faults.append(f"{choice}: the drone cannot go there")
        else:
            wanted.discard(choice.request)
        used.add(choice.drone_id)
    return faults


def _faults(choices: Sequence[Choice], moment: Moment) -> list[str]:
    """What a list of choices breaks, each choice seen after the ones before it."""
    waiting = {request.key: request for request in moment.waiting}
    rows = {str(name): row for row, name in enumerate(moment.teams.id)}
    sent: set[str] = set()
    faults = []
    for choice in choices:
        if not isinstance(choice, Dispatch | Redispatch | Move | Hold | Decline):
            return [*faults, f"{choice!r} is no decision"]
        if not isinstance(choice, Move) and choice.key not in waiting:
            faults.append(f"{choice}: no such request is waiting")
        elif not isinstance(choice, Hold | Decline):
            faults += _sending_faults(choice, waiting, rows, sent, moment)
            sent.add(choice.team_id)
        if isinstance(choice, Dispatch | Redispatch | Decline):
            waiting.pop(choice.key, None)
    return faults


def _sending_faults(
    choice: Dispatch | Redispatch | Move, waiting: dict[int, Waiting], rows: dict[str, int], sent: set[str],
    moment: Moment,
) -> list[str]:  # fmt: skip
    row, teams = rows.get(choice.team_id), moment.teams
    if row is None:
        return [f"{choice}: no such team"]
    fitting = teams.under_way if isinstance(choice, Redispatch) else teams.free
    if not fitting[row] or choice.team_id in sent:
        return [f"{choice}: the team is not {'under way' if isinstance(choice, Redispatch) else 'free'}"]
    if isinstance(choice, Move):
        goal = choice.node
        if not isinstance(goal, int) or not 0 <= goal < NODES:
            return [f"{choice}: no such node; nodes are whole numbers from 0 to {NODES - 1}"]
    else:
        request = waiting[choice.key]
        goal = request.node
        if teams.service[row] != request.service:
            return [f"{choice}: a team of another service"]
        if request.kinds and teams.kind[row] not in request.kinds:
            return [f"{choice}: a {teams.kind[row]}, where {' or '.join(request.kinds)} is wanted"]
    return [] if moment.travel_ms(teams.node[[row]], goal)[0] >= 0 else [f"{choice}: the team has no way there"]
