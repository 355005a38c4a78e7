"""From a scene to what is drawn: which body each actor has, where it stands, its colours and which lamps burn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import IntFlag
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import VEHICLES, Look, Scene, State
from twin.streams import draw_u32
from vision.render import materials
from vision.render.body import Body, Point
from vision.render.meshes_people import FIGURES, GAIT_STEPS, HEIGHT_M, LYING_POSES, STANCES, people_bodies
from vision.render.meshes_vehicles import vehicle_bodies
from vision.render.wrecks import wreck_bodies

CAR_BODIES: Final = (  # by how often one meets them; the weights are our estimate
    "sedan", "sedan", "sedan", "small_sedan", "small_sedan", "large_sedan", "liftback", "liftback", "hatch", "hatch",
    "micro", "micro", "suv", "crossover", "crossover", "mpv", "van", "van", "estate", "offroad", "pickup",
)  # fmt: skip
HELD_OUT_BODIES: Final = ("liftback", "micro", "crossover")  # never trained on; all cars of a test have one of them
STANDS_BELOW_MS: Final = 0.15
_FIT: Final = 0.14  # how far an actor's size may be from a body's own before another body is taken


class Lamp(IntFlag):
    """Lamps that burn on a vehicle."""

    HEAD = 1
    BRAKE = 2
    FLASH_A = 4
    FLASH_B = 8
    TAIL = 16
    GLOSSY = 128  # no lamp: its paint shines


@dataclass(frozen=True)
class Cast:
    """Actors with a body, ready to draw; fires and smoke are not among them.

    Attributes:
        row: (n,) intp, the actor's row in the scene.
        body: names of bodies, n of them.
        matrix: (n, 3, 4) float64, from body metres to metres relative to the lens's origin.
        colour: (n, 4, 3) float32 in [0, 1].
        lamps: (n,) uint8, :class:`Lamp`.
    """

    row: NDArray[np.intp]
    body: tuple[str, ...]
    matrix: NDArray[np.float64]
    colour: NDArray[np.float32]
    lamps: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.row)


@cache
def bodies() -> dict[str, Body]:
    """Return every body by name, in a fixed order."""
    vehicles = vehicle_bodies()
    return {**vehicles, **wreck_bodies(vehicles[name] for name in sorted({*CAR_BODIES})), **people_bodies()}


def cast_of(scene: Scene, origin_m: NDArray[np.float64], dark: bool) -> Cast:
    """Return the cast of a scene; ``dark`` switches driving lights on."""
    rows = np.flatnonzero((scene.look != Look.FIRE) & (scene.look != Look.SMOKE) & (scene.look != Look.PLATE))
    names = _bodies_of(scene, rows)
    matrix = _poses(scene, rows, names, origin_m)
    return Cast(rows, names, matrix, _colours(scene, rows, names), _lamps(scene, rows, names, dark))


@lru_cache(maxsize=100_000)
def _pick(variant: int, purpose: str, count: int) -> int:
    return int(draw_u32(0, purpose, variant)) % count


def _bodies_of(scene: Scene, rows: NDArray[np.intp]) -> tuple[str, ...]:
    step = (scene.phase[rows] * GAIT_STEPS).astype(int) % GAIT_STEPS
    step[np.abs(scene.speed_ms[rows]) < STANDS_BELOW_MS] = -1
    step[scene.look[rows] != Look.PERSON] = 0
    state = np.where(scene.look[rows] == Look.CAR, scene.state[rows], 0)
    sizes = [tuple(size) for size in scene.size_m[rows].tolist()]
    columns = (scene.look[rows].tolist(), scene.variant[rows].tolist(), sizes, step.tolist(), state.tolist())
    return tuple(itertools.starmap(_body_of, zip(*columns, strict=True)))


@lru_cache(maxsize=100_000)
def _body_of(look: int, variant: int, size_m: Point, step: int, state: int) -> str:
    """Return an actor's body; ``step`` is a walker's in its gait, -1 for one who stands."""
    if look == Look.PERSON:
        figure = FIGURES[_figure(variant)]
        return f"{figure}_stands_{_pick(variant, 'stance', STANCES)}" if step < 0 else f"{figure}_{step}"
    if look == Look.PERSON_LYING:
        return f"{FIGURES[_figure(variant)]}_lying_{_pick(variant, 'pose', LYING_POSES)}"
    if look == Look.CAR:
        return car_body(variant, size_m) + _damage(state)
    if look == Look.BUS:
        return "bus"
    if look == Look.TRUCK:
        return ("truck", "truck", "tipper")[_pick(variant, "truck", 3)]
    if look == Look.MOTORCYCLE:
        return ("motorcycle", "motorcycle", "scooter")[_pick(variant, "motorcycle", 3)]
    return emergency_body(size_m)


def emergency_body(size_m: Point) -> str:
    """Return which emergency vehicle has this size: 6.5 m and longer fire engine, 1.9 m and higher ambulance."""
    if size_m[0] >= 6.5:
        return "fire_engine"
    return "ambulance" if size_m[2] >= 1.9 else "police"


def _figure(variant: int) -> int:
    return _pick(variant, "figure", len(FIGURES))


def _damage(state: int) -> str:
    if state & State.CRUSHED_NOSE:
        return "_nose"
    return "_left" if state & State.CRUSHED_LEFT else "_right" if state & State.CRUSHED_RIGHT else ""


@lru_cache(maxsize=20_000)
def car_body(variant: int, size_m: Point) -> str:
    """Return the variant's body, or the next one in its order whose own size is near the actor's."""
    start = _pick(variant, "car", len(CAR_BODIES))
    order = [CAR_BODIES[(start + 4 * i) % len(CAR_BODIES)] for i in range(len(CAR_BODIES))]
    misfit = {name: float(np.abs(np.array(size_m) / bodies()[name].size_m - 1).max()) for name in order}
    fitting = [name for name in order if misfit[name] <= _FIT]
    return fitting[0] if fitting else min(order, key=lambda name: (misfit[name], name))


def _poses(
    scene: Scene, rows: NDArray[np.intp], names: tuple[str, ...], origin_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n, 3, 4) matrices: scaled, rolled about the long axis, lifted to stand, turned, placed."""
    size = scene.size_m[rows]
    own = np.array([bodies()[name].size_m for name in names]).reshape(-1, 3)
    human = np.isin(scene.look[rows], (Look.PERSON, Look.PERSON_LYING))
    tall = np.maximum(size.max(axis=1, initial=0.3), 0.3) / HEIGHT_M
    scale = np.where(human[:, None], tall[:, None], size / own)
    b, roll = np.radians(scene.bearing_deg[rows]), np.radians(scene.roll_deg[rows])
    none, one = np.zeros(len(rows)), np.ones(len(rows))
    sin, cos = np.sin(roll), np.cos(roll)
    tilt = _stacked([[one, none, none], [none, cos, sin], [none, -sin, cos]])  # a positive roll leans to the left
    heading = _stacked([[np.sin(b), -np.cos(b), none], [np.cos(b), np.sin(b), none], [none, none, one]])
    lift = np.abs(sin) * size[:, 1] / 2 + np.maximum(0.0, -cos * size[:, 2])
    shift = np.stack([none, -sin * size[:, 2] / 2, lift], axis=1)
    matrix = np.empty((len(rows), 3, 4))
    matrix[:, :, :3] = heading @ tilt * scale[:, None, :]
    matrix[:, :, 3] = scene.xyz_m[rows] - origin_m + (heading @ shift[:, :, None])[:, :, 0]
    return matrix


