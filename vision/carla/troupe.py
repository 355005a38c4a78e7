"""Our actors mirrored on a server: spawned once, led each frame, gone when out of sight, and all gone at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import Look, Scene
from twin.streams import draw_u32
from vision.carla.bodies import Model, Size, model_for
from vision.carla.houses import MESH, Cube
from vision.carla.leading import led, light_state
from vision.carla.place import Origin, transform
from vision.carla.session import CLOSING_S, CarlaFault, Session
from vision.render.cast import Lamp

ROLE: Final = "tashkent-twin"
"""Name of the part that everything spawned plays, so that it can be told from others'."""
WINGS_M: Final = 400.0
"""How high above the ground actors enter, each in a place of its own: a spawn that touches something is refused."""
WINGS_STEP_M: Final = 20.0
TRIES: Final = 3
BATCH: Final = 500


@dataclass(frozen=True)
class Player:
    """One of our actors on the server.

    Attributes:
        actor_id: the server's number of it.
        model: who plays.
        box_middle_m, box_half_m: its bounding box as the server says, relative to the actor.
    """

    actor_id: int
    model: Model
    box_middle_m: Size
    box_half_m: Size

    @property
    def size_m(self) -> Size:
        """Length, width and height."""
        return 2 * self.box_half_m[0], 2 * self.box_half_m[1], 2 * self.box_half_m[2]


