"""Decks of bridges that something passes under.

The ground of a city is flat, and so are its streets: a bridge over water alone lies level with them and hides nothing.
One that crosses a street of a lower layer, or a railway, hangs: its underside 5 m above ground, 6 m more for each
further layer, 1 m thick (assumed; 5 m is the usual clearance over a road). All stretches of a bridge that hang together
hang alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from twin.city.model import City
from twin.city.squares import Floats
from twin.city.standing.clear import Window

CLEARANCE_M: Final = 5.0
LAYER_M: Final = 6.0
THICK_M: Final = 1.0
HIGHEST_LAYER: Final = 4
PARAPET_M: Final = 0.5


@dataclass(frozen=True, eq=False)
class Decks:
    """Decks of bridges.

    Attributes:
        shapes: (n,) polygons, metres.
        underside_m, top_m: (n,) above ground.
    """

    shapes: NDArray[np.object_]
    underside_m: Floats
    top_m: Floats

    def __len__(self) -> int:
        return len(self.shapes)


def decks_in(city: City, window: Window | None = None) -> Decks:
    """Return the decks of a city that reach into a window (west, south, east, north in metres; None: all)."""
    streets = city.streets
    rows = np.flatnonzero(streets["structure"].to_numpy() == "bridge")
    rows = rows[_hang(city, rows)]
    lines = streets.geometry.to_numpy()[rows]
    half_m = streets["width_m"].to_numpy(np.float64)[rows] / 2.0 + PARAPET_M
    shapes = np.asarray(shapely.buffer(lines, half_m, cap_style="flat"), dtype=object)
    layer = np.clip(streets["layer"].to_numpy()[rows], 1, HIGHEST_LAYER)
    underside_m = CLEARANCE_M + LAYER_M * (layer - 1)
    kept = np.ones(len(rows), dtype=bool) if window is None else shapely.intersects(shapes, shapely.box(*window))
    return Decks(shapes[kept], underside_m[kept], underside_m[kept] + THICK_M)


def _hang(city: City, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of the streets on bridges belong to a bridge that something passes under."""
    streets = city.streets
    shapes, layer = streets.geometry.to_numpy(), streets["layer"].to_numpy()
    u, v = streets["u"].to_numpy(), streets["v"].to_numpy()
    bridge, under = streets.sindex.query(shapes[rows], predicate="intersects")
    lower = layer[under] < layer[rows[bridge]]
    shared = (u[under, None] == np.column_stack([u, v])[rows[bridge]]).any(axis=1)
    shared |= (v[under, None] == np.column_stack([u, v])[rows[bridge]]).any(axis=1)
    tunnel = streets["structure"].to_numpy()[under] == "tunnel"
    crossed = np.zeros(len(rows), dtype=bool)
    crossed[bridge[lower & ~shared & ~tunnel]] = True
    rails = city.areas[city.areas["kind"] == "rail"]
    if len(rails):
        crossed[rails.sindex.query(shapes[rows], predicate="intersects")[0]] = True
    ends = np.concatenate([u[rows], v[rows]])
    nodes, at = np.unique(ends, return_inverse=True)
    pairs = coo_matrix((np.ones(len(rows)), (at[: len(rows)], at[len(rows) :])), shape=(len(nodes), len(nodes)))
    _, of = connected_components(pairs, directed=False)
    whole: NDArray[np.bool_] = np.isin(of[at[: len(rows)]], of[at[: len(rows)]][crossed])
    return whole
