"""A dispatch part and a relocation part as one policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.policy import Choice, DemandView, Dispatch, Ints, Move, Policy, Redispatch, TeamsView, View, Waiting
from agents.policy_drones import DronesView, Lookout, Round
from agents.sealed import sealed


class Combined:
    """Asks the dispatch part, then the relocation part about the teams that are left.

    Attributes:
        name: both names.
        review_s: how often it is to be asked, where a part wants it: the shorter of the two.
    """

    def __init__(self, dispatch: Policy, relocation: Policy) -> None:
        self.name = f"{dispatch.name} + {relocation.name}"
        self._dispatch, self._relocation = dispatch, relocation
        reviews = [part.review_s for part in (dispatch, relocation) if getattr(part, "review_s", None)]
        if reviews:
            self.review_s = min(reviews)

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return the choices of both.

        Raises:
            TypeError: a part returned no list, or the relocation part something else than a Move.
        """
        sent = _listed(self._dispatch, self._dispatch.decide(view, rng))
        moved = _listed(self._relocation, self._relocation.decide(_without(view, sent), rng))
        strange = [choice for choice in moved if not isinstance(choice, Move)]
        if strange:
            raise TypeError(f"the relocation part {self._relocation.name!r} returned {strange[0]!r}; it may only Move")
        return [*sent, *moved]


def _listed(part: Policy, choices: object) -> list[Choice]:
    if not isinstance(choices, list | tuple):
        raise TypeError(
            f"the part {part.name!r} returned {type(choices).__name__}; return a list of decisions, [] for none"
        )
    return list(choices)


def _without(view: View, sent: Sequence[Choice]) -> View:
    """The view as it is when these choices have been carried out: who was sent is not free."""
    gone = [choice.team_id for choice in sent if isinstance(choice, Dispatch | Redispatch | Move)]
    if not gone:
        return view
    free = view.teams.free & ~np.isin(view.teams.id, gone)
    return _Rest(view, replace(view.teams, free=sealed(free)))


@dataclass(frozen=True, slots=True)
class _Rest:
    """A view with fewer free teams."""

    _whole: View
    teams: TeamsView

    @property
    def now_ms(self) -> int:
        return self._whole.now_ms

    @property
    def period(self) -> int:
        return self._whole.period

    @property
    def waiting(self) -> Sequence[Waiting]:
        return self._whole.waiting

    @property
    def posts(self) -> Mapping[str, Ints]:
        return self._whole.posts

    @property
    def demand(self) -> DemandView:
        return self._whole.demand

    @property
    def district(self) -> Ints:
        return self._whole.district

    @property
    def drones(self) -> DronesView:
        return self._whole.drones

    @property
    def lookouts(self) -> Sequence[Lookout]:
        return self._whole.lookouts

    @property
    def rounds(self) -> Sequence[Round]:
        return self._whole.rounds

    @property
    def awaited(self) -> Sequence[int]:
        return self._whole.awaited

    def drone_ms(self, request: int) -> Ints:
        return self._whole.drone_ms(request)

    def nearest(self, rows: Ints, node: int) -> int:
        return self._whole.nearest(rows, node)

    def travel_ms(self, nodes: Ints, to: int) -> Ints:
        return self._whole.travel_ms(nodes, to)

    def travel_from_ms(self, node: int, nodes: Ints) -> Ints:
        return self._whole.travel_from_ms(node, nodes)