class Troupe:
    """All that we put on one world.

    Args:
        session: the server.
        world: its world.
        origin: CARLA's zero in the city.
    """

    def __init__(self, session: Session, world: Any, origin: Origin) -> None:
        self._session, self._origin = session, origin
        self._world = world
        self._library = world.get_blueprint_library()
        self._known = frozenset(str(blueprint.id) for blueprint in self._library)
        self._players: dict[int, Player] = {}
        self._ids: set[int] = set()
        self._entered = 0

    @property
    def count(self) -> int:
        """How many actors and props of ours are on the server."""
        return len(self._ids)

    def stage(self, scene: Scene, lamps: NDArray[np.uint8]) -> list[Player]:
        """Put exactly these actors on, where and as they are; return who plays each.

        Args:
            scene: n actors with bodies.
            lamps: (n,) :class:`vision.render.cast.Lamp`.

        Raises:
            CarlaFault: the server refused an actor, or did not answer.
            InputError: the server has no model of a class.
        """
        wanted = [self._model_of(scene, row) for row in range(len(scene))]
        tracks = scene.track_id.tolist()
        cast = dict(zip(tracks, wanted, strict=True))
        gone = [track for track, player in self._players.items() if cast.get(track) != player.model]
        self._dismiss([self._players.pop(track).actor_id for track in gone])
        new = [row for row, track in enumerate(tracks) if track not in self._players]
        self._enter([(tracks[row], wanted[row], int(scene.variant[row])) for row in new])
        players = [self._players[track] for track in tracks]
        commands = [
            command
            for row, player in enumerate(players)
            for command in self._led(player, scene, row, Lamp(int(lamps[row])))
        ]
        self._do(commands, "lead the actors")
        return players

    def build(self, cubes: Sequence[Cube]) -> None:
        """Put up cubes that stay."""
        command = self._session.carla.command
        wanted = []
        for cube in cubes:
            blueprint = self._library.find("static.prop.mesh")
            for name, value in (("mesh_path", MESH), ("scale", f"{cube.side_m:.4f}"), ("role_name", ROLE)):
                if blueprint.has_attribute(name):
                    blueprint.set_attribute(name, value)
            at = transform(self._session.carla, self._origin.there(*cube.middle_m), cube.bearing_deg)
            wanted.append(command.SpawnActor(blueprint, at))
        self._do(wanted, "put up houses")

    @property
    def builds(self) -> bool:
        """Whether the server knows the blueprint that cubes are made with."""
        return "static.prop.mesh" in self._known

    def close(self) -> None:
        """Take everything of ours off the server, that too which a fault or Ctrl-C kept us from noting down."""
        self._players = {}
        with self._session.doing("look for what is ours"):
            self._world.tick(CLOSING_S)  # what was put on since the last tick is not in the list before
            marked = {int(actor.id) for actor in self._world.get_actors() if actor.attributes.get("role_name") == ROLE}
        self._dismiss(sorted(self._ids | marked))

    def _model_of(self, scene: Scene, row: int) -> Model:
        length, width, height = scene.size_m[row].tolist()
        return model_for(Look(scene.look[row]), (length, width, height), int(scene.variant[row]), self._known)

    def _enter(self, wanted: Sequence[tuple[int, Model, int]]) -> None:
        """Spawn actors high up, without weight, and learn their size."""
        ids = self._spawned(wanted)
        with self._session.doing("measure the actors"):
            found = {int(actor.id): actor for actor in self._world.get_actors(ids)} if ids else {}
        for (track, model, _), number in zip(wanted, ids, strict=True):
            if number not in found:
                raise CarlaFault(
                    f"draw with CARLA at {self._session.address}", f"{model.blueprint} was put on and is gone"
                )
            box = found[number].bounding_box
            middle = (float(box.location.x), float(box.location.y), float(box.location.z))
            half = (float(box.extent.x), float(box.extent.y), float(box.extent.z))
            self._players[track] = Player(number, model, middle, half)

    def _spawned(self, wanted: Sequence[tuple[int, Model, int]]) -> list[int]:
        """Return the server's numbers; those refused are tried again in another place, some times."""
        ids: dict[int, int] = {}
        refused = ""
        for _ in range(TRIES):
            missing = [i for i in range(len(wanted)) if i not in ids]
            if not missing:
                break
            commands = [self._entrance(wanted[i][1], wanted[i][2]) for i in missing]
            for i, response in zip(missing, self._sent(commands, "put actors on"), strict=True):
                if response.error:
                    refused = f"{wanted[i][1].blueprint}: {response.error}"
                else:
                    ids[i] = int(response.actor_id)
        if len(ids) < len(wanted):
            self._dismiss(list(ids.values()))
            raise CarlaFault(
                f"draw with CARLA at {self._session.address}",
                f"the server refused {len(wanted) - len(ids)} of {len(wanted)} actors, {TRIES} times each ({refused})",
            )
        return [ids[i] for i in range(len(wanted))]

    def _entrance(self, model: Model, variant: int) -> Any:
        carla, blueprint = self._session.carla, self._library.find(model.blueprint)
        if blueprint.has_attribute("role_name"):
            blueprint.set_attribute("role_name", ROLE)
        if blueprint.has_attribute("color"):
            colours = list(blueprint.get_attribute("color").recommended_values)
            if colours:
                blueprint.set_attribute("color", colours[int(draw_u32(0, "carla colour", variant)) % len(colours)])
        column, row = self._entered % 40, self._entered // 40 % 40
        self._entered += 1
        at = transform(carla, (column * WINGS_STEP_M, row * WINGS_STEP_M, WINGS_M), 0.0)
        spawn = carla.command.SpawnActor(blueprint, at)
        if model.look == Look.PERSON:
            return spawn
        return spawn.then(carla.command.SetSimulatePhysics(carla.command.FutureActor, False))

    def _led(self, player: Player, scene: Scene, row: int, lamps: Lamp) -> list[Any]:
        """Return what brings an actor to its place: a walker walks by the server's own gait, a vehicle is set there."""
        carla, command = self._session.carla, self._session.carla.command
        place = led(scene, row, player.size_m, self._origin)
        at = place.transform(carla)
        if place.walks:
            return [command.ApplyWalkerState(player.actor_id, at, place.speed_ms)]
        commands = [command.ApplyTransform(player.actor_id, at)]
        if player.model.look != Look.PERSON:
            commands.append(command.SetVehicleLightState(player.actor_id, light_state(carla, lamps)))
        return commands

    def _dismiss(self, ids: Sequence[int]) -> None:
        if ids:
            command = self._session.carla.command
            self._sent([command.DestroyActor(number) for number in ids], "take actors off")
            self._ids.difference_update(ids)

    def _do(self, commands: Sequence[Any], what: str) -> list[Any]:
        """Send commands, all of which must succeed."""
        responses = self._sent(commands, what)
        refused = [response.error for response in responses if response.error]
        if refused:
            raise CarlaFault(
                f"draw with CARLA at {self._session.address}",
                f"the server refused to {what}, {len(refused)} of {len(responses)} times ({refused[0]})",
            )
        return responses

    def _sent(self, commands: Sequence[Any], what: str) -> list[Any]:
        responses: list[Any] = []
        with self._session.doing(what):
            for start in range(0, len(commands), BATCH):
                batch = list(commands[start : start + BATCH])
                answers = self._session.client.apply_batch_sync(batch, False)
                spawns = self._session.carla.command.SpawnActor
                self._ids.update(
                    int(answer.actor_id)
                    for command, answer in zip(batch, answers, strict=True)
                    if isinstance(command, spawns) and not answer.error
                )
                responses += answers
        return responses
