"""How the centre works with drones, and what stands on which dock: numbers that a fleet file fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Operations:
    """How drones are worked with. Every default is assumed.

    Attributes:
        routes: ``straight`` over the roofs around red zones, or along the ``streets``.
        speed_ms: over the ground, where wind and class allow it.
        launch_s: from the order until it leaves the dock.
        most_wait_s: how long it waits on the dock for a way that no other drone crosses.
        look_s: how long somebody looks at its picture before they say that nothing is there.
        judge_s: from the recogniser's alarm in its picture to the word that it is so.
        p_nothing_if_false: chance that they call a place empty at which nothing is.
        p_nothing_if_unseen: chance that they do so where something is that they did not see.
        spares: whose teams an empty place spares: of ``all`` requests, of those from ``alarms`` alone, of ``none``.
        stay_s: how long it stays at most.
        watch_s: how long it stays on once the first team is there.
        overwatch_priorities: requests of these are watched until they are over, by one drone after another; so is
            what turns out bigger than it was reported, whatever its priority.
        least_station_s: no drone is sent that could not stay so long.
        relief_lead_s: how long before the end of a watch its relief is to be there.
        patrol_reach_m: how far to each side a drone on a round looks.
        mean_wind_ms: mean over the days of the wind at 10 m; Tashkent's winds are light.
        close_hfov_deg: field of view with which it looks at what it was sent to: it stands over the place and zooms in.
            On rounds it looks through the wide lens of its class.
    """

    routes: Literal["straight", "streets"] = "straight"
    speed_ms: float = 15.0
    launch_s: float = 15.0
    most_wait_s: float = 120.0
    look_s: float = 60.0
    judge_s: float = 5.0
    p_nothing_if_false: float = 0.8
    p_nothing_if_unseen: float = 0.02
    spares: Literal["all", "alarms", "none"] = "all"
    stay_s: float = 1200.0
    watch_s: float = 60.0
    overwatch_priorities: tuple[int, ...] = ()
    least_station_s: float = 90.0
    relief_lead_s: float = 30.0
    patrol_reach_m: float = 150.0
    mean_wind_ms: float = 2.0
    close_hfov_deg: float = 24.0
