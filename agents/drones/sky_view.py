"""The sky as a policy sees it at one moment: drones as columns that cannot be written to, and what they may look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.drones.craft import Craft, DroneDoing
from agents.policy import Ints
from agents.policy_drones import DronesView, Lookout, Round
from agents.sealed import sealed

NO_DRONES: Final = DronesView(
    id=sealed(np.zeros(0, "<U1")), drone=sealed(np.zeros(0, "<U1")), dock=sealed(np.zeros(0, "<U1")),
    x_m=sealed(np.zeros(0)), y_m=sealed(np.zeros(0)), charge=sealed(np.zeros(0)), ready=sealed(np.zeros(0, bool)),
    doing=sealed(np.zeros(0, "<U7")), request=sealed(np.zeros(0, np.int64)),
)  # fmt: skip


class Sky:
    """What there is to see at one moment; each part is made when it is first asked for.

    A world without drones has the one that is made without arguments.

    Args:
        drones, lookouts, rounds, awaited: make the parts.
        reach: says how soon each drone could stand over a request.
    """

    def __init__(
        self,
        drones: Callable[[], DronesView] = lambda: NO_DRONES,
        lookouts: Callable[[], Sequence[Lookout]] = tuple,
        rounds: Callable[[], Sequence[Round]] = tuple,
        awaited: Callable[[], Sequence[int]] = tuple,
        reach: Callable[[int], Ints] | None = None,
    ) -> None:
        self._makers: dict[str, Callable[[], Any]] = {
            "drones": drones, "lookouts": lookouts, "rounds": rounds, "awaited": awaited,
        }  # fmt: skip
        self._made: dict[str, Any] = {}
        self._reach = reach

    def part(self, name: str) -> Any:
        """Return ``drones``, ``lookouts``, ``rounds`` or ``awaited``."""
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def drone_ms(self, request: int) -> Ints:
        """Return how soon each drone could stand over a request.

        Raises:
            KeyError: no open request has that number, or there are no drones.
        """
        if self._reach is None:
            raise KeyError(f"there is no request {request} that a drone could look at")
        return self._reach(request)


NO_SKY: Final = Sky()


def drones_view(crafts: Sequence[Craft], fixed: dict[str, NDArray[np.str_]], now_ms: int) -> DronesView:
    """Return drones as columns at a time.

    Args:
        crafts: in the fleet's order.
        fixed: the columns that never change, see :func:`fixed_columns`.
        now_ms: the time.
    """
    places = np.array([craft.place_m(now_ms)[:2] for craft in crafts]).reshape(-1, 2)
    keys = [craft.request.key if craft.request is not None else -1 for craft in crafts]
    return DronesView(
        **fixed,
        x_m=sealed(places[:, 0].copy()),
        y_m=sealed(places[:, 1].copy()),
        charge=sealed(np.array([craft.charge_at(now_ms) for craft in crafts])),
        ready=sealed(np.array([craft.is_ready(now_ms) for craft in crafts])),
        doing=sealed(np.array([str(craft.doing) for craft in crafts], dtype=f"<U{_LONGEST}")),
        request=sealed(np.array(keys, dtype=np.int64)),
    )


_LONGEST: Final = max(len(doing) for doing in DroneDoing)


def fixed_columns(crafts: Sequence[Craft]) -> dict[str, NDArray[np.str_]]:
    """Return the columns that never change."""
    return {
        "id": sealed(np.array([craft.id for craft in crafts])),
        "drone": sealed(np.array([craft.spec.drone for craft in crafts])),
        "dock": sealed(np.array([craft.spec.dock for craft in crafts])),
    }
