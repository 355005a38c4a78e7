"""The solid world in PyBullet: ground, buildings near drones, wires, and the drones' bodies."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.flight.craft import CONTROL_HZ
from agents.flight.drone_class import GRAVITY_MS2, DroneClass
from agents.flight.prisms import WIRE_M, Buildings, Wire
from twin.errors import MissingPart

GROUND: Final = "the ground"


class Solid:
    """One physics server without a window; places are relative to ``origin_m``.

    Args:
        origin_m: (2,) city metres of its middle.
        buildings: what to fly into; None for open country.
        wires: loaded once, wherever they are.

    Raises:
        MissingPart: pybullet is not installed.
    """

    def __init__(
        self, origin_m: tuple[float, float], buildings: Buildings | None = None, wires: Sequence[Wire] = ()
    ) -> None:
        pybullet = _engine()
        self.api, self.origin_m, self.buildings = pybullet, origin_m, buildings
        self.client = pybullet.connect(pybullet.DIRECT)
        pybullet.setPhysicsEngineParameter(
            fixedTimeStep=1.0 / CONTROL_HZ, deterministicOverlappingPairs=1, physicsClientId=self.client
        )
        pybullet.setGravity(0, 0, -GRAVITY_MS2, physicsClientId=self.client)
        self.bodies: list[int] = []
        self._names: dict[int, str] = {}
        self._loaded: dict[int, int] = {}
        ground = pybullet.createCollisionShape(pybullet.GEOM_PLANE, physicsClientId=self.client)
        self._names[self._stand(ground, (0.0, 0.0, 0.0))] = GROUND
        for wire in wires:
            self._hang(wire)

    def close(self) -> None:
        """Leave the physics server."""
        self.api.disconnect(self.client)

    @property
    def loaded(self) -> list[int]:
        """Rows of the buildings that are loaded now."""
        return sorted(self._loaded)

    def add(
        self, drone: DroneClass, mass_kg: float, inertia: Sequence[float], at_m: Sequence[float], yaw: float
    ) -> int:
        """Put a drone's body on and return its number among the drones."""
        half = (drone.frame.arm_m.value + drone.rotor.radius_m.value) * 0.75
        sides = [half, half, drone.frame.body_height_m.value / 2]
        shape = self.api.createCollisionShape(self.api.GEOM_BOX, halfExtents=sides, physicsClientId=self.client)
        turn = (0.0, 0.0, float(np.sin(yaw / 2)), float(np.cos(yaw / 2)))
        body = int(
            self.api.createMultiBody(
                mass_kg, shape, basePosition=self._local(at_m), baseOrientation=turn, physicsClientId=self.client
            )
        )
        self.api.changeDynamics(
            body, -1, linearDamping=0.0, angularDamping=0.0, localInertiaDiagonal=list(inertia),
            lateralFriction=0.8, restitution=0.1, physicsClientId=self.client,
        )  # fmt: skip
        self.bodies.append(body)
        self._names[body] = f"drone {len(self.bodies)}"
        return len(self.bodies) - 1

    def read(self, truth: NDArray[np.float64]) -> None:
        """Write position, quaternion x y z w, velocity and angular velocity of each drone: (n, 13), local metres."""
        where, moving, client = self.api.getBasePositionAndOrientation, self.api.getBaseVelocity, self.client
        for row, body in zip(truth, self.bodies, strict=True):
            at, turn = where(body, client)
            speed, rate = moving(body, client)
            row[:] = (*at, *turn, *speed, *rate)

    def step(self, truth: NDArray[np.float64], push: NDArray[np.float64]) -> None:
        """Push and turn each drone (n, 6), world axes, and let a step pass."""
        force, torque, client = self.api.applyExternalForce, self.api.applyExternalTorque, self.client
        for body, at, row in zip(self.bodies, truth[:, :3].tolist(), push.tolist(), strict=True):
            force(body, -1, row[:3], at, self.api.WORLD_FRAME, client)
            torque(body, -1, row[3:], self.api.WORLD_FRAME, client)
        self.api.stepSimulation(client)

    def touched(self) -> dict[int, list[tuple[int, NDArray[np.float64]]]]:
        """Return by a drone's number the bodies it touches, each with the normal (3,) from that body."""
        found: dict[int, list[tuple[int, NDArray[np.float64]]]] = {}
        for contact in self.api.getContactPoints(physicsClientId=self.client):
            normal = np.asarray(contact[7])
            for body, other, way in ((contact[1], contact[2], normal), (contact[2], contact[1], -normal)):
                if body in self.bodies:
                    found.setdefault(self.bodies.index(body), []).append((other, way))
        return found

    def name_of(self, body: int) -> str:
        """Return what a body is called in what is told."""
        return self._names[body]

    def load_near(self, truth: NDArray[np.float64]) -> None:
        """Load the buildings within reach of any drone and drop the others."""
        if self.buildings is None:
            return
        wanted: set[int] = set()
        for x_m, y_m in truth[:, :2] + np.asarray(self.origin_m):
            wanted.update(self.buildings.within(float(x_m), float(y_m)))
        for row in sorted(set(self._loaded) - wanted):
            body = self._loaded.pop(row)
            del self._names[body]
            self.api.removeBody(body, physicsClientId=self.client)
        for row in sorted(wanted - set(self._loaded)):
            self._loaded[row] = self._put_up(row)

    def _put_up(self, row: int) -> int:
        assert self.buildings is not None
        prism = self.buildings.prism(row)
        shape = self.api.createCollisionShape(
            self.api.GEOM_MESH, vertices=prism.corners_m.tolist(), indices=prism.triangles.ravel().tolist(),
            flags=self.api.GEOM_FORCE_CONCAVE_TRIMESH, physicsClientId=self.client,
        )  # fmt: skip
        body = self._stand(shape, self._local((*prism.middle_m, 0.0)))
        self._names[body] = f"building {row}"
        return body

    def _hang(self, wire: Wire) -> None:
        points = wire.points()
        for a, b in pairwise(points):
            along = b - a
            length = float(np.linalg.norm(along))
            shape = self.api.createCollisionShape(
                self.api.GEOM_CAPSULE, radius=WIRE_M, height=length, physicsClientId=self.client
            )
            body = self._stand(shape, self._local((a + b) / 2), _turn_to(along / length))
            self._names[body] = f"wire {wire.name}"

    def _stand(self, shape: int, at: Sequence[float], turn: Sequence[float] = (0.0, 0.0, 0.0, 1.0)) -> int:
        return int(
            self.api.createMultiBody(0.0, shape, basePosition=at, baseOrientation=turn, physicsClientId=self.client)
        )

    def _local(self, at_m: Any) -> tuple[float, float, float]:
        return float(at_m[0] - self.origin_m[0]), float(at_m[1] - self.origin_m[1]), float(at_m[2])


def _engine() -> Any:
    """Return PyBullet; the line that it writes to standard error as it is loaded would break a progress bar."""
    with open(os.devnull, "w") as nowhere:
        kept = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            import pybullet
        except ImportError as missing:
            raise MissingPart("pybullet", "flying exactly", "flight") from missing
        finally:
            os.dup2(kept, 2)
            os.close(kept)
    return pybullet


def _turn_to(way: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return the quaternion x y z w that turns the vertical to a unit vector."""
    w = 1.0 + float(way[2])
    if w < 1e-9:
        return 1.0, 0.0, 0.0, 0.0
    turn = np.array([-way[1], way[0], 0.0, w])
    x, y, z, s = turn / np.linalg.norm(turn)
    return float(x), float(y), float(z), float(s)
