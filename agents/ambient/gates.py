"""Gates: each lane that enters a junction, its turn in the cycle, and the paths vehicles take through the junction.

A vehicle lives from the middle of the street before a junction to the middle of the street after it; there it leaves
the picture and the next junction's vehicles take over (a simplification). Opposite arms go together; arms that would
cross each other go in turn, at traffic lights in a long cycle, elsewhere in a short one (give-way is drawn as taking
turns). Within a turn, left turns start half a place later than the rest, so paths that join do not meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.ambient.lines import Lines, curve, cut, heading_deg, offset
from agents.ambient.rates import mix_of
from agents.ambient.roads import Arc, Roads
from twin.streams import draw_unit

HEADWAY_S: Final = 2.4  # between two places of a lane
SIGNAL_CYCLE_S: Final = 72.0
CYCLE_S: Final = 24.0
TURN_MS: Final = 6.0
CLEAR_S: Final = 4.0  # between two turns


@dataclass(frozen=True)
class Path:
    """One way of a lane through a junction.

    Attributes:
        line: (n, 2) city metres.
        stop_m, curve_m: where on it the stop line and the end of the curve lie.
        weight: how often it is taken, against the lane's other paths.
        turn: straight, right or left.
        after_ms: speed behind the junction, the same for all paths that lead there.
        late_s: how much later than the lane's place vehicles start, so that paths which join do not meet.
    """

    line: NDArray[np.float64]
    stop_m: float
    curve_m: float
    weight: float
    turn: str
    after_ms: float
    late_s: float


@dataclass(frozen=True)
class Gate:
    """One lane that enters a junction.

    Attributes:
        key: stable id: arc key times 16 plus lane.
        cycle_s, shift_s, green_s, begin_s: the cycle, where it starts, how long and from when this lane goes.
        speed_ms: of all its vehicles.
        occupancy: share of its places taken at the peak.
        mix: cumulative shares of kinds.
        paths: at least one; straight ones first.
    """

    key: int
    cycle_s: float
    shift_s: float
    begin_s: float
    green_s: float
    speed_ms: float
    occupancy: float
    mix: NDArray[np.float64]
    paths: tuple[Path, ...]


def gates_of(roads: Roads, junction: int, seed: int) -> list[Gate]:
    """Return the gates of a junction; none where no way leads through it."""
    entering, leaving = roads.arcs(junction)
    turns = _turns(entering)
    cycle_s = SIGNAL_CYCLE_S if roads.has_signal(junction) else CYCLE_S
    shift_s = float(draw_unit(seed, "cycle", junction)) * cycle_s
    factor = 0.7 + 0.2 * float(draw_unit(seed, "pace", junction))
    room_m = 0.5 * max((arc.width_m for arc in entering), default=0.0) + 4.0
    gates = []
    for begin_s, green_s, members in _shares(turns, cycle_s):
        for arc in members:
            for lane in range(arc.lanes):
                paths = _paths(arc, lane, leaving, room_m, factor)
                if paths:
                    key = arc.key * 16 + lane
                    speed_ms = arc.speed_ms * factor
                    gates.append(
                        Gate(
                            key,
                            cycle_s,
                            shift_s,
                            begin_s,
                            green_s,
                            speed_ms,
                            arc.occupancy,
                            mix_of(arc.street_class),
                            paths,
                        )
                    )
    return gates


def _turns(entering: Sequence[Arc]) -> list[list[Arc]]:
    """Group arms that go together, two that come from opposite sides; busiest first."""
    groups: list[list[Arc]] = []
    for arc in sorted(entering, key=lambda a: (-a.occupancy, a.key)):
        facing = [group for group in groups if len(group) == 1 and _opposite(arc, group[0])]
        if facing:
            facing[0].append(arc)
        else:
            groups.append([arc])
    return groups


def _opposite(a: Arc, b: Arc) -> bool:
    apart = heading_deg(a.points[-1] - a.points[-2]) - heading_deg(b.points[-1] - b.points[-2])
    return abs(apart % 360.0 - 180.0) < 45.0


def _shares(turns: list[list[Arc]], cycle_s: float) -> list[tuple[float, float, list[Arc]]]:
    """Share a cycle: begin, length and arms of each turn; the busier axis gets more, none less than a fifth."""
    if len(turns) < 2:
        return [(0.0, cycle_s, group) for group in turns]
    busy = np.array([max(arc.occupancy for arc in group) for group in turns])
    share = np.maximum(busy / busy.sum(), 0.2)
    slots = np.floor((cycle_s - CLEAR_S * len(turns)) * share / share.sum() / HEADWAY_S).clip(1)
    ends = np.cumsum(slots * HEADWAY_S + CLEAR_S)
    return [
        (float(end - slot * HEADWAY_S - CLEAR_S), float(slot * HEADWAY_S), group)
        for end, slot, group in zip(ends, slots, turns, strict=True)
    ]


def _paths(arc: Arc, lane: int, leaving: Sequence[Arc], room_m: float, factor: float) -> tuple[Path, ...]:
    """Return where a lane may lead: straight on in its lane, right from the kerb, left from the middle."""
    ways = [(out, _turn_deg(arc, out)) for out in leaving if out.key // 2 != arc.key // 2]
    fits = [(out, deg) for out, deg in ways if _allowed(deg, lane, arc.lanes, out.lanes)] or ways
    paths = [_path(arc, lane, out, deg, room_m, factor) for out, deg in fits]
    return tuple(sorted(paths, key=lambda path: path.turn != "straight"))


def _turn_deg(arc: Arc, out: Arc) -> float:
    """Turn from one arc into another in [-180, 180), right positive."""
    before, after = heading_deg(arc.points[-1] - arc.points[-2]), heading_deg(out.points[1] - out.points[0])
    return (after - before + 180.0) % 360.0 - 180.0


def _allowed(turn_deg: float, lane: int, lanes: int, lanes_after: int) -> bool:
    if abs(turn_deg) < 40.0:
        return lane < lanes_after
    return lane == 0 if turn_deg > 0 else lane == lanes - 1


def _path(arc: Arc, lane: int, out: Arc, turn_deg: float, room_m: float, factor: float) -> Path:
    turn = "straight" if abs(turn_deg) < 40.0 else "right" if turn_deg > 0 else "left"
    out_lane = {"straight": min(lane, out.lanes - 1), "right": 0, "left": out.lanes - 1}[turn]
    before = offset(arc.points, float(arc.offsets_m[lane]))
    after = offset(out.points, float(out.offsets_m[out_lane]))
    before = cut(before, arc.length_m / 2, arc.length_m - min(room_m, 0.35 * arc.length_m))
    after = cut(after, min(room_m, 0.35 * out.length_m), out.length_m / 2)
    between = curve(before, after)
    line = np.vstack([before, between[1:-1], after])
    stop_m, curve_m = (float(np.hypot(*np.diff(part, axis=0).T).sum()) for part in (before, between))
    weight = {"straight": 1.0, "right": 0.25, "left": 0.2}[turn] * (0.05 + out.occupancy)
    merges = turn == "left" or (turn == "straight" and lane >= out.lanes)
    late_s = HEADWAY_S / 2 if merges else 0.0
    return Path(line, stop_m, stop_m + curve_m, weight, turn, out.speed_ms * factor, late_s)


@dataclass(frozen=True)
class GateTable:
    """Many gates as columns: one row a gate, and one row a path, the paths of a gate one after another."""

    key: NDArray[np.int64]
    cycle_s: NDArray[np.float64]
    shift_s: NDArray[np.float64]
    begin_s: NDArray[np.float64]
    green_s: NDArray[np.float64]
    speed_ms: NDArray[np.float64]
    occupancy: NDArray[np.float64]
    mix: NDArray[np.float64]
    reach_s: NDArray[np.float64]
    choice: NDArray[np.float64]
    straight: NDArray[np.float64]
    lines: Lines
    stop_m: NDArray[np.float64]
    curve_m: NDArray[np.float64]
    late_s: NDArray[np.float64]
    after_ms: NDArray[np.float64]
    turning: NDArray[np.bool_]

    @classmethod
    def of(cls, gates: Sequence[Gate]) -> GateTable:
        """Join gates into a table."""
        paths = [path for gate in gates for path in gate.paths]
        choice = [2.0 * i + np.cumsum(_weights(gate)) for i, gate in enumerate(gates)]
        longest = [max(path.stop_m for path in gate.paths) for gate in gates]
        beyond = [max(_beyond_s(path, gate) for path in gate.paths) for gate in gates]
        column = lambda name: np.array([getattr(gate, name) for gate in gates])  # noqa: E731
        speed = column("speed_ms").astype(np.float64)
        return cls(
            key=column("key").astype(np.int64),
            cycle_s=column("cycle_s"),
            shift_s=column("shift_s"),
            begin_s=column("begin_s"),
            green_s=column("green_s"),
            speed_ms=speed,
            occupancy=column("occupancy"),
            mix=np.array([gate.mix for gate in gates]).reshape(-1, 5),
            reach_s=np.column_stack([np.array(longest) / np.maximum(speed, 1.0) + 8.0, np.array(beyond)]),
            choice=np.concatenate(choice) if choice else np.zeros(0),
            straight=np.array([_straight_share(gate) for gate in gates]),
            lines=Lines.of([path.line for path in paths]),
            stop_m=np.array([path.stop_m for path in paths]),
            curve_m=np.array([path.curve_m for path in paths]),
            late_s=np.array([path.late_s for path in paths]),
            after_ms=np.array([path.after_ms for path in paths]),
            turning=np.array([path.turn != "straight" for path in paths], dtype=bool),
        )

    def __len__(self) -> int:
        return len(self.key)


def _beyond_s(path: Path, gate: Gate) -> float:
    """Return the longest time a vehicle may take from its place in the cycle to the end of its path."""
    curve_m = path.curve_m - path.stop_m
    rest_m = float(np.hypot(*np.diff(path.line, axis=0).T).sum()) - path.curve_m
    return curve_m / min(gate.speed_ms, TURN_MS) + rest_m / max(path.after_ms, 1.0) + path.late_s + 4.0


def _straight_share(gate: Gate) -> float:
    """Return which part of a gate's vehicles goes straight on; 1 where none can."""
    share = float(_weights(gate)[[path.turn == "straight" for path in gate.paths]].sum())
    return share or 1.0


def _weights(gate: Gate) -> NDArray[np.float64]:
    weight = np.array([path.weight for path in gate.paths])
    return weight / weight.sum()
