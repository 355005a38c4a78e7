"""Traffic lights: a post with a head of three lamps at the right of each arm that enters a junction with signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.render.city_markings import Crossing
from vision.render.mesh import Mesh, box, tube
from vision.render.still import rows
from vision.render.textures import Tile

POST_M: Final = 3.4
ASIDE_M: Final = 0.7  # from the kerb
CLEAR_M: Final = 10.0  # nearer to the camera there is none
LAMP_OUT_M: Final = 0.12  # from the post's middle
LAMP_DROP_M: Final = (0.15, 0.45, 0.75)  # of red, amber and green below the top
_STEEL: Final = (0.30, 0.31, 0.32)
_BLACK: Final = (0.10, 0.10, 0.11)
_GLASS: Final = ((0.45, 0.10, 0.09), (0.42, 0.33, 0.08), (0.09, 0.36, 0.16))


@dataclass(frozen=True)
class SignalHeads:
    """The lamps of traffic lights; ``j`` may be 0.

    Attributes:
        arm: (j,) int64, as in :class:`twin.scene.Signals`.
        lamp_m: (j, 3, 3) where the red, the amber and the green lamp are.
        facing: (j, 2) unit vectors, where they shine.
    """

    arm: NDArray[np.int64]
    lamp_m: NDArray[np.float64]
    facing: NDArray[np.float64]


def signal_rows(crossings: list[Crossing], middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return the traffic lights of all arms that have them, relative to ``middle``, their lamps out."""
    return [part for crossing, foot in _standing(crossings, middle) for part in _light(foot, crossing.inward)]


def signal_heads(crossings: list[Crossing], middle: NDArray[np.float64]) -> SignalHeads:
    """Return where the lamps of these traffic lights are."""
    lights = _standing(crossings, middle)
    arm = np.array([2 * crossing.street + crossing.against for crossing, _ in lights], np.int64)
    inward = np.array([crossing.inward for crossing, _ in lights]).reshape(-1, 2)
    foot = np.array([foot for _, foot in lights]).reshape(-1, 1, 3)
    out = np.concatenate([-inward * LAMP_OUT_M, np.zeros((len(lights), 1))], axis=1)
    drop = np.array([[0.0, 0.0, POST_M - LAMP_DROP_M[k]] for k in range(3)])
    return SignalHeads(arm, foot + out[:, None, :] + drop, -inward)


def _standing(crossings: list[Crossing], middle: NDArray[np.float64]) -> list[tuple[Crossing, NDArray[np.float64]]]:
    """Return the arms with lights, and (3,) where each light's post stands."""
    found = []
    for crossing in crossings:
        right = np.array([crossing.inward[1], -crossing.inward[0]])
        foot = crossing.middle + right * (crossing.width_m / 2 + ASIDE_M) - middle
        if crossing.signal and crossing.lanes_in and np.hypot(*foot) > CLEAR_M:
            found.append((crossing, np.array([*foot, 0.0])))
    return found


def _light(foot: NDArray[np.float64], inward: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return one light; its lamps look against the way into the junction."""
    turn = np.array([[inward[0], -inward[1], 0.0], [inward[1], inward[0], 0.0], [0.0, 0.0, 1.0]])
    head = box((0, 0, POST_M - 0.45), (0.22, 0.32, 0.95), 0)
    lamps = [box((-LAMP_OUT_M, 0, POST_M - drop), (0.04, 0.22, 0.22), 0) for drop in LAMP_DROP_M]
    post = tube((0, 0, 0), (0, 0, POST_M - 0.9), (0.06, 0.05), 0, 6)
    painted = [(post, _STEEL), (head, _BLACK), *zip(lamps, _GLASS, strict=True)]
    return [_placed(part.turned(turn).moved(foot), rgb) for part, rgb in painted]


def _placed(mesh: Mesh, rgb: tuple[float, float, float]) -> NDArray[np.float32]:
    return rows(mesh.position_m, mesh.normal, mesh.position_m[:, :2], Tile.PLAIN, rgb)
