"""The teams of the running world as a policy sees them: each column is made when it is first looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from agents.policy import TeamsView

if TYPE_CHECKING:
    from agents.fleet import Fleet

CHANGING: Final = frozenset({"node", "wait_node", "free", "on_duty", "under_way", "key"})


class LiveTeams(TeamsView):
    """A :class:`agents.policy.TeamsView` of one moment.

    What does not change is there from the start; a changing column is made at that moment or never.
    """

    @classmethod
    def at(cls, fleet: Fleet, t_ms: int, under_way: bool) -> LiveTeams:
        """Return the teams at a time; ``under_way`` says whether those under way are followed on the road."""
        teams = cls.__new__(cls)
        teams.__dict__.update(fleet.fixed, _moment=(fleet, t_ms, under_way))
        return teams

    def close(self) -> None:
        """The moment has passed."""
        self.__dict__.pop("_moment", None)

    def __getattr__(self, name: str) -> Any:
        if name not in CHANGING:
            raise AttributeError(f"teams have no {name!r}")
        moment = self.__dict__.get("_moment")
        if moment is None:
            raise RuntimeError(passed(name))
        fleet, t_ms, under_way = moment
        column = self.__dict__[name] = fleet.column(name, t_ms, under_way)
        return column


def passed(name: str) -> str:
    """Return what to say of a column that is asked for too late."""
    return f"the moment has passed, and nobody had looked at {name!r} during it; look at the teams while deciding"
