"""Our own chain brought down to cases with an answer: the same world, centre, teams and log, with set times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from agents.policies.closest import Closest
from agents.policy import Choice, Decline, Policy, View
from agents.settings import CentreSettings, Duration, ResponseSettings, ServiceSettings
from agents.teams import TeamSpec
from agents.world import World
from experiments.columns import Columns
from twin.log import EventLog
from twin.records import Call, Channel, Incident, Service, Visual
from twin.streams import stream
from twin.travel.matrix import MatrixTravel

START = datetime(2026, 6, 19, tzinfo=ZoneInfo("Asia/Tashkent"))
NOTHING = Duration(0.0, kind="constant")
SERVICE = Service.POLICE
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Stream:
    """Calls, each about an incident of its own; n of them.

    Attributes:
        t_ms: (n,) when they ring, ascending.
        work_ms: (n,) on scene.
        node: (n,) where.
        priority: (n,) 1 to 3.
    """

    t_ms: Ints
    work_ms: Ints
    node: Ints
    priority: Ints


def poisson_stream(
    seed: int, rates_hz: Sequence[float], n: int, work: Duration, what: str, by_node: bool = False
) -> Stream:
    """Return n Poisson calls; each belongs to one of several classes by its rate: a priority, or a node."""
    rng = stream(seed, "theory", what)
    gaps = rng.exponential(1000 / sum(rates_hz), n)
    kind = rng.choice(len(rates_hz), n, p=np.array(rates_hz) / sum(rates_hz)).astype(np.int64)
    work_ms = work.draw_ms(seed, f"theory/{what}", np.arange(n))
    flat = np.zeros(n, dtype=np.int64)
    times = np.rint(np.cumsum(gaps)).astype(np.int64)
    return Stream(times, work_ms, kind if by_node else flat, flat + 1 if by_node else kind + 1)


def live_stream(
    calls: Stream, posts: Sequence[int], policy: Policy | None = None, operators: int = 10_000,
    process: Duration = NOTHING, seed: int = 1, nodes: int = 1, apart_ms: int = 0,
) -> Columns:  # fmt: skip
    """Live calls through the chain and return its log.

    Args:
        calls: who rings when.
        posts: one node for each team.
        policy: who decides; the closest team by default.
        operators: who answer; as good as any number by default.
        process: how long an operator is held by a call.
        seed: of the hashed draws.
        nodes: how many places there are, on a line.
        apart_ms: driving time from one place to the next.
    """
    settings = ResponseSettings(
        centre=CentreSettings(operators, NOTHING, process, 1, 0.0, 0.0),
        services={SERVICE: ServiceSettings(SERVICE, NOTHING)},
    )
    incidents = [
        Incident(i, t, SERVICE, "theory", p, n, float(n), 0.0, Visual.NONE, 0, w, False)
        for i, (t, w, n, p) in enumerate(zip(*(c.tolist() for c in vars(calls).values()), strict=True))
    ]
    rings = [
        Call(i.id, i.t_ms, Channel.PHONE, i.id, SERVICE, "theory", i.priority, i.node, i.x_m, 0.0, i.on_scene_ms)
        for i in incidents
    ]
    at = np.arange(nodes)
    travel = MatrixTravel(
        apart_ms * np.abs(at[:, None] - at[None, :])[None], [0], np.column_stack([at, at]).astype(float), START
    )
    teams = [TeamSpec(f"team-{i}", SERVICE, node) for i, node in enumerate(posts)]
    log = EventLog()
    end_ms = int(calls.t_ms[-1]) + 20 * int(calls.work_ms.max()) + 86_400_000  # long enough to end all of them
    World(travel, START, end_ms, seed, incidents, rings, teams, [0], settings, policy or Closest(), [], log).run()
    return Columns.of(log.to_table())


class Bounded:
    """The closest team, in a house with so many places: who finds none is turned away."""

    name = "bounded"

    def __init__(self, waiting: int) -> None:
        self._waiting, self._closest = waiting, Closest()

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Send who can be sent, and turn away who finds the house full, the last comers first."""
        chosen = list(self._closest.decide(view, rng))
        sent = {choice.key for choice in chosen}
        left = sorted(w.key for w in view.waiting if w.key not in sent)
        return [*chosen, *(Decline(key, "no place") for key in left[self._waiting :])]
