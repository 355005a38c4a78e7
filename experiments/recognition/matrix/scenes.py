"""The same views under every sky: places, cameras and actors drawn once, light, weather and camera faults varied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final

import numpy as np

from experiments.recognition.training_set import SITE_FRAMES, TrainingShooter
from experiments.recognition.training_views import Grounds
from sensors.cameras import Camera
from twin.city import City
from twin.errors import Fault, InputError, unknown_name
from twin.scene import Scene
from twin.sky import LIGHTS, WEATHERS, Sky, sky_at
from twin.streams import stream
from vision.frame import Frame, Renderer, Truth

USUAL: Final = "usual"
EACH: Final = "each"
_YEAR: Final = datetime(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a view is seen under.

    Attributes:
        light: one of ``LIGHTS``.
        weather: one of ``WEATHERS``.
        faults: the camera's: ``usual``, a level for all of them (``none``, ``strong``), or ``noise=strong+dirt=none``.
    """

    light: str
    weather: str
    faults: str = USUAL


def conditions(lights: Sequence[str], weathers: Sequence[str], faults: Sequence[str]) -> list[Condition]:
    """Return every combination.

    Raises:
        InputError: a light, weather or fault is not known; all such are named.
    """
    wrong = [Fault(unknown_name("light", name, LIGHTS)) for name in lights if name not in LIGHTS]
    wrong += [Fault(unknown_name("weather", name, WEATHERS)) for name in weathers if name not in WEATHERS]
    for name in faults:
        try:
            fault_levels(name)
        except InputError as fault:
            wrong += fault.faults
    for kind, names in (("light", lights), ("weather", weathers), ("fault", faults)):
        if not names:
            wrong.append(Fault(f"no {kind} was given; give at least one"))
        elif len(set(names)) != len(names):
            wrong.append(Fault(f"a {kind} is given twice: {', '.join(names)}"))
    if wrong:
        raise InputError("lay out the matrix", wrong)
    return [Condition(*row) for row in product(lights, weathers, faults)]


def each_fault(faults: Sequence[str]) -> list[str]:
    """Return the faults with ``each`` spelled out: every fault at its strong level, one at a time."""
    if EACH not in faults:
        return list(faults)
    from vision.render.faults import FAULTS

    single = [f"{name}=strong" for name in FAULTS if name != "dropped"]  # a frame that is not there is no frame
    return list(dict.fromkeys(part for name in faults for part in (single if name == EACH else [name])))


def fault_levels(text: str) -> Mapping[str, str]:
    """Return the level of each fault that is not at its usual one.

    >>> fault_levels("noise=strong+dirt=none")
    {'noise': 'strong', 'dirt': 'none'}

    Raises:
        InputError: there is no such fault or level.
    """
    if text == USUAL:
        return {}
    from vision.render.faults import FAULTS, LEVELS

    if text in LEVELS:
        return dict.fromkeys(FAULTS, text)
    pairs = [part.partition("=") for part in text.split("+")]
    wrong = []
    for name, _, level in pairs:
        if name not in FAULTS:
            wrong.append(Fault(f"{text}: {unknown_name('fault', name, FAULTS)}"))
        elif level not in LEVELS:
            wrong.append(Fault(f"{text}: {unknown_name(f'level of {name}', level, LEVELS)}"))
    if wrong:
        raise InputError("set the faults of a camera", wrong)
    return {name: level for name, _, level in pairs}


@dataclass(frozen=True, slots=True)
class View:
    """A camera and who stands before it.

    Attributes:
        camera: who looks.
        scene: who is there.
        seed: of noise, rain and snow.
    """

    camera: Camera
    scene: Scene
    seed: int


class Views:
    """The views of one city; view i follows from the seed and i alone."""

    def __init__(self, city: City, renderer: Renderer, seed: int) -> None:
        self._grounds, self._seed, self._renderer = Grounds(city), seed, renderer
        self._kept = _Keeps()
        self._drawn = TrainingShooter(city, seed, self._kept, "held out")

    def view(self, number: int) -> View:
        """Return one view; each is of another place."""
        self._drawn.frame(number * SITE_FRAMES)
        return self._kept.view

    def frames(self, number: int, under: Sequence[Condition]) -> Iterator[Frame]:
        """Yield a view under each condition."""
        view = self.view(number)
        skies: dict[tuple[str, str], Sky] = {}
        for each in under:
            key = each.light, each.weather
            if key not in skies:
                skies[key] = self.sky(number, *key)
            yield self._rendered(view, skies[key], each.faults)

    def sky(self, number: int, light: str, weather: str) -> Sky:
        """Return a sky of that light, on a day and at a minute drawn for this view, the same in every weather."""
        rng = stream(self._seed, "matrix sky", str(number), light)
        for _ in range(2000):
            when = _YEAR + timedelta(days=int(rng.integers(365)), minutes=float(rng.uniform(0, 1440)))
            sky = sky_at(when.replace(tzinfo=self._grounds.zone), self._grounds.lat_deg, self._grounds.lon_deg, weather)
            if sky.light == light:
                return sky
        raise InputError(f"find {light} over the city", "none in 2,000 moments of the year")

    def _rendered(self, view: View, sky: Sky, faults: str) -> Frame:
        if faults == USUAL:
            return self._renderer.render(view.camera, view.scene, sky, view.seed)
        from vision.render.faults import faults_of

        wrong: Any = faults_of(view.camera, sky, view.seed, fault_levels(faults))
        return self._renderer.render(view.camera, view.scene, sky, view.seed, wrong)


class _Keeps:
    """A renderer that draws nothing and keeps what it was asked to draw."""

    name = "keeps"
    view: View

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int, faults: Any = None) -> Frame:
        self.view = View(camera, scene, seed)
        return Frame(camera.id, scene.t_ms, np.zeros((0, 0, 3), np.uint8), _nobody(), sky)

    def close(self) -> None:
        """There is nothing to free."""


def _nobody() -> Truth:
    none = np.zeros(0, np.float32)
    return Truth(
        none.astype(np.uint8), np.zeros((0, 4), np.float32), np.zeros((0, 4), np.float32), none, none,
        none.astype(np.int64), np.zeros(0, "<U12"), np.zeros((0, 4, 2), np.float32), none.astype(np.int64),
    )  # fmt: skip
