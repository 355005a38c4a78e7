"""Which teams may answer which requests, and which have just become free."""

from __future__ import annotations

import numpy as np

from agents.policy import Ints, TeamsView, View


class FleetRows:
    """Rows of teams by service and kind, kept as long as the fleet's columns are the same arrays."""

    def __init__(self) -> None:
        self._service = self._kind = None
        self._fitting: dict[tuple[str, tuple[str, ...]], Ints] = {}

    def fitting(self, teams: TeamsView, service: str, kinds: tuple[str, ...] = ()) -> Ints:
        """Return the rows of a service's teams of some kinds, ascending; of any kind where none is named."""
        if teams.service is not self._service or teams.kind is not self._kind:
            self._service, self._kind, self._fitting = teams.service, teams.kind, {}
        rows = self._fitting.get((service, kinds))
        if rows is None:
            fits = teams.service == service
            if kinds:
                fits &= np.isin(teams.kind, kinds)
            rows = self._fitting[service, kinds] = np.flatnonzero(fits)
        return rows

    def groups(self, teams: TeamsView) -> list[tuple[str, str, Ints]]:
        """Return service, kind and rows of the teams that can stand in for each other."""
        pairs = sorted({(str(s), str(k)) for s, k in zip(teams.service, teams.kind, strict=True)})
        return [(service, kind, self.fitting(teams, service, (kind,))) for service, kind in pairs]


class Freed:
    """Notes which teams have become free since it was last asked; at the first asking none has."""

    def __init__(self) -> None:
        self._was: np.ndarray | None = None

    def rows(self, view: View) -> list[int]:
        """Return the rows, ascending."""
        free, was = view.teams.free, self._was
        self._was = free.copy()
        if was is None or len(was) != len(free):
            return []
        return np.flatnonzero(free & ~was).tolist()
