"""Whoever is done waits at the nearest post."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.policies.fleet_rows import Freed
from agents.policy import Choice, Ints, Move, View


class NearestPost:
    """Sends a team that has become free to wait at the post of its service that it reaches first.

    Of equally near posts the one with the lowest node. It saves driving, and lets teams drift to where work ends:
    the hospitals. ``at_most`` holds the drift: a post where so many wait already is full.
    """

    name = "nearest_post"

    def __init__(self, at_most: int = 0) -> None:
        """Say how many may wait at one post.

        Args:
            at_most: teams of the service at one post, 0 for any number.

        Raises:
            ValueError: it is negative.
        """
        if at_most < 0:
            raise ValueError(f"at_most must not be negative, but is {at_most}")
        self.at_most = at_most
        self._freed = Freed()

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return a Move for each team that has become free and would wait elsewhere."""
        moves: list[Choice] = []
        waits = view.teams.wait_node
        for row in self._freed.rows(view):
            node = self._post(view, row, waits)
            if node >= 0 and node != int(waits[row]):
                waits = waits.copy() if waits is view.teams.wait_node else waits
                waits[row] = node
                moves.append(Move(str(view.teams.id[row]), node))
        return moves

    def _post(self, view: View, row: int, waits: Ints) -> int:
        posts = view.posts.get(str(view.teams.service[row]), view.teams.post_node[[row]])
        times_ms = view.travel_from_ms(int(view.teams.node[row]), posts)
        if self.at_most:
            others = view.teams.free & (view.teams.service == view.teams.service[row])
            others[row] = False
            here = np.searchsorted(posts, waits[others]).clip(0, len(posts) - 1)
            count = np.bincount(here[posts[here] == waits[others]], minlength=len(posts))
            times_ms = np.where(count < self.at_most, times_ms, -1)
        best = int(times_ms.view(np.uint64).argmin())
        return int(posts[best]) if times_ms[best] >= 0 else -1
