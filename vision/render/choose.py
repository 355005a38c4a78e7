"""Which renderer to take."""

from __future__ import annotations

import warnings
from typing import Final

from twin.city import City
from twin.errors import InputError, MissingPart, unknown_name
from vision.carla.choose import CarlaSource
from vision.carla.session import CarlaFault, connect
from vision.frame import Renderer

SOURCES: Final = ("auto", "carla", "gl", "tiny")


def check_source(source: str) -> None:
    """Refuse a name of no renderer, before anything is made for one.

    Raises:
        InputError: there is no such source, or none of the name that is to follow CARLA.
    """
    on_server = CarlaSource.read(source)
    if on_server is None and source not in SOURCES:
        raise InputError(f"draw footage with the renderer {source!r}", unknown_name("renderer", source, SOURCES))
    if on_server is not None and on_server.otherwise and on_server.otherwise not in SOURCES:
        raise InputError(
            f"draw footage with {on_server.otherwise!r} without CARLA",
            unknown_name("renderer", on_server.otherwise, SOURCES),
        )


def make_renderer(city: City, source: str = "auto") -> Renderer:
    """Return a renderer of a city.

    Args:
        city: what stands still in every frame.
        source: ``gl`` (OpenGL over EGL), ``tiny`` (PyBullet's TinyRenderer), or ``auto``: gl, and tiny with a warning
            where no EGL context can be made; ``carla[:HOST[:PORT]]`` (a CARLA server), which ``,auto`` or another
            source may follow: taken, with a warning, where no server answers.

    Raises:
        CarlaFault: no CARLA server answers, and no other source is named.
        InputError: there is no such source.
        MissingPart: the library it needs is not installed.
        OSError: ``gl`` was asked for and no EGL context can be made.
    """
    check_source(source)
    on_server = CarlaSource.read(source)
    if on_server is not None:
        return _carla(city, on_server)
    if source == "tiny":
        return _tiny(city)
    try:
        from vision.render.gl import GlRenderer

        return GlRenderer(city)
    except (OSError, MissingPart) as refused:
        if source == "gl":
            raise
        warnings.warn(
            f"{refused}; footage is drawn by PyBullet's TinyRenderer instead, several times slower", stacklevel=2
        )
        return _tiny(city)


def _carla(city: City, source: CarlaSource) -> Renderer:
    from vision.carla.renderer import CarlaRenderer

    try:
        return CarlaRenderer(city, connect(source.address))
    except (CarlaFault, MissingPart) as refused:
        if not source.otherwise:
            raise
        warnings.warn(f"{refused}; footage is drawn by {source.otherwise!r} instead", stacklevel=3)
        return make_renderer(city, source.otherwise)


def _tiny(city: City) -> Renderer:
    from vision.render.tiny import TinyRenderer

    return TinyRenderer(city)
