"""Traffic lights: a post with a head of three lamps at the right of each arm that enters a junction with signals."""

from __future__ import annotations

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
_STEEL: Final = (0.30, 0.31, 0.32)
_BLACK: Final = (0.10, 0.10, 0.11)
_GLASS: Final = ((0.45, 0.10, 0.09), (0.42, 0.33, 0.08), (0.09, 0.36, 0.16))


def signal_rows(crossings: list[Crossing], middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return the traffic lights of all arms that have them, relative to ``middle``; the lamps' state is not shown."""
    parts: list[NDArray[np.float32]] = []
    for crossing in crossings:
        right = np.array([crossing.inward[1], -crossing.inward[0]])
        foot = crossing.middle + right * (crossing.width_m / 2 + ASIDE_M) - middle
        if crossing.signal and crossing.lanes_in and np.hypot(*foot) > CLEAR_M:
            parts += _light(np.array([*foot, 0.0]), crossing.inward)
    return parts


def _light(foot: NDArray[np.float64], inward: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return one light; its lamps look against the way into the junction."""
    turn = np.array([[inward[0], -inward[1], 0.0], [inward[1], inward[0], 0.0], [0.0, 0.0, 1.0]])
    head = box((0, 0, POST_M - 0.45), (0.22, 0.32, 0.95), 0)
    lamps = [box((-0.12, 0, POST_M - 0.15 - 0.30 * k), (0.04, 0.22, 0.22), 0) for k in range(3)]
    post = tube((0, 0, 0), (0, 0, POST_M - 0.9), (0.06, 0.05), 0, 6)
    painted = [(post, _STEEL), (head, _BLACK), *zip(lamps, _GLASS, strict=True)]
    return [_placed(part.turned(turn).moved(foot), rgb) for part, rgb in painted]


def _placed(mesh: Mesh, rgb: tuple[float, float, float]) -> NDArray[np.float32]:
    return rows(mesh.position_m, mesh.normal, mesh.position_m[:, :2], Tile.PLAIN, rgb)
