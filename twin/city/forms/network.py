"""The drivable streets as other road networks want them: directed edges, none from a node to itself, and the turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from twin.city.forms.lanes import lanes_each_way
from twin.city.model import City

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Network:
    """Directed edges, first all along the streets' lines, then all against them.

    A street that ends where it starts is cut into halves, with a node more between them.

    Attributes:
        xy_m: (nodes, 2) places, first those of the city.
        signal: (nodes,) traffic lights.
        used: (nodes,) whether an edge touches the node.
        street: (edges,) row of the city's streets.
        part: (edges,) 0 for the only part of a street or the first half of its line, 1 for the second.
        halved: (edges,) whether the street is in halves.
        ahead: (edges,) whether the edge runs along the street's line.
        tail, head: (edges,) nodes.
        lanes: (edges,) lanes.
        length_m: (edges,) length, in all as long as the streets.
        line: the (points, 2) corners of each edge from tail to head.
    """

    xy_m: NDArray[np.float64]
    signal: NDArray[np.bool_]
    used: NDArray[np.bool_]
    street: Ints
    part: Ints
    halved: NDArray[np.bool_]
    ahead: NDArray[np.bool_]
    tail: Ints
    head: Ints
    lanes: Ints
    length_m: NDArray[np.float64]
    line: list[NDArray[np.float64]]

    @classmethod
    def of(cls, city: City) -> Network:
        """Take a city's drivable streets."""
        rows = np.flatnonzero(city.streets["drive"].to_numpy(dtype=bool))
        table = city.streets.iloc[rows]
        loop = (table["u"] == table["v"]).to_numpy()
        pick = np.concatenate([np.arange(len(rows)), np.flatnonzero(loop)])
        part = (np.arange(len(pick)) >= len(rows)).astype(np.int64)
        order = np.lexsort((part, pick))
        pick, part = pick[order], part[order]
        table, halved = table.iloc[pick], loop[pick]
        shapes = [
            substring(shape, 0.5 * k, 0.5 * k + 0.5, normalized=True) if half else shape
            for shape, k, half in zip(table.geometry, part, halved, strict=True)
        ]
        lines = [shapely.get_coordinates(shape) for shape in shapes]
        new = len(city.nodes) + np.cumsum(halved & (part == 0)) - 1
        tail = np.where(halved & (part == 1), new, table["u"].to_numpy())
        head = np.where(halved & (part == 0), new, table["v"].to_numpy())
        middles = [line[-1] for line, k, half in zip(lines, part, halved, strict=True) if half and k == 0]
        xy_m = np.concatenate([shapely.get_coordinates(city.nodes.geometry.to_numpy()), *(m[None] for m in middles)])
        signal = np.concatenate([city.nodes["signal"].to_numpy(dtype=bool), np.zeros(len(middles), dtype=bool)])
        back = np.flatnonzero(~table["oneway"].to_numpy(dtype=bool))
        lanes_ahead, lanes_back = lanes_each_way(table)
        length_m = np.where(halved, table["length_m"].to_numpy() / 2.0, table["length_m"].to_numpy())
        used = np.zeros(len(xy_m), dtype=bool)
        used[np.concatenate([tail, head])] = True
        both = np.concatenate([np.arange(len(pick)), back])
        return cls(
            xy_m=xy_m,
            signal=signal,
            used=used,
            street=rows[pick][both],
            part=part[both],
            halved=halved[both],
            ahead=np.arange(len(both)) < len(pick),
            tail=np.concatenate([tail, head[back]]).astype(np.int64),
            head=np.concatenate([head, tail[back]]).astype(np.int64),
            lanes=np.concatenate([lanes_ahead, lanes_back[back]]),
            length_m=length_m[both],
            line=lines + [lines[i][::-1] for i in back],
        )

    def turns(self, city: City) -> tuple[Ints, Ints]:
        """Return every turn that is allowed: edges (turns,) one comes by, and edges (turns,) one may go on by.

        Turning back is a turn; an "only" that leads to no edge out of the node is void.
        """
        into = pd.DataFrame({"node": self.head, "into": np.arange(len(self.head)), "from_street": self.street})
        out = pd.DataFrame({"node": self.tail, "out": np.arange(len(self.tail)), "to_street": self.street})
        pairs = into.merge(out, on="node").sort_values(["into", "out"], ignore_index=True)
        rules = city.restrictions[["from_street", "via_node", "to_street", "kind"]].rename(columns={"via_node": "node"})
        banned = _listed(pairs, rules[rules["kind"] == "no"])
        told = _listed(pairs, rules[rules["kind"] == "only"])
        bound = pd.MultiIndex.from_frame(pairs[["from_street", "node"]])
        bound_to = bound.isin(bound[told].unique())
        kept = pairs[~banned & (told | ~bound_to)]
        return kept["into"].to_numpy(dtype=np.int64), kept["out"].to_numpy(dtype=np.int64)

    def turns_back(self, into: Ints, out: Ints) -> NDArray[np.bool_]:
        """Return which turns lead back along the street one comes by."""
        back: NDArray[np.bool_] = (
            (self.street[into] == self.street[out]) & (self.part[into] == self.part[out])
            & (self.ahead[into] != self.ahead[out])
        )  # fmt: skip
        return back


def _listed(pairs: pd.DataFrame, rules: Any) -> NDArray[np.bool_]:
    keys = ["from_street", "node", "to_street"]
    found: NDArray[np.bool_] = pd.MultiIndex.from_frame(pairs[keys]).isin(pd.MultiIndex.from_frame(rules[keys]))
    return found