def _stacked(rows: list[list[NDArray[np.float64]]]) -> NDArray[np.float64]:
    """Return (n, 3, 3) from three rows of three columns of n numbers."""
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def _colours(scene: Scene, rows: NDArray[np.intp], names: tuple[str, ...]) -> NDArray[np.float32]:
    columns = scene.look[rows].tolist(), scene.variant[rows].tolist(), names
    own = [_wardrobe(*actor) for actor in zip(*columns, strict=True)]
    return np.array(own, np.float32).reshape(-1, 4, 3) / 255


@lru_cache(maxsize=20_000)
def _wardrobe(look: int, variant: int, name: str) -> NDArray[np.uint8]:
    """Return (4, 3) colours of the actor's own four slots."""

    def of(table: NDArray[np.uint8], purpose: str) -> NDArray[np.uint8]:
        return np.asarray(table[_pick(variant, purpose, len(table))])

    if look in (Look.PERSON, Look.PERSON_LYING):
        hair = materials.SCARVES if name.startswith(("robe", "jeans")) else materials.HAIRS
        tables = (materials.TOPS, materials.BOTTOMS, materials.SKINS, hair)
    elif look == Look.BUS:
        tables = (materials.BUS_COLOURS, materials.CARGO_COLOURS, materials.CARGO_COLOURS, materials.CARGO_COLOURS)
    elif look == Look.TRUCK:
        tables = (materials.TRUCK_COLOURS, materials.CARGO_COLOURS, materials.BOTTOMS[2:4], materials.CARGO_COLOURS)
    elif look == Look.MOTORCYCLE:
        tables = (materials.BIKE_COLOURS, materials.TOPS, materials.BOTTOMS, materials.BIKE_COLOURS)
    elif look == Look.EMERGENCY:
        paint = np.array([(200, 22, 28) if name == "fire_engine" else (240, 241, 243)], np.uint8)
        tables = (paint,) * 4
    else:
        tables = (materials.CAR_COLOURS,) * 4
    return np.stack([of(table, f"colour {k}") for k, table in enumerate(tables)])


def _lamps(scene: Scene, rows: NDArray[np.intp], names: tuple[str, ...], dark: bool) -> NDArray[np.uint8]:
    out = np.zeros(len(rows), np.uint8)
    look, moving = scene.look[rows], np.abs(scene.speed_ms[rows]) > 0.3
    state, wild = scene.state[rows], scene.incident_id[rows] >= 0
    vehicle = np.isin(look, VEHICLES)
    flashing, first_half = look == Look.EMERGENCY, scene.phase[rows] % 1.0 < 0.5
    awake = vehicle & (np.abs(scene.roll_deg[rows]) < 45) & (state & State.PARKED == 0)
    driven = awake & (~wild | moving | flashing)
    burning = (
        (vehicle, Lamp.GLOSSY),
        (dark & driven, Lamp.HEAD | Lamp.TAIL),
        (awake & ((~moving & ~wild) | (state & State.BRAKING != 0)), Lamp.BRAKE),
        (flashing & first_half, Lamp.FLASH_A),
        (flashing & ~first_half, Lamp.FLASH_B),
    )
    for which, lamp in burning:
        out[which] |= np.uint8(lamp)
    return out
