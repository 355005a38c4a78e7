"""Which car bodies are trained on and which are kept for tests: footage for one has none of the other's."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

import numpy as np

from twin.scene import Look, Scene
from vision.render.cast import HELD_OUT_BODIES, bodies, car_body

Bodies = Literal["trained", "held out"]
_STEP: Final = 0x9E3779B1  # odd, so that steps from any variant reach every other
_TRIES: Final = 400


def with_bodies(scene: Scene, which: Bodies) -> Scene:
    """Return the scene with every private car in a body of that kind; other actors stay as they are.

    A car whose body is of the other kind gets another variant, and so other colours; for tests it also gets the size of
    a body held out, since those fit some sizes only.
    """
    variant, size_m = scene.variant.copy(), scene.size_m.copy()
    for row in np.flatnonzero(scene.look == Look.CAR):
        variant[row], size_m[row] = _recast(int(variant[row]), tuple(float(s) for s in size_m[row]), which)
    return replace(scene, variant=variant, size_m=size_m)


def _recast(variant: int, size_m: tuple[float, ...], which: Bodies) -> tuple[int, tuple[float, ...]]:
    held = which == "held out"
    size = bodies()[HELD_OUT_BODIES[variant % len(HELD_OUT_BODIES)]].size_m if held else size_m
    for _ in range(_TRIES):
        if (car_body(variant, (size[0], size[1], size[2])) in HELD_OUT_BODIES) == held:
            return variant, size
        variant = (variant + _STEP) % (1 << 32)
    raise AssertionError(f"no variant of a car of {size} m has a body that is {which}")
