"""How the drones of a world are joined to its centre: who tells whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.drones.air_check import violations
from agents.drones.board import Board
from agents.drones.chain import Chain
from agents.drones.craft import Craft
from agents.drones.desk import DroneDesk, Outside
from agents.drones.emergency import Emergency
from agents.drones.following import Following
from agents.drones.plan import Flyer
from agents.drones.rounds import Lookers, Round
from agents.drones.sky_view import Sky
from agents.drones.sorties import Sorties
from agents.drones.squadron import PatrolSpec, Squadron
from agents.drones.visit import Ground
from agents.flight.drone_class import drone_class
from agents.flight.fitted import load_fitted
from agents.policy import Policy, View
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Alarm, Incident, Kind, Sighting, Visual
from twin.streams import stream


@dataclass(frozen=True)
class Centre:
    """What drones need of the rest of the centre.

    Attributes:
        chain: teams, requests and scenes.
        raise_alarm: hands an alarm to the operators who verify it.
        view: makes the view of a moment from its sky.
        ask_teams: lets the policy decide about teams.
    """

    chain: Chain
    raise_alarm: Callable[[Alarm], None]
    view: Callable[[Sky], View]
    ask_teams: Callable[[], None]


class DroneCrew:
    """The drones of a running world.

    Attributes:
        squadron: what they are and fly in.
        sorties: their flights.
        desk: who sends them.
        emergency: what happens when one fails.
        sightings: what they saw on rounds.
    """

    def __init__(
        self, clock: Clock, log: EventLog, seed: int, squadron: Squadron, incidents: Mapping[int, Incident],
        centre: Centre,
    ) -> None:  # fmt: skip
        self._seed, self.squadron = seed, squadron
        self.sightings: list[Sighting] = []
        crafts = _crafts(squadron)
        self.sorties = Sorties(clock, log, squadron, crafts, lambda: self.desk.ask())
        visible = [incident for incident in incidents.values() if incident.visual is not Visual.NONE]
        lookers = Lookers(
            clock, self.sorties, squadron.seer, seed, visible, squadron.operations.patrol_reach_m, centre.raise_alarm,
            self.sightings.append, squadron.nearest_node,
        )  # fmt: skip

        def flying(patrol: PatrolSpec) -> Round:
            return Round(lookers, patrol.name, tuple(point[2] for point in patrol.points))

        outside = Outside(centre.view, centre.ask_teams, flying)
        self.desk = DroneDesk(clock, log, squadron, self.sorties, Board(squadron, centre.chain), outside)
        following = Following(clock, self.sorties, squadron)
        self.desk.ground = Ground(
            clock, self.sorties, centre.chain, squadron.seer, squadron.operations, seed, incidents,
            self.desk.relieve, self.desk.looked, self.desk.missed, following.begin,
        )  # fmt: skip
        self.emergency = Emergency(clock, self.sorties)

    def take(self, policy: Policy) -> None:
        """Let the drone part of a policy decide from now on; it gets a stream of its own name."""
        part = getattr(policy, "drones", None)
        self.desk.take(policy, stream(self._seed, "drone policy", part.name if part is not None else ""))
        self.desk.ask()

    def check(self, until_ms: int) -> None:
        """Look at all flights once more, apart from who cleared them, and log whatever broke a rule."""
        space, density = self.squadron.ways.space, self.squadron.air.density_kg_m3
        for one in violations(self.sorties.told, space, density, until_ms):
            told = {"what": one.what, "with": one.other, "fault": one.fault, "at_ms": one.t_ms}
            self.sorties.say(Kind.DRONE_VIOLATION, one.drone_id, None, round(one.value, 3), told)


def _crafts(squadron: Squadron) -> list[Craft]:
    flyers: dict[str, Flyer] = {}
    crafts = []
    for row, spec in enumerate(squadron.specs):
        if spec.drone not in flyers:
            density = squadron.air.density_kg_m3
            flyers[spec.drone] = Flyer(drone_class(spec.drone), load_fitted(spec.drone), density)
        squadron.ways.keep(spec.x_m, spec.y_m)
        crafts.append(Craft(spec, row, flyers[spec.drone], spec.charge))
    return crafts
