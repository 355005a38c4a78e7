"""Which of CARLA's models plays an actor: of its class, nearest in size, the same one all its life."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from twin.errors import InputError
from twin.scene import Look
from twin.streams import draw_u32

NEAR_ENOUGH: Final = 0.10
"""Models whose misfit is within this of the best one's take turns, by the actor's variant (assumed)."""

Size = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Model:
    """One of CARLA's models.

    Attributes:
        look: what it plays.
        blueprint: its name.
        size_m: length, width (with mirrors) and height; of people the capsule that CARLA puts round them.
    """

    look: Look
    blueprint: str
    size_m: Size

    def misfit(self, size_m: Size) -> float:
        """Return how far off its size is, as a share, in the axis where it is furthest off.

        A person's capsule says nothing of a body's width: people are held by height alone.
        """
        axes = (2,) if self.look == Look.PERSON else (0, 1, 2)
        return max(abs(size_m[axis] / self.size_m[axis] - 1.0) for axis in axes)


@cache
def models() -> tuple[Model, ...]:
    """Return the models of release 0.9.16 that play actors, by name.

    The sizes are bounding boxes measured on a server of 0.9.16, published with Scenic (its
    ``tools/carla/snapshots/blueprints_0.9.16.json``). Bicycles and Tesla's Cybertruck play nobody.
    """
    text = files("vision.carla").joinpath("data/bodies.csv").read_text(encoding="ascii")
    rows = [Model(Look[row["look"].upper()], row["blueprint"], _size(row)) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(rows, key=lambda model: model.blueprint))


@lru_cache(maxsize=20_000)
def model_for(look: Look, size_m: Size, variant: int, known: frozenset[str] | None = None) -> Model:
    """Return the model that plays an actor.

    Args:
        look: the actor's class; a person lying is played by whoever would stand.
        size_m: its length, width and height.
        variant: picks among models that fit about as well.
        known: blueprints the server has; None is all.

    Raises:
        InputError: the server has no model of the class.
    """
    wanted = Look.PERSON if look == Look.PERSON_LYING else look
    if look == Look.PERSON_LYING:
        size_m = (size_m[0], size_m[1], max(size_m))
    cast = [model for model in models() if model.look == wanted and (known is None or model.blueprint in known)]
    if not cast:
        names = ", ".join(model.blueprint for model in models() if model.look == wanted) or "none"
        raise InputError(
            f"draw a {look.name.lower()} with CARLA", f"the server has none of the blueprints that would do: {names}"
        )
    misfits = [model.misfit(size_m) for model in cast]
    fitting = [model for model, off in zip(cast, misfits, strict=True) if off <= min(misfits) + NEAR_ENOUGH]
    return fitting[int(draw_u32(0, "carla model", variant)) % len(fitting)]


def _size(row: dict[str, str]) -> Size:
    return float(row["length_m"]), float(row["width_m"]), float(row["height_m"])
